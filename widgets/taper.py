"""Any activity: how far up a fader a gain stands.

A musician's taper gives most of the way to the gains that are mixed with: 6 dB around unity take as much of the way
as 36 dB at the bottom. Between the marks the gain moves evenly in decibels.
"""

from __future__ import annotations

import math
from bisect import bisect_right

from engine.playback.settings import MAX_GAIN_DB
from widgets.numerals import SILENCE_DB

MARKS_DB = (6, 0, -6, -12, -24, -60)
"""The gains written beside a fader."""

LOWEST_DB = -60.1
"""Stands for minus infinity, at the very bottom."""
HIGHEST_DB = MAX_GAIN_DB

_GAINS_DB = (LOWEST_DB, SILENCE_DB, -24.0, -12.0, -6.0, 0.0, HIGHEST_DB)
_PLACES = (0.0, 0.04, 0.26, 0.47, 0.66, 0.84, 1.0)


def place(gain_db: float) -> float:
    """Where a gain stands, 0 (bottom) to 1 (top); gains beyond the ends stand at the ends."""
    return _between(gain_db, _GAINS_DB, _PLACES)


def gain_at(place: float) -> float:
    """The gain in dB at a place of the way, minus infinity at the bottom; the inverse of `place`."""
    gain_db = _between(place, _PLACES, _GAINS_DB)
    return -math.inf if gain_db < SILENCE_DB else gain_db


def _between(x: float, xs: tuple[float, ...], ys: tuple[float, ...]) -> float:
    """Where `x` lies among `xs`, in `ys`. For single numbers ten times as fast as numpy: meters ask very often."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    above = bisect_right(xs, x)
    share = (x - xs[above - 1]) / (xs[above] - xs[above - 1])
    return ys[above - 1] + share * (ys[above] - ys[above - 1])
