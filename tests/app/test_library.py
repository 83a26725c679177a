"""The list of takes in the real window, with a real library on the disk behind it; nothing here needs a network."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.window import Window
from app.wording import day_text
from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.library import Entry, Library
from engine.takes.take import Take
from tests.app.telling import sines

WAIT_MS = 30_000
STEMS = ("drums", "bass", "other", "vocals")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def library(home) -> Library:
    return Library(home / "takes")


def add(library: Library, name: str, gain: float = 0.1, seconds: float = 2.0) -> Path:
    """A finished take of a steady tone."""
    take = Take.create(library.new_folder(name), stem_names=STEMS, recipe={"model": "m", "journey": {"style": 7}})
    library.begin(take, name, "House Band")
    t_s = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    wave = np.repeat(gain * np.sin(2 * np.pi * 997 * t_s)[:, None], 2, axis=1).astype(np.float32)
    take.append_mix(wave)
    take.append_stems(np.stack([wave / 4] * 4, axis=1))
    take.finish()
    take.close()
    return take.folder


@pytest.fixture
def folders(library) -> list[Path]:
    return [add(library, "Slow burn", 0.1), add(library, "Dark corner", 0.4, seconds=4.0)]


@pytest.fixture
def new_window(home, folders, open_window, qtbot):
    """`new_window()`: a window that has found the two takes."""

    def make() -> Window:
        window = open_window(home)
        qtbot.waitUntil(lambda: window.rooms.takes.count_text != "0", timeout=WAIT_MS)
        return window

    return make


@pytest.fixture
def window(new_window) -> Window:
    return new_window()


def names(window: Window) -> list[str]:
    return [card.name for card in window.rooms.takes.list.cards.shown]


def play(qtbot, window: Window, folder: Path) -> None:
    window.rooms.takes.list.play_wanted.emit(str(folder))
    qtbot.waitUntil(lambda: loaded(window) == folder, timeout=WAIT_MS)


def loaded(window: Window) -> Path | None:
    return window.session.state.take.folder if window.session.state.take else None


def on_disk(library: Library, folder: Path) -> Entry:
    entry = library.entry(folder)
    assert entry is not None
    return entry


def test_what_was_made_is_there_and_plays_at_a_click(window, qtbot, folders):
    assert names(window) == ["Dark corner", "Slow burn"]
    assert window.rooms.takes.list.cards.shown[0].line == "House Band · 0:04 · 4 stems"
    assert window.rooms.takes.list.cards.shown[0].group == "Today"
    play(qtbot, window, folders[0])
    assert window.playing.is_playing
    assert window.session.state.title == "Slow burn"
    assert window.mixer.stems == STEMS
    play(qtbot, window, folders[1])
    assert window.playing.is_playing
    qtbot.waitUntil(lambda: "Takes" in window.activity.room_button.text(), timeout=WAIT_MS)


def test_a_new_name_is_remembered_and_can_be_undone(window, qtbot, folders, library):
    play(qtbot, window, folders[0])
    window.rooms.takes.list.renamed.emit(str(folders[0]), "Quick burn")
    assert names(window) == ["Dark corner", "Quick burn"]
    assert window.session.state.title == "Quick burn"
    qtbot.waitUntil(lambda: on_disk(library, folders[0]).name == "Quick burn", timeout=WAIT_MS)
    assert "Quick" not in window.history.undo_words
    window.history.undo()
    assert names(window) == ["Dark corner", "Slow burn"]
    qtbot.waitUntil(lambda: on_disk(library, folders[0]).name == "Slow burn", timeout=WAIT_MS)
    window.history.redo()
    qtbot.waitUntil(lambda: on_disk(library, folders[0]).name == "Quick burn", timeout=WAIT_MS)
    assert folders[0].is_dir()  # the files stay where they are


def test_stars_are_remembered_and_can_be_undone(window, qtbot, folders, library):
    takes = window.rooms.takes.list
    takes.rate(str(folders[1]))
    for key in (Qt.Key.Key_3, Qt.Key.Key_Right):
        qtbot.keyClick(takes.rating, key)
    assert takes.cards.shown[0].stars == 4
    qtbot.waitUntil(lambda: on_disk(library, folders[1]).stars == 4, timeout=WAIT_MS)
    assert window.history.undo_words == "stars of “Dark corner”"
    window.history.undo()  # what two keys have given one after the other is one move
    assert takes.cards.shown[0].stars == takes.rating.stars == 0
    qtbot.waitUntil(lambda: on_disk(library, folders[1]).stars == 0, timeout=WAIT_MS)
    window.history.redo()
    qtbot.waitUntil(lambda: on_disk(library, folders[1]).stars == 4, timeout=WAIT_MS)


def test_what_is_thrown_away_can_be_had_back(window, qtbot, folders):
    play(qtbot, window, folders[1])
    window.rooms.takes.list.delete_wanted.emit([str(folders[1])])
    assert names(window) == ["Slow burn"]
    assert window.message.sentence == "“Dark corner” is in the trash."
    qtbot.waitUntil(lambda: loaded(window) == folders[0], timeout=WAIT_MS)  # its neighbour is on the stage
    qtbot.waitUntil(lambda: not folders[1].exists(), timeout=WAIT_MS)
    qtbot.mouseClick(window.message.action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(window) == ["Dark corner", "Slow burn"], timeout=WAIT_MS)
    assert folders[1].exists()
    assert window.message.isHidden()
    window.rooms.takes.list.delete_wanted.emit([str(folder) for folder in folders])
    assert window.message.sentence == "2 takes are in the trash."
    qtbot.waitUntil(lambda: "Empty the trash" in window.activity.room_button.menu().actions()[1].text())
    window.activity.room_button.trash_emptied.emit()
    qtbot.waitUntil(lambda: not window.activity.room_button.menu().actions()[1].isEnabled(), timeout=WAIT_MS)
    assert window.history.undo_words == ""


def test_faders_are_remembered_for_each_take(new_window, qtbot, folders, library):
    window = new_window()
    play(qtbot, window, folders[0])
    window.mixer.strips[1].fader.set_gain_db(-math.inf)
    window.mixer.strips[3].mute_button.click()
    mix = window.session.state.mix
    play(qtbot, window, folders[1])
    assert window.session.state.mix.strips[1].gain_db == 0.0
    window.mixer.master.fader.set_gain_db(-6.0)
    play(qtbot, window, folders[0])
    assert window.session.state.mix == mix
    assert window.mixer.strips[3].mute_button.isChecked()
    window.close()

    again = new_window()
    play(qtbot, again, folders[1])
    assert again.session.state.mix.master_gain_db == -6.0
    play(qtbot, again, folders[0])
    assert again.session.state.mix == mix


def test_two_are_compared_at_the_same_place_and_loudness(window, qtbot, folders):
    panel = window.rooms.takes
    play(qtbot, window, folders[0])
    qtbot.waitUntil(lambda: window.playing.heard_frame > SAMPLE_RATE_HZ / 2, timeout=WAIT_MS)
    panel.list.compare_wanted.emit(str(folders[1]))
    assert panel.comparison.isVisible()
    qtbot.waitUntil(lambda: loaded(window) == folders[1], timeout=WAIT_MS)
    assert window.playing.heard_frame > SAMPLE_RATE_HZ / 3
    assert window.playing.is_playing
    qtbot.waitUntil(lambda: "turned down" in panel.comparison.note, timeout=WAIT_MS)
    # 0.4 is 12.04 dB above 0.1; the louder one, B, is heard.
    assert panel.comparison.note == "Equally loud: B is turned down by 12.0 dB."
    assert window.session.state.matched_db == pytest.approx(-12.04, abs=0.05)
    assert window.playing._player.mix.master_gain_db == pytest.approx(-12.04, abs=0.05)
    assert window.mixer.master.fader.gain_db == 0.0
    assert window.session.state.mix.master_gain_db == 0.0

    panel.list.compare_wanted.emit(str(folders[0]))  # of the two that are compared, this one
    qtbot.waitUntil(lambda: loaded(window) == folders[0], timeout=WAIT_MS)
    assert window.session.state.matched_db == 0.0
    assert panel.comparison.buttons[0].isChecked()
    window.comparing.toggle()
    qtbot.waitUntil(lambda: loaded(window) == folders[1], timeout=WAIT_MS)
    assert window.session.state.matched_db == pytest.approx(-12.04, abs=0.05)
    panel.comparison.close_button.click()
    assert window.session.state.matched_db == 0.0
    assert panel.comparison.isHidden()


def test_a_take_whose_stems_were_never_made_can_be_compared(window, qtbot, folders):
    (folders[1] / "stems.f32").write_bytes(b"")  # it was broken off before the first of them
    window.library._thread.look_at(folders[1])
    qtbot.waitUntil(lambda: window.library.entries[folders[1]].stem_names == (), timeout=WAIT_MS)
    play(qtbot, window, folders[0])
    window.rooms.takes.list.compare_wanted.emit(str(folders[1]))
    note = window.rooms.takes.comparison
    qtbot.waitUntil(lambda: note.note == "Equally loud: B is turned down by 12.0 dB.", timeout=WAIT_MS)


def copy_as_a_file(window: Window, folder: Path) -> None:
    takes = window.rooms.takes.list
    chosen = [card for card in takes.cards.shown if card.key == str(folder)]
    menu = takes.menu(chosen)
    next(action for action in menu.actions() if action.text().startswith("Copy")).trigger()
    menu.close()


def test_the_mix_of_a_take_that_is_not_loaded_is_copied_as_a_file(window, qtbot, folders, tmp_path):
    window.store.change(export_folder=tmp_path / "music")
    copy_as_a_file(window, folders[1])
    qtbot.waitUntil(lambda: window.message.sentence.startswith("Copied Dark corner - Mix.wav"), timeout=WAIT_MS)
    (url,) = QGuiApplication.clipboard().mimeData().urls()
    assert soundfile.info(url.toLocalFile()).frames == 4 * SAMPLE_RATE_HZ
    assert window.session.state.take is None


def test_what_is_still_being_made_is_not_copied(window, qtbot, tmp_path):
    window.library.take_in([sines(tmp_path / "new.wav", 300)])
    qtbot.waitUntil(lambda: "new" in names(window), timeout=WAIT_MS)
    (folder,) = (entry.folder for entry in window.library.entries.values() if entry.name == "new")
    copy_as_a_file(window, folder)
    assert window.message.sentence.startswith("“new” is still being made")


def test_what_cannot_be_compared_is_said(window, qtbot, folders):
    window.rooms.takes.list.compare_wanted.emit(str(folders[1]))
    assert window.message.sentence.startswith("There is nothing on the stage")
    play(qtbot, window, folders[1])
    window.rooms.takes.list.compare_wanted.emit(str(folders[1]))
    assert window.message.sentence.startswith("A take cannot be compared with itself")


def test_another_take_ends_the_comparison(window, qtbot, folders, tmp_path):
    play(qtbot, window, folders[0])
    window.rooms.takes.list.compare_wanted.emit(str(folders[1]))
    qtbot.waitUntil(lambda: loaded(window) == folders[1], timeout=WAIT_MS)
    window.library.take_in([sines(tmp_path / "new.wav", 1)])
    qtbot.waitUntil(lambda: window.session.state.title == "new", timeout=WAIT_MS)
    assert not window.comparing.is_on
    assert window.session.state.matched_db == 0.0


def test_a_take_that_lies_elsewhere_is_opened_and_stays_there(window, qtbot, tmp_path):
    folder = add(Library(tmp_path / "elsewhere"), "Visitor")
    window.library.take_in([folder / "take.json"])
    qtbot.waitUntil(lambda: loaded(window) == folder, timeout=WAIT_MS)
    assert window.session.state.title == "Visitor"
    assert names(window) == ["Dark corner", "Slow burn"]


def test_nothing_to_open_is_said(window, qtbot, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("hello")
    window.library.take_in([tmp_path / "letters"])
    qtbot.waitUntil(lambda: window.message.sentence.startswith("Nothing in there"), timeout=WAIT_MS)


def test_another_folder_for_takes_shows_what_lies_there(window, qtbot, tmp_path):
    add(Library(tmp_path / "other"), "Elsewhere")
    window.store.change(takes_folder=tmp_path / "other")
    qtbot.waitUntil(lambda: names(window) == ["Elsewhere"], timeout=WAIT_MS)
    window.library.take_in([sines(tmp_path / "new.wav", 1)])
    qtbot.waitUntil(lambda: names(window) == ["new", "Elsewhere"], timeout=WAIT_MS)
    assert loaded(window).parent == tmp_path / "other"


def test_a_take_that_has_gone_meanwhile_is_told_of(window, qtbot, folders):
    for path in folders[0].iterdir():
        path.unlink()
    window.rooms.takes.list.play_wanted.emit(str(folders[0]))
    qtbot.waitUntil(lambda: "holds no take" in window.message.sentence, timeout=WAIT_MS)
    assert window.session.state.take is None


def test_days_are_called_as_one_calls_them():
    today = date(2026, 11, 21)
    days = [today, date(2026, 11, 20), date(2026, 3, 1), date(2025, 12, 31)]
    assert [day_text(day, today) for day in days] == ["Today", "Yesterday", "1 March", "31 December 2025"]
