"""Audio callback and GUI thread: how high it goes what sounds, peak and RMS. Pure numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS

_COUNTERS = 4
"""One more than there are, so that what follows in a shared memory begins at a multiple of eight bytes."""


class Meter:
    """Levels since last asked: the callback notes them, one other side takes them; neither waits for the other.

    Two banks of peaks and summed squares, and a number that says in which of them the callback writes: whoever takes
    the levels turns to the other bank and reads the one that has just been left. The memory may be shared with another
    process.
    """

    def __init__(self, rows: int, memory: npt.NDArray[np.float32] | None = None) -> None:
        """Begin at silence; or, with `memory` (`numbers_needed`,) that is shared, where the other side stands."""
        memory = np.zeros(self.numbers_needed(rows), np.float32) if memory is None else memory
        levels = memory[: self.numbers_needed(rows) - _COUNTERS].reshape(2, 2, rows, CHANNELS)
        self._peaks, self._squares = levels  # (banks, rows, 2)
        self._counters = memory[levels.size :]  # in which bank the callback writes; frames in each bank
        self._level = np.empty((rows, CHANNELS), np.float32)

    @staticmethod
    def numbers_needed(rows: int) -> int:
        """How many numbers of memory it takes."""
        return 2 * 2 * rows * CHANNELS + _COUNTERS

    @staticmethod
    def bytes_needed(rows: int) -> int:
        """The same in bytes, a multiple of eight."""
        return Meter.numbers_needed(rows) * np.dtype(np.float32).itemsize

    def note(self, heard: npt.NDArray[np.float32]) -> None:
        """Add what is heard, (frames, rows, 2). It is overwritten, so that no memory is taken."""
        bank = int(self._counters[0])
        np.abs(heard, out=heard)
        np.maximum.reduce(heard, axis=0, out=self._level)
        np.maximum(self._peaks[bank], self._level, out=self._peaks[bank])
        np.multiply(heard, heard, out=heard)
        np.add.reduce(heard, axis=0, out=self._level)
        np.add(self._squares[bank], self._level, out=self._squares[bank])
        self._counters[1 + bank] += len(heard)

    def take(self) -> npt.NDArray[np.float32]:
        """Highest samples and RMS since last time, linear, (2, rows, 2). From one thread only."""
        left = int(self._counters[0])
        for numbers in (self._peaks, self._squares, self._counters[1:]):
            numbers[1 - left] = 0.0
        self._counters[0] = 1 - left
        rms = np.sqrt(self._squares[left] / max(float(self._counters[1 + left]), 1.0))
        return np.stack([self._peaks[left], rms])
