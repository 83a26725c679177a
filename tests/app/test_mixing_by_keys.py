"""The mixer of the real window, used by keys and mouse; what is heard is measured by its meters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.program import make_window
from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.catalogue import Catalogue
from engine.playback.settings import MixSettings, Strip
from engine.takes.take import Take

STEMS = ("drums", "bass", "other", "vocals")
LEFT = Qt.MouseButton.LeftButton
WAIT_MS = 30_000


@pytest.fixture
def window(tmp_path: Path, monkeypatch, qtbot):
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    window = make_window(lambda: Catalogue([tmp_path / "home" / "models"]))
    window.show()
    window.start()
    qtbot.waitUntil(lambda: window.model_count.text() != "", timeout=WAIT_MS)
    yield window
    window.close()
    window.deleteLater()


def kept_take(folder: Path, seconds: float = 20.0) -> Path:
    """A finished take on the disk whose stems stand still at −20 dBFS."""
    take = Take.create(folder, stem_names=STEMS)
    frames = round(seconds * SAMPLE_RATE_HZ)
    take.append_mix(np.full((frames, 2), 0.4, np.float32))
    take.append_stems(np.full((frames, 4, 2), 0.1, np.float32))
    take.finish()
    take.close()
    return folder


def press(window: Window, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press keys wherever the focus is."""
    for key in keys:
        QTest.keyClick(window.focusWidget() or window, key, modifiers)


def open_take(qtbot, window: Window, folder: Path) -> None:
    window.library.open(folder, plays=False)
    qtbot.waitUntil(lambda: window.session.state.take is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.session.state.take.folder == folder, timeout=WAIT_MS)


def test_strips_are_played_by_keys_and_everything_is_undone(window, qtbot, tmp_path, null_sink):
    open_take(qtbot, window, kept_take(tmp_path / "a take"))
    window.mixer.master.setFocus()
    press(window, Qt.Key.Key_3, Qt.Key.Key_M, Qt.Key.Key_1, Qt.Key.Key_S, Qt.Key.Key_Down, Qt.Key.Key_Down)
    expected = MixSettings((Strip(-1.0, soloed=True), Strip(), Strip(muted=True), Strip()))
    assert window.session.state.mix == expected
    press(window, Qt.Key.Key_7, Qt.Key.Key_Up)
    assert window.session.state.mix.master_gain_db == 0.5
    press(window, Qt.Key.Key_M)  # the master has no mute
    meters = [channel.meter for channel in window.mixer.channels]
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: meters[0].averages_db[0] == pytest.approx(-20.5, abs=0.1), timeout=WAIT_MS)
    assert [meter.bars_db[0] < -60 for meter in meters[1:4]] == [True, True, True]
    control = Qt.KeyboardModifier.ControlModifier
    for _ in range(4):
        press(window, Qt.Key.Key_Z, modifiers=control)
    assert window.session.state.mix == MixSettings.unity(4)
    qtbot.waitUntil(lambda: meters[2].averages_db[0] > -20.2, timeout=WAIT_MS)
    for _ in range(2):
        press(window, Qt.Key.Key_Z, modifiers=control | Qt.KeyboardModifier.ShiftModifier)
    assert window.session.state.mix == MixSettings((Strip(soloed=True), Strip(), Strip(muted=True), Strip()))
    press(window, Qt.Key.Key_Space)


def test_a_typed_gain_is_heard_and_one_that_is_none_is_explained(window, qtbot, tmp_path, null_sink):
    open_take(qtbot, window, kept_take(tmp_path / "a take"))
    figure = window.mixer.strips[1].figure
    qtbot.mouseClick(figure, LEFT)
    qtbot.keyClicks(figure, "-12")
    press(window, Qt.Key.Key_Return)
    assert window.session.state.mix.strips[1].gain_db == -12.0
    press(window, Qt.Key.Key_Space)
    meter = window.mixer.strips[1].meter
    qtbot.waitUntil(lambda: meter.averages_db[0] == pytest.approx(-32.0, abs=0.1), timeout=WAIT_MS)
    press(window, Qt.Key.Key_Return)  # the fader has the keys, and lets them type
    qtbot.keyClicks(figure, "7")
    press(window, Qt.Key.Key_Return)
    assert "+6.0 dB" in window.message.sentence
    press(window, Qt.Key.Key_Escape)
    assert window.session.state.mix.strips[1].gain_db == -12.0


def test_each_take_has_its_faders_again(window, qtbot, tmp_path):
    takes = window.store.settings.takes_folder
    first, second = kept_take(takes / "first", 1.0), kept_take(takes / "second", 1.0)
    open_take(qtbot, window, first)
    window.mixer.strips[0].fader.set_gain_db(-9.0)
    qtbot.mouseClick(window.mixer.strips[1].solo_button, LEFT)
    of_first = window.session.state.mix
    open_take(qtbot, window, second)
    qtbot.mouseClick(window.mixer.master.reset_button, LEFT)
    window.mixer.strips[3].pan_knob.set_pan(-0.5)
    of_second = window.session.state.mix
    open_take(qtbot, window, first)
    assert window.session.state.mix == of_first
    assert window.history.undo_words == ""
    open_take(qtbot, window, second)
    assert window.session.state.mix == of_second
