"""What belongs to the spectrogram: tabs, overview, readout and scale follow it and steer it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from resources import theme
from tests.widgets.picture_trial import colour_at, mouse, paint
from widgets.stage import Stage
from widgets.stage_overview import EDGE_PX
from widgets.stage_readout import note_text
from widgets.time_window import TimeWindow

LEFT = Qt.MouseButton.LeftButton
SIX = ("drums", "bass", "other", "vocals", "guitar", "piano")


@pytest.fixture
def stage(qtbot):
    stage = Stage((30.0, 18_000.0), (-90.0, -20.0))
    stage.resize(860, 400)
    qtbot.addWidget(stage)
    stage.show()
    stage.set_stems(SIX[:4])
    stage.view.show_take(60.0)
    stage.view.set_progress(60.0, 60.0)
    return stage


def tab(stage: Stage, name: str) -> QPushButton:
    return next(button for button in stage.tabs.findChildren(QPushButton) if button.text().strip() == name)


def test_a_tab_shows_its_track(stage, qtbot):
    assert stage.view.track == 0
    qtbot.mouseClick(tab(stage, "Bass"), LEFT)
    assert (stage.view.track, stage.tabs.track) == (2, 2)
    qtbot.mouseClick(tab(stage, "Mix"), LEFT)
    assert stage.view.track == 0


def test_the_arrow_keys_go_from_tab_to_tab(stage, qtbot):
    stage.activateWindow()
    tab(stage, "Mix").setFocus()
    qtbot.keyClick(tab(stage, "Mix"), Qt.Key.Key_Right)
    assert stage.view.track == 1


def test_a_stem_stays_chosen_as_long_as_there_is_one_of_its_name(stage):
    stage.tabs.choose(2)
    stage.set_stems(SIX)
    assert (stage.tabs.stems, stage.view.track) == (SIX, 2)
    stage.set_stems(("vocals", "bass"))
    assert stage.view.track == 2
    stage.set_stems(())
    assert stage.view.track == 0
    assert [button.text() for button in stage.tabs.findChildren(QPushButton) if button.isVisible()] == ["Mix"]


def test_the_overview_is_there_while_it_is_needed(stage):
    assert not stage.overview.isVisible()
    stage.view.look_at(TimeWindow(10.0, 20.0))
    assert stage.overview.isVisible()
    stage.view.show_all()
    assert not stage.overview.isVisible()


def test_the_overview_shows_all_and_dims_what_is_not_seen(stage):
    stage.view.look_at(TimeWindow(10.0, 20.0))
    paint(stage.view, 0, 60)
    picture, width = stage.overview.grab().toImage(), stage.overview._plot().width()
    places = [stage.overview._plot().left() + width * time_s / 60 for time_s in (5, 15, 40)]
    before, inside, after = (sum(colour_at(picture, x_px, 14)) for x_px in places)
    assert inside == sum(int(part) for part in theme.spectrogram_table()[255])
    assert max(before, after) < 0.6 * inside


def press_and_drag(overview, from_s: float, to_s: float) -> None:
    kinds = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease)
    for kind, time_s in zip(kinds, (from_s, to_s, to_s), strict=True):
        mouse(overview, kind, overview._x_of(time_s), 14, LEFT)


def test_what_is_seen_is_dragged_in_the_overview(stage):
    view, overview = stage.view, stage.overview
    view.look_at(TimeWindow(10.0, 20.0))
    press_and_drag(overview, 15.0, 35.0)
    assert (view.shown.start_s, view.shown.end_s) == pytest.approx((30.0, 40.0))
    press_and_drag(overview, 40.0, 50.0)  # its right end
    assert (view.shown.start_s, view.shown.end_s) == pytest.approx((30.0, 50.0))
    press_and_drag(overview, 5.0, 5.0)  # a click beside it
    assert (view.shown.start_s, view.shown.end_s) == pytest.approx((0.0, 20.0))


def test_the_overview_shows_where_an_end_can_be_dragged_and_a_double_click_shows_all(stage, qtbot):
    stage.view.look_at(TimeWindow(10.0, 30.0))
    end_px = round(stage.overview._x_of(30.0))
    for x_px, shape in ((end_px - 1, Qt.CursorShape.SizeHorCursor), (end_px + 4 * EDGE_PX, Qt.CursorShape.ArrowCursor)):
        mouse(stage.overview, QEvent.Type.MouseMove, x_px, 14)
        assert stage.overview.cursor().shape() == shape
    qtbot.mouseDClick(stage.overview, LEFT, pos=QPoint(200, 14))
    assert not stage.view.is_zoomed


def test_what_the_mouse_is_on_is_told_and_pointed_at(stage):
    paint(stage.view, 0, 30)
    view = stage.view
    mouse(view, QEvent.Type.MouseMove, view.x_of(10.0), view.y_of(440.0))
    time, frequency, level = stage.readout.words.split(" · ")
    assert time in ("0:09.9", "0:10.0", "0:10.1")
    assert frequency.endswith("Hz A4")
    assert level == "−20 dB"
    assert stage.scale._pointed_db == -20.0
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert stage.readout.words == ""
    assert stage.scale._pointed_db is None


@pytest.mark.parametrize(
    ("frequency_hz", "note"), [(440, "A4"), (261.63, "C4"), (30.87, "B0"), (185, "F#3"), (4186, "C8")]
)
def test_notes_have_their_names(frequency_hz, note):
    assert note_text(frequency_hz) == note


def test_all_of_it_fits_the_smallest_window_with_six_stems(stage):
    stage.set_stems(SIX)
    assert stage.minimumSizeHint().width() < 720
