"""The window and its engine thread, generating with tiny networks."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.program import make_window
from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.catalogue import Catalogue
from engine.musika.journey import Journey
from engine.playback.settings import MixSettings, Strip
from engine.takes.library import Library
from engine.takes.take import Take
from tests.app.telling import sines
from tests.sound import NullSink
from tests.tiny_models import write_tiny_models

LEFT = Qt.MouseButton.LeftButton
WAIT_MS = 120_000


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_tiny_models(folder)
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch, models) -> Path:
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    shutil.copytree(models, tmp_path / "home" / "models")
    return tmp_path / "home"


@pytest.fixture
def window(home, qtbot, null_sink: NullSink):
    window = make_window(lambda: Catalogue([home / "models"]))
    window.show()
    window.start()
    qtbot.waitUntil(lambda: len(window.picker.buttons) == 1)
    yield window
    window.close()
    window.deleteLater()


def press(qtbot, window: Window) -> None:
    """Press Generate, or Cancel where it has become that."""
    qtbot.mouseClick(window.make_bar.button, LEFT)


def wait_until_idle(qtbot, window: Window) -> None:
    qtbot.waitUntil(lambda: window.make_bar.button.text() == "Generate", timeout=WAIT_MS)


def generate(qtbot, window: Window) -> Take:
    """Generate a take by a click and wait for it."""
    press(qtbot, window)
    qtbot.waitUntil(lambda: window.make_bar.button.text() == "Cancel")
    wait_until_idle(qtbot, window)
    return window.session.state.take


def samples(take: Take) -> np.ndarray:
    return take.read_mix(0, take.mix_frames).copy()


def test_one_click_makes_a_take_that_plays_by_itself(window, qtbot):
    window.session.change_recipe(length_s=2.0, seed=7)
    press(qtbot, window)
    qtbot.waitUntil(lambda: window.transport.play_button.accessibleName() == "Pause", timeout=WAIT_MS)
    wait_until_idle(qtbot, window)
    take = window.session.state.take
    assert (take.mix_frames, take.stem_frames) == (2 * SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ)
    assert window.mixer.stems == ("drums", "bass", "other", "vocals")
    assert window.session.state.title == "Tiny Band 7"
    assert window.export_button.isEnabled()
    assert window.message.isHidden()


def test_the_same_seed_makes_the_same_take_and_pressing_again_another(window, qtbot, home):
    window.session.change_recipe(length_s=1.0, seed=7)
    first = samples(generate(qtbot, window))
    other = samples(generate(qtbot, window))
    assert window.session.state.recipe.seed != 7
    assert window.make_bar.seed.field.text() == str(window.session.state.recipe.seed)
    window.session.change_recipe(seed=7)
    again = samples(generate(qtbot, window))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len(list(home.glob("takes/*/take.json"))) == 3  # every take is kept


def test_faders_stay_where_they_are_for_the_next_take(window, qtbot):
    window.session.change_recipe(length_s=1.0)
    generate(qtbot, window)
    window.mixer.strips[1].fader.set_gain_db(-6.0)
    qtbot.mouseClick(window.mixer.strips[3].mute_button, LEFT)
    generate(qtbot, window)
    wanted = MixSettings((Strip(), Strip(gain_db=-6.0), Strip(), Strip(muted=True)))
    assert window.session.state.mix == wanted
    assert window.playing._player.mix == wanted


def test_cancelled_in_the_middle_the_take_is_what_there_is(window, qtbot):
    window.session.change_recipe(length_s=3600.0)
    press(qtbot, window)
    qtbot.waitUntil(lambda: window.session.state.take is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.session.state.take.mix_frames > 0, timeout=WAIT_MS)
    press(qtbot, window)
    wait_until_idle(qtbot, window)
    take = window.session.state.take
    assert take.finished
    assert 0 < take.mix_frames < 3600 * SAMPLE_RATE_HZ
    made_s = take.mix_frames / SAMPLE_RATE_HZ
    assert window.view.x_of(made_s) == pytest.approx(window.view.plot_rect().left() + window.view.plot_rect().width())
    assert window.export_button.isEnabled()
    assert window.message.isHidden(), window.message.sentence


def test_closing_while_generating_leaves_what_there_is(window, qtbot, home):
    window.session.change_recipe(length_s=3600.0, seed=7)
    press(qtbot, window)
    qtbot.waitUntil(lambda: window.session.state.take is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.session.state.take.mix_frames > 0, timeout=WAIT_MS)
    window.close()
    assert not window.engine.is_running
    [entry] = Library(home / "takes").entries()
    assert (entry.name, entry.model, entry.kind) == ("Tiny Band 7", "Tiny Band", "generated")
    assert entry.length_s == window.session.state.take.mix_frames / SAMPLE_RATE_HZ < 3600


def test_closing_stops_the_computing_while_the_device_is_let_go(window, qtbot):
    window.session.change_recipe(length_s=3600.0, seed=7)
    press(qtbot, window)
    qtbot.waitUntil(lambda: window.session.state.take is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.session.state.take.mix_frames > 0, timeout=WAIT_MS)
    take, let_go, finished = window.session.state.take, window.playing.close, []

    def close() -> None:
        let_go()
        qtbot.waitUntil(lambda: take.finished, timeout=WAIT_MS)  # although the thread has not been closed
        finished.append(window.engine.is_running)

    window.playing.close = close
    window.close()
    assert finished == [True]


def test_cancelled_before_the_first_sound_nothing_stays(window, qtbot, home):
    window.session.change_recipe(length_s=3600.0)
    press(qtbot, window)
    window.engine.cancel()
    wait_until_idle(qtbot, window)
    qtbot.waitUntil(lambda: window.rooms.takes.count_text == "0", timeout=WAIT_MS)
    assert list(home.glob("takes/*")) == []


def test_a_take_is_in_the_list_from_its_first_second(window, qtbot, home):
    cards = window.rooms.takes.list.cards
    window.session.change_recipe(length_s=3600.0, seed=7)
    press(qtbot, window)
    qtbot.waitUntil(lambda: len(cards.shown) == 1 and (cards.shown[0].progress or 0) >= 0, timeout=WAIT_MS)
    assert cards.shown[0].line == "Tiny Band · making"
    qtbot.waitUntil(lambda: window.session.state.take.mix_frames > 0, timeout=WAIT_MS)
    press(qtbot, window)
    wait_until_idle(qtbot, window)
    qtbot.waitUntil(lambda: cards.shown[0].progress is None, timeout=WAIT_MS)
    assert "Style seed 7" in cards.shown[0].details
    window.session.change_recipe(length_s=1.0)
    generate(qtbot, window)
    qtbot.waitUntil(lambda: cards.shown[0].line == "Tiny Band · 0:01 · 4 stems", timeout=WAIT_MS)
    assert len(cards.shown) == 2


def test_a_take_that_is_thrown_away_while_it_is_made_ends_and_comes_back(window, qtbot, home):
    window.session.change_recipe(length_s=1.0)
    first = generate(qtbot, window)
    window.session.change_recipe(length_s=3600.0, seed=8)
    press(qtbot, window)
    qtbot.waitUntil(lambda: window.session.state.take is not first, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.session.state.take.mix_frames > 0, timeout=WAIT_MS)
    doomed = window.session.state.take.folder
    window.rooms.takes.list.delete_wanted.emit([str(doomed)])
    assert len(window.rooms.takes.list.cards.shown) == 1
    wait_until_idle(qtbot, window)
    qtbot.waitUntil(lambda: not doomed.exists() and window.session.state.entry is not None, timeout=WAIT_MS)
    assert window.session.state.entry.folder == first.folder  # its neighbour is on the stage
    assert "trash" in window.message.sentence
    qtbot.waitUntil(lambda: "MB" in window.activity.room_button.menu().actions()[1].text(), timeout=WAIT_MS)
    assert len(window.rooms.takes.list.cards.shown) == 1
    window.history.undo()
    qtbot.waitUntil(lambda: len(window.rooms.takes.list.cards.shown) == 2, timeout=WAIT_MS)
    assert doomed.exists()
    assert window.rooms.takes.list.cards.shown[0].progress is None


def test_a_take_is_made_at_once_in_the_middle_of_an_import_which_goes_on_afterwards(window, qtbot, tmp_path):
    window.library.take_in([sines(tmp_path / "long.wav", 1200)])
    qtbot.waitUntil(lambda: window.session.state.take is not None, timeout=WAIT_MS)
    recording = window.session.state.take
    qtbot.waitUntil(lambda: recording.stem_frames > 0, timeout=WAIT_MS)
    assert window.make_bar.button.text() == "Generate"
    window.session.change_recipe(length_s=1.0, seed=7)
    before = generate(qtbot, window)
    assert before.finished
    assert not recording.finished
    assert before.stem_frames == SAMPLE_RATE_HZ
    stem_frames = recording.stem_frames
    qtbot.waitUntil(lambda: recording.stem_frames > stem_frames, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "long" in window.activity.text, timeout=WAIT_MS)  # the engine tells of it afterwards
    qtbot.mouseClick(window.activity.work_cancel_button, LEFT)
    qtbot.waitUntil(lambda: recording.finished and window.activity.text == "Ready", timeout=WAIT_MS)
    assert len(window.rooms.takes.list.cards.shown) == 2


def test_one_may_listen_to_an_older_take_while_another_is_made(window, qtbot):
    window.session.change_recipe(length_s=1.0)
    first = generate(qtbot, window).folder
    window.session.change_recipe(length_s=3600.0)
    press(qtbot, window)
    qtbot.waitUntil(lambda: window.session.state.take.folder != first, timeout=WAIT_MS)
    making = window.session.state.take
    window.rooms.takes.list.play_wanted.emit(str(first))
    qtbot.waitUntil(lambda: window.session.state.take.folder == first, timeout=WAIT_MS)
    made_frames = making.mix_frames
    qtbot.waitUntil(lambda: making.mix_frames > made_frames, timeout=WAIT_MS)
    window.rooms.takes.list.play_wanted.emit(str(making.folder))
    assert window.session.state.take is making
    press(qtbot, window)
    wait_until_idle(qtbot, window)
    assert making.read_mix(0, 10).shape == (10, 2)  # still open


def test_a_damaged_model_is_a_message_and_the_window_lives_on(window, qtbot, home):
    weights = home / "models" / "tiny-splitter" / "weights.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    window.session.change_recipe(length_s=1.0)
    assert generate(qtbot, window) is None
    assert "weights.safetensors" in window.message.sentence
    assert window.message.property("kind") == "error"
    weights.write_bytes(whole)
    assert generate(qtbot, window).mix_frames == SAMPLE_RATE_HZ
    assert window.message.isHidden()


def test_a_click_seeks_in_what_is_made(window, qtbot):
    window.session.change_recipe(length_s=4.0)
    generate(qtbot, window)
    window.playing._player.pause()
    qtbot.mouseClick(window.view, LEFT, pos=QPoint(round(window.view.x_of(3.0)), 50))
    assert window.playing._player.position_frames / SAMPLE_RATE_HZ == pytest.approx(3.0, abs=0.01)


def test_more_like_this_is_the_same_style_otherwise(window, qtbot):
    window.session.change_recipe(length_s=1.0, seed=7)
    first = generate(qtbot, window)
    before = samples(first)
    qtbot.mouseClick(window.make_bar.more_button, LEFT)
    qtbot.waitUntil(lambda: window.session.state.take is not first, timeout=WAIT_MS)
    wait_until_idle(qtbot, window)
    more = window.session.state.take
    assert more.recipe["journey"]["style"] == 7
    assert more.recipe["journey"]["variation"] == window.session.state.recipe.variation != 7
    assert window.make_bar.variation.field.text() == str(window.session.state.recipe.variation)
    assert not np.array_equal(samples(more), before)


def test_a_seamless_loop_is_looped_by_itself(window, qtbot):
    window.session.change_recipe(length_s=1.5, loop=True)
    take = generate(qtbot, window)
    frames = round(1.5 * SAMPLE_RATE_HZ)
    assert (take.mix_frames, take.stem_frames) == (frames, frames)
    assert take.recipe["journey"]["loop_frames"] == frames
    assert window.transport.loop_button.isChecked()
    assert window.playing._player.loop == (0, frames)
    assert not window.make_bar.drift.isEnabled()  # a loop's style stays


def test_what_the_recipe_says_is_what_the_take_does(window, qtbot):
    window.session.change_recipe(length_s=1.0, seed=7, variation=8, truncation=1.5, drift=0.5, morph=(9, 10.0))
    take = generate(qtbot, window)
    assert Journey.from_json(take.recipe["journey"]) == Journey(7, 8, 1.5, drift=0.5).morphing(0.0, 9, 10.0)
    assert window.session.state.title == "Tiny Band 7/8"
