"""Audio callback and feeder thread: a take from one frame on, on its way to the device."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.playback.board import Cell, Cells
from engine.playback.meter import Meter
from engine.playback.mixer import Gains, Mixer
from engine.playback.ring import Ring

RING_FRAMES = 48_000
"""About a second. A device asks for its whole buffer, up to half a second, in one burst when it opens: as much must be
left then. Beyond that it outlasts a slow disk or a busy interpreter, and stems that come in late still come soon."""

MAX_TRACKS = 9
"""Stems and the rest: more than any separator gives."""


class Flags(Cells):
    """How far a feed is."""

    waiting = Cell(0)
    """Feeder: all that exists of an unfinished take is in the ring or played."""

    complete = Cell(1)
    """Feeder: the take's last frame has been written to the ring."""

    ended = Cell(2)
    """Callback: and has been played."""


class Feed:
    """One end of a feed: the feeder's, which fills its ring, or the callback's, which mixes what is in it.

    Each seek and each load begins a fresh one. So nothing is ever flushed: the callback leaves the old feed, by a fade,
    a crossfade or at an agreed frame, and begins the new one.
    """

    def __init__(
        self,
        gains: Gains,
        memory: npt.NDArray[np.uint8] | None = None,
        *,
        serial: int = 1,
        fresh: bool = True,
        crossfade_frames: int = 0,
        joins_at: int | None = None,
    ) -> None:
        """Lay out a feed.

        Args:
            gains: the faders (stems + 1, 2).
            memory: where flags, meter and ring lie, FEED_BYTES; shared if the other end is in another process.
            serial: its number.
            fresh: begin with nothing; otherwise take up what the other end has laid out.
            crossfade_frames: in which it replaces the feed before it; 0 for a fade out and a fade in.
            joins_at: how many frames of the feed before it are played before this one follows, right there and without
                any fade: for the same music read in another way.
        """
        memory = np.zeros(FEED_BYTES, np.uint8) if memory is None else memory
        tracks = len(gains)
        levels = memory[Flags.BYTES : _RING_AT].view(np.float32)[: Meter.numbers_needed(tracks)]
        if fresh:
            memory[:_RING_AT] = 0
        self.flags = Flags(memory)
        self.ring = Ring(RING_FRAMES, tracks, memory[_RING_AT:], fresh=fresh)
        self.mixer = Mixer(gains, Meter(tracks, levels))
        self.gains = gains
        self.serial = serial
        self.crossfade_frames = crossfade_frames
        self.joins_at = joins_at


_RING_AT = Flags.BYTES + Meter.bytes_needed(MAX_TRACKS)
FEED_BYTES = _RING_AT + Ring.bytes_needed(RING_FRAMES, MAX_TRACKS)
