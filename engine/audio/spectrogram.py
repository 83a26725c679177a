"""Any activity: levels over time and log frequency: of single windows, and of a whole recording in bounded memory."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.audio.format import SAMPLE_RATE_HZ, Wave

FFT_FRAMES = 4096
BINS = 256
LOWEST_HZ, HIGHEST_HZ = 30.0, 18_000.0
FLOOR_DB, CEILING_DB = -90.0, -20.0

Levels = npt.NDArray[np.uint8]
"""Levels (columns, BINS): 0 is FLOOR_DB and below, 255 CEILING_DB and above; the lowest frequency first."""


def bin_frequencies_hz() -> npt.NDArray[np.float64]:
    """The frequency of each of the BINS rows, (BINS,), evenly spaced in pitch."""
    return np.geomspace(LOWEST_HZ, HIGHEST_HZ, BINS)


def levels_of(windows: npt.NDArray[np.float32]) -> Levels:
    """Levels (columns, BINS) of samples (columns, looks, FFT_FRAMES): of each column's looks the loudest counts."""
    from scipy.fft import rfft  # late: it takes time that the window's start does not have

    taper = _taper()
    spectrum = rfft(windows * taper, axis=-1)
    power = (spectrum.real**2 + spectrum.imag**2).max(1) * np.float32((2 / taper.sum()) ** 2)  # a sine of 1 reads 0 dB
    level_db = 10 * np.log10(_rows(power) + np.float32(1e-12))
    scaled = (level_db - FLOOR_DB) * (255 / (CEILING_DB - FLOOR_DB))
    levels: Levels = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return levels


def _rows(power: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The rows of the picture (columns, BINS) from the power in the FFT's bins (columns, bins).

    Low rows lie between FFT bins and are interpolated; high rows span several and show the loudest.
    """
    scale = _scale()
    rows = np.maximum.reduceat(power, scale.starts, axis=1)
    low = scale.below, scale.below + 1
    rows[:, scale.between] = power[:, low[0]] * (1 - scale.shares) + power[:, low[1]] * scale.shares
    return rows


class _Scale(NamedTuple):
    """Where the rows lie among the FFT's bins: the first bin of each; which are interpolated, above which bin, how."""

    starts: npt.NDArray[np.intp]
    between: npt.NDArray[np.intp]
    below: npt.NDArray[np.intp]
    shares: npt.NDArray[np.float32]


@cache
def _scale() -> _Scale:
    positions = bin_frequencies_hz() * FFT_FRAMES / SAMPLE_RATE_HZ
    edges = np.sqrt(positions[:-1] * positions[1:])
    starts = np.round(np.concatenate([[positions[0]], edges])).astype(np.intp)
    between = np.flatnonzero(np.diff(starts, append=round(positions[-1]) + 1) < 2)
    below = np.floor(positions[between]).astype(np.intp)
    return _Scale(starts, between, below, (positions[between] - below).astype(np.float32))


@cache
def _taper() -> npt.NDArray[np.float32]:
    return np.hanning(FFT_FRAMES + 1)[:-1].astype(np.float32)


class Spectrogram:
    """Levels of a recording that comes piece by piece, in memory that does not grow with it.

    When all columns are taken, neighbours are joined and each column stands for twice the time.
    """

    def __init__(self, planned_frames: int | None = None, max_columns: int = 2048) -> None:
        """Choose how much time a column stands for, from the length if that is known (else one FFT step).

        Args:
            planned_frames: length of the recording.
            max_columns: how many columns there can be, even.
        """
        self.column_frames = max(FFT_FRAMES // 4, -(-(planned_frames or 0) // max_columns))
        self._levels = np.zeros((max_columns, BINS), np.uint8)
        self._filled = 0
        # An FFT needs more samples than a short column has: it also sees those before it, at first silence.
        self._context = max(0, FFT_FRAMES - self.column_frames)
        self._pending = np.zeros(self._context, np.float32)

    @property
    def levels(self) -> Levels:
        """What is known so far, (columns, BINS)."""
        return self._levels[: self._filled]

    def push(self, wave: Wave) -> None:
        """Take in the next frames (frames, 2)."""
        self._pending = np.concatenate([self._pending, (wave[:, 0] + wave[:, 1]) * np.float32(0.5)])
        while len(self._pending) >= self._context + self.column_frames:
            self._show(self._context + self.column_frames)

    def finish(self) -> None:
        """Show what is left over as a last column."""
        if len(self._pending) > self._context:
            self._show(len(self._pending))

    def _show(self, frames: int) -> None:
        """One column of the first `frames` pending samples; the last of them stay as context of the next column."""
        if self._filled == len(self._levels):
            self._halve()
        self._levels[self._filled] = levels_of(_overlapping(self._pending[:frames])[None])[0]
        self._filled += 1
        self._pending = self._pending[max(0, frames - self._context) :]

    def _halve(self) -> None:
        """Join neighbouring columns; the louder one shows, so that no hit is lost."""
        joined = self._levels.reshape(-1, 2, BINS).max(1)
        self._levels[: len(joined)] = joined
        self._filled = len(joined)
        self.column_frames *= 2


def _overlapping(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Windows (looks, FFT_FRAMES) over samples (frames,), each half over the next, silence at the end."""
    step = FFT_FRAMES // 2
    looks = max(1, len(samples) // step - 1)
    padded = np.zeros((looks + 1) * step, np.float32)
    padded[: len(samples)] = samples[: len(padded)]
    return np.lib.stride_tricks.sliding_window_view(padded, FFT_FRAMES)[::step]
