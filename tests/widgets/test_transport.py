"""Play, pause, stop and the time."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from widgets.transport import Transport

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def transport(qtbot):
    transport = Transport()
    qtbot.addWidget(transport)
    transport.show()
    return transport


def test_one_button_plays_and_pauses(transport, qtbot):
    with qtbot.waitSignal(transport.play_pressed), qtbot.assertNotEmitted(transport.pause_pressed):
        qtbot.mouseClick(transport.play_button, LEFT)
    transport.set_playing(True)
    assert transport.play_button.accessibleName() == "Pause"
    with qtbot.waitSignal(transport.pause_pressed), qtbot.assertNotEmitted(transport.play_pressed):
        qtbot.mouseClick(transport.play_button, LEFT)


def test_stop(transport, qtbot):
    with qtbot.waitSignal(transport.stop_pressed):
        qtbot.mouseClick(transport.stop_button, LEFT)


def test_the_time_does_not_jitter(transport):
    widths = set()
    for position_s in (0.0, 11.1, 44.4, 28.8):
        transport.set_times(position_s, 60.0)
        widths.add(transport.findChildren(QLabel)[0].sizeHint().width())
    assert len(widths) == 1
    assert [label.text() for label in transport.findChildren(QLabel)] == ["0:28.8", "/ 1:00.0"]


def test_what_has_no_end_can_be_skipped(transport, qtbot):
    assert not transport.skip_button.isVisible()
    transport.set_endless(True)
    with qtbot.waitSignal(transport.skip_pressed):
        qtbot.mouseClick(transport.skip_button, LEFT)
    transport.set_times(3.0, math.inf)
    assert transport.findChildren(QLabel)[1].text() == "/ ∞"


def test_the_loop_button_tells_what_the_hand_wants(transport, qtbot):
    with qtbot.waitSignal(transport.loop_toggled) as toggled:
        qtbot.mouseClick(transport.loop_button, LEFT)
    assert toggled.args == [True]
    with qtbot.assertNotEmitted(transport.loop_toggled):
        transport.set_looping(False)
    assert not transport.loop_button.isChecked()
