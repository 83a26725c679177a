"""Audio callback and outlet thread (its process): how loud it is what is played, measured beside the callback.

The callback only puts aside what it plays. The filters of a loudness meter take a tenth of a millisecond ten times a
second; that is for the thread that looks after the device anyway.
"""

from __future__ import annotations

from engine.audio.format import Wave
from engine.audio.loudness import LoudnessMeter
from engine.playback.board import Board
from engine.playback.mixer import UNLOCKED_ELEMENTS
from engine.playback.ring import Ring

RING_FRAMES = 48_000
"""Half a second and more, of devices of the usual rates: far more than passes between two looks."""


class Monitor:
    """A loudness meter on what leaves the studio; it tells its figures on a board."""

    def __init__(self, board: Board, rate_hz: int) -> None:
        """Begin to measure, at the sample rate of what will be noted."""
        self._board = board
        self._ring = Ring(RING_FRAMES, 1)
        self._meter = LoudnessMeter(rate_hz)
        self._tell()

    def note(self, wave: Wave) -> None:
        """Callback: put aside what is played, (frames, 2); what there is no room for is not measured."""
        for begin in range(0, len(wave), _PIECE_FRAMES):
            piece = wave[begin : begin + _PIECE_FRAMES]
            if len(piece) <= self._ring.free_frames:
                self._ring.write(piece[:, None])

    def measure(self) -> None:
        """The other thread: take in what has been put aside, and tell the figures. To be called every few frames."""
        while len(waiting := self._ring.peek(RING_FRAMES)):
            self._meter.push(waiting[:, 0])
            self._ring.consume(len(waiting))
        self._tell()

    def begin_anew(self) -> None:
        """The other thread: forget what has been measured so far."""
        self._ring.consume(self._ring.buffered_frames)
        self._meter.clear()
        self._tell()

    def _tell(self) -> None:
        self._board.momentary_lufs = self._meter.momentary_lufs
        self._board.short_term_lufs = self._meter.short_term_lufs
        self._board.integrated_lufs = self._meter.integrated_lufs
        self._board.measuring = True


_PIECE_FRAMES = UNLOCKED_ELEMENTS // 2
