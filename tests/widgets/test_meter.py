"""The meter rises, falls, holds and warns."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor

from resources import theme
from widgets import taper
from widgets.meter import AVERAGE_S, BAR_PX, FALL_DB_PER_S, GAP_PX, HOLD_S, Meter

SILENCE = (0.0, 0.0)
RIGHT_PX = BAR_PX + GAP_PX + 3


@pytest.fixture
def meter(qtbot):
    meter = Meter("Drums")
    meter.resize(meter.sizeHint().width(), 216)
    qtbot.addWidget(meter)
    meter.show()
    return meter


def colour(meter: Meter, x_px: int, level_db: float) -> QColor:
    """What is painted at the height of a level; the meter is 216 px high, of which the scale takes 200."""
    return meter.grab().toImage().pixelColor(x_px, round(8 + (1 - taper.place(level_db)) * 200))


def test_rises_at_once_to_each_channels_peak(meter):
    meter.show_levels((1.0, 0.5), SILENCE, elapsed_s=0.025)
    assert meter.bars_db == pytest.approx([0.0, -6.02], abs=0.01)


def test_falls_at_its_own_pace(meter):
    meter.show_levels((1.0, 1.0), SILENCE, elapsed_s=0.025)
    for _ in range(10):
        meter.show_levels((0.0, 0.5), SILENCE, elapsed_s=0.05)
    assert meter.bars_db == pytest.approx([-FALL_DB_PER_S * 0.5, -6.02], abs=0.01)


def test_falls_no_deeper_than_silence(meter):
    meter.show_levels((1.0, 1.0), (0.5, 0.5), elapsed_s=0.025)
    meter.show_levels(SILENCE, SILENCE, elapsed_s=60)
    assert np.all(meter.bars_db == taper.LOWEST_DB)
    assert np.all(meter.averages_db == taper.LOWEST_DB)


def test_the_peak_is_held_and_then_let_go(meter):
    meter.show_levels((1.0, 1.0), SILENCE, elapsed_s=0.025)
    meter.show_levels(SILENCE, SILENCE, elapsed_s=HOLD_S - 0.1)
    assert meter.holds_db == pytest.approx([0.0, 0.0])
    meter.show_levels(SILENCE, SILENCE, elapsed_s=0.2)
    assert np.all(meter.holds_db < -40)


@pytest.mark.parametrize("step_s", [0.01, 0.025, 0.3])
def test_the_average_reaches_its_level_like_a_needle_however_often_it_is_asked(meter, step_s):
    for _ in range(round(AVERAGE_S / step_s)):
        meter.show_levels((1.0, 1.0), (0.5, 0.25), elapsed_s=step_s)
    risen_db = 10 * np.log10(1 - np.exp(-1))
    assert meter.averages_db == pytest.approx([-6.02 + risen_db, -12.04 + risen_db], abs=0.01)
    for _ in range(100):
        meter.show_levels((1.0, 1.0), (0.5, 0.25), elapsed_s=step_s)
    assert meter.averages_db == pytest.approx([-6.02, -12.04], abs=0.1)


def test_the_average_is_bright_the_peak_above_it_pale(meter):
    for _ in range(200):
        meter.show_levels((0.5, 0.0), (0.1, 0.0), elapsed_s=0.05)
    green, well = QColor(theme.COLOURS.good), QColor(theme.COLOURS.well)
    assert colour(meter, 3, -30) == green
    assert well.green() + 40 < colour(meter, 3, -12).green() < green.green() - 40
    assert colour(meter, RIGHT_PX, -30) == well


def test_what_is_hot_is_yellow_and_what_exceeds_full_scale_is_red(meter):
    for _ in range(200):
        meter.show_levels((1.9, 0.9), (1.8, 0.8), elapsed_s=0.05)
    assert colour(meter, 3, 3.0) == QColor(theme.COLOURS.mute)
    assert colour(meter, 3, -3.0) == QColor(theme.COLOURS.solo)
    assert colour(meter, 3, -12.0) == QColor(theme.COLOURS.good)
    assert colour(meter, RIGHT_PX, 3.0) == QColor(theme.COLOURS.well)


def test_the_bar_reaches_the_height_of_its_level_on_the_faders_scale(meter):
    for _ in range(200):
        meter.show_levels((0.0, 0.0), (10 ** (-12 / 20), 0.0), elapsed_s=0.05)
    picture = meter.grab().toImage()
    green = [y for y in range(picture.height()) if QColor(picture.pixel(3, y)) == QColor(theme.COLOURS.good)]
    assert green[0] == pytest.approx(8 + (1 - taper.place(-12)) * 200, abs=1.5)
    assert len(green) == picture.height() - green[0]


def test_the_lamp_stays_lit_until_a_click(meter, qtbot):
    lamps = [(3, 1), (RIGHT_PX, 1)]
    meter.show_levels((1.0, 1.0), SILENCE, elapsed_s=0.025)
    assert not meter.clipped.any()
    meter.show_levels((0.5, 1.01), SILENCE, elapsed_s=0.025)
    meter.show_levels(SILENCE, SILENCE, elapsed_s=60)
    assert meter.clipped.tolist() == [False, True]
    assert meter.accessibleDescription() == "was too loud"
    picture = meter.grab().toImage()
    assert [picture.pixelColor(*place).name() for place in lamps] == [theme.COLOURS.well, theme.COLOURS.mute]
    qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    picture = meter.grab().toImage()
    assert [picture.pixelColor(*place).name() for place in lamps] == [theme.COLOURS.well] * 2
    assert meter.accessibleDescription() == ""


def test_what_cannot_clip_has_no_lamps(qtbot):
    meter = Meter("Master", clips=False)
    meter.resize(meter.sizeHint().width(), 216)
    qtbot.addWidget(meter)
    meter.show_levels((1.0, 1.01), SILENCE, elapsed_s=0.025)
    picture = meter.grab().toImage()
    assert {picture.pixelColor(RIGHT_PX, y).name() for y in range(6)} == {theme.COLOURS.well}
    assert meter.accessibleDescription() == ""


class PaintCounter(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, widget, event):  # noqa: N802 (Qt's name)
        """Look on."""
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_nothing_is_painted_where_no_pixel_changes(meter, qtbot):
    painted = PaintCounter()
    meter.installEventFilter(painted)
    for _ in range(400):  # until the average has come to rest
        meter.show_levels((0.5, 0.5), (0.5, 0.5), elapsed_s=0.025)
    qtbot.wait(50)
    before = painted.count
    for _ in range(10):
        meter.show_levels((0.5, 0.5), (0.5, 0.5), elapsed_s=0.025)
        qtbot.wait(5)
    assert painted.count == before
    meter.show_levels((0.9, 0.9), (0.5, 0.5), elapsed_s=0.025)
    qtbot.waitUntil(lambda: painted.count > before)
