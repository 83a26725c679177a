"""Messages come, replace each other and go."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QLabel, QPlainTextEdit

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


def test_a_note_goes_by_itself_and_an_error_stays(strip, qtbot):
    strip.move(500, 500)  # away from the mouse
    strip._going.setInterval(1)
    strip.say("Exported mix.wav.")
    qtbot.waitUntil(strip.isHidden)
    strip.say("The disk is full: free some space.", "error")
    assert not strip._going.isActive()
    strip.say("Kept.", action=("Open", strip.hide))
    assert not strip._going.isActive()


def test_a_note_stays_while_the_mouse_is_on_it(strip, qtbot):
    strip.say("Exported mix.wav.")
    assert strip._going.isActive()
    strip.enterEvent(QEnterEvent(QPointF(), QPointF(), QPointF()))
    assert not strip._going.isActive()
    strip.leaveEvent(QEvent(QEvent.Type.Leave))
    assert strip._going.isActive()


def test_it_lies_over_what_is_below_and_nothing_moves(qtbot):
    below = QLabel("below", minimumHeight=160)
    qtbot.addWidget(below)
    below.resize(500, 200)
    strip = MessageStrip()
    strip.lie_over(below)
    below.show()
    least = below.minimumSizeHint()
    strip.say("The disk is full: free some space or choose another folder. " * 4, "error", details="Traceback\n" * 30)
    qtbot.mouseClick(strip.details_button, LEFT)
    below.resize(400, 190)
    qtbot.waitUntil(lambda: strip.geometry() == below.rect().adjusted(8, 8, -8, -8))
    assert below.minimumSizeHint() == least
    strip.say("Exported mix.wav.")
    qtbot.waitUntil(lambda: strip.height() < 60)
    below.resize(900, 190)
    assert strip.width() == 884


def test_escape_closes_it_where_the_focus_is_on_it(strip, qtbot):
    strip.say("The disk is full: free some space.", "error")
    qtbot.keyClick(strip.close_button, Qt.Key.Key_Escape)
    assert strip.isHidden()


def test_message_and_details_can_be_copied_and_the_log_opened(strip, qtbot, qapp):
    strip.say("It broke: try again.", "error", details="Traceback")
    qtbot.mouseClick(strip.details_button, LEFT)
    qtbot.mouseClick(strip.copy_button, LEFT)
    assert qapp.clipboard().text() == "It broke: try again.\n\nTraceback"
    with qtbot.waitSignal(strip.log_wanted):
        qtbot.mouseClick(strip.log_button, LEFT)


def test_what_one_may_do_about_it_is_a_button(strip, qtbot):
    done = []
    strip.say("Kept.", action=("Open", lambda: done.append("opened")))
    assert strip.action_button.text() == "Open"
    qtbot.mouseClick(strip.action_button, Qt.MouseButton.LeftButton)
    assert done == ["opened"]
    assert strip.isHidden()
    strip.say("Exported.")
    assert strip.action_button.isHidden()
