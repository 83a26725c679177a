"""The way of a fader and its gains."""

from __future__ import annotations

import math

import numpy as np
import pytest

from widgets.taper import MARKS_DB, gain_at, place


@pytest.mark.parametrize("mark_db", MARKS_DB)
def test_marks_are_exact(mark_db):
    assert gain_at(place(mark_db)) == pytest.approx(mark_db, abs=1e-9)


def test_higher_is_always_louder():
    places = [place(gain_db) for gain_db in np.linspace(-60, 6, 661)]
    assert np.all(np.diff(places) > 0)
    assert np.all(np.diff([gain_at(p) for p in np.linspace(0.04, 1, 500)]) > 0)


def test_the_ends():
    assert gain_at(0.0) == -math.inf
    assert gain_at(1.0) == 6.0
    assert place(-math.inf) == 0.0
    assert place(12.0) == 1.0
    assert gain_at(-0.5) == -math.inf
    assert gain_at(1.5) == 6.0


def test_the_most_room_is_around_unity():
    def room_per_db(lower_db: float, upper_db: float) -> float:
        return (place(upper_db) - place(lower_db)) / (upper_db - lower_db)

    rooms = [room_per_db(-60, -24), room_per_db(-24, -12), room_per_db(-12, -6), room_per_db(-6, 6)]
    assert rooms[:3] == sorted(rooms[:3])
    assert rooms[3] > 4 * rooms[0]
