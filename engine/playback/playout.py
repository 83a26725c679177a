"""Audio callback: what the device plays, block by block. It neither locks, logs nor imports; all buffers exist before.

Every start, stop, pause, seek, stall and change of take passes through a fade or a crossfade: none of them can click.
"""

from __future__ import annotations

import math

import numpy as np

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.playback.board import Board
from engine.playback.feed import Feed
from engine.playback.mixer import UNLOCKED_ELEMENTS

FADE_FRAMES = SAMPLE_RATE_HZ // 100
"""10 ms from silence to sound or back."""

RESUME_FRAMES = SAMPLE_RATE_HZ // 10
"""Before a feed begins, and after a stall, this much must be there: one longer silence rather than many."""

PART_FRAMES = UNLOCKED_ELEMENTS // CHANNELS
"""Blocks of the device are filled in parts of at most so many frames, so that numpy keeps the interpreter lock."""

_FADE_IN = np.linspace(0.0, 1.0, FADE_FRAMES + 1, dtype=np.float32)[1:, None]
_FADE_OUT = 1.0 - _FADE_IN


class Crossfade:
    """The end of a feed that another one replaces: its power falls as the other's rises, by sine and cosine."""

    def __init__(self) -> None:
        """Nothing is leaving."""
        self.leaving: Feed | None = None
        self._remaining = 0
        self._angle = 0.0
        self._weights = np.empty((PART_FRAMES, 1), np.float32)
        self._angles = np.empty((PART_FRAMES, 1), np.float32)
        self._other = np.empty((PART_FRAMES, CHANNELS), np.float32)

    def begin(self, leaving: Feed, frames: int) -> None:
        """From here on let `leaving` go within `frames` frames."""
        self.leaving = leaving
        self._remaining = frames
        self._angle = 0.0

    def end(self) -> None:
        """Let it go at once, in silence."""
        self.leaving = None

    def frames_at_once(self, frames: int) -> int:
        """How many of the next `frames` frames can be crossed in one go. Where little is left, it goes sooner."""
        if self.leaving is None:
            return frames
        buffered = self.leaving.ring.buffered_frames
        stays_short = self.leaving.flags.complete or self.leaving.flags.waiting or buffered < 2 * FADE_FRAMES
        if stays_short:
            self._remaining = min(self._remaining, buffered)
        if not self._remaining:
            self.leaving = None
            return frames
        return min(self._remaining, len(self.leaving.ring.peek(frames)))

    def cross(self, wave: Wave) -> None:
        """Let `wave` rise and add what leaves; as many frames as `frames_at_once` said, or fewer."""
        if self.leaving is None:
            return
        frames = len(wave)
        angles, weights, other = self._angles[:frames], self._weights[:frames], self._other[:frames]
        step = (math.pi / 2.0 - self._angle) / self._remaining
        np.multiply(_COUNT[:frames], step, out=angles)
        np.add(angles, self._angle, out=angles)
        np.multiply(wave, np.sin(angles, out=weights), out=wave)
        self.leaving.mixer.mix(self.leaving.ring.peek(frames), other)
        np.multiply(other, np.cos(angles, out=weights), out=other)
        np.add(wave, other, out=wave)
        self.leaving.ring.consume(frames)
        self._angle += step * frames
        self._remaining -= frames
        if not self._remaining:
            self.leaving = None


