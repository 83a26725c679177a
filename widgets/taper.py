"""Any activity: how far up a fader a gain stands.

A musician's taper gives most of the way to the gains that are mixed with: 6 dB around unity take as much of the way
as 36 dB at the bottom. Between the marks the gain moves evenly in decibels.
"""

from __future__ import annotations

import math

import numpy as np

from widgets.numerals import SILENCE_DB

MARKS_DB = (6, 0, -6, -12, -24, -60)
"""The gains written beside a fader."""

LOWEST_DB = -60.1
"""Stands for minus infinity, at the very bottom."""
HIGHEST_DB = 6.0

_GAINS_DB = (LOWEST_DB, SILENCE_DB, -24.0, -12.0, -6.0, 0.0, HIGHEST_DB)
_PLACES = (0.0, 0.04, 0.26, 0.47, 0.66, 0.84, 1.0)


def place(gain_db: float) -> float:
    """Where a gain stands, 0 (bottom) to 1 (top); gains beyond the ends stand at the ends."""
    return float(np.interp(gain_db, _GAINS_DB, _PLACES))


def gain_at(place: float) -> float:
    """The gain in dB at a place of the way, minus infinity at the bottom; the inverse of `place`."""
    gain_db = float(np.interp(place, _PLACES, _GAINS_DB))
    return -math.inf if gain_db < SILENCE_DB else gain_db
