"""A pan in figures, typed over."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from widgets.pan_field import PanField


@pytest.fixture
def field(qtbot):
    host = QWidget()
    QLineEdit(host)  # has the focus first
    field = PanField("Bass", host)
    qtbot.addWidget(host)
    host.show()
    yield field  # noqa: PT022 (the host must live as long)


@pytest.mark.parametrize("pan", [0.0, -0.3, 1.0, -1.0])
def test_any_pan_fits(field, pan):
    field.show_value(pan)
    assert field.fontMetrics().horizontalAdvance(field.text()) <= field.width()


def test_a_click_and_a_pan_and_enter_tell_it(field, qtbot):
    field.show_value(0.5)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "l30")
    with qtbot.waitSignal(field.left), qtbot.waitSignal(field.typed) as told:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told.args == [-0.3]


def test_nonsense_is_refused_and_escape_leaves_it_as_it_was(field, qtbot):
    field.show_value(-0.3)
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field, "loud")
    with qtbot.assertNotEmitted(field.typed), qtbot.waitSignal(field.refused) as refusal:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "no pan" in refusal.args[0]
    assert field.property("wrong")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "L 30"
    assert not field.property("wrong")
