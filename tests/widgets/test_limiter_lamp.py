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


def colours(lamp: LimiterLamp) -> set[str]:
    picture = lamp.grab().toImage()
    return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}


def test_at_rest_it_is_not_lit(lamp):
    lamp.show_reduction(0.01, 0.1)
    assert (lamp.lit, lamp.figure, lamp.accessibleDescription()) == (False, "0.0", "0.0 dB")
    assert theme.COLOURS.text in colours(lamp)
    assert theme.COLOURS.accent not in colours(lamp)


def test_it_shows_what_is_taken_away_and_holds_the_most(lamp):
    lamp.show_reduction(2.34, 0.1)
    assert (lamp.lit, lamp.figure, lamp.accessibleDescription()) == (True, "−2.3", "−2.3 dB")
    assert theme.COLOURS.accent in colours(lamp)
    lamp.show_reduction(0.0, HOLD_S / 2)
    assert lamp.figure == "−2.3"
    lamp.show_reduction(4.0, 0.1)
    assert lamp.figure == "−4.0"
    lamp.show_reduction(1.0, HOLD_S)
    assert lamp.figure == "−1.0"
    lamp.show_reduction(0.0, HOLD_S)
    assert not lamp.lit
