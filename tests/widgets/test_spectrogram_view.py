"""The spectrogram shows the right thing in the right place, and seeks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QGraphicsView, QLabel, QWidget

from resources import theme
from widgets.numerals import clock_text
from widgets.spectrogram_axes import FREQUENCY_AXIS_PX
from widgets.spectrogram_view import KEY_STEP_S, SpectrogramView

LEFT = Qt.MouseButton.LeftButton
BINS = 64


@pytest.fixture
def view(qtbot):
    view = SpectrogramView(30.0, 18_000.0)
    view.resize(644, 325)  # a plot of 600 by 300 pixels or so
    qtbot.addWidget(view)
    view.show()
    return view


@pytest.fixture
def told(view):
    heard: list[float] = []
    view.sought.connect(heard.append)
    return heard


def colour_at(picture: QImage, x_px: float, y_px: float) -> tuple[int, int, int]:
    return QColor(picture.pixel(round(x_px), round(y_px))).getRgb()[:3]


def steady(columns: int, lit_bins: slice) -> np.ndarray:
    levels = np.zeros((columns, BINS), np.uint8)
    levels[:, lit_bins] = 255
    return levels


def test_a_click_seeks_to_its_time(view, told, qtbot):
    view.show_take(60.0)
    view.set_progress(60.0, None)
    for time_s in (0.0, 12.5, 59.0):
        qtbot.mouseClick(view, LEFT, pos=QPoint(round(view.x_of(time_s)), 100))
    assert told == pytest.approx([0.0, 12.5, 59.0], abs=0.06)  # half a pixel


def test_what_is_not_made_yet_cannot_be_sought(view, told, qtbot):
    qtbot.mouseClick(view, LEFT, pos=QPoint(300, 100))
    view.show_take(60.0)
    qtbot.mouseClick(view, LEFT, pos=QPoint(300, 100))
    assert told == []
    view.set_progress(20.0, None)
    qtbot.mouseClick(view, LEFT, pos=QPoint(600, 100))
    assert told == [20.0]


def drag(qtbot, view, begin_s: float, end_s: float) -> None:
    qtbot.mousePress(view, LEFT, pos=QPoint(round(view.x_of(begin_s)), 50))
    for time_s in (begin_s + (end_s - begin_s) / 2, end_s):
        qtbot.mouseMove(view, QPoint(round(view.x_of(time_s)), 60))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(round(view.x_of(end_s)), 60))


@pytest.fixture
def regions(view):
    heard: list[tuple[float, float] | None] = []
    view.region_changed.connect(heard.append)
    return heard


def test_a_drag_chooses_a_region_and_seeks_nowhere(view, told, regions, qtbot):
    view.show_take(60.0)
    view.set_progress(60.0, None)
    drag(qtbot, view, 30.0, 12.0)
    assert told == []
    assert regions == [pytest.approx((12.0, 30.0), abs=0.06)]
    assert view.region == regions[-1]


def test_a_drag_at_an_edge_moves_it(view, regions, qtbot):
    view.show_take(60.0)
    view.set_progress(60.0, None)
    view.set_region((20.0, 40.0))
    drag(qtbot, view, 40.0, 50.0)
    drag(qtbot, view, 20.0, 10.0)
    assert regions == [pytest.approx((20.0, 50.0), abs=0.06), pytest.approx((10.0, 50.0), abs=0.06)]


def test_a_region_ends_where_the_take_does(view, regions, qtbot):
    drag(qtbot, view, 0.1, 0.5)
    assert regions == []
    view.show_take(60.0)
    view.set_progress(20.0, None)
    drag(qtbot, view, 5.0, 45.0)
    assert regions == [pytest.approx((5.0, 20.0), abs=0.06)]


def test_keys_choose_a_region_and_let_it_go(view, regions, qtbot):
    view.show_take(60.0)
    view.set_progress(60.0, None)
    for key, position_s in ((Qt.Key.Key_BracketLeft, 10.0), (Qt.Key.Key_BracketRight, 25.0), (Qt.Key.Key_Escape, 30.0)):
        view.set_position_s(position_s)
        qtbot.keyClick(view, key)
    assert regions == [(10.0, 60.0), (10.0, 25.0), None]


def test_the_region_lies_over_its_time(view):
    view.show_take(60.0)
    view.set_levels(steady(60, slice(0, 0)), column_s=1.0)
    view.set_progress(60.0, None)
    view.set_region((20.0, 40.0))
    picture = view.grab().toImage()
    inside, outside = (colour_at(picture, view.x_of(time_s), 150) for time_s in (30, 50))
    assert inside[0] > outside[0] + 30


def test_of_an_endless_take_the_end_is_shown(view, told, qtbot):
    view.show_take(math.inf)
    view.set_progress(5.0, 3.0)
    assert view.x_of(0.0) == view.plot_rect().left()
    assert view.x_of(30.0) == view.plot_rect().left() + view.plot_rect().width()
    levels = steady(100, slice(0, 0))
    levels[50:] = 255
    view.set_levels(levels, column_s=2.0, begin_s=800.0)
    view.set_progress(1000.0, 990.0, first_s=900.0)
    assert view.x_of(1005.0) == pytest.approx(view.plot_rect().left() + view.plot_rect().width())
    picture = view.grab().toImage()
    assert colour_at(picture, view.x_of(950.0), 150) == tuple(theme.spectrogram_table()[255])
    assert colour_at(picture, view.x_of(890.0), 150) == tuple(theme.spectrogram_table()[0])
    for time_s in (950.0, 850.0, 1003.0):
        qtbot.mouseClick(view, LEFT, pos=QPoint(round(view.x_of(time_s)), 100))
    assert told == pytest.approx([950.0, 900.0, 1000.0], abs=0.2)


def test_arrow_keys_step_and_stop_at_the_ends(view, told, qtbot):
    view.show_take(60.0)
    view.set_progress(30.0, None)
    view.set_position_s(28.0)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home):
        qtbot.keyClick(view, key)
    assert told == [28.0 - KEY_STEP_S, 30.0, 0.0]


def test_high_frequencies_are_up_and_time_runs_right(view):
    view.show_take(60.0)
    levels = steady(60, slice(0, 0))
    levels[:30, BINS // 2 :] = 255  # the upper half of the pitches, in the first half of the time
    view.set_levels(levels, column_s=1.0)
    view.set_progress(60.0, None)
    view.set_position_s(59.9)
    picture = view.grab().toImage()
    dark, bright = (tuple(theme.spectrogram_table()[level]) for level in (0, 255))
    assert colour_at(picture, view.x_of(15), view.y_of(5000)) == bright
    assert colour_at(picture, view.x_of(15), view.y_of(100)) == dark
    assert colour_at(picture, view.x_of(45), view.y_of(5000)) == dark


def test_the_picture_ends_where_the_levels_end(view):
    view.show_take(60.0)
    view.set_levels(steady(20, slice(0, BINS)), column_s=1.0)
    view.set_progress(20.0, None)
    picture = view.grab().toImage()
    dark, bright = (tuple(theme.spectrogram_table()[level]) for level in (0, 255))
    assert colour_at(picture, view.x_of(19.5), 150) == bright
    assert colour_at(picture, view.x_of(20.5), 150) == dark


def test_what_has_no_stems_yet_is_dimmed(view):
    view.show_take(60.0)
    view.set_levels(steady(60, slice(0, BINS)), column_s=1.0)
    view.set_progress(60.0, 30.0)
    picture = view.grab().toImage()
    assert sum(colour_at(picture, view.x_of(55), 50)) < 0.7 * sum(colour_at(picture, view.x_of(10), 50))
    view.set_progress(60.0, 60.0)
    picture = view.grab().toImage()
    assert colour_at(picture, view.x_of(55), 50) == colour_at(picture, view.x_of(10), 50)


def test_the_playhead_stands_at_its_time(view):
    view.show_take(60.0)
    view.set_progress(60.0, None)
    view.set_position_s(20.4)
    picture = view.grab().toImage()
    white = [x for x in range(FREQUENCY_AXIS_PX, picture.width()) if colour_at(picture, x, 150) == (255, 255, 255)]
    assert white == pytest.approx([view.x_of(20.4) - 1, view.x_of(20.4)], abs=0.6)


class Repaints(QObject):
    """Notes how wide the parts of a widget are that are drawn anew, in pixels."""

    def __init__(self, widget) -> None:
        super().__init__(widget)
        self.widths_px: list[int] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.Paint:
            self.widths_px.append(event.region().boundingRect().width())
        return False


def test_the_moving_playhead_draws_only_a_strip_anew(view, qtbot):
    view.show_take(60.0)
    view.set_levels(steady(60, slice(0, BINS)), column_s=1.0)
    view.set_progress(60.0, None)
    view.set_position_s(20.0)
    qtbot.wait(50)
    repaints = Repaints(view.findChild(QGraphicsView).viewport())
    view.set_position_s(20.0 + 0.1 / view.plot_rect().width())
    qtbot.wait(50)
    assert repaints.widths_px == []
    view.set_position_s(20.5)
    qtbot.waitUntil(lambda: repaints.widths_px != [])
    assert max(repaints.widths_px) < 40


def test_hand_and_keys_meet_the_view_alone(view):
    assert view.childAt(view.plot_rect().center()) is None  # so what is dropped here falls to the window
    assert [child for child in view.findChildren(QWidget) if child.focusPolicy() != Qt.FocusPolicy.NoFocus] == []


def test_an_empty_stage_shows_the_invitation(view):
    view.set_invitation("Choose a model")
    invitation = view.findChild(QLabel)
    assert invitation.isVisible()
    assert invitation.text() == "Choose a model"
    view.show_take(60.0)
    assert not invitation.isVisible()
    view.show_take(0.0)
    assert invitation.isVisible()


@pytest.mark.parametrize("length_s", [1.0, 4.3, 60.0, 61.0, 3700.0, 10_800.0])
def test_the_time_axis_is_labelled_from_end_to_end(view, length_s):
    view.show_take(length_s)
    labels = view.findChild(QGraphicsView).getPlotItem().getAxis("bottom").generateDrawSpecs(None)[2]
    assert [labels[0][2], labels[-1][2]] == [clock_text(0.0), clock_text(length_s)]
    edges_px = [edge for box, _, _ in labels for edge in (box.left(), box.right())]
    assert edges_px == sorted(edges_px)
    assert edges_px[0] >= 0
    assert edges_px[-1] <= view.plot_rect().width()


def test_frequencies_stand_evenly_in_pitch(view):
    octaves = [view.y_of(100 * 2**octave) for octave in range(6)]
    assert np.diff(octaves) == pytest.approx([np.diff(octaves)[0]] * 5)
    assert view.y_of(30.0) == view.plot_rect().top() + view.plot_rect().height()
    assert view.y_of(18_000.0) == view.plot_rect().top()


def test_another_take_begins_empty(view, told, qtbot):
    view.show_take(60.0)
    view.set_levels(steady(60, slice(0, BINS)), column_s=1.0)
    view.set_progress(60.0, None)
    view.show_take(30.0)
    picture = view.grab().toImage()
    assert colour_at(picture, view.x_of(10), 150) == tuple(theme.spectrogram_table()[0])
    qtbot.mouseClick(view, LEFT, pos=QPoint(300, 100))
    assert told == []
