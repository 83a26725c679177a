"""Audio callback and feeder thread: the one ring between them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS
from engine.playback.tracks import Tracks


class Ring:
    """Frames of tracks on their way from one producer to one consumer, threads or processes, without locks.

    All tracks lie in one interleaved buffer, so they can never drift apart. The two counters only grow; each is written
    by one side alone, after the frames it speaks for, and is stored whole: each side sees the other late at worst,
    never wrong.
    """

    def __init__(
        self, capacity_frames: int, tracks: int, memory: npt.NDArray[np.uint8] | None = None, *, fresh: bool = True
    ) -> None:
        """Lay out a ring for `capacity_frames` frames of `tracks` stereo tracks.

        Args:
            capacity_frames: how many frames it holds.
            tracks: stereo tracks side by side.
            memory: where, at least `bytes_needed` long; shared, if the other side is another process. By default own.
            fresh: begin empty; otherwise take up what the other side has begun.
        """
        if memory is None:
            memory = np.zeros(self.bytes_needed(capacity_frames, tracks), np.uint8)
        frames = memory[_COUNTER_BYTES : self.bytes_needed(capacity_frames, tracks)].view(np.float32)
        self.capacity_frames = capacity_frames
        self._frames = frames.reshape(capacity_frames, tracks, CHANNELS)
        self._counters = memory[:_COUNTER_BYTES].view(np.int64)  # frames written, frames consumed
        if fresh:
            self._counters[:] = 0

    @staticmethod
    def bytes_needed(capacity_frames: int, tracks: int) -> int:
        """How much memory a ring takes."""
        return _COUNTER_BYTES + capacity_frames * tracks * CHANNELS * np.dtype(np.float32).itemsize

    @property
    def written_frames(self) -> int:
        """How many frames have ever been written."""
        return int(self._counters[0])

    @property
    def consumed_frames(self) -> int:
        """How many frames have ever been consumed."""
        return int(self._counters[1])

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
        self._counters[0] += len(tracks)

    def peek(self, frames: int) -> Tracks:
        """Consumer: a view of the next frames, at most `frames`; fewer where the ring runs dry or wraps round."""
        begin = self.consumed_frames % self.capacity_frames
        available = min(frames, self.buffered_frames, self.capacity_frames - begin)
        return self._frames[begin : begin + available]

    def consume(self, frames: int) -> None:
        """Consumer: give back the place of the next `frames` frames."""
        self._counters[1] += frames


_COUNTER_BYTES = 2 * np.dtype(np.int64).itemsize
