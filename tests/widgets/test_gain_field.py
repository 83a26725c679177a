"""A gain in figures, typed over."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.gain_field import LEAST_PX, WIDTH_PX, GainField


@pytest.fixture
def field(qtbot):
    host = QWidget()
    QLineEdit(host)  # has the focus first
    field = GainField("Drums", host)
    field.resize(WIDTH_PX, 18)
    qtbot.addWidget(host)
    host.show()
    yield field  # noqa: PT022 (the host must live as long)


def click(qtbot, field: GainField) -> None:
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)


def test_it_shows_the_gain_and_its_unit_where_there_is_room(field):
    field.show_value(-12.5)
    assert field.text() == "−12.5 dB"
    field.resize(LEAST_PX, 18)
    assert field.text() == "−12.5"


@pytest.mark.parametrize(("typed", "gain_db"), [("-4.5", -4.5), ("-3,2 dB", -3.2), ("off", -math.inf), ("+6", 6.0)])
def test_a_click_and_figures_and_enter_tell_a_gain(field, qtbot, typed, gain_db):
    click(qtbot, field)
    qtbot.keyClicks(field, typed)
    with qtbot.waitSignal(field.left), qtbot.waitSignal(field.typed) as told:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told.args == [gain_db]
    assert not field.hasFocus()


def test_escape_leaves_it_as_it_was(field, qtbot):
    field.show_value(-3.0)
    click(qtbot, field)
    qtbot.keyClicks(field, "5")
    with qtbot.assertNotEmitted(field.typed), qtbot.waitSignal(field.left):
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "−3.0 dB"


def test_going_elsewhere_leaves_it_too(field, qtbot):
    click(qtbot, field)
    qtbot.keyClicks(field, "5")
    with qtbot.assertNotEmitted(field.typed):
        field.clearFocus()
    assert field.text() == "0.0 dB"


@pytest.mark.parametrize("typed", ["loud", "7", ""])
def test_what_is_no_gain_is_refused_and_can_be_mended(field, qtbot, typed):
    click(qtbot, field)
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, typed)
    with qtbot.assertNotEmitted(field.typed), qtbot.waitSignal(field.refused) as refusal:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "type" in refusal.args[0]
    assert field.property("wrong")
    assert field.hasFocus()
    field.selectAll()
    qtbot.keyClicks(field, "3")
    with qtbot.waitSignal(field.typed):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    field.show_value(3.0)
    assert not field.property("wrong")


def test_what_moves_meanwhile_does_not_disturb_the_typing(field, qtbot):
    click(qtbot, field)
    qtbot.keyClicks(field, "-1")
    field.show_value(-20.0)
    assert field.text() == "-1"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "−20.0 dB"
