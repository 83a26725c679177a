"""The header says what plays and where, and opens the doors to the rest."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel

from resources import theme
from widgets.header_bar import HeaderBar

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def header(qtbot):
    bar = HeaderBar()
    qtbot.addWidget(bar)
    bar.resize(1280, bar.height())
    bar.show()
    return bar


def lamp(header: HeaderBar) -> QLabel:
    return next(label for label in header.findChildren(QLabel) if label.text() == "●")


def test_the_lamp_tells_whether_it_sounds(header):
    header.set_output("Built-in · 44.1 kHz · 12 ms", "open")
    assert header.output_text == "Built-in · 44.1 kHz · 12 ms"
    assert lamp(header).palette().windowText().color() == QColor(theme.COLOURS.good)
    header.set_output("Built-in · 44.1 kHz · 12 ms", "lost", "It went away.")
    assert lamp(header).palette().windowText().color() == QColor(theme.COLOURS.mute)


def test_long_names_leave_room_for_the_buttons(header):
    header.set_title("A jam that went on and on until the sun came up over the barn " * 4)
    header.set_output("A very long name of an interface with many channels " * 4 + "· 48 kHz · 12 ms", "open")
    header.grab()
    assert header.minimumSizeHint().width() < 700
    assert header.settings_button.geometry().right() < header.width()
    labels = [label for label in header.findChildren(QLabel) if label.isVisible()]
    for left, right in pairwise(labels):
        assert left.geometry().right() < right.geometry().left()


@pytest.mark.parametrize("name", ["models", "takes"])
def test_a_side_is_folded_away_and_out_by_a_click(header, name, qtbot):
    button, toggled = getattr(header, f"{name}_button"), getattr(header, f"{name}_toggled")
    for shown in (False, True):
        with qtbot.waitSignal(toggled) as told:
            qtbot.mouseClick(button, LEFT)
        assert told.args == [shown]


def test_showing_which_sides_are_there_tells_nobody(header, qtbot):
    with qtbot.assertNotEmitted(header.models_toggled), qtbot.assertNotEmitted(header.takes_toggled):
        header.set_sides(models=False, takes=False)
    assert not header.models_button.isChecked()
    assert not header.takes_button.isChecked()


@pytest.mark.parametrize("name", ["help", "settings"])
def test_help_and_settings_are_a_click_away(header, name, qtbot):
    with qtbot.waitSignal(getattr(header, f"{name}_wanted")):
        qtbot.mouseClick(getattr(header, f"{name}_button"), LEFT)


def test_the_word_mark_follows_the_theme(header, qapp):
    theme.apply(qapp, "light")
    try:
        assert theme.LIGHT.accent in header._wordmark.text()
    finally:
        theme.apply(qapp, "dark")
