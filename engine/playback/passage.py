"""Feeder thread: in which order the frames of a take are played: on and on, or round a region, past what is gone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.playback.tracks import TrackReader, Tracks, read_tracks
from engine.takes.take import Take

SPLICE_FRAMES = SAMPLE_RATE_HZ // 100
"""Where the end of a region meets its beginning, one goes over into the other in 10 ms."""

SHORTEST_REGION_FRAMES = SAMPLE_RATE_HZ // 10

REMEMBERED_TURNS = 64
"""More than lie between what is read and what is heard: a ring of a second holds ten turns of the shortest region."""

_FADE_IN = (np.arange(1, SPLICE_FRAMES + 1, dtype=np.float32) / SPLICE_FRAMES)[:, None, None]
_FADE_OUT = 1.0 - _FADE_IN


@dataclass(frozen=True)
class Region:
    """A region that is played round and round, from frame `start` up to, but without, frame `end`.

    Raises:
        UsageError: it begins before the take or is shorter than a tenth of a second.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse what cannot be looped."""
        if self.start < 0 or self.end - self.start < SHORTEST_REGION_FRAMES:
            raise UsageError("A loop must be at least a tenth of a second long: choose a longer region.")


class Passage:
    """Reads tracks on from a frame, round a region if there is one.

    At the end of a region its last SPLICE_FRAMES go over into those before its beginning; where it begins with the take
    they fade out, and its beginning fades in. Only a take that was made as a loop, played as a whole, turns as it is:
    its last frame is followed by its first. What an endless take has let go is jumped over, likewise without a click.
    """

    def __init__(self, take: Take, start: int, region: Region | None = None, *, from_mix: bool = False) -> None:
        """Begin at frame `start`, which lies before the end of the region; `from_mix` as in `TrackReader`."""
        self.read_frame = start
        """What is read next. Raised *before* reading: nothing before it may be changed any more."""
        self._take = take
        self._region = region
        self._seamless = region is not None and is_whole_loop(take, region)
        self._reader = TrackReader(take, start, from_mix=from_mix)
        self._read_frames = 0
        self._turns: tuple[tuple[int, int], ...] = ((0, start),)  # (frames read before, the take's frame that follows)
        self._tail: Tracks | None = None  # what still sounds of the time before a jump, SPLICE_FRAMES
        self._softened = 0  # frames of it that are behind us
        self._last: Tracks | None = None  # the last frame read

    def read(self, frames: int) -> Tracks:
        """The next `frames` frames (frames, stems + 1, 2), fewer at a turn; none where the take ends for now."""
        self._pass_over_what_is_gone()
        begin = self.read_frame
        self.read_frame = begin + min(frames, self._to_turn())
        tracks = self._reader.read(self.read_frame - begin)
        self.read_frame = begin + len(tracks)
        self._read_frames += len(tracks)
        self._soften_beginning(tracks)
        if self._region and not self._seamless:
            self._soften_end(tracks, begin, self._region)
        if len(tracks):
            self._last = tracks[-1:].copy()
        if self._region and self.read_frame == self._region.end:
            self._turn(self._region)
        return tracks

    def frame_at(self, read_frames: float) -> int:
        """The take's frame that follows when `read_frames` frames have been played of all that was read. Any thread."""
        before, frame = next(turn for turn in reversed(self._turns) if turn[0] <= max(read_frames, 0))
        return frame + round(read_frames - before)

    def has_new_stems(self, frame: int, frames: int) -> bool:
        """Whether so many frames from one on were read without stems, and exist with them by now."""
        begin, end = self._reader.without_stems
        return begin <= frame <= frame + frames <= min(end, self._take.stems_end(frame))

    def _to_turn(self) -> int:
        if self._region and self.read_frame < self._region.end:
            return self._region.end - self.read_frame
        return SAMPLE_RATE_HZ

    def _turn(self, region: Region) -> None:
        if not self._seamless and region.start < SPLICE_FRAMES and self._last is not None:
            self._tail, self._softened = np.zeros_like(self._last), 0
        self._go_to(region.start)

    def _pass_over_what_is_gone(self) -> None:
        first = self._take.first_frame
        if self.read_frame < first:
            self._tail, self._softened = self._last, 0
            self._go_to(first)

    def _go_to(self, frame: int) -> None:
        self._reader = TrackReader(self._take, frame)
        self._turns = (*self._turns[1 - REMEMBERED_TURNS :], (self._read_frames, frame))
        self.read_frame = frame

    def _soften_beginning(self, tracks: Tracks) -> None:
        """After a jump: fade in, while what the last frame was goes to zero."""
        if self._tail is None:
            return
        end = min(self._softened + len(tracks), SPLICE_FRAMES)
        soft = tracks[: end - self._softened]
        soft *= _FADE_IN[self._softened : end]
        soft += self._tail * _FADE_OUT[self._softened : end]
        self._softened = end
        if end == SPLICE_FRAMES:
            self._tail = None

    def _soften_end(self, tracks: Tracks, begin: int, region: Region) -> None:
        """Before the end of the region: go over into what lies before its beginning."""
        splice = region.end - SPLICE_FRAMES
        first, last = max(begin, splice), min(begin + len(tracks), region.end)
        if first >= last:
            return
        soft = tracks[first - begin : last - begin]
        soft *= _FADE_OUT[first - splice : last - splice]
        if region.start >= SPLICE_FRAMES:
            before = read_tracks(self._take, region.start - region.end + first, last - first)
            soft += before * _FADE_IN[first - splice : last - splice]


def is_whole_loop(take: Take, region: Region) -> bool:
    """Whether a region is all of a take that was made so that its end meets its beginning."""
    return take.finished and (region.start, region.end) == (0, take.mix_frames) == (0, take.loop_frames)
