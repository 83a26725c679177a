"""The meter rises, falls, holds and warns."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from resources import theme
from widgets import taper
from widgets.meter import FALL_DB_PER_S, HOLD_S, Meter


@pytest.fixture
def meter(qtbot):
    meter = Meter("Drums")
    meter.resize(meter.sizeHint().width(), 216)
    qtbot.addWidget(meter)
    return meter


def test_rises_at_once_to_each_channels_peak(meter):
    meter.show_peaks((1.0, 0.5), elapsed_s=0.025)
    assert meter.bars_db == pytest.approx([0.0, -6.02], abs=0.01)


def test_falls_at_its_own_pace(meter):
    meter.show_peaks((1.0, 1.0), elapsed_s=0.025)
    for _ in range(10):
        meter.show_peaks((0.0, 0.5), elapsed_s=0.05)
    assert meter.bars_db == pytest.approx([-FALL_DB_PER_S * 0.5, -6.02], abs=0.01)


def test_falls_no_deeper_than_silence(meter):
    meter.show_peaks((1.0, 1.0), elapsed_s=0.025)
    meter.show_peaks((0.0, 0.0), elapsed_s=60)
    assert np.all(meter.bars_db == taper.LOWEST_DB)


def test_the_peak_is_held_and_then_let_go(meter):
    meter.show_peaks((1.0, 1.0), elapsed_s=0.025)
    meter.show_peaks((0.0, 0.0), elapsed_s=HOLD_S - 0.1)
    assert meter.holds_db == pytest.approx([0.0, 0.0])
    meter.show_peaks((0.0, 0.0), elapsed_s=0.2)
    assert np.all(meter.holds_db < -40)


def test_what_exceeds_full_scale_is_red(meter):
    meter.show_peaks((1.8, 0.9), elapsed_s=0.025)
    picture = meter.grab().toImage()
    above_unity, below_unity = QColor(picture.pixel(3, 34)), QColor(picture.pixel(3, 60))
    assert above_unity == QColor(theme.COLOURS.mute)
    assert below_unity == QColor(theme.COLOURS.good)
    assert QColor(picture.pixel(13, 34)) == QColor(theme.COLOURS.well)


def test_the_bar_reaches_the_height_of_its_level_on_the_faders_scale(meter):
    meter.show_peaks((10 ** (-12 / 20), 0.0), elapsed_s=0.025)
    picture = meter.grab().toImage()
    green = [y for y in range(picture.height()) if QColor(picture.pixel(3, y)) == QColor(theme.COLOURS.good)]
    assert green[0] == pytest.approx(8 + (1 - taper.place(-12)) * 200, abs=1.5)
    assert len(green) == picture.height() - green[0]