class Playout:
    """Plays the feed it is given, when it may.

    Others write `feed` and `playing`, the callback everything else; each is one atomic assignment.
    """

    def __init__(self, board: Board | None = None) -> None:
        """Begin silent, with nothing to play; what happens is told on `board`."""
        self.board = board or Board()
        self.feed: Feed | None = None
        self.playing = False
        self.held = False  # the device is about to be changed: be silent for as long
        self.rate_hz = SAMPLE_RATE_HZ
        self.sounding: Feed | None = None
        self._crossfade = Crossfade()
        self._risen = 0  # frames of the fade that are behind us: 0 is silence, FADE_FRAMES full sound
        self._dry = True

    @property
    def silent(self) -> bool:
        """Whether nothing sounds, by the end of the last block."""
        return self._risen == 0

    @property
    def leaving(self) -> Feed | None:
        """What another feed is just replacing, while both sound."""
        return self._crossfade.leaving

    def break_off(self) -> None:
        """The device has gone and no callback runs: begin from silence next time."""
        self._risen = 0

    def fill(self, out: Wave, heard_at_s: float = 0.0) -> None:
        """Fill all of `out` (frames, 2), unlimited.

        Args:
            out: what the device will play.
            heard_at_s: when its first frame will sound, by `time.monotonic`.
        """
        before = self.sounding
        consumed = before.ring.consumed_frames if before else 0
        filled = 0
        while filled < len(out):
            filled += self._fill_part(out[filled : filled + PART_FRAMES])
        if before and before is self.sounding and before.ring.consumed_frames != consumed:
            self.board.origin_s = heard_at_s - consumed / self.rate_hz
        self.board.sounding = self.sounding.serial if self.sounding else 0
        self.board.leaving = self.leaving.serial if self.leaving else 0
        self.board.silent = self._risen == 0

    def _fill_part(self, out: Wave) -> int:
        """Fill some of `out` from its beginning on, and return how many frames."""
        stays = self._go_over()
        feed = self.sounding
        rising = feed is not None and stays and self.playing and not self.held and self._is_supplied(feed, len(out))
        if feed is None or not (rising or self._risen):
            return _silence(out)
        frames = min(len(out), self._frames_of_fade(rising) or len(out), self._frames_to_join(feed) or len(out))
        tracks = feed.ring.peek(self._crossfade.frames_at_once(frames))
        if not len(tracks):
            feed.flags.ended = rising  # only of a complete feed does the last frame sound
            self._risen = 0
            return _silence(out)
        part = out[: len(tracks)]
        feed.mixer.aim(feed.gains, at_once=self._risen == 0)
        feed.mixer.mix(tracks, part)
        self._crossfade.cross(part)
        self._fade(part, rising)
        feed.ring.consume(len(part))
        return len(part)

    def _go_over(self) -> bool:
        """Go over to the feed we were given, if it is time to; whether what sounds then may go on sounding."""
        given, sounding = self.feed, self.sounding
        if given is sounding:
            return True
        if self._risen == 0 or given is None or sounding is None:
            if self._risen == 0:
                self._begin(given)
            return given is self.sounding
        if given.joins_at is not None:
            if sounding.ring.consumed_frames == given.joins_at and _is_ready(given):
                self._begin(given)
            return given is self.sounding or self._frames_to_join(sounding) > 0
        if given.crossfade_frames and self._crossfade.leaving is None and _is_ready(given):
            self._begin(given)
            self._crossfade.begin(sounding, given.crossfade_frames)
        return given.crossfade_frames > 0

    def _begin(self, feed: Feed | None) -> None:
        self.sounding = feed
        self._dry = True
        self._crossfade.end()

    def _frames_to_join(self, sounding: Feed) -> int:
        """How many frames of what sounds are left before the given feed joins it; 0 where none does."""
        if self.feed is None or self.feed is sounding or self.feed.joins_at is None:
            return 0
        return max(0, self.feed.joins_at - sounding.ring.consumed_frames)

    def _is_supplied(self, feed: Feed, frames: int) -> bool:
        """Whether `frames` frames can sound and still leave enough to fade out on."""
        if feed.flags.complete:
            return True
        supplied = feed.ring.buffered_frames >= (RESUME_FRAMES if self._dry else frames + FADE_FRAMES)
        if not (supplied or self._dry or feed.flags.waiting):
            self.board.underruns += 1
        self._dry = not supplied
        return supplied

    def _frames_of_fade(self, rising: bool) -> int:
        return FADE_FRAMES - self._risen if rising else self._risen

    def _fade(self, wave: Wave, rising: bool) -> None:
        begin = FADE_FRAMES - self._frames_of_fade(rising)
        if begin < FADE_FRAMES:
            wave *= (_FADE_IN if rising else _FADE_OUT)[begin : begin + len(wave)]
            self._risen += len(wave) if rising else -len(wave)


def _is_ready(feed: Feed) -> bool:
    return bool(feed.flags.complete) or feed.ring.buffered_frames >= RESUME_FRAMES


def _silence(out: Wave) -> int:
    out.fill(0.0)
    return len(out)


_COUNT = np.arange(1, PART_FRAMES + 1, dtype=np.float32)[:, None]
