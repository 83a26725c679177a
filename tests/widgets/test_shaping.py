"""Sliders with words, the morph field, the fold-out row, the keep button."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt

from widgets.keep_button import KeepButton
from widgets.make_bar import MakeBar, drift_text
from widgets.morph_field import MorphField
from widgets.value_slider import ValueSlider

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def slider(qtbot):
    slider = ValueSlider("Drift", 0.0, 1.0, text=drift_text, width_px=104)
    qtbot.addWidget(slider)
    slider.show()
    return slider


def test_a_slider_says_what_it_means(slider, qtbot):
    assert slider.caption == "Drift: stay"
    with qtbot.waitSignal(slider.value_changed) as changed:
        qtbot.keyClick(slider.slider, Qt.Key.Key_PageUp)
    assert changed.args == [0.1]
    assert (slider.caption, slider.slider.accessibleDescription()) == ("Drift: 10 %", "10 %")
    qtbot.keyClick(slider.slider, Qt.Key.Key_End)
    assert slider.caption == "Drift: wander"


def test_a_slider_that_is_set_tells_nobody_and_keeps_the_value(slider, qtbot):
    with qtbot.assertNotEmitted(slider.value_changed):
        slider.set_value(0.333)
    assert slider.value == 0.333
    assert slider.slider.value() == 33


@pytest.fixture
def morph(qtbot):
    field = MorphField()
    qtbot.addWidget(field)
    field.show()
    return field


def test_a_morph_counts_only_while_it_is_ticked(morph, qtbot):
    assert morph.wanted is None
    assert not morph.seed.isEnabled()
    with qtbot.waitSignal(morph.changed):
        qtbot.mouseClick(morph.tick, LEFT)
    assert morph.wanted == (0, 30.0)
    morph.seed.field.selectAll()
    qtbot.keyClicks(morph.seed.field, "77")
    with qtbot.waitSignal(morph.changed):
        qtbot.keyClick(morph.seed.field, Qt.Key.Key_Return)
    morph.over.field.selectAll()
    qtbot.keyClicks(morph.over.field, "1:05")
    qtbot.keyClick(morph.over.field, Qt.Key.Key_Return)
    assert morph.wanted == (77, 65.0)
    qtbot.mouseClick(morph.tick, LEFT)
    assert morph.wanted is None


def test_showing_a_morph_tells_nobody(morph, qtbot):
    with qtbot.assertNotEmitted(morph.changed):
        morph.show_wanted((5, 10.0))
    assert morph.wanted == (5, 10.0)
    morph.show_wanted(None)
    assert morph.wanted is None


@pytest.fixture
def bar(qtbot):
    bar = MakeBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def test_the_second_row_folds_out_and_in(bar, qtbot):
    assert not bar.shape.isVisible()
    height_px = bar.sizeHint().height()
    qtbot.mouseClick(bar.fold_button, LEFT)
    assert bar.shape.isVisible()
    qtbot.mouseClick(bar.fold_button, LEFT)
    assert not bar.shape.isVisible()
    assert bar.sizeHint().height() == height_px


def test_endless_is_a_length(bar, qtbot):
    with qtbot.waitSignal(bar.length.chosen) as chosen:
        bar.length.field.setText("endless")
        qtbot.keyClick(bar.length.field, Qt.Key.Key_Return)
    assert chosen.args == [math.inf]
    assert bar.length.field.text() == "∞"
    bar.length.choose(15.0)
    bar.length.field.setText("∞")
    qtbot.keyClick(bar.length.field, Qt.Key.Key_Return)
    assert bar.length.value == math.inf


def test_a_locked_seed_shows_its_lock(bar, qtbot):
    with qtbot.waitSignal(bar.seed.lock_changed) as locked:
        qtbot.mouseClick(bar.seed.lock_button, LEFT)
    assert locked.args == [True]
    with qtbot.assertNotEmitted(bar.seed.lock_changed):
        bar.seed.set_locked(False)
    assert not bar.seed.lock_button.isChecked()


def test_more_like_this_waits_for_something_with_a_style(bar, qtbot):
    with qtbot.assertNotEmitted(bar.more_pressed):
        qtbot.mouseClick(bar.more_button, LEFT)
    bar.set_more_available(True)
    with qtbot.waitSignal(bar.more_pressed):
        qtbot.mouseClick(bar.more_button, LEFT)


def test_keep_offers_how_much(qtbot):
    button = KeepButton()
    qtbot.addWidget(button)
    wanted = []
    button.keep_wanted.connect(wanted.append)
    for action in button.menu().actions():
        action.trigger()
    assert wanted == [30.0, 120.0, math.inf]
