"""Any activity: what the audio callback tells the rest of the program, in memory that two processes may share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.playback.meter import Meter


class Cell:
    """One number on a board. It is stored whole, so the other side reads the old one or the new one."""

    def __init__(self, index: int) -> None:
        """The number in place `index` of the board's `cells`."""
        self._index = index

    def __get__(self, board: Cells, owner: type[Cells]) -> float:
        """Read it."""
        return float(board.cells[self._index])

    def __set__(self, board: Cells, value: float) -> None:
        """Write it."""
        board.cells[self._index] = value


class Cells:
    """Numbers by name, one writer each."""

    COUNT = 16
    BYTES = COUNT * np.dtype(np.float64).itemsize

    def __init__(self, memory: npt.NDArray[np.uint8] | None = None) -> None:
        """Lay them out in `memory`, at least BYTES long, as they stand there; by default in their own, all 0."""
        memory = np.zeros(self.BYTES, np.uint8) if memory is None else memory
        self.cells = memory[: Cells.BYTES].view(np.float64)


class Board(Cells):
    """What sounds, told by the process that plays. Feeds are named by their serial numbers, 0 for none."""

    BYTES = Cells.BYTES + Meter.bytes_needed(1)

    def __init__(self, memory: npt.NDArray[np.uint8] | None = None) -> None:
        """Lay it out in `memory`, at least BYTES long, as it stands there; by default in its own, at rest."""
        memory = np.zeros(self.BYTES, np.uint8) if memory is None else memory
        super().__init__(memory)
        self.meter = Meter(1, memory[Cells.BYTES : self.BYTES].view(np.float32))
        """How high it goes what leaves the limiter."""

    underruns = Cell(0)
    """How often sound was missing because we were too late."""

    accepted = Cell(1)
    """The last feed that was received."""

    sounding = Cell(2)
    leaving = Cell(3)
    """The feed that another one is just replacing, while both sound."""

    silent = Cell(4)
    """Whether nothing sounded at the end of the last block."""

    origin_s = Cell(5)
    """When the first frame of the sounding feed would have been heard, by `time.monotonic`, had it never paused."""

    limiting_db = Cell(6)
    """What the limiter took away at most of the last block, 0 for nothing."""

    blocks = Cell(7)
    """How many blocks the device has asked for."""

    late_s = Cell(8)
    """By how much the device's latest call came late at most, against the time that the block before it lasts."""

    filling_s = Cell(9)
    """The longest that a block took us."""

    measuring = Cell(13)
    """Whether the following have been told at all."""

    momentary_lufs = Cell(10)
    short_term_lufs = Cell(11)
    integrated_lufs = Cell(12)
    """How loud it is what is played; see `engine.audio.loudness`."""
