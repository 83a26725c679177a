"""Any activity: a recording's picture at every zoom: columns of levels and peaks, each computed by itself.

A column of level k stands for FINEST_FRAMES · 2^k frames and begins at a multiple of that. Since none depends on
another, only those that are looked at need be computed: the picture of three hours costs what the screen is wide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.audio.format import Wave
from engine.audio.spectrogram import FFT_FRAMES, Levels, levels_of

FINEST_FRAMES = 256
COARSEST = 14
"""The highest level: a column of a minute and a half."""

SPACING_FRAMES = FFT_FRAMES // 2
MOST_LOOKS = 16
"""A column is looked at this often at most, without a gap: so of more than 0.7 s the middle 0.7 s, at least a beat."""

CONTEXT_FRAMES = FFT_FRAMES // 2
"""A column sees so much of what lies before and after it."""

FULL_SCALE = 255
"""A peak of this is at or over full scale; below it, peaks and loudness are amplitudes in 254ths."""

Peaks = npt.NDArray[np.uint8]
"""The peak and the RMS of each column, both channels together, (columns, 2)."""

Read = Callable[[int, int], Wave]
"""Gives so many frames from a frame on, exactly; silence where there are none."""


@dataclass(frozen=True)
class Columns:
    """A run of columns of one track.

    Attributes:
        track: 0 is the mix, then come the stems.
        level: how much time a column stands for.
        first: the number of the first column.
        levels: (columns, BINS).
        peaks: (columns, 2).
    """

    track: int
    level: int
    first: int
    levels: Levels
    peaks: Peaks


def column_frames(level: int) -> int:
    """How many frames a column of a level stands for."""
    return FINEST_FRAMES << level


def level_for(frames: float) -> int:
    """The coarsest level whose columns stand for at most so many frames, or else the finest."""
    return min(max(int(max(frames, 1.0) // FINEST_FRAMES).bit_length() - 1, 0), COARSEST)


def looks(level: int) -> int:
    """How many FFTs a column of a level costs."""
    return min(max(1, column_frames(level) // SPACING_FRAMES), MOST_LOOKS)


def compute(read: Read, track: int, level: int, first: int, count: int) -> Columns:
    """Columns `first` up to, but without, `first + count` of what `read` reads."""
    frames = column_frames(level)
    seen = min(frames, MOST_LOOKS * SPACING_FRAMES)
    if seen == frames:
        mono, peaks = _prepared(read(first * frames - CONTEXT_FRAMES, count * frames + 2 * CONTEXT_FRAMES), count)
        stretches = mono[None]
    else:
        starts = (column * frames + (frames - seen) // 2 for column in range(first, first + count))
        spots = [_prepared(read(start - CONTEXT_FRAMES, seen + 2 * CONTEXT_FRAMES), 1) for start in starts]
        stretches, peaks = np.stack([mono for mono, _ in spots]), np.concatenate([peaks for _, peaks in spots])
    step = seen // looks(level)
    windows = np.lib.stride_tricks.sliding_window_view(stretches, FFT_FRAMES, axis=1)[:, step // 2 :: step]
    each = count * looks(level) // len(stretches)
    return Columns(track, level, first, levels_of(windows[:, :each].reshape(count, -1, FFT_FRAMES)), peaks)


def _prepared(wave: Wave, count: int) -> tuple[npt.NDArray[np.float32], Peaks]:
    """Both channels as one (frames,), with the context on either side; the peaks of `count` columns between."""
    # A mean over so short an axis would take forty times as long.
    return (wave[:, 0] + wave[:, 1]) * np.float32(0.5), _peaks(wave[CONTEXT_FRAMES:-CONTEXT_FRAMES].reshape(count, -1))


def _peaks(samples: npt.NDArray[np.float32]) -> Peaks:
    """Peak and RMS of each row of samples."""
    peak = np.maximum(samples.max(1), -samples.min(1))
    rms = np.sqrt(np.einsum("ij,ij->i", samples, samples) / samples.shape[1])
    scaled = np.ceil(np.stack([peak, rms], 1) * (FULL_SCALE - 1))
    amplitudes: Peaks = np.minimum(scaled, FULL_SCALE - 1).astype(np.uint8)
    amplitudes[peak >= 1.0, 0] = FULL_SCALE
    return amplitudes
