"""Engine thread: where a take's coordinates come from: random numbers, straight ways and great circles; numpy only.

A position holds 2 · DEPTH values: the moving coordinate, then the style. The coordinate goes in straight lines from one
random anchor to the next, for the sections of a take; where a model wants it, faster ways for its phrases are added
(docs/decisions/0024-phrases.md). What moves the style moves it on a sphere.

Source of the formulas: Pasini and Schlüter, "Musika!", ISMIR 2022, section on infinite generation, in the released
44.1 kHz form; great circles: Shoemake, "Animating Rotation with Quaternion Curves", SIGGRAPH 1985.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from engine.errors import UsageError

DEPTH = 64
"""Values of the moving coordinate, and of the style."""

SMALLEST_TRUNCATION = 0.1

Array = npt.NDArray[np.float32]

PHRASE_SHARE = 0.75
"""Of the variance of moving coordinates, where phrases take part in them: the rest is the sections'."""

_STYLE, _ANCHORS, _GENERATOR_NOISE, _DECODER_NOISE, _DRIFT, _PHRASES = range(6)
"""A take's independent streams of random numbers: none moves when another is used more or less."""


def _stream(seed: int, *purpose: int) -> np.random.Generator:
    if seed < 0:
        raise UsageError(f"The seed must not be negative, and {seed} is.")
    return np.random.default_rng((seed, *purpose))


def generator_noise(seed: int) -> np.random.Generator:
    """The take's random numbers for the noise layers of the generator."""
    return _stream(seed, _GENERATOR_NOISE)


def decoder_noise(seed: int) -> np.random.Generator:
    """The take's random numbers for the noise layers of the decoders."""
    return _stream(seed, _DECODER_NOISE)


def random_style(seed: int, truncation: float) -> Array:
    """The style of a seed, (DEPTH,)."""
    return truncated_normal(_stream(seed, _STYLE), DEPTH, truncation)


def drift_style(seed: int, leg: int, index: int, truncation: float) -> Array:
    """The style, (DEPTH,), that a drift comes to after `index` lines; each leg of a journey has a way of its own."""
    return truncated_normal(_stream(seed, _DRIFT, leg, index), DEPTH, truncation)


def random_anchors(seed: int, truncation: float) -> Iterator[Array]:
    """The anchors of a seed, (DEPTH,) each, without end."""
    rng = _stream(seed, _ANCHORS)
    yield from truncated_normal(rng, (3, DEPTH), truncation)  # drawn together, for the sake of takes that exist
    while True:
        yield truncated_normal(rng, DEPTH, truncation)


def phrase_anchor(seed: int, index: int, truncation: float) -> Array:
    """The anchor, (DEPTH,), that the way of a seed's phrases comes to after `index` lines."""
    return truncated_normal(_stream(seed, _PHRASES, index), DEPTH, truncation)


def truncated_normal(rng: np.random.Generator, shape: int | tuple[int, ...], truncation: float) -> Array:
    """Standard normal values, those beyond ± `truncation` drawn again.

    Raises:
        UsageError: a truncation below SMALLEST_TRUNCATION, where hardly a value would be left.
    """
    if not truncation >= SMALLEST_TRUNCATION:
        raise UsageError(f"The truncation must be at least {SMALLEST_TRUNCATION}, and {truncation} is not.")
    values = rng.standard_normal(shape, dtype=np.float32)
    while (beyond := np.abs(values) > truncation).any():
        values[beyond] = rng.standard_normal(int(beyond.sum()), dtype=np.float32)
    return values


def retruncated(values: Array, before: float, after: float) -> Array:
    """Values of the normal distribution cut at ± `before`, each at its quantile of the one cut at ± `after`.

    So a way becomes tamer or wilder and remains the same way. Values beyond ± `before` are scaled.
    """
    if before == after:
        return values
    normal = NormalDist()
    inside_before, inside_after = (2 * normal.cdf(cut) - 1 for cut in (before, after))

    def moved(value: float) -> float:
        share = (2 * normal.cdf(abs(value)) - 1) / inside_before
        if share >= 1:
            return value * after / before
        return math.copysign(normal.inv_cdf((1 + share * inside_after) / 2), value)

    return np.array([moved(value) for value in values.ravel().tolist()], np.float32).reshape(values.shape)


