"""Feeder thread: reads the take ahead of the callback."""

from __future__ import annotations

import logging
import threading

from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.mixer import Gains, Mixer, TrackReader
from engine.playback.ring import Ring
from engine.takes.take import Take

RING_FRAMES = SAMPLE_RATE_HZ
"""A second. A device asks for its whole buffer, up to half a second, in one burst when it opens: as much must be left
then. Beyond that it outlasts a slow disk or a busy interpreter, and stems that come in late still come soon."""

CHUNK_FRAMES = 4_096
POLL_S = 0.02

log = logging.getLogger(__name__)


class Feed:
    """A take from one frame on, on its way to the device. Each seek and each load begins a fresh one.

    So nothing is ever flushed: the callback fades the old feed out, drops it and begins the new one. Who writes what:
    the player's thread `gains`; the feeder thread `waiting` and `complete`; the callback `ended`.
    """

    def __init__(self, take: Take, start_frame: int, gains: Gains) -> None:
        """Take the memory; nothing is read yet."""
        self.start_frame = start_frame
        self.gains = gains
        self.ring = Ring(RING_FRAMES, len(gains))
        self.mixer = Mixer(gains)
        self.waiting = False  # all that exists of an unfinished take is in the ring or played
        self.complete = False  # the take's last frame has been written to the ring
        self.ended = False  # and has been played
        self._take = take
        self._reader = TrackReader(take, start_frame)

    @property
    def played_to_frame(self) -> int:
        """The take's frame that goes to the device next."""
        return self.start_frame + self.ring.consumed_frames

    def top_up(self) -> bool:
        """Move a chunk from the take to the ring; False where there is nothing to do for now."""
        frames = min(self.ring.free_frames, CHUNK_FRAMES)
        if self.complete or not frames:
            return False
        finished = self._take.finished  # asked before reading: then a short read is the end
        tracks = self._reader.read(frames)
        self.ring.write(tracks)
        reached_end = len(tracks) < frames
        self.waiting = reached_end and not finished
        self.complete = reached_end and finished
        return not reached_end

    def break_off(self) -> None:
        """End here: nothing more can be read."""
        self.complete = True


class Feeder(threading.Thread):
    """Keeps the ring of the feed that it was last given full."""

    def __init__(self) -> None:
        """Prepare the thread; `start` runs it."""
        super().__init__(name="playback feeder", daemon=True)
        self._feed: Feed | None = None
        self._kept: list[Feed] = []
        self._woken = threading.Event()
        self._closing = False

    def give(self, feed: Feed, sounding: Feed | None) -> None:
        """Feed `feed` from now on.

        `sounding` is the one that the callback still fades out. It is kept until the next one is given, so that its
        memory is freed here and not in the callback.
        """
        self._kept = [feed] if sounding is None else [feed, sounding]
        self._feed = feed
        self._woken.set()

    def close(self) -> None:
        """End the thread and wait for it."""
        self._closing = True
        self._woken.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Top up, sleep a little, and again."""
        while not self._closing:
            self._woken.clear()
            if self._feed is None or not self._top_up(self._feed):
                self._woken.wait(POLL_S)

    def _top_up(self, feed: Feed) -> bool:
        try:
            return feed.top_up()
        except (OSError, ValueError):  # the disk failed, or somebody closed the take
            if feed is self._feed:
                log.exception("playback cannot read its take and ends")
            feed.break_off()
            return False
