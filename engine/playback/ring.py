"""Audio callback and feeder thread: the one ring between them."""

from __future__ import annotations

import numpy as np

from engine.audio.format import CHANNELS
from engine.playback.mixer import Tracks


class Ring:
    """Frames of tracks on their way from one producer thread to one consumer thread, without locks.

    All tracks lie in one interleaved buffer, so they can never drift apart. The two counters only grow; each is written
    by one side alone, after the frames it speaks for, and assigning an int is atomic: each side sees the other late at
    worst, never wrong.
    """

    def __init__(self, capacity_frames: int, tracks: int) -> None:
        """Take the memory for `capacity_frames` frames of `tracks` stereo tracks."""
        self.capacity_frames = capacity_frames
        self.written_frames = 0
        self.consumed_frames = 0
        self._frames = np.zeros((capacity_frames, tracks, CHANNELS), np.float32)

    @property
    def free_frames(self) -> int:
        """How many frames the producer may write now."""
        return self.capacity_frames - self.buffered_frames

    @property
    def buffered_frames(self) -> int:
        """How many frames the consumer may read now."""
        return self.written_frames - self.consumed_frames

    def write(self, tracks: Tracks) -> None:
        """Producer: append frames (frames, tracks, 2), at most `free_frames`."""
        begin = self.written_frames % self.capacity_frames
        first = min(len(tracks), self.capacity_frames - begin)
        self._frames[begin : begin + first] = tracks[:first]
        self._frames[: len(tracks) - first] = tracks[first:]
        self.written_frames += len(tracks)

    def peek(self, frames: int) -> Tracks:
        """Consumer: a view of the next frames, at most `frames`; fewer where the ring runs dry or wraps round."""
        begin = self.consumed_frames % self.capacity_frames
        available = min(frames, self.buffered_frames, self.capacity_frames - begin)
        return self._frames[begin : begin + available]

    def consume(self, frames: int) -> None:
        """Consumer: give back the place of the next `frames` frames."""
        self.consumed_frames += frames
