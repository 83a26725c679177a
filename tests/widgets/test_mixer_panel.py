"""The mixer tells every move by hand, and only those."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel

from engine.playback.settings import MixSettings, Strip
from resources import theme
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
    assert strip.figure.text() == f"−{-told[-1].strips[3].gain_db:.1f} dB"


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
    assert mixer._nothing.isHidden()
    mixer.set_stems(())
    assert mixer.strips == []
    assert mixer._nothing.isVisible()


def test_levels_reach_their_meters_the_master_last(mixer):
    peaks = np.array([[0.1, 0.1], [0.2, 0.2], [0.3, 0.3], [0.4, 0.4], [0.9, 0.8]], np.float32)
    mixer.show_levels(np.stack([peaks, peaks / 2]), elapsed_s=60)
    shown = [10 ** (strip.meter.bars_db[0] / 20) for strip in mixer.strips]
    assert shown == pytest.approx([0.1, 0.2, 0.3, 0.4], rel=1e-4)
    assert 10 ** (mixer.master.meter.bars_db / 20) == pytest.approx([0.9, 0.8], rel=1e-4)
    assert 10 ** (mixer.master.meter.averages_db / 20) == pytest.approx([0.45, 0.4], rel=1e-4)


def test_a_pan_is_told_and_shown(mixer, qtbot):
    with qtbot.waitSignal(mixer.settings_changed) as changed:
        mixer.strips[1].pan_knob.set_pan(-0.5)
    assert changed.args[0].strips[1].pan == -0.5
    with qtbot.assertNotEmitted(mixer.settings_changed):
        mixer.set_settings(MixSettings((Strip(pan=0.25),) * len(mixer.strips)))
    assert mixer.strips[0].pan_knob.pan == 0.25


def test_a_typed_gain_moves_the_fader_which_then_has_the_keys(mixer, told, qtbot):
    strip = mixer.strips[0]
    qtbot.mouseClick(strip.figure, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(strip.figure, "-7.5")
    qtbot.keyClick(strip.figure, Qt.Key.Key_Return)
    assert told[-1].strips[0].gain_db == -7.5
    assert strip.fader.hasFocus()
    qtbot.keyClick(strip.fader, Qt.Key.Key_Return)
    assert strip.figure.hasFocus()
    qtbot.keyClicks(strip.figure, "loud")
    with qtbot.waitSignal(mixer.refused):
        qtbot.keyClick(strip.figure, Qt.Key.Key_Return)


def test_a_typed_pan_turns_the_knob_which_then_has_the_keys(mixer, told, qtbot):
    strip = mixer.strips[2]
    strip.pan_knob.set_pan(0.5)
    assert strip.pan_figure.text() == "R 50"
    qtbot.mouseClick(strip.pan_figure, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(strip.pan_figure, "30 L")
    qtbot.keyClick(strip.pan_figure, Qt.Key.Key_Return)
    assert [settings.strips[2].pan for settings in told] == [0.5, -0.3]
    assert strip.pan_knob.hasFocus()
    assert strip.pan_figure.text() == "L 30"
    qtbot.keyClick(strip.pan_knob, Qt.Key.Key_Return)
    assert strip.pan_figure.hasFocus()
    qtbot.keyClicks(strip.pan_figure, "loud")
    with qtbot.waitSignal(mixer.refused):
        qtbot.keyClick(strip.pan_figure, Qt.Key.Key_Return)
    assert len(told) == 2


def test_the_faders_of_all_strips_are_equally_long(mixer):
    assert len({channel.fader.height() for channel in mixer.channels}) == 1


def test_keys_act_on_the_chosen_strip(mixer, told, qtbot):
    mixer.choose(2)
    assert mixer.strips[2].fader.hasFocus()
    mixer.toggle_mute()
    mixer.toggle_solo()
    assert told[-1].strips[2] == Strip(muted=True, soloed=True)
    mixer.choose(7)  # there is none
    assert mixer.chosen is mixer.strips[2]
    mixer.choose(-1)
    assert mixer.chosen is mixer.master
    mixer.toggle_mute()
    assert len(told) == 2


def test_the_strip_that_was_touched_last_is_the_chosen_one_and_shows_it(mixer, qtbot):
    edge = QPoint(mixer.strips[1].width() // 2, mixer.strips[1].height() - 1)

    def colours():
        return [strip.grab().toImage().pixelColor(edge).name() for strip in mixer.strips]

    before = colours()
    qtbot.mouseClick(mixer.strips[1], Qt.MouseButton.LeftButton, pos=QPoint(3, 60))
    assert mixer.chosen is mixer.strips[1]
    mixer.strips[1].fader.clearFocus()
    assert mixer.chosen is mixer.strips[1]  # the focus has gone elsewhere
    changed = [one != other for one, other in zip(before, colours(), strict=True)]
    assert changed == [False, True, False, False]


def test_lamps_are_put_out_at_once(mixer):
    mixer.show_levels(np.full((2, 5, 2), 1.5, np.float32), elapsed_s=0.1)
    assert all(strip.meter.clipped.all() for strip in mixer.strips)
    assert not mixer.master.meter.clipped.any()  # the limiter lets nothing clip: its figure is the lamp
    mixer.clear_lamps()
    assert not any(channel.meter.clipped.any() for channel in mixer.channels)


def test_undo_and_redo_say_what_they_would_do(mixer, qtbot):
    undo, redo = mixer.master.undo_button, mixer.master.redo_button
    assert (undo.isEnabled(), redo.isEnabled()) == (False, False)
    mixer.show_history("mute of drums", "")
    assert (undo.isEnabled(), redo.isEnabled()) == (True, False)
    assert "mute of drums" in undo.toolTip()
    with qtbot.waitSignal(mixer.undo_pressed):
        click(qtbot, undo)
    mixer.show_history("", "mute of drums")
    with qtbot.waitSignal(mixer.redo_pressed):
        click(qtbot, redo)


def test_loudness_is_shown_and_begun_anew(mixer, qtbot):
    mixer.show_loudness(-14.2, -math.inf)
    assert (mixer.master.loudness.now.figure, mixer.master.loudness.whole.figure) == ("−14.2", "–")
    with qtbot.waitSignal(mixer.loudness_reset):
        qtbot.mouseClick(mixer.master.loudness, Qt.MouseButton.LeftButton)


def test_it_knows_whether_the_hand_has_hold_of_a_control(mixer, qtbot):
    for control in (mixer.strips[0].fader, mixer.strips[1].pan_knob, mixer.master.fader):
        qtbot.mousePress(control, Qt.MouseButton.LeftButton, pos=control.rect().center())
        assert mixer.held
        qtbot.mouseRelease(control, Qt.MouseButton.LeftButton, pos=control.rect().center())
        assert not mixer.held


@pytest.mark.parametrize(("modifier", "gain_db"), [(Qt.KeyboardModifier.NoModifier, 0.5), ("shift", 0.1)])
def test_a_notch_of_the_wheel_is_half_a_decibel_and_with_shift_a_tenth(mixer, modifier, gain_db):
    modifier = Qt.KeyboardModifier.ShiftModifier if modifier == "shift" else modifier
    fader = mixer.strips[0].fader
    place = QPointF(fader.rect().center())
    turn = QPoint(0, 120)
    event = QWheelEvent(
        place,
        fader.mapToGlobal(place),
        QPoint(),
        turn,
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(fader, event)
    assert fader.gain_db == gain_db


@pytest.mark.parametrize(("stems", "width_px"), [(STEMS, 600), ((*STEMS, "guitar", "piano"), 768)])
def test_it_fits_between_both_sides_of_a_small_window(mixer, qtbot, stems, width_px):
    mixer.set_stems(stems)
    mixer.set_settings(MixSettings((Strip(-12.5, pan=-1.0),) * len(stems), master_gain_db=-12.5))
    assert mixer.minimumSizeHint().width() <= width_px
    mixer.resize(width_px, 204)
    qtbot.waitUntil(lambda: mixer.strips[-1].width() < 160)
    for channel in mixer.channels:
        (name,) = channel.findChildren(QLabel)
        assert name.shown == name.text()
        assert channel.figure.fontMetrics().horizontalAdvance(channel.figure.text()) <= channel.figure.width()
        for part in (channel.fader, channel.meter, channel.figure, name):
            assert channel.rect().contains(part.geometry())
    for strip in mixer.strips:
        assert strip.pan_figure.fontMetrics().horizontalAdvance(strip.pan_figure.text()) <= strip.pan_figure.width()
        controls = (strip.mute_button, strip.solo_button, strip.pan_knob, strip.pan_figure)
        assert all(strip.rect().contains(control.geometry()) for control in controls)
        edges_px = [edge for button in controls[:3] for edge in (button.geometry().left(), button.geometry().right())]
        assert edges_px == sorted(edges_px)
        assert strip.pan_figure.geometry().top() > strip.pan_knob.geometry().bottom()


def test_a_strip_that_another_ones_solo_silences_looks_silent(mixer, qtbot):
    def lines():
        """The colours of the lines on the knobs, half a pixel off, where they are whole."""
        return [
            strip.fader.grab()
            .toImage()
            .pixelColor(round(strip.fader._centre_px()), round(strip.fader.y_of(0)) - 1)
            .name()
            for strip in mixer.strips
        ]

    mixer.strips[0].fader.clearFocus()
    coloured = [theme.stem_colour(stem) for stem in STEMS]
    assert lines() == coloured
    click(qtbot, mixer.strips[1].solo_button)
    assert lines() == [theme.COLOURS.faint, coloured[1], theme.COLOURS.faint, theme.COLOURS.faint]
    mixer.set_settings(MixSettings((Strip(muted=True), Strip(), Strip(), Strip())))
    assert lines() == [theme.COLOURS.faint, *coloured[1:]]
