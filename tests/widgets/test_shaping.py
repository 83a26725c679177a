"""Sliders with words, the morph field and its sheet, the keep button."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt

from widgets.keep_button import KeepButton
from widgets.make_bar import drift_text
from widgets.morph_button import STAYS, MorphButton
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


@pytest.mark.parametrize("back", ["double-click", "0"])
def test_the_usual_value_comes_back(qtbot, back):
    slider = ValueSlider("Adventure", 0.1, 3.9, usual=2.0, text=str, width_px=92)
    qtbot.addWidget(slider)
    assert slider.value == 2.0
    slider.set_value(3.0)
    with qtbot.waitSignal(slider.value_changed) as changed:
        if back == "0":
            qtbot.keyClick(slider.slider, Qt.Key.Key_0)
        else:
            qtbot.mouseDClick(slider.slider, LEFT)
    assert changed.args == [2.0]
    assert (slider.value, slider.caption) == (2.0, "Adventure: 2.0")


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
    assert morph.wanted == (morph.seed.seed, 30.0)
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
def button(qtbot):
    button = MorphButton()
    qtbot.addWidget(button)
    button.show()
    return button


def test_the_button_says_what_becomes_of_the_style(button, qtbot):
    assert button.text() == STAYS
    button.show_wanted((77, 65.0))
    assert button.text() == "To 77 in 1:05"
    assert button.accessibleDescription() == button.text()
    button.show_wanted(None)
    assert (button.text(), button.wanted) == (STAYS, None)


def test_its_sheet_unfolds_is_used_and_folds(button, qtbot):
    told = []
    button.changed.connect(lambda: told.append(button.wanted))
    qtbot.mouseClick(button, LEFT)
    assert button.sheet.isVisible()
    qtbot.mouseClick(button.field.tick, LEFT)
    button.field.over.choose(10.0)
    seed = button.field.seed.seed
    assert told == [(seed, 30.0), (seed, 10.0)]
    assert button.text() == f"To {seed} in 0:10"
    qtbot.keyClick(button.sheet, Qt.Key.Key_Escape)
    assert not button.sheet.isVisible()


def test_keep_offers_how_much(qtbot):
    button = KeepButton()
    qtbot.addWidget(button)
    wanted = []
    button.keep_wanted.connect(wanted.append)
    for action in button.menu().actions():
        action.trigger()
    assert wanted == [30.0, 120.0, math.inf]
