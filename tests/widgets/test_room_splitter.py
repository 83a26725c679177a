"""The edge between two rooms is moved by hand and by key, and stays where it was put."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame

from widgets.room_splitter import KEY_STEP_PX, RoomSplitter

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def rooms(qtbot):
    upper, lower = QFrame(minimumHeight=200), QFrame(minimumHeight=100)
    splitter = RoomSplitter(upper, lower, "Edge")
    qtbot.addWidget(splitter)
    splitter.resize(400, 800)
    splitter.set_lower_px(250)
    splitter.show()
    return splitter


def lower_px(rooms: RoomSplitter) -> int:
    return rooms.widget(1).height()


def test_the_lower_room_keeps_its_height(rooms):
    assert lower_px(rooms) == 250
    rooms.resize(400, 1000)
    assert lower_px(rooms) == 250
    rooms.resize(400, 380)  # no room for it
    assert lower_px(rooms) < 250
    rooms.resize(400, 800)
    assert lower_px(rooms) == 250


def test_a_drag_moves_the_edge_and_tells(rooms, qtbot):
    edge = rooms.handle(1)
    qtbot.mousePress(edge, LEFT, pos=QPoint(200, 6))
    with qtbot.waitSignal(rooms.lower_moved) as told:
        qtbot.mouseMove(edge, QPoint(200, -34))
    qtbot.mouseRelease(edge, LEFT, pos=QPoint(200, 6))
    assert told.args == [lower_px(rooms)]
    assert lower_px(rooms) == 290
    rooms.resize(400, 900)
    assert lower_px(rooms) == 290


def test_arrow_keys_move_the_edge(rooms, qtbot):
    with qtbot.waitSignal(rooms.lower_moved):
        qtbot.keyClick(rooms.handle(1), Qt.Key.Key_Up)
    assert lower_px(rooms) == 250 + KEY_STEP_PX
    qtbot.keyClick(rooms.handle(1), Qt.Key.Key_Down)
    assert lower_px(rooms) == 250


def test_neither_room_can_be_pushed_away(rooms):
    rooms.move_edge(5000)
    assert rooms.widget(0).height() == 200
    rooms.move_edge(-5000)
    assert lower_px(rooms) == 100


def test_setting_it_tells_nobody(rooms, qtbot):
    with qtbot.assertNotEmitted(rooms.lower_moved):
        rooms.set_lower_px(300)
