"""The spectrogram does what the hand wants."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.widgets.picture_trial import mouse, paint
from widgets.spectrogram_view import KEY_STEP_S
from widgets.time_window import TimeWindow

LEFT, MIDDLE, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.NoButton
NO_KEY = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def told(view):
    heard: list[float] = []
    view.sought.connect(heard.append)
    return heard


@pytest.fixture
def regions(view):
    heard: list[tuple[float, float] | None] = []
    view.region_changed.connect(heard.append)
    return heard


def drag(qtbot, view, begin_s: float, end_s: float, button=LEFT) -> None:
    qtbot.mousePress(view, button, pos=QPoint(round(view.x_of(begin_s)), 50))
    places_px = [view.x_of(time_s) for time_s in (begin_s + (end_s - begin_s) / 2, end_s)]
    for x_px in places_px:
        mouse(view, QEvent.Type.MouseMove, x_px, 60, button)
    qtbot.mouseRelease(view, button, pos=QPoint(round(places_px[-1]), 60))


def turn(view, time_s: float, angle: tuple[int, int], modifiers=NO_KEY) -> None:
    place = QPointF(view.x_of(time_s), 100)
    event = QWheelEvent(
        place,
        view.mapToGlobal(place),
        QPoint(),
        QPoint(*angle),
        NONE,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


# Playing from here


def test_a_click_seeks_to_its_time(made, told, qtbot):
    for time_s in (0.0, 12.5, 59.0):
        qtbot.mouseClick(made, LEFT, pos=QPoint(round(made.x_of(time_s)), 100))
    assert told == pytest.approx([0.0, 12.5, 59.0], abs=0.06)  # half a pixel


def test_what_is_not_made_yet_cannot_be_sought(view, told, qtbot):
    qtbot.mouseClick(view, LEFT, pos=QPoint(300, 100))
    view.show_take(60.0)
    qtbot.mouseClick(view, LEFT, pos=QPoint(300, 100))
    assert told == []
    view.set_progress(20.0, None)
    qtbot.mouseClick(view, LEFT, pos=QPoint(600, 100))
    assert told == [20.0]


def test_of_an_endless_take_what_is_kept_can_be_sought(view, told, qtbot):
    view.show_take(math.inf)
    view.set_progress(1000.0, 990.0, first_s=900.0)
    for time_s in (950.0, 850.0, 1003.0):
        qtbot.mouseClick(view, LEFT, pos=QPoint(round(view.x_of(time_s)), 100))
    assert told == pytest.approx([950.0, 900.0, 1000.0], abs=0.2)


def test_steps_stop_at_the_ends(view, told):
    view.show_take(60.0)
    view.step_on()
    view.set_progress(30.0, None)
    view.set_position_s(28.0)
    for step in (view.step_back, view.step_on, view.go_home):
        step()
    assert told == [28.0 - KEY_STEP_S, 30.0, 0.0]


# The region


def test_a_drag_chooses_a_region_and_seeks_nowhere(made, told, regions, qtbot):
    drag(qtbot, made, 30.0, 12.0)
    assert told == []
    assert regions == [pytest.approx((12.0, 30.0), abs=0.06)]
    assert made.region == regions[-1]


def test_a_drag_at_an_edge_moves_it(made, regions, qtbot):
    made.set_region((20.0, 40.0))
    drag(qtbot, made, 40.0, 50.0)
    drag(qtbot, made, 20.0, 10.0)
    assert regions == [pytest.approx((20.0, 50.0), abs=0.06), pytest.approx((10.0, 50.0), abs=0.06)]


def test_the_mouse_shows_where_an_edge_can_be_moved(made):
    made.set_region((20.0, 40.0))
    for time_s, shape in ((40.0, Qt.CursorShape.SizeHorCursor), (30.0, Qt.CursorShape.ArrowCursor)):
        mouse(made, QEvent.Type.MouseMove, made.x_of(time_s), 150)
        assert made.cursor().shape() == shape


def test_a_click_with_shift_moves_the_nearer_edge(made, told, regions, qtbot):
    made.set_region((20.0, 40.0))
    qtbot.mouseClick(made, LEFT, Qt.KeyboardModifier.ShiftModifier, QPoint(round(made.x_of(25.0)), 100))
    qtbot.mouseClick(made, LEFT, Qt.KeyboardModifier.ShiftModifier, QPoint(round(made.x_of(55.0)), 100))
    assert regions == [pytest.approx((25.0, 40.0), abs=0.06), pytest.approx((25.0, 55.0), abs=0.06)]
    assert told == []


def test_a_region_ends_where_the_take_does(view, regions, qtbot):
    drag(qtbot, view, 0.1, 0.5)
    assert regions == []
    view.show_take(60.0)
    view.set_progress(20.0, None)
    drag(qtbot, view, 5.0, 45.0)
    assert regions == [pytest.approx((5.0, 20.0), abs=0.06)]


def test_edges_are_put_at_the_playhead_and_the_region_is_let_go(made, regions):
    for act, position_s in ((lambda: made.put_edge(begin=True), 10.0), (lambda: made.put_edge(begin=False), 25.0)):
        made.set_position_s(position_s)
        act()
    made.let_go()
    made.let_go()
    assert regions == [(10.0, 60.0), (10.0, 25.0), None]


def test_a_click_on_the_cross_lets_the_region_go(made, told, regions, qtbot):
    made.set_region((20.0, 40.0))
    cross = made.region_cross()
    qtbot.mouseClick(made, LEFT, pos=cross.center().toPoint())
    assert regions == [None]
    assert told == []
    made.set_region((20.0, 20.5))  # too narrow for it
    assert made.region_cross().isEmpty()


def test_a_drag_beyond_the_picture_scrolls(made, regions, qtbot):
    made.look_at(TimeWindow(10.0, 20.0))
    qtbot.mousePress(made, LEFT, pos=QPoint(round(made.x_of(18.0)), 50))
    mouse(made, QEvent.Type.MouseMove, made.width() + 60, 60, LEFT)
    qtbot.waitUntil(lambda: made.shown.end_s > 21.0)
    qtbot.mouseRelease(made, LEFT, pos=QPoint(made.width() + 60, 60))
    assert regions[-1][0] == pytest.approx(18.0, abs=0.02)
    assert regions[-1][1] > 21.0


# Coming closer


def test_the_wheel_zooms_about_the_mouse(made):
    place_px = made.x_of(45.0)
    turn(made, 45.0, (0, 240))
    assert made.shown.length_s == pytest.approx(30.0)
    assert made.x_of(45.0) == pytest.approx(place_px)
    assert made.is_zoomed
    turn(made, 45.0, (0, -480))
    assert made.shown == made.whole
    assert not made.is_zoomed


def test_with_shift_or_sideways_the_wheel_scrolls(made):
    made.look_at(TimeWindow(20.0, 30.0))
    turn(made, 25.0, (0, -120), Qt.KeyboardModifier.ShiftModifier)
    assert made.shown.start_s == pytest.approx(21.0)
    turn(made, 25.0, (240, 0))
    assert made.shown.start_s == pytest.approx(19.0)
    assert made.shown.length_s == pytest.approx(10.0)


def test_the_middle_button_takes_hold_of_the_picture(made, told, qtbot):
    made.look_at(TimeWindow(20.0, 30.0))
    drag(qtbot, made, 28.0, 23.0, MIDDLE)
    assert made.shown.start_s == pytest.approx(25.0, abs=0.05)
    assert told == []


def test_keys_zoom_about_the_playhead_and_to_the_region_and_turn_pages(made):
    made.set_position_s(20.0)
    place_px = made.x_of(20.0)
    made.zoom_in()
    assert made.shown.length_s == 30.0
    assert made.x_of(20.0) == pytest.approx(place_px)
    made.scroll_pages(1)
    assert made.shown.end_s == 60.0
    made.zoom_out()
    assert made.shown == made.whole
    made.set_region((30.0, 40.0))
    made.zoom_to_region()
    assert (made.shown.start_s, made.shown.end_s) == pytest.approx((29.5, 40.5))
    made.show_all()
    assert made.shown == made.whole


def test_an_empty_stage_cannot_be_zoomed(view):
    turn(view, 0.5, (0, 240))
    view.zoom_in()
    view.scroll_pages(1)
    assert not view.is_zoomed
    assert view.looks == ()


def test_the_playhead_turns_the_page_but_only_if_it_was_seen(made):
    made.look_at(TimeWindow(10.0, 20.0))
    made.set_position_s(19.9)
    made.set_position_s(20.1)
    assert (made.shown.start_s, made.shown.end_s) == pytest.approx((20.1, 30.1))
    made.set_position_s(2.0)  # a seek, or a loop's turn
    assert made.shown.start_s == pytest.approx(2.0)
    made.look_at(TimeWindow(40.0, 50.0))
    made.set_position_s(3.0)
    assert made.shown.start_s == 40.0


def test_what_is_looked_at_fits_the_zoom(made):
    [whole] = made.looks
    made.look_at(TimeWindow(10.0, 11.0))
    close, overview = made.looks
    assert overview == whole
    assert close.level < whole.level
    assert close.columns[1] - close.columns[0] <= 2 * made.plot_rect().width()


# Pointing and dropping


def test_the_mouse_points_at_a_time_a_frequency_and_a_level(made):
    paint(made, 0, 30)
    heard = []
    made.pointed.connect(heard.append)
    mouse(made, QEvent.Type.MouseMove, made.x_of(10.0), made.y_of(440.0))
    assert heard[-1].time_s == pytest.approx(10.0, abs=0.06)
    assert heard[-1].frequency_hz == pytest.approx(440.0, rel=0.02)
    assert heard[-1].level == 255
    mouse(made, QEvent.Type.MouseMove, made.x_of(40.0), 100)
    assert heard[-1].level == 0
    mouse(made, QEvent.Type.MouseMove, 10, 100)
    assert heard[-1] is None


def test_what_is_dropped_here_falls_to_the_window(view):
    assert view.childAt(view.plot_rect().center()) is None
    assert not view.acceptDrops()
