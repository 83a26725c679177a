"""Feeder thread: how a take's tracks get into a feed, at the device's sample rate."""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.playback.feed import Feed
from engine.playback.mixer import Gains
from engine.playback.passage import Passage, Region
from engine.playback.tracks import Tracks
from engine.takes.take import Take

CHUNK_FRAMES = 4_096

STEMS_AHEAD_FRAMES = SAMPLE_RATE_HZ // 4
"""Stems that come in for what is in a feed already are let in so far ahead: time to read it once more …"""

WORTHWHILE_FRAMES = SAMPLE_RATE_HZ // 5
"""… if it is so much at the least."""

log = logging.getLogger(__name__)


class Filling:
    """A passage of a take, and the feed that it goes into as soon as there is a place for one."""

    def __init__(
        self,
        take: Take,
        start_frame: int,
        region: Region | None = None,
        *,
        crossfade_s: float = 0.0,
        joins: tuple[Filling, int] | None = None,
        from_mix: bool = False,
    ) -> None:
        """Nothing is read yet.

        Args:
            take: what is read.
            start_frame: from which frame on.
            region: what is played round and round.
            crossfade_s: how long it takes to replace what sounds before it.
            joins: the filling that it follows without a fade, and how much of that is played before.
            from_mix: it follows one that was without stems: cross over to them.
        """
        self.take = take
        self.start_frame = start_frame
        self.region = region
        self.crossfade_s = crossfade_s
        self.joins = joins
        if joins:
            joins[0].joins = None  # what came before it need not be kept
        self.passage = Passage(take, start_frame, region, from_mix=from_mix)
        self.feed: Feed | None = None
        self.slot = -1
        self.rate_hz = SAMPLE_RATE_HZ
        self._resampler: Resampler | None = None
        self._pending: Tracks | None = None  # read, but there was no room

    @property
    def serial(self) -> int:
        """The feed's number; 0 before there is one."""
        return self.feed.serial if self.feed else 0

    @property
    def ended(self) -> bool:
        """Whether its last frame has been played."""
        return self.feed is not None and bool(self.feed.flags.ended)

    @property
    def consumed_frames(self) -> int:
        """How many frames the device has taken, at its rate."""
        return self.feed.ring.consumed_frames if self.feed else 0

    def attach(self, memory: npt.NDArray[np.uint8], slot: int, serial: int, gains: Gains, rate_hz: int) -> Feed:
        """Lay out its feed in a place of the shared memory."""
        self.slot = slot
        self.rate_hz = rate_hz
        if rate_hz != SAMPLE_RATE_HZ:
            self._resampler = Resampler(len(gains), rate_hz)
        joins_at = self.joins[1] if self.joins else None
        crossfade_frames = round(self.crossfade_s * rate_hz)
        self.feed = Feed(gains, memory, serial=serial, crossfade_frames=crossfade_frames, joins_at=joins_at)
        return self.feed

    def frame_at(self, consumed_frames: float) -> int:
        """The take's frame that follows when the device has played so many frames. Any thread."""
        return self.passage.frame_at(consumed_frames * SAMPLE_RATE_HZ / self.rate_hz)

    def from_here(self) -> Filling:
        """The same once more, from where it is now."""
        return Filling(self.take, self.frame_at(self.consumed_frames), self.region)

    def with_new_stems(self) -> Filling | None:
        """The same from a moment ahead, where stems have come since it was read; None where none have."""
        if self.rate_hz != SAMPLE_RATE_HZ or self.region:
            return None
        index = self.consumed_frames + STEMS_AHEAD_FRAMES
        frame = self.frame_at(index)
        if not self.passage.has_new_stems(frame, WORTHWHILE_FRAMES):
            return None
        return Filling(self.take, frame, joins=(self, index), from_mix=True)

    def top_up(self) -> bool:
        """Move a chunk from the take to the ring; False where there is nothing to do for now."""
        if self.feed is None or self.feed.flags.complete:
            return False
        try:
            return self._write(self.feed) if self._pending is not None else self._read(self.feed)
        except (OSError, ValueError):  # the disk failed, or somebody closed the take
            log.exception("playback cannot read its take and ends")
            self.feed.flags.complete = True
            return False

    def _read(self, feed: Feed) -> bool:
        if feed.ring.free_frames < CHUNK_FRAMES:
            return False
        finished = self.take.finished  # asked before reading: then reading nothing is the end
        tracks = self.passage.read(CHUNK_FRAMES)
        at_end = not len(tracks)
        if self._resampler:
            tracks = self._resampler.push(tracks, last=at_end and finished)
        self._pending = tracks if len(tracks) else None
        if self._pending is not None:
            self._write(feed)
        feed.flags.waiting = at_end and not finished
        feed.flags.complete = at_end and finished and self._pending is None
        return not at_end

    def _write(self, feed: Feed) -> bool:
        """Write what is pending, as far as there is room."""
        assert self._pending is not None
        frames = min(len(self._pending), feed.ring.free_frames)
        feed.ring.write(self._pending[:frames])
        self._pending = self._pending[frames:] if frames < len(self._pending) else None
        return self._pending is None


class Resampler:
    """Tracks at the program's sample rate in, at the device's out, all of them in step."""

    def __init__(self, tracks: int, rate_hz: int) -> None:
        """Begin a stream of blocks of so many tracks."""
        import soxr

        self._tracks = tracks
        self._stream = soxr.ResampleStream(SAMPLE_RATE_HZ, rate_hz, tracks * CHANNELS, dtype="float32", quality="HQ")

    def push(self, tracks: Tracks, *, last: bool = False) -> Tracks:
        """What can be said of the device's frames (frames, tracks, 2) with these; a few come with the next block."""
        out = self._stream.resample_chunk(tracks.reshape(len(tracks), self._tracks * CHANNELS), last=last)
        return np.asarray(out, np.float32).reshape(-1, self._tracks, CHANNELS)
