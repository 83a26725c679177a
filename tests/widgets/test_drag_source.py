"""A hand that pulls out of a widget, and one that only clicks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.drag_button import DragButton
from widgets.drag_source import DragSource

LEFT = Qt.MouseButton.LeftButton


class Told:
    """What a source has told."""

    def __init__(self, source: DragSource) -> None:
        self.words: list[str] = []
        for name in ("pressed", "pulled", "released"):
            getattr(source, name).connect(lambda name=name: self.words.append(name))


@pytest.fixture
def strip(qtbot) -> QWidget:
    """A heading, which can be pulled, above a button, which cannot."""
    strip = QWidget()
    column = QVBoxLayout(strip)
    strip.heading, strip.button = QLabel("Drums"), QPushButton("M")
    column.addWidget(strip.heading)
    column.addWidget(strip.button)
    qtbot.addWidget(strip)
    strip.resize(200, 100)
    strip.show()
    strip.source = DragSource(strip, lambda place: place.y() < strip.button.y())
    strip.told = Told(strip.source)
    return strip


def pull(widget: QWidget, begin: QPoint, *, by_px: int) -> None:
    QTest.mousePress(widget, LEFT, pos=begin)
    QTest.mouseMove(widget, begin + QPoint(by_px // 2, 0))
    QTest.mouseMove(widget, begin + QPoint(by_px, 0))


def test_a_pull_is_told_once_and_its_end(strip):
    pull(strip.heading, QPoint(5, 5), by_px=4 * QApplication.startDragDistance())
    assert strip.told.words == ["pressed", "pulled"]
    QTest.mouseRelease(strip.heading, LEFT, pos=QPoint(90, 5))
    assert strip.told.words == ["pressed", "pulled", "released"]


def test_a_click_is_no_pull(strip):
    pull(strip.heading, QPoint(5, 5), by_px=QApplication.startDragDistance() - 2)
    QTest.mouseRelease(strip.heading, LEFT, pos=QPoint(5, 5))
    assert strip.told.words == ["pressed", "released"]


def test_what_lies_beside_the_grip_is_the_widgets_own(strip, qtbot):
    with qtbot.waitSignal(strip.button.clicked):
        QTest.mouseClick(strip.button, LEFT)
    pull(strip, QPoint(2, strip.button.y() + 5), by_px=60)
    assert strip.told.words == []


def test_the_other_buttons_of_the_mouse_pull_nothing(strip):
    QTest.mousePress(strip.heading, Qt.MouseButton.RightButton)
    QTest.mouseMove(strip.heading, QPoint(150, 5))
    assert strip.told.words == []


def test_after_a_drop_it_starts_anew(strip):
    for _ in range(2):
        pull(strip.heading, QPoint(5, 5), by_px=60)
        strip.source.end()
    assert strip.told.words == ["pressed", "pulled"] * 2


def test_a_button_that_was_pulled_is_not_pressed(qtbot):
    button = DragButton()
    qtbot.addWidget(button)
    button.setEnabled(True)
    button.show()
    told, clicks = Told(button.source), []
    button.clicked.connect(lambda: clicks.append(True))
    pull(button, QPoint(10, 10), by_px=40)
    QTest.mouseRelease(button, LEFT, pos=QPoint(50, 10))
    assert told.words == ["pressed", "pulled", "released"]
    assert clicks == []
    assert not button.isDown()
    QTest.mouseClick(button, LEFT)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert clicks == [True, True]


def test_the_button_says_what_it_holds(qtbot):
    button = DragButton()
    qtbot.addWidget(button)
    assert button.text().strip() == "Drag take"
    button.set_target(region=True)
    assert button.text().strip() == "Drag region"
