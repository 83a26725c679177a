"""The spectrogram shows the right thing in the right place."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtWidgets import QApplication, QLabel

from engine.audio.columns import FULL_SCALE
from engine.audio.spectrogram import BINS
from resources import theme
from tests.widgets.picture_trial import colour_at, paint
from widgets.numerals import clock_text
from widgets.spectrogram_axes import FREQUENCY_AXIS_PX, TIME_AXIS_PX, time_labels
from widgets.time_window import TimeWindow

DARK, BRIGHT = (tuple(int(part) for part in theme.spectrogram_table()[level]) for level in (0, 255))


def grabbed(view):
    return view.grab().toImage()


# What is drawn


def test_high_frequencies_are_up_and_time_runs_right(made):
    paint(made, 0, 30, lit=slice(BINS // 2, BINS))
    paint(made, 30, 60, lit=slice(0, 0))
    made.set_position_s(59.9)
    picture = grabbed(made)
    assert colour_at(picture, made.x_of(15), made.y_of(5000)) == BRIGHT
    assert colour_at(picture, made.x_of(15), made.y_of(100)) == DARK
    assert colour_at(picture, made.x_of(45), made.y_of(5000)) == DARK


def test_the_picture_is_where_it_belongs_at_every_zoom(made):
    for window in (TimeWindow(0.0, 60.0), TimeWindow(15.0, 25.0), TimeWindow(19.5, 20.5)):
        made.look_at(window)
        paint(made, 0, 20)
        picture = grabbed(made)
        beside_s = 4 * window.length_s / 600
        assert colour_at(picture, made.x_of(20 - beside_s), 150) == BRIGHT
        assert colour_at(picture, made.x_of(20 + beside_s), 150) == DARK


def test_each_track_has_a_picture_of_its_own(made):
    paint(made, 0, 60)
    made.set_track(2, "bass")
    assert colour_at(grabbed(made), made.x_of(30), 150) == DARK
    paint(made, 0, 60, lit=slice(0, BINS // 2), peak=200)
    picture = grabbed(made)
    assert colour_at(picture, made.x_of(30), made.y_of(100)) == BRIGHT
    assert colour_at(picture, made.x_of(30), made.y_of(5000)) == DARK
    middle_px = made.peaks_rect().center().y()
    assert colour_at(picture, made.x_of(30), middle_px) == colour_of(theme.STAGE.bass)
    made.set_track(0)
    assert colour_at(grabbed(made), made.x_of(30), made.y_of(5000)) == BRIGHT


def colour_of(name: str) -> tuple[int, int, int]:
    return tuple(int(name[i : i + 2], 16) for i in (1, 3, 5))


def test_peaks_are_as_high_as_they_are_loud_and_full_scale_is_marked(made):
    paint(made, 0, 20, peak=60)
    paint(made, 20, 40, peak=200)
    paint(made, 40, 60, peak=FULL_SCALE)
    picture, lane = grabbed(made), made.peaks_rect()
    ground = colour_at(picture, made.x_of(10), lane.top())
    heights = [
        sum(colour_at(picture, made.x_of(time_s), y_px) != ground for y_px in range(lane.top(), lane.bottom() + 1))
        for time_s in (10, 30, 50)
    ]
    assert heights == pytest.approx([lane.height() * share for share in (60 / 254, 200 / 254, 1)], abs=2)
    assert colour_at(picture, made.x_of(50), lane.top()) == colour_of(theme.STAGE.mute)


def test_silence_is_a_line_and_what_is_not_there_yet_is_nothing(made):
    paint(made, 0, 20)
    made.set_progress(20.0, None)
    picture, lane = grabbed(made), made.peaks_rect()

    def inks(time_s: float) -> set[tuple[int, int, int]]:
        return {colour_at(picture, made.x_of(time_s), y_px) for y_px in range(lane.top(), lane.bottom() + 1)}

    assert len(inks(10)) == 2
    assert inks(40) == {colour_of(theme.STAGE.well)}
    made.look_at(TimeWindow(15.0, 25.0))  # only coarser columns are known here
    picture = grabbed(made)
    assert len(inks(18)) == 2
    assert inks(22) == {colour_of(theme.STAGE.well)}


def test_what_has_no_stems_yet_is_dimmed(made):
    paint(made, 0, 60)
    made.set_progress(60.0, 30.0)
    picture = grabbed(made)
    assert sum(colour_at(picture, made.x_of(55), 50)) < 0.7 * sum(colour_at(picture, made.x_of(10), 50))
    made.set_progress(60.0, 60.0)
    picture = grabbed(made)
    assert colour_at(picture, made.x_of(55), 50) == colour_at(picture, made.x_of(10), 50)


def test_gaps_between_the_stems_are_dimmed_in_the_mix_and_hatched_in_a_stem(made):
    paint(made, 0, 60)
    made.set_progress(60.0, 60.0)
    made.set_gaps(((20.0, 30.0),))
    picture = grabbed(made)
    assert sum(colour_at(picture, made.x_of(25), 50)) < 0.7 * sum(colour_at(picture, made.x_of(10), 50))
    made.set_track(1, "drums")
    picture = grabbed(made)
    row = {colour_at(picture, x_px, 50) for x_px in range(round(made.x_of(21)), round(made.x_of(29)))}
    assert len(row) > 1
    assert DARK in row
    assert {colour_at(picture, x_px, 50) for x_px in range(round(made.x_of(31)), round(made.x_of(39)))} == {DARK}


def test_the_playhead_stands_at_its_time(made):
    made.set_position_s(20.4)
    picture = grabbed(made)
    white = [x for x in range(FREQUENCY_AXIS_PX, picture.width()) if colour_at(picture, x, 150) == (255, 255, 255)]
    assert white == pytest.approx([made.x_of(20.4) - 1, made.x_of(20.4)], abs=0.6)


def test_the_playhead_passes_below_what_is_written(made):
    paint(made, 0, 60)
    made.set_region((20.0, 40.0))
    made.set_progress(60.0, 30.0)
    made.set_position_s(0.0)
    before = grabbed(made)
    plates = made._plates
    assert len(plates) == 2
    for plate in plates:
        made.set_position_s(made._time_at(plate.center().x()))
        picture, box = grabbed(made), plate.toRect().adjusted(1, 1, -1, -1)
        assert picture.copy(box) == before.copy(box)
        assert colour_at(picture, made._playhead_px(), plate.bottom() + 4) == (255, 255, 255)


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


def test_the_moving_playhead_draws_only_a_strip_anew(made, qtbot):
    paint(made, 0, 60)
    made.set_position_s(20.0)
    qtbot.wait(50)
    repaints = Repaints(made)
    made.set_position_s(20.0 + 0.1 / made.plot_rect().width())
    qtbot.wait(50)
    assert repaints.widths_px == []
    made.set_position_s(20.5)
    qtbot.waitUntil(lambda: repaints.widths_px != [])
    assert max(repaints.widths_px) < 40


def test_what_the_playhead_leaves_is_as_it_was(made, qtbot):
    paint(made, 0, 60)
    made.set_position_s(50.0)
    before = grabbed(made)
    for position_s in np.arange(20.0, 21.0, 0.03):
        made.set_position_s(float(position_s))
        QApplication.processEvents()
    made.set_position_s(50.0)
    assert grabbed(made) == before


def test_an_empty_stage_shows_the_invitation(view):
    view.set_invitation("Choose a model")
    invitation = view.findChild(QLabel)
    assert invitation.isVisible()
    assert invitation.text() == "Choose a model"
    view.show_take(60.0)
    assert not invitation.isVisible()
    view.show_take(0.0)
    assert invitation.isVisible()


@pytest.mark.parametrize(
    "window", [(0.0, 1.0), (0.0, 4.3), (0.0, 61.0), (0.0, 10_800.0), (33.0, 34.5), (26.5, 33.5), (3599, 3600.2)]
)
def test_the_time_axis_is_labelled_in_order_without_overlap(view, window):
    axis = QRectF(FREQUENCY_AXIS_PX, 300, 600, TIME_AXIS_PX)
    labels = time_labels(axis, TimeWindow(*window))
    assert labels[-1][1].startswith(clock_text(window[1]))
    if window[0] == 0:
        assert labels[0][1] in ("0:00", "0:00.0")
    assert len({text for _, text in labels}) == len(labels) >= 3
    edges_px = [edge for box, _ in labels for edge in (box.left(), box.right())]
    assert edges_px == sorted(edges_px)
    assert edges_px[0] >= axis.left()
    assert edges_px[-1] <= axis.right()


def test_frequencies_stand_evenly_in_pitch(view):
    octaves = [view.y_of(100 * 2**octave) for octave in range(6)]
    assert np.diff(octaves) == pytest.approx([np.diff(octaves)[0]] * 5)
    assert view.y_of(30.0) == view.picture_rect().bottom() + 1
    assert view.y_of(18_000.0) == view.picture_rect().top()


def test_the_region_lies_over_its_time(made):
    paint(made, 0, 60, lit=slice(0, 0))
    made.set_region((20.0, 40.0))
    picture = grabbed(made)
    inside, outside = (colour_at(picture, made.x_of(time_s), 180) for time_s in (30, 50))
    assert inside[0] > outside[0] + 30


# One take after the other, and one without end


def test_another_take_begins_empty_and_unzoomed(made):
    paint(made, 0, 60)
    made.set_region((10.0, 20.0))
    made.look_at(TimeWindow(5.0, 30.0))
    made.show_take(30.0)
    assert (made.region, made.is_zoomed) == (None, False)
    assert colour_at(grabbed(made), made.x_of(10), 150) == DARK


def test_of_an_endless_take_the_end_is_shown(view):
    view.show_take(math.inf)
    view.set_progress(5.0, 3.0)
    right_px = view.plot_rect().left() + view.plot_rect().width()
    assert (view.x_of(0.0), view.x_of(30.0)) == (view.plot_rect().left(), right_px)
    view.set_progress(1000.0, 990.0, first_s=900.0)
    paint(view, 850, 1000)
    assert view.x_of(1005.0) == pytest.approx(right_px)
    picture = grabbed(view)
    assert colour_at(picture, view.x_of(950.0), 150) == BRIGHT
    assert sum(colour_at(picture, view.x_of(880.0), 150)) < 0.7 * sum(BRIGHT)  # gone
    assert colour_at(picture, view.x_of(840.0), 150) != BRIGHT


def test_all_that_is_kept_of_an_endless_take_can_be_looked_at(view):
    view.show_take(math.inf)
    view.set_progress(1000.0, 1000.0, first_s=400.0)
    assert view.shown == TimeWindow(825.0, 1005.0)
    view.zoom(100.0)
    assert view.shown == TimeWindow(400.0, 1005.0)
    view.set_progress(1100.0, 1100.0, first_s=500.0)
    assert view.shown.start_s == 500.0
    view.show_all()
    assert view.shown.end_s == 1110.0


def test_what_has_become_other_music_is_forgotten_with_the_region_there(made):
    regions = []
    made.region_changed.connect(regions.append)
    paint(made, 0, 60)
    made.set_region((20.0, 50.0))
    made.forget_from(40.0, 40 * 44_100)
    picture = grabbed(made)
    assert colour_at(picture, made.x_of(50), 150) == DARK
    assert colour_at(picture, made.x_of(10), 150) == BRIGHT
    assert regions == [(20.0, 40.0)]
    made.forget_from(15.0, 15 * 44_100)
    assert regions[-1] is None


def test_the_theme_may_change_at_any_time(made, qapp):
    paint(made, 0, 60)
    before = colour_at(grabbed(made), 4, 4)
    try:
        theme.apply(qapp, "light")
        assert colour_at(grabbed(made), 4, 4) == colour_of(theme.COLOURS.panel) != before
    finally:
        theme.apply(qapp, "dark")
    assert colour_at(grabbed(made), 4, 4) == before
