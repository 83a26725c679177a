"""An overlay covers the window, holds the keyboard, and gives it back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from widgets.overlay import MARGIN_PX, Overlay

LEFT = Qt.MouseButton.LeftButton


class Below(QWidget):
    """What is covered; notes the keys that come through."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []
        self.button = QPushButton("Below", self)
        self.resize(800, 600)

    def keyPressEvent(self, event) -> None:  # noqa: N802
        self.keys.append(event.key())


@pytest.fixture
def below(qtbot):
    widget = Below()
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    widget.button.setFocus()
    qtbot.waitUntil(widget.button.hasFocus)
    return widget


@pytest.fixture
def overlay(below):
    content = QWidget()
    column = QVBoxLayout(content)
    content.fields = [QLineEdit(), QLineEdit()]
    for field in content.fields:
        column.addWidget(field)
    return Overlay("Settings", content, below)


def card(overlay: Overlay) -> QWidget:
    return overlay._card


def test_it_is_hidden_until_it_is_opened_and_then_covers_everything(overlay, below):
    assert not overlay.isVisible()
    overlay.open()
    assert overlay.geometry() == below.rect()
    below.resize(900, 700)
    assert overlay.geometry() == below.rect()
    assert abs(card(overlay).geometry().center().x() - below.rect().center().x()) <= 1


def test_escape_closes_and_the_keyboard_goes_back(overlay, below, qtbot):
    overlay.open()
    assert not below.button.hasFocus()
    with qtbot.waitSignal(overlay.closed):
        qtbot.keyClick(overlay, Qt.Key.Key_Escape)
    assert not overlay.isVisible()
    assert below.button.hasFocus()


def test_its_cross_closes(overlay, qtbot):
    overlay.open()
    with qtbot.waitSignal(overlay.closed):
        qtbot.mouseClick(overlay.close_button, LEFT)


def test_a_click_beside_the_card_closes_and_one_on_it_does_not(overlay, qtbot):
    overlay.open()
    qtbot.mouseClick(card(overlay), LEFT, pos=QPoint(5, 5))
    assert overlay.isVisible()
    qtbot.mouseClick(overlay, LEFT, pos=QPoint(5, 5))
    assert not overlay.isVisible()


def test_no_key_goes_through(overlay, below, qtbot):
    overlay.open()
    qtbot.keyClick(overlay, Qt.Key.Key_Space)
    qtbot.keyClick(overlay.content.fields[0], Qt.Key.Key_Up)
    assert below.keys == []


def test_tab_goes_round_within(overlay, below, qtbot):
    overlay.open()
    visited = []
    for _ in range(4):
        qtbot.keyClick(below.focusWidget(), Qt.Key.Key_Tab)
        visited.append(below.focusWidget())
    assert visited == [*overlay.content.fields, overlay.close_button, overlay.content.fields[0]]
    qtbot.keyClick(below.focusWidget(), Qt.Key.Key_Backtab)
    assert below.focusWidget() is overlay.close_button


def test_what_does_not_fit_can_be_scrolled_to(overlay, below, qtbot):
    for index in range(40):
        overlay.content.layout().addWidget(QLabel(str(index)))
    last = QLineEdit()
    overlay.content.layout().addWidget(last)
    overlay.open()
    assert card(overlay).height() == below.height() - 2 * MARGIN_PX
    assert last.visibleRegion().isEmpty()
    for _ in range(3):
        qtbot.keyClick(below.focusWidget(), Qt.Key.Key_Tab)
    assert last.hasFocus()
    assert not last.visibleRegion().isEmpty()
