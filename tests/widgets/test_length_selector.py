"""Lengths by preset and by typing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from widgets.length_selector import LengthSelector


@pytest.fixture
def selector(qtbot):
    selector = LengthSelector()
    qtbot.addWidget(selector)
    selector.show()
    return selector


@pytest.fixture
def told(selector):
    heard: list[float] = []
    selector.chosen.connect(heard.append)
    return heard


def preset(selector: LengthSelector, text: str) -> QPushButton:
    return next(button for button in selector.findChildren(QPushButton) if button.text() == text)


def type_length(qtbot, selector: LengthSelector, text: str) -> None:
    selector.field.selectAll()
    qtbot.keyClicks(selector.field, text)
    qtbot.keyClick(selector.field, Qt.Key.Key_Return)


def marked(selector: LengthSelector) -> list[str]:
    return [button.text() for button in selector.findChildren(QPushButton) if button.isChecked()]


def test_presets_are_lengths(selector, told, qtbot):
    for text in ("0:15", "1:00", "2:00", "5:00", "0:30"):
        qtbot.mouseClick(preset(selector, text), Qt.MouseButton.LeftButton)
        assert marked(selector) == [text]
        assert selector.field.text() == text
    assert told == [15, 60, 120, 300, 30]


def test_any_length_can_be_typed(selector, told, qtbot):
    type_length(qtbot, selector, "1:23")
    assert (selector.value, told, marked(selector)) == (83, [83], [])
    type_length(qtbot, selector, "7.5")
    assert (selector.value, selector.field.text()) == (7.5, "0:07.5")


def test_typing_a_preset_marks_it(selector, qtbot):
    type_length(qtbot, selector, "120")
    assert marked(selector) == ["2:00"]
    assert selector.field.text() == "2:00"


def test_nonsense_is_refused_and_the_length_stays(selector, told, qtbot):
    with qtbot.waitSignal(selector.refused) as refusal:
        type_length(qtbot, selector, "abc")
    assert "abc" in refusal.args[0]
    assert selector.value == 30
    assert selector.field.property("wrong") is True
    assert told == []


def test_the_next_length_heals_a_refused_one(selector, qtbot):
    type_length(qtbot, selector, "0")
    qtbot.mouseClick(preset(selector, "0:30"), Qt.MouseButton.LeftButton)
    assert selector.field.property("wrong") is False
    assert selector.field.text() == "0:30"
