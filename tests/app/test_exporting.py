"""Exports from the real window: what is chosen, what is written, and what is never written over unasked."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QPushButton, QWidget

from app.leaving import NOT_YET
from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.export.choices import ExportChoices
from engine.takes.take import Take

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
STEMS = ("drums", "bass", "other", "vocals")
LENGTH = 4 * SAMPLE_RATE_HZ
WAIT_MS = 30_000


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def noise(frames: int, seed: int = 0) -> np.ndarray:
    """Stems (frames, 4, 2)."""
    return np.random.default_rng(seed).normal(0, 0.05, (frames, 4, 2)).astype(np.float32)


@pytest.fixture
def jam(home) -> Path:
    """A take in the library."""
    stems = noise(LENGTH)
    with closing(Take.create(home / "takes" / "Jam", stem_names=STEMS, recipe={"file": "jam.wav"})) as take:
        take.append_mix(stems.sum(axis=1))
        take.append_stems(stems)
        take.finish()
    return home / "takes" / "Jam"


@pytest.fixture
def new_window(home, open_window, qtbot, tmp_path):
    """A window whose exports go to `tmp_path / "music"`."""

    def make() -> Window:
        window = open_window(home, lambda window: window.store.change(export_folder=tmp_path / "music"))
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
        return window

    return make


@pytest.fixture
def window(new_window, jam, qtbot) -> Window:
    window = new_window()
    play_jam(window, jam, qtbot)
    return window


def play_jam(window: Window, jam: Path, qtbot) -> None:
    window.library.open(jam, plays=False)
    qtbot.waitUntil(lambda: window.export_button.isEnabled(), timeout=WAIT_MS)


def segment(window: Window, name: str) -> QWidget:
    """A button of the panel, by its accessible name or its words."""
    return next(b for b in window.exporting.panel.findChildren(QPushButton) if name in (b.accessibleName(), b.text()))


def press(window: Window, *names: str) -> None:
    for name in names:
        QTest.mouseClick(segment(window, name), LEFT)


def exported(qtbot, window: Window) -> list[Path]:
    """Press Export, and wait for the files."""
    with qtbot.waitSignal(window.files.exported, timeout=WAIT_MS) as told:
        QTest.mouseClick(window.exporting.panel.export_button, LEFT)
    qtbot.waitUntil(window.exporting.overlay.isHidden)
    return told.args[0]


@pytest.fixture
def said(window, monkeypatch) -> list[str]:
    """All that the window says from now on: what is said of the output may follow anything else at any time."""
    sentences: list[str] = []
    monkeypatch.setattr(window.message, "say", lambda sentence, *_, **__: sentences.append(sentence))
    return sentences


def test_ctrl_e_and_enter_export_the_mix_as_the_faders_stand(window, said, qtbot, tmp_path):
    window.mixer.master.fader.set_gain_db(-20.0)
    QTest.keyClick(window, Qt.Key.Key_E, CTRL)
    assert window.exporting.overlay.isVisible()
    assert window.exporting.panel.list.names == {"mix": "Jam - Mix.wav"}
    press(window, "WAV, 32-bit float")
    with qtbot.waitSignal(window.files.exported, timeout=WAIT_MS):
        QTest.keyClick(window.exporting.panel, Qt.Key.Key_Return)
    written, rate_hz = soundfile.read(tmp_path / "music" / "Jam - Mix.wav", dtype="float32")
    assert rate_hz == SAMPLE_RATE_HZ
    np.testing.assert_allclose(written, noise(LENGTH).sum(axis=1) / 10, atol=1e-6)
    qtbot.waitUntil(lambda: f"Exported Jam - Mix.wav to {tmp_path / 'music'}." in said, timeout=WAIT_MS)
    assert window.exporting.overlay.isHidden()


def test_both_of_a_region_in_another_format(window, said, qtbot, tmp_path):
    window.view.set_region((1.0, 2.5))
    QTest.mouseClick(window.export_button, LEFT)
    press(window, "Export Both", "Format FLAC", "Sample rate 48 kHz")
    paths = exported(qtbot, window)
    assert [path.name for path in paths] == [
        f"Jam - {part}.flac" for part in ("Mix", "Drums", "Bass", "Other", "Vocals")
    ]
    for path in paths:
        assert soundfile.info(path).frames == 1.5 * 48_000
        assert soundfile.info(path).samplerate == 48_000
    with soundfile.SoundFile(paths[1]) as file:
        told = json.loads(file.comment)
    assert told["frames"] == [SAMPLE_RATE_HZ, round(2.5 * SAMPLE_RATE_HZ)]
    assert told["take"]["file"] == "jam.wav"
    qtbot.waitUntil(lambda: f"Exported 5 files to {tmp_path / 'music'}." in said, timeout=WAIT_MS)


def test_the_whole_take_where_there_is_a_region(window, qtbot):
    window.view.set_region((1.0, 2.5))
    QTest.mouseClick(window.export_button, LEFT)
    press(window, "Export Whole take")
    (path,) = exported(qtbot, window)
    assert soundfile.info(path).frames == LENGTH


def test_a_file_that_exists_is_asked_about_and_kept(window, qtbot, tmp_path):
    (tmp_path / "music").mkdir()
    mine = tmp_path / "music" / "Jam - Mix.wav"
    mine.write_bytes(b"precious")
    panel = window.exporting.panel
    QTest.mouseClick(window.export_button, LEFT)
    QTest.mouseClick(panel.export_button, LEFT)
    qtbot.waitUntil(panel.question.isVisible, timeout=WAIT_MS)
    assert window.exporting.overlay.isVisible()
    assert mine.read_bytes() == b"precious"
    QTest.keyClick(window.exporting.overlay, Qt.Key.Key_Escape)  # neither of them
    assert window.exporting.overlay.isHidden()
    assert mine.read_bytes() == b"precious"

    QTest.mouseClick(window.export_button, LEFT)
    assert panel.question.isHidden()
    QTest.mouseClick(panel.export_button, LEFT)
    qtbot.waitUntil(panel.question.isVisible, timeout=WAIT_MS)
    with qtbot.waitSignal(window.files.exported, timeout=WAIT_MS):
        press(window, "Keep both")
    assert mine.read_bytes() == b"precious"
    assert soundfile.info(tmp_path / "music" / "Jam - Mix 2.wav").frames == LENGTH

    QTest.mouseClick(window.export_button, LEFT)
    QTest.mouseClick(panel.export_button, LEFT)
    qtbot.waitUntil(panel.question.isVisible, timeout=WAIT_MS)
    with qtbot.waitSignal(window.files.exported, timeout=WAIT_MS):
        press(window, "Replace")
    assert soundfile.info(mine).frames == LENGTH


def test_the_question_comes_when_other_work_is_done(window, qtbot, tmp_path):
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "Jam - Mix.wav").write_bytes(b"precious")
    take = window.session.state.take
    window.files.keep(take, 0, LENGTH, tmp_path / "kept" / "Jam")
    QTest.mouseClick(window.export_button, LEFT)
    with qtbot.waitSignal(window.files.in_the_way, timeout=WAIT_MS):
        QTest.mouseClick(window.exporting.panel.export_button, LEFT)
    qtbot.waitUntil(window.exporting.panel.question.isVisible, timeout=WAIT_MS)
    with qtbot.waitSignal(window.files.exported, timeout=WAIT_MS) as told:
        press(window, "Keep both")
    assert told.args[0] == [tmp_path / "music" / "Jam - Mix 2.wav"]


def test_the_last_choices_are_there_the_next_time(new_window, jam, qtbot, tmp_path):
    window = new_window()
    play_jam(window, jam, qtbot)
    QTest.mouseClick(window.export_button, LEFT)
    press(window, "Export Stems", "Format OGG", "Level Loudness")
    window.exporting.panel.level.field.selectAll()
    QTest.keyClicks(window.exporting.panel.level.field, "-18,5")
    window.exporting.panel.pattern.line.selectAll()
    QTest.keyClicks(window.exporting.panel.pattern.line, "{part} of {take}")
    assert [path.name for path in exported(qtbot, window)] == [f"{stem.capitalize()} of Jam.ogg" for stem in STEMS]
    window.close()
    again = new_window()
    play_jam(again, jam, qtbot)
    QTest.mouseClick(again.export_button, LEFT)
    assert again.exporting.panel.choices == ExportChoices(
        "stems",
        format="ogg",
        level="loudness",
        loudness_lufs=-18.5,
        pattern="{part} of {take}",
        folder=tmp_path / "music",
    )


def test_as_the_last_time_without_a_question(window, qtbot, tmp_path):
    window.store.change(export=replace(ExportChoices(), what="both", format="mp3-320"))
    for names in (["Jam - Mix.mp3", "Jam - Vocals.mp3"], ["Jam - Mix 2.mp3", "Jam - Vocals 2.mp3"]):
        with qtbot.waitSignal(window.files.exported, timeout=WAIT_MS) as told:
            QTest.keyClick(window, Qt.Key.Key_E, CTRL | Qt.KeyboardModifier.ShiftModifier)
        assert [path.name for path in told.args[0]][::4] == names
    assert window.exporting.overlay.isHidden()


def test_another_folder_is_asked_for_and_remembered(window, qtbot, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    QTest.mouseClick(window.export_button, LEFT)
    QTest.mouseClick(window.exporting.panel.folder_button, LEFT)
    dialog = window.findChild(QFileDialog)
    dialog.selectFile(str(tmp_path / "elsewhere"))
    buttons = dialog.findChild(QDialogButtonBox)
    QTest.mouseClick(
        next(b for b in buttons.buttons() if buttons.buttonRole(b) == QDialogButtonBox.ButtonRole.AcceptRole), LEFT
    )
    assert [path.parent for path in exported(qtbot, window)] == [tmp_path / "elsewhere"]
    assert window.store.settings.export_folder == tmp_path / "elsewhere"


def test_a_folder_that_may_not_be_written_is_told_in_the_panel(window, qtbot, tmp_path):
    (tmp_path / "music").write_bytes(b"a file, no folder")
    QTest.mouseClick(window.export_button, LEFT)
    QTest.mouseClick(window.exporting.panel.export_button, LEFT)
    qtbot.waitUntil(lambda: "not a folder" in window.exporting.panel.problem, timeout=WAIT_MS)
    assert window.exporting.overlay.isVisible()


def test_cancelled_it_leaves_nothing(window, qtbot, tmp_path):
    long = window.session.state.take.folder.parent / "Long"
    with closing(Take.create(long, recipe={"file": "long.wav"})) as take:
        for seed in range(60):
            take.append_mix(noise(SAMPLE_RATE_HZ, seed)[:, 0])
        take.finish()
    window.library.open(long, plays=False)
    qtbot.waitUntil(lambda: window.session.state.take.folder == long, timeout=WAIT_MS)
    qtbot.waitUntil(window.export_button.isEnabled, timeout=WAIT_MS)
    QTest.mouseClick(window.export_button, LEFT)
    # Not by waitSignal: what it connects dies when the first signal has come, and more of them are on their way.
    QTest.mouseClick(window.exporting.panel.export_button, LEFT)
    qtbot.waitUntil(window.activity.cancel_button.isVisible, timeout=WAIT_MS)
    QTest.mouseClick(window.activity.cancel_button, LEFT)
    qtbot.waitUntil(lambda: not window.activity.cancel_button.isVisible(), timeout=WAIT_MS)
    assert not list(tmp_path.glob("music/*"))  # the folder is made when the export begins, perhaps never
    assert not window.message.sentence.startswith("Exported")


def test_a_take_without_stems_has_a_mix_only(window, qtbot):
    bare = window.session.state.take.folder.parent / "Bare"
    with closing(Take.create(bare, recipe={"file": "bare.wav"})) as take:
        take.append_mix(noise(SAMPLE_RATE_HZ)[:, 0])
        take.finish()
    window.store.change(export=replace(ExportChoices(), what="both"))
    window.library.open(bare, plays=False)
    qtbot.waitUntil(lambda: window.session.state.take.folder == bare, timeout=WAIT_MS)
    qtbot.waitUntil(window.export_button.isEnabled, timeout=WAIT_MS)
    QTest.mouseClick(window.export_button, LEFT)
    assert not segment(window, "Export Stems").isEnabled()
    assert not segment(window, "Export Both").isEnabled()
    assert [path.name for path in exported(qtbot, window)] == ["Bare - Mix.wav"]


def test_of_a_take_that_is_being_made_a_region_of_what_there_is(window, tmp_path, qtbot):
    with closing(Take.create(tmp_path / "growing", stem_names=STEMS, planned_frames=LENGTH)) as take:
        take.append_mix(noise(LENGTH // 2).sum(axis=1))
        take.append_stems(noise(LENGTH // 4))
        window.session.update(take=take, title="Growing")
        window.exporting.refresh()
        QTest.mouseClick(window.export_button, LEFT)
        assert window.exporting.panel.problem == NOT_YET
        assert not window.exporting.panel.export_button.isEnabled()
        QTest.keyClick(window.exporting.overlay, Qt.Key.Key_Escape)
        window.view.set_region((0.5, 1.5))
        QTest.mouseClick(window.export_button, LEFT)
        assert window.exporting.panel.problem == ""
        assert not segment(window, "Export Whole take").isEnabled()
        assert not segment(window, "Export Stems").isEnabled()  # they reach to the first second
        (path,) = exported(qtbot, window)
        written = soundfile.read(path, dtype="float32")[0]
        np.testing.assert_allclose(written, take.read_mix(SAMPLE_RATE_HZ // 2, SAMPLE_RATE_HZ), atol=1e-6)
