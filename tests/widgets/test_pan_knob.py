"""The pan knob: hand, keys, words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolTip

from widgets.pan_knob import DRAG_PX, PanKnob, pan_words

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def knob(qtbot):
    knob = PanKnob("Bass", "bass")
    qtbot.addWidget(knob)
    knob.show()
    return knob


def drag(qtbot, knob: PanKnob, by: QPoint) -> None:
    begin = knob.rect().center()
    qtbot.mousePress(knob, LEFT, pos=begin)
    qtbot.mouseMove(knob, begin + by)
    qtbot.mouseRelease(knob, LEFT, pos=begin + by)


@pytest.mark.parametrize(
    ("by", "pan"),
    [
        (QPoint(DRAG_PX // 2, 0), 0.5),
        (QPoint(0, -DRAG_PX // 2), 0.5),
        (QPoint(-DRAG_PX // 4, 0), -0.25),
        (QPoint(-3 * DRAG_PX, 0), -1.0),
    ],
)
def test_dragging_right_or_up_pans_to_the_right(knob, qtbot, by, pan):
    with qtbot.waitSignal(knob.pan_changed) as changed:
        drag(qtbot, knob, by)
    assert changed.args == [pan]
    assert knob.pan == pan


def test_while_it_is_turned_it_says_how_far(knob, qtbot):
    drag(qtbot, knob, QPoint(DRAG_PX // 2, 0))
    qtbot.waitUntil(lambda: QToolTip.text() == "50 % right")
    QToolTip.hideText()


def test_a_double_click_and_the_key_0_go_back_to_the_middle(knob, qtbot):
    knob.set_pan(0.7)
    qtbot.mouseDClick(knob, LEFT)
    assert knob.pan == 0.0
    knob.set_pan(-0.7)
    qtbot.keyClick(knob, Qt.Key.Key_0)
    assert knob.pan == 0.0


def test_enter_asks_for_figures(knob, qtbot):
    with qtbot.waitSignal(knob.typing_wanted):
        qtbot.keyClick(knob, Qt.Key.Key_Return)


def test_arrow_keys_turn_it(knob, qtbot):
    for _ in range(2):
        qtbot.keyClick(knob, Qt.Key.Key_Right)
    assert knob.pan == 0.1


def test_the_mark_turns_with_the_pan(knob):
    def lit(pan: float) -> list[bool]:
        """Whether the mark's colour is left of the middle, and right of it."""
        knob.set_pan(pan)
        picture = knob.grab().toImage()
        inside = range(6, picture.width() - 6)  # of the ring that shows the focus
        columns = [x for x in inside for y in inside if picture.pixelColor(x, y).lightness() > 180]
        return [min(columns) < picture.width() / 2 - 3, max(columns) > picture.width() / 2 + 3]

    assert lit(-0.7) == [True, False]
    assert lit(0.7) == [False, True]


@pytest.mark.parametrize(
    ("pan", "text"),
    [(0.0, "middle"), (-0.3, "30 % left"), (0.05, "5 % right"), (1.0, "right only"), (-1.0, "left only")],
)
def test_a_pan_in_words(knob, pan, text):
    assert pan_words(pan) == text
    knob.set_pan(pan)
    assert knob.accessibleDescription() == text
