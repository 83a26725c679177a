"""Command line: levels that follow the windows in which a generator works, a known fault of its kind.

Real songs are measured with the same periods beside the takes: what they show is chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.training.recordings import find_recordings
from tools.audition.recordings import read_mono

BLOCK_FRAMES = 256
QUIETEST_POWER = 1e-8  # -80 dB
WINDOW_PHASES = 32
"""Of a window; each holds whole latents, so that what follows latents shows in their own figure only."""

Levels = npt.NDArray[np.float64]
"""Of a recording, in dB, one for every BLOCK_FRAMES frames."""


def pulsing(folder: Path, context: int, frames_per_latent: int) -> dict[str, float]:
    """How much the level of recordings moves with the generator's windows.

    Args:
        folder: of takes that begin with a window, as all do, or of real songs.
        context: latents a window.
        frames_per_latent: of sound, a multiple of BLOCK_FRAMES.

    Returns:
        "latent_db", "window_db": the mean level over one latent and over one window, highest less lowest; "border": how
        many times as much the level jumps where two windows meet as it does elsewhere.

    Raises:
        UsageError: no recordings, or none of two windows.
    """
    latent = frames_per_latent // BLOCK_FRAMES
    window = context * latent
    levels = [each for each in map(levels_of, find_recordings(folder)) if len(each) >= 2 * window]
    if not levels:
        least_s = 2 * window * BLOCK_FRAMES / SAMPLE_RATE_HZ
        raise UsageError(f"No recording in {folder} has two windows of the generator: give {least_s:.0f} s and more.")
    return {
        "latent_db": depth_db(levels, latent, latent),
        "window_db": depth_db(levels, window, WINDOW_PHASES),
        "border": border_jump(levels, window),
    }


def levels_of(path: Path) -> Levels:
    """The levels of a recording."""
    mono = read_mono(path)
    blocks = mono[: len(mono) // BLOCK_FRAMES * BLOCK_FRAMES].reshape(-1, BLOCK_FRAMES).astype(np.float64)
    levels: Levels = 10 * np.log10(np.square(blocks).mean(1) + QUIETEST_POWER)
    return levels


def depth_db(levels: Iterable[Levels], period: int, phases: int) -> float:
    """The levels laid over one another period by period and averaged: the highest of the phases less the lowest, dB.

    Args:
        levels: of recordings; of each period its own mean is taken off first.
        period: in blocks.
        phases: that the period is divided into.
    """
    folded = np.concatenate([_folded(each, period, phases) for each in levels])
    course = (folded - folded.mean(1, keepdims=True)).mean(0)
    return float(course.max() - course.min())


def _folded(levels: Levels, period: int, phases: int) -> Levels:
    """(periods, phases)."""
    whole = levels[: len(levels) // period * period].reshape(-1, phases, period // phases)
    folded: Levels = whole.mean(2)
    return folded


def border_jump(levels: Iterable[Levels], window: int) -> float:
    """The mean jump of the level, from block to block, next to the borders of windows over that elsewhere."""
    jumps = [_jumps(each, window) for each in levels]
    at_borders, elsewhere = (np.concatenate(side) for side in zip(*jumps, strict=True))
    return float(at_borders.mean() / (elsewhere.mean() + 1e-12))


def _jumps(levels: Levels, window: int) -> Iterator[Levels]:
    jumps = np.abs(np.diff(levels))
    to_border = (np.arange(len(jumps)) + 1 + window // 2) % window - window // 2
    near = (np.abs(to_border) <= 1) & (np.arange(len(jumps)) > window // 2)  # a take's begin is no border
    yield jumps[near]
    yield jumps[~near]
