"""Coordinates: the formula on hand-made anchors, and takes from seeds."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from engine.errors import UsageError
from engine.musika.coordinates import DEPTH, truncated_normal, walk, with_style
from engine.musika.journey import Journey, windows

CONTEXT = 8


def take(seed: int, count: int, truncation: float = 2.0) -> np.ndarray:
    return np.stack(list(islice(windows(Journey.from_seed(seed, truncation), CONTEXT), count)))


def test_positions_lie_on_straight_lines_half_a_step_on() -> None:
    anchors = np.zeros((3, DEPTH), np.float32)
    anchors[1], anchors[2] = 12, 0
    style = np.arange(DEPTH, dtype=np.float32)

    way = with_style(walk(anchors, start=2, count=20, line_steps=12), style)

    # From 0 up to 12 in twelve steps and down again; the mean of a position and the next: 2.5 at position 2.
    up, down = np.arange(2.5, 12), np.arange(11.5, 2, -1)
    np.testing.assert_allclose(way[:, 0], np.concatenate([up, down])[:20], atol=1e-6)
    np.testing.assert_array_equal(way[:, DEPTH:], np.broadcast_to(style, (20, DEPTH)))


def test_windows_are_the_way_from_a_quarter_context_on_without_gaps() -> None:
    three = take(5, 3)

    assert three.shape == (3, CONTEXT, 2 * DEPTH)
    assert three.dtype == np.float32
    way = three.reshape(-1, 2 * DEPTH)[:, :DEPTH].astype(np.float64)
    # Corners are the anchors, every 3 C / 2 = 12 positions; the way begins at position 2, so they lie at 10 and 22.
    bends = np.abs(np.diff(way, 2, axis=0)).max(axis=1) > 1e-5
    assert set(np.flatnonzero(bends) + 1) == {9, 10, 21, 22}
    first_anchor = way[0] - 2.5 * (way[1] - way[0])
    assert np.abs(first_anchor).max() <= 2 + 1e-5


def test_the_style_is_one_for_the_take() -> None:
    styles = take(3, 4)[:, :, DEPTH:]

    assert (styles == styles[0, 0]).all()
    assert np.ptp(styles[0, 0]) > 0.5


def test_the_same_seed_makes_the_same_take_and_another_seed_another() -> None:
    np.testing.assert_array_equal(take(7, 5), take(7, 5))
    assert np.abs(take(7, 1) - take(8, 1)).max() > 0.5


def test_style_and_anchors_are_independent() -> None:
    one = take(9, 1)[0]

    correlation = np.corrcoef(one[0, :DEPTH], one[0, DEPTH:])[0, 1]
    assert abs(correlation) < 0.5


@pytest.mark.parametrize("truncation", [0.1, 0.5, 2.0])
def test_values_are_normal_and_cut(truncation: float) -> None:
    values = truncated_normal(np.random.default_rng(1), 20_000, truncation)

    assert np.abs(values).max() <= truncation
    assert np.abs(values).max() > 0.98 * truncation
    # Variance of the standard normal cut at ± t: 1 − 2 t φ(t) / (2 Φ(t) − 1); 0.00332, 0.0804 and 0.774.
    assert np.var(values) == pytest.approx({0.1: 0.00332, 0.5: 0.0804, 2.0: 0.774}[truncation], rel=0.04)


@pytest.mark.parametrize("truncation", [0.0, -1.0, float("nan")])
def test_a_truncation_that_leaves_nothing_is_refused(truncation: float) -> None:
    with pytest.raises(UsageError, match="truncation"):
        Journey.from_seed(1, truncation)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(UsageError, match="seed"):
        Journey.from_seed(-1)
