"""Engine thread writes, any thread but the audio callback reads: a raw file of samples, one row a frame.

A file may be a ring of fixed size: frame f then lies in the row f modulo the capacity, where older frames lay before.
The frames of a ring may be counted from its oldest: `first_row` says where that lies.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from engine.audio.writing import output_error

SAMPLE = np.dtype("<f4")

Rows = npt.NDArray[np.float32]


class TrackFile:
    """Rows of `width` samples, by the number of their frame. Which of them mean something is for others to know."""

    def __init__(
        self, path: Path, width: int, mode: str, capacity_frames: int | None = None, first_row: int = 0
    ) -> None:
        """Open a file: mode "xb" makes a new one, "rb" reads one; a ring where a capacity is given.

        Raises:
            OSError: it cannot be opened, or made because it exists.
        """
        self._path = path
        self._width = width
        self._frame_bytes = width * SAMPLE.itemsize
        self._capacity_frames = capacity_frames
        self._first_row = first_row
        self._writer: BinaryIO | None = path.open("xb", buffering=0) if mode == "xb" else None
        self._reader: BinaryIO = path.open("rb", buffering=0)
        self._reading = threading.Lock()

    @property
    def frames(self) -> int:
        """How many whole rows lie in the file."""
        return self._path.stat().st_size // self._frame_bytes

    def write(self, start: int, rows: Rows) -> None:
        """Write rows (frames, width) from frame `start` on.

        Raises:
            OutputError: they cannot be written, for instance because the disk is full.
            ValueError: the file is open for reading only.
        """
        if self._writer is None:
            raise ValueError(f"{self._path} is open for reading only")
        samples = np.ascontiguousarray(rows, SAMPLE)
        done = 0
        try:
            for row, frames in self._pieces(start, len(samples)):
                self._writer.seek(row * self._frame_bytes)
                remaining = memoryview(samples[done : done + frames].tobytes())
                while remaining:
                    remaining = remaining[self._writer.write(remaining) :]
                done += frames
        except OSError as cause:
            raise output_error(self._path, cause) from cause

    def read(self, start: int, frames: int) -> Rows:
        """Rows (frames, width) from frame `start` on; fewer where the file ends. Do not write to them."""
        pieces: list[Rows] = []
        with self._reading:
            for row, count in self._pieces(start, frames):
                self._reader.seek(row * self._frame_bytes)
                data = self._reader.read(count * self._frame_bytes)
                whole = len(data) // self._frame_bytes
                pieces.append(np.frombuffer(data, SAMPLE, whole * self._width).reshape(whole, self._width))
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def cut(self, frames: int) -> None:
        """Make the file end after so many frames, so that it says itself how long it is; a ring stays as it is.

        Raises:
            OutputError: the system refuses.
        """
        if self._writer is None or self._capacity_frames is not None:
            return
        try:
            self._writer.truncate(frames * self._frame_bytes)
        except OSError as cause:
            raise output_error(self._path, cause) from cause

    def close(self) -> None:
        """Let go of the file."""
        if self._writer:
            self._writer.close()
        with self._reading:
            self._reader.close()

    def _pieces(self, start: int, frames: int) -> Iterator[tuple[int, int]]:
        """Where the frames from `start` on lie, as (first row, number of rows); at least one piece."""
        if self._capacity_frames is None:
            yield start, frames
            return
        row = (self._first_row + start) % self._capacity_frames
        first = min(frames, self._capacity_frames - row)
        yield row, first
        if first < frames:
            yield 0, frames - first
