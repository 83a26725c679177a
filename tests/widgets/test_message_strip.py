"""Messages come, replace each other and go."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit

from widgets.message_strip import MessageStrip

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def strip(qtbot):
    strip = MessageStrip()
    strip.resize(800, 40)
    qtbot.addWidget(strip)
    return strip


def test_is_not_there_until_there_is_something_to_say(strip, qtbot):
    assert strip.isHidden()
    strip.say("The disk is full: free some space.", "error")
    assert strip.isVisible()
    assert strip.sentence == "The disk is full: free some space."
    qtbot.mouseClick(strip.close_button, LEFT)
    assert strip.isHidden()


def test_details_show_on_request(strip, qtbot):
    strip.say("It broke: try again.", "error", details="Traceback")
    details = strip.findChild(QPlainTextEdit)
    assert not details.isVisible()
    qtbot.mouseClick(strip.details_button, LEFT)
    assert details.isVisible()
    assert details.toPlainText() == "Traceback"


def test_the_next_message_takes_the_place_of_the_last(strip, qtbot):
    strip.say("It broke: try again.", "error", details="Traceback")
    qtbot.mouseClick(strip.details_button, LEFT)
    strip.say("Exported mix.wav.")
    assert strip.sentence == "Exported mix.wav."
    assert not strip.details_button.isVisible()
    assert not strip.findChild(QPlainTextEdit).isVisible()
    assert strip.property("kind") == "note"


def test_what_one_may_do_about_it_is_a_button(strip, qtbot):
    done = []
    strip.say("Kept.", action=("Open", lambda: done.append("opened")))
    assert strip.action_button.text() == "Open"
    qtbot.mouseClick(strip.action_button, Qt.MouseButton.LeftButton)
    assert done == ["opened"]
    assert strip.isHidden()
    strip.say("Exported.")
    assert strip.action_button.isHidden()