def arc(begin: Array, end: Array, fraction: Array) -> Array:
    """Points of the great circle from `begin` to `end`, whose norm goes evenly from the one's to the other's.

    A straight line would pass nearer to the origin than any random style lies.

    Args:
        begin: (DEPTH,) or (n, DEPTH); exactly this where the fraction is 0.
        end: likewise; exactly this where the fraction is 1.
        fraction: (n, 1), from 0 to 1.

    Returns:
        (n, DEPTH).
    """
    norms = [np.maximum(np.linalg.norm(point, axis=-1, keepdims=True), 1e-9) for point in (begin, end)]
    cosine = np.sum(begin * end, axis=-1, keepdims=True) / (norms[0] * norms[1])
    angle = np.arccos(np.clip(cosine, -1, 1))
    narrow = np.sin(angle) < 1e-3  # the same direction, or the opposite one, to which no way is the shortest
    sine = np.where(narrow, 1, np.sin(angle))
    shares = [np.where(narrow, f, np.sin(f * angle) / sine) for f in (1 - fraction, fraction)]
    norm = (1 - fraction) * norms[0] + fraction * norms[1]
    points = norm * (shares[0] * begin / norms[0] + shares[1] * end / norms[1])
    return np.where(fraction <= 0, begin, np.where(fraction >= 1, end, points)).astype(np.float32)


def walk(anchors: Array, start: int, count: int, line_steps: int) -> Array:
    """Positions `start` … `start + count − 1` of the way along `anchors`.

    Args:
        anchors: (n, DEPTH), `line_steps` positions apart.
        start: the first position, counted from the first anchor.
        count: positions wanted; the last lies before the last anchor.
        line_steps: positions of a line from an anchor to the next, its end left out.

    Returns:
        (count, DEPTH): each position is averaged with its successor.
    """
    points = np.arange(start, start + count + 1)
    line, step = np.divmod(points, line_steps)
    fraction = (step / line_steps).astype(np.float32)[:, None]
    following = np.minimum(line + 1, len(anchors) - 1)  # reached with the fraction 0 only
    way = anchors[line] * (1 - fraction) + anchors[following] * fraction
    return _averaged(way)


def walk_around(anchors: Array, start: int, count: int, period: float) -> Array:
    """Positions `start` … `start + count − 1` of a closed way along `anchors` and back to the first of them.

    Args:
        anchors: (n, DEPTH), evenly spaced.
        start: the first position, counted from the first anchor; may be negative.
        count: positions wanted.
        period: positions of a whole turn, not in general a whole number.

    Returns:
        (count, DEPTH): each position is averaged with its successor.
    """
    points = np.arange(start, start + count + 1) % period * (len(anchors) / period)
    line = np.minimum(points.astype(int), len(anchors) - 1)
    fraction = (points - line).astype(np.float32)[:, None]
    way = anchors[line] * (1 - fraction) + anchors[(line + 1) % len(anchors)] * fraction
    return _averaged(way)


def _averaged(way: Array) -> Array:
    """Each position with its successor, (count + 1, DEPTH) → (count, DEPTH)."""
    averaged: Array = (way[:-1] + way[1:]) / np.float32(2)
    return averaged


def phrased(sections: Array, phrases: Array) -> Array:
    """Two ways as one, (count, DEPTH), whose values spread as each one's do where both are independent."""
    return np.float32(math.sqrt(1 - PHRASE_SHARE)) * sections + np.float32(math.sqrt(PHRASE_SHARE)) * phrases


def with_style(way: Array, style: Array) -> Array:
    """Coordinates of a way, (count, DEPTH), and of a style, (DEPTH,) or (count, DEPTH) → (count, 2 · DEPTH)."""
    return np.concatenate([way, np.broadcast_to(style, way.shape)], axis=1)
