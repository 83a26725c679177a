"""Engine thread: the coordinates that a take walks through, from one seed; numpy only.

A position holds 2 · DEPTH values: the moving coordinate, then the take's style, the same everywhere. The coordinate
goes in straight lines from one random anchor to the next.

Source of the formulas: Pasini and Schlüter, "Musika!", ISMIR 2022, section on infinite generation, in the released
44.1 kHz form.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.errors import UsageError

DEPTH = 64
"""Values of the moving coordinate, and of the style."""

SMALLEST_TRUNCATION = 0.1

Array = npt.NDArray[np.float32]

_STYLE, _ANCHORS, _GENERATOR_NOISE, _DECODER_NOISE = range(4)
"""A take's independent streams of random numbers: none moves when another is used more or less."""


def _stream(seed: int, purpose: int) -> np.random.Generator:
    if seed < 0:
        raise UsageError(f"The seed must not be negative, and {seed} is.")
    return np.random.default_rng((seed, purpose))


def generator_noise(seed: int) -> np.random.Generator:
    """The take's random numbers for the noise layers of the generator."""
    return _stream(seed, _GENERATOR_NOISE)


def decoder_noise(seed: int) -> np.random.Generator:
    """The take's random numbers for the noise layers of the decoders."""
    return _stream(seed, _DECODER_NOISE)


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


def walk(anchors: Array, style: Array, start: int, count: int, line_steps: int) -> Array:
    """Positions `start` … `start + count − 1` of the way along `anchors`.

    Args:
        anchors: (n, DEPTH), `line_steps` positions apart.
        style: (DEPTH,).
        start: the first position, counted from the first anchor.
        count: positions wanted; the last lies before the last anchor.
        line_steps: positions of a line from an anchor to the next, its end left out.

    Returns:
        (count, 2 · DEPTH): each position is averaged with its successor.
    """
    points = np.arange(start, start + count + 1)
    line, step = np.divmod(points, line_steps)
    fraction = (step / line_steps).astype(np.float32)[:, None]
    following = np.minimum(line + 1, len(anchors) - 1)  # reached with the fraction 0 only
    way = anchors[line] * (1 - fraction) + anchors[following] * fraction
    coordinates = (way[:-1] + way[1:]) / 2
    return np.concatenate([coordinates, np.broadcast_to(style, (count, DEPTH))], axis=1)


def windows(seed: int, context: int, truncation: float = 2.0) -> Iterator[Array]:
    """The take of a seed, window after window without end; memory does not grow.

    Args:
        seed: any whole number from 0.
        context: positions a window, C. Lines have 3 C / 2 positions, and the way begins at C / 4.
        truncation: where the normal distributions of style and anchors are cut; small is tame.

    Returns:
        An iterator of (context, 2 · DEPTH), each window going on where the one before ended.

    Raises:
        UsageError: a negative seed, or a truncation below SMALLEST_TRUNCATION.
    """
    style = truncated_normal(_stream(seed, _STYLE), DEPTH, truncation)
    return _windows(style, _stream(seed, _ANCHORS), context, truncation)


def _windows(style: Array, rng: np.random.Generator, context: int, truncation: float) -> Iterator[Array]:
    line_steps = 3 * context // 2
    anchors = truncated_normal(rng, (3, DEPTH), truncation)  # a window touches two lines at most
    position = context // 4
    while True:
        while position >= line_steps:
            anchors = np.concatenate([anchors[1:], truncated_normal(rng, (1, DEPTH), truncation)])
            position -= line_steps
        yield walk(anchors, style, position, context, line_steps)
        position += context
