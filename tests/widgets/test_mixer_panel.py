"""The mixer tells every move by hand, and only those."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from engine.playback.settings import MixSettings, Strip
from widgets.mixer_panel import MixerPanel

STEMS = ("drums", "bass", "other", "vocals")


@pytest.fixture
def mixer(qtbot):
    mixer = MixerPanel()
    mixer.set_stems(STEMS)
    mixer.resize(1000, 260)
    qtbot.addWidget(mixer)
    mixer.show()
    return mixer


@pytest.fixture
def told(mixer):
    heard: list[MixSettings] = []
    mixer.settings_changed.connect(heard.append)
    return heard


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_mute_and_solo_change_their_strip_only(mixer, told, qtbot):
    click(qtbot, mixer.strips[1].mute_button)
    click(qtbot, mixer.strips[2].solo_button)
    assert told == [
        MixSettings((Strip(), Strip(muted=True), Strip(), Strip())),
        MixSettings((Strip(), Strip(muted=True), Strip(soloed=True), Strip())),
    ]
    click(qtbot, mixer.strips[1].mute_button)
    assert told[-1].strips[1] == Strip()


def test_a_fader_changes_its_gain_and_shows_it(mixer, told, qtbot):
    strip = mixer.strips[3]
    y_px = round(strip.fader.y_of(-6))
    qtbot.mouseClick(strip.fader, Qt.MouseButton.LeftButton, pos=QPoint(strip.fader.width() // 2, y_px))
    assert told[-1].strips[3].gain_db == pytest.approx(-6, abs=0.5)
    assert [other.gain_db for other in told[-1].strips[:3]] == [0, 0, 0]
    assert strip.gain_text == f"−{-told[-1].strips[3].gain_db:.1f} dB"


def test_showing_settings_moves_the_controls_and_tells_nobody(mixer, told):
    settings = MixSettings((Strip(-3.5), Strip(muted=True), Strip(soloed=True), Strip(-math.inf)), master_gain_db=-2.0)
    mixer.set_settings(settings)
    assert told == []
    assert [strip.fader.gain_db for strip in mixer.strips] == [-3.5, 0, 0, -math.inf]
    assert [strip.mute_button.isChecked() for strip in mixer.strips] == [False, True, False, False]
    assert [strip.solo_button.isChecked() for strip in mixer.strips] == [False, False, True, False]
    assert mixer.master.fader.gain_db == -2.0


def test_the_master_and_its_reset(mixer, told, qtbot):
    mixer.set_settings(MixSettings((Strip(-3), Strip(muted=True), Strip(), Strip(soloed=True)), master_gain_db=-2))
    qtbot.keyClick(mixer.master.fader, Qt.Key.Key_Down)
    assert told[-1].master_gain_db == -2.5
    assert told[-1].strips[0].gain_db == -3
    click(qtbot, mixer.master.reset_button)
    assert told[-1] == MixSettings.unity(4)
    assert len(told) == 2
    assert mixer.strips[0].fader.gain_db == 0
    assert not mixer.strips[1].mute_button.isChecked()


def test_other_stems_bring_other_strips(mixer, told, qtbot):
    mixer.set_stems((*STEMS, "guitar", "piano"))
    click(qtbot, mixer.strips[5].mute_button)
    assert told == [MixSettings((*[Strip()] * 5, Strip(muted=True)))]
    mixer.set_stems(())
    assert mixer.strips == []


def test_levels_reach_their_meters_the_master_last(mixer):
    peaks = np.array([[0.1, 0.1], [0.2, 0.2], [0.3, 0.3], [0.4, 0.4], [0.9, 0.8]], np.float32)
    mixer.show_levels(peaks, elapsed_s=0.025)
    shown = [10 ** (strip.meter.bars_db[0] / 20) for strip in mixer.strips]
    assert shown == pytest.approx([0.1, 0.2, 0.3, 0.4], rel=1e-4)
    assert 10 ** (mixer.master.meter.bars_db / 20) == pytest.approx([0.9, 0.8], rel=1e-4)


def test_a_pan_is_told_and_shown(mixer, qtbot):
    with qtbot.waitSignal(mixer.settings_changed) as changed:
        mixer.strips[1].pan_knob.set_pan(-0.5)
    assert changed.args[0].strips[1].pan == -0.5
    with qtbot.assertNotEmitted(mixer.settings_changed):
        mixer.set_settings(MixSettings((Strip(pan=0.25),) * len(mixer.strips)))
    assert mixer.strips[0].pan_knob.pan == 0.25
