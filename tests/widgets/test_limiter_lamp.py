"""The limiter's lamp: lit while there is a reduction, and readable."""

from __future__ import annotations

import pytest

from resources import theme
from widgets.limiter_lamp import HOLD_S, LimiterLamp


@pytest.fixture
def lamp(qtbot):
    lamp = LimiterLamp()
    qtbot.addWidget(lamp)
    lamp.show()
    return lamp


def edge_colour(lamp: LimiterLamp) -> str:
    return lamp.grab().toImage().pixelColor(4, lamp.height() // 2).name()


def test_at_rest_it_is_dark(lamp):
    lamp.show_reduction(0.01, 0.1)
    assert (lamp.lit, lamp.text) == (False, "limiter")
    assert edge_colour(lamp) == theme.COLOURS.well


def test_it_shows_what_is_taken_away_and_holds_the_most(lamp):
    lamp.show_reduction(2.34, 0.1)
    assert (lamp.lit, lamp.text) == (True, "−2.3 dB")
    assert edge_colour(lamp) == theme.COLOURS.accent
    lamp.show_reduction(0.0, HOLD_S / 2)
    assert lamp.text == "−2.3 dB"
    lamp.show_reduction(4.0, 0.1)
    assert lamp.text == "−4.0 dB"
    lamp.show_reduction(1.0, HOLD_S)
    assert lamp.text == "−1.0 dB"
    lamp.show_reduction(0.0, HOLD_S)
    assert not lamp.lit
