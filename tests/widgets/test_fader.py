"""The fader under a hand and under keys."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from widgets.fader import Fader


@pytest.fixture
def fader(qtbot):
    fader = Fader("Drums", "drums")
    fader.resize(80, 300)
    qtbot.addWidget(fader)
    fader.show()
    return fader


def knob(fader: Fader) -> QPoint:
    return QPoint(56, round(fader.y_of(fader.gain_db)))


def test_stands_at_unity_at_first(fader):
    assert fader.gain_db == 0.0
    assert fader.accessibleName() == "Drums gain"
    assert fader.accessibleDescription() == "0.0 dB"


@pytest.mark.parametrize(("mark_db", "pixel_db"), [(6, 0.15), (-6, 0.15), (-12, 0.15), (-24, 0.3)])
def test_dragging_the_knob_to_a_mark_sets_it(fader, qtbot, mark_db, pixel_db):
    qtbot.mousePress(fader, Qt.MouseButton.LeftButton, pos=knob(fader))
    qtbot.mouseMove(fader, QPoint(56, round(fader.y_of(mark_db))))
    qtbot.mouseRelease(fader, Qt.MouseButton.LeftButton, pos=QPoint(56, round(fader.y_of(mark_db))))
    assert fader.gain_db == pytest.approx(mark_db, abs=2 * pixel_db)
    assert not fader.isSliderDown()


def test_below_the_lowest_mark_it_is_shut_above_it_open(fader, qtbot):
    lowest_px = fader.y_of(-60)
    qtbot.mouseClick(fader, Qt.MouseButton.LeftButton, pos=QPoint(56, math.floor(lowest_px) - 1))
    assert -60 <= fader.gain_db < -58
    qtbot.mouseClick(fader, Qt.MouseButton.LeftButton, pos=QPoint(56, math.ceil(lowest_px) + 10))
    assert fader.gain_db == -math.inf


def test_gripping_the_knob_off_its_middle_does_not_move_it(fader, qtbot):
    qtbot.mousePress(fader, Qt.MouseButton.LeftButton, pos=knob(fader) + QPoint(0, 5))
    assert fader.gain_db == pytest.approx(0.0, abs=0.1)


def test_pressing_the_groove_brings_the_knob_there(fader, qtbot):
    qtbot.mouseClick(fader, Qt.MouseButton.LeftButton, pos=QPoint(56, round(fader.y_of(-12))))
    assert fader.gain_db == pytest.approx(-12, abs=0.3)


def test_at_the_bottom_it_is_shut(fader, qtbot):
    qtbot.mousePress(fader, Qt.MouseButton.LeftButton, pos=knob(fader))
    qtbot.mouseMove(fader, QPoint(56, 400))
    assert fader.gain_db == -math.inf
    assert fader.accessibleDescription() == "−∞ dB"


def test_a_double_click_sets_unity(fader, qtbot):
    fader.set_gain_db(-23.4)
    with qtbot.waitSignal(fader.gain_changed) as signal:
        qtbot.mouseDClick(fader, Qt.MouseButton.LeftButton, pos=QPoint(56, 150))
    assert signal.args == [0.0]
    assert fader.gain_db == 0.0


@pytest.mark.parametrize(
    ("key", "gain_db"),
    [
        (Qt.Key.Key_Up, -9.5),
        (Qt.Key.Key_Down, -10.5),
        (Qt.Key.Key_PageUp, -7.0),
        (Qt.Key.Key_PageDown, -13.0),
        (Qt.Key.Key_0, 0.0),
        (Qt.Key.Key_Home, -10),  # these belong to the window
        (Qt.Key.Key_Left, -10),
    ],
)
def test_keys(fader, qtbot, key, gain_db):
    fader.set_gain_db(-10)
    qtbot.keyClick(fader, key)
    assert fader.gain_db == gain_db


def test_with_shift_the_knob_goes_a_fifth_of_the_way_and_may_change_in_the_middle(fader, qtbot):
    begin = knob(fader)
    qtbot.mousePress(fader, Qt.MouseButton.LeftButton, pos=begin)
    move(fader, begin + QPoint(0, 50), Qt.KeyboardModifier.ShiftModifier)
    assert fader.y_of(fader.gain_db) == pytest.approx(begin.y() + 10, abs=1.5)
    move(fader, begin + QPoint(0, 70))
    assert fader.y_of(fader.gain_db) == pytest.approx(begin.y() + 30, abs=1.5)
    qtbot.mouseRelease(fader, Qt.MouseButton.LeftButton, pos=begin)


def move(fader: Fader, to: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    held = Qt.MouseButton.LeftButton
    event = QMouseEvent(QMouseEvent.Type.MouseMove, QPointF(to), fader.mapToGlobal(QPointF(to)), held, held, modifiers)
    QApplication.sendEvent(fader, event)


def test_enter_asks_for_figures(fader, qtbot):
    with qtbot.waitSignal(fader.typing_wanted):
        qtbot.keyClick(fader, Qt.Key.Key_Return)


def test_gains_beyond_the_ends_stop_there(fader):
    fader.set_gain_db(40)
    assert fader.gain_db == 6.0
    fader.set_gain_db(-60.05)
    assert fader.gain_db == -math.inf


def test_an_equal_gain_tells_nobody(fader, qtbot):
    with qtbot.assertNotEmitted(fader.gain_changed):
        fader.set_gain_db(0.0)
