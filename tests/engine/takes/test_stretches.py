"""Stretches: where there are stems, and where the next ones begin."""

from __future__ import annotations

import numpy as np
import pytest

from engine.takes.stretches import Stretches

TWO = Stretches(((10, 20), (30, 40)))


@pytest.mark.parametrize(
    ("frame", "end", "following"), [(0, 0, 10), (10, 20, 10), (19, 20, 19), (20, 20, 30), (39, 40, 39), (40, 40, None)]
)
def test_a_frame_lies_in_a_stretch_or_before_one(frame: int, end: int, following: int | None) -> None:
    assert TWO.end_from(frame) == end
    assert TWO.next_from(frame) == following


def test_what_touches_becomes_one() -> None:
    assert TWO.joined(40, 50).spans == ((10, 20), (30, 50))
    assert TWO.joined(20, 30).spans == ((10, 40),)
    assert TWO.joined(0, 100).spans == ((0, 100),)
    assert TWO.joined(22, 25).spans == ((10, 20), (22, 25), (30, 40))
    assert TWO.joined(25, 25) == TWO


def test_parts_are_cut_out_and_off() -> None:
    assert TWO.until(35).spans == ((10, 20), (30, 35))
    assert TWO.since(20).spans == ((30, 40),)
    assert list(TWO.within(15, 32)) == [(15, 20), (30, 32)]
    assert (TWO.end, Stretches().end) == (40, 0)


def test_they_are_what_a_list_of_frames_says() -> None:
    generator = np.random.default_rng(2)
    stretches, there = Stretches(), np.zeros(200, bool)
    for _ in range(60):
        start, end = sorted(generator.integers(0, 200, 2).tolist())
        stretches = stretches.joined(start, min(end, start + 12))
        there[start : min(end, start + 12)] = True
        painted = np.zeros_like(there)
        for begin, finish in stretches.spans:
            painted[begin:finish] = True
        np.testing.assert_array_equal(painted, there)
        assert all(one[1] < other[0] for one, other in zip(stretches.spans, stretches.spans[1:], strict=False))
