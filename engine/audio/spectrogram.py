"""Engine thread: the picture of a take: levels over time and log frequency, for the window and for files."""

from __future__ import annotations

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


class Spectrogram:
    """Levels of a take that is still growing, in memory that does not grow with it.

    When all columns are taken, neighbours are joined and each column stands for twice the time. Of an endless take the
    oldest columns make way instead.
    """

    def __init__(
        self, planned_frames: int | None = None, max_columns: int = 2048, *, shown_frames: int | None = None
    ) -> None:
        """Choose how much time a column stands for, from the length if that is known (else one FFT step).

        Args:
            planned_frames: length of the take.
            max_columns: how many columns there can be, even.
            shown_frames: for an endless take, how much of its end is shown at least.
        """
        self._rolls = shown_frames is not None
        # An endless one has a quarter more, so that it is not moved up for every column.
        frames = (shown_frames or 0) * 5 // 4 if self._rolls else planned_frames or 0
        self.column_frames = max(FFT_FRAMES // 4, -(-frames // max_columns))
        self.first_frame = 0
        """Where the first column begins."""
        self._levels = np.zeros((max_columns, BINS), np.uint8)
        self._filled = 0
        # An FFT needs more samples than a short column has: it also sees those before it, at first silence.
        self._context = max(0, FFT_FRAMES - self.column_frames)
        self._pending = np.zeros(self._context, np.float32)
        self._reader = _LogReader()

    @property
    def levels(self) -> Levels:
        """What is known so far, (columns, BINS)."""
        return self._levels[: self._filled]

    @property
    def next_frame(self) -> int:
        """The frame of the take that `push` wants next."""
        return self._columns_end + len(self._pending) - self._context

    @property
    def _columns_end(self) -> int:
        return self.first_frame + self._filled * self.column_frames

    def push(self, wave: Wave) -> None:
        """Take in the next frames (frames, 2)."""
        self._pending = np.concatenate([self._pending, wave.mean(1)])
        while len(self._pending) >= self._context + self.column_frames:
            self._show(self._context + self.column_frames)

    def cut(self, frame: int) -> None:
        """Forget what was seen from a frame on, and a little before; `next_frame` says where to go on."""
        if frame >= self.next_frame:
            return
        self._filled = max(0, (frame - self.first_frame) // self.column_frames)
        self._pending = np.zeros(self._context, np.float32)

    def finish(self) -> None:
        """Show what is left over as a last column."""
        if len(self._pending) > self._context:
            self._show(len(self._pending))

    def _show(self, frames: int) -> None:
        """One column of the first `frames` pending samples; the last of them stay as context of the next column."""
        self._append(self._reader.levels(self._pending[:frames]))
        self._pending = self._pending[max(0, frames - self._context) :]

    def _append(self, levels: Levels) -> None:
        if self._filled == len(self._levels):
            self._move_up() if self._rolls else self._halve()
        self._levels[self._filled] = levels
        self._filled += 1

    def _move_up(self) -> None:
        """Let the oldest fifth go."""
        gone = len(self._levels) // 5
        self._levels[:-gone] = self._levels[gone:]
        self._filled -= gone
        self.first_frame += gone * self.column_frames

    def _halve(self) -> None:
        """Join neighbouring columns; the louder one shows, so that no hit is lost."""
        joined = self._levels.reshape(-1, 2, BINS).max(1)
        self._levels[: len(joined)] = joined
        self._filled = len(joined)
        self.column_frames *= 2


class _LogReader:
    """From samples to levels on the logarithmic frequency scale."""

    def __init__(self) -> None:
        self._window = np.hanning(FFT_FRAMES + 1)[:-1].astype(np.float32)
        self._gain = 2 / self._window.sum()  # a sine of amplitude 1 reads 0 dB
        positions = bin_frequencies_hz() * FFT_FRAMES / SAMPLE_RATE_HZ
        edges = np.sqrt(positions[:-1] * positions[1:])
        # Low rows lie between FFT bins and are interpolated; high rows span several and show the loudest.
        self._positions = positions
        self._starts = np.round(np.concatenate([[positions[0]], edges])).astype(int)
        self._spans = np.diff(self._starts, append=round(positions[-1]) + 1) >= 2

    def levels(self, column: npt.NDArray[np.float32]) -> Levels:
        """Levels (BINS,) of the samples (frames,) of one column: the loudest of its FFTs."""
        power = self._power(column)
        level_db = 10 * np.log10(np.where(self._spans, self._loudest(power), self._between(power)) + 1e-12)
        scaled = (level_db - FLOOR_DB) / (CEILING_DB - FLOOR_DB) * 255
        return np.clip(np.round(scaled), 0, 255).astype(np.uint8)

    def _power(self, column: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        step = FFT_FRAMES // 2
        pieces = max(1, len(column) // step - 1)
        padded = np.zeros((pieces + 1) * step, np.float32)
        padded[: len(column)] = column[: len(padded)]
        frames = np.lib.stride_tricks.sliding_window_view(padded, FFT_FRAMES)[::step]
        spectrum = np.fft.rfft(frames * self._window, axis=1)
        power: npt.NDArray[np.float32] = (np.abs(spectrum) * self._gain).max(0) ** 2
        return power

    def _between(self, power: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        return np.interp(self._positions, np.arange(len(power)), power)

    def _loudest(self, power: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        loudest: npt.NDArray[np.float32] = np.maximum.reduceat(power, self._starts)
        return loudest
