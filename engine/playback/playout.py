"""Audio callback: what the device plays, block by block. It neither locks, logs nor imports; all buffers exist before.

Every start, stop, pause, seek, stall and change of take passes through one fade, so none of them can click.
"""

from __future__ import annotations

import numpy as np

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.playback.feeder import Feed
from engine.playback.mixer import UNLOCKED_ELEMENTS

FADE_FRAMES = SAMPLE_RATE_HZ // 100
"""10 ms from silence to sound or back."""

RESUME_FRAMES = SAMPLE_RATE_HZ // 10
"""After a stall this much must have been read before it sounds again: one longer silence rather than many."""

PART_FRAMES = UNLOCKED_ELEMENTS // CHANNELS
"""Blocks of the device are filled in parts of at most so many frames, so that numpy keeps the interpreter lock."""

_FADE_IN = np.linspace(0.0, 1.0, FADE_FRAMES + 1, dtype=np.float32)[1:, None]
_FADE_OUT = 1.0 - _FADE_IN


class Playout:
    """Plays the feed it is given, when it may.

    The player's thread writes `feed` and `playing`, the callback everything else; each is one atomic assignment.
    """

    def __init__(self) -> None:
        """Begin silent, with nothing to play."""
        self.feed: Feed | None = None
        self.playing = False
        self.sounding: Feed | None = None
        self.underruns = 0
        self.clock = (0.0, 0)
        self._risen = 0  # frames of the fade that are behind us: 0 is silence, FADE_FRAMES full sound
        self._dry = True

    @property
    def silent(self) -> bool:
        """Whether nothing sounds, by the end of the last block."""
        return self._risen == 0

    def break_off(self) -> None:
        """The device has gone and no callback runs: begin from silence next time."""
        self._risen = 0

    def fill(self, out: Wave, heard_at_s: float = 0.0) -> None:
        """Fill all of `out` (frames, 2), clipped to ±1.

        Args:
            out: what the device will play.
            heard_at_s: when its first frame will sound, on the device's clock; kept in `clock` with the take's frame
                (of the feed `sounding`) for as long as frames are played.
        """
        before = self.sounding
        frame = before.played_to_frame if before else 0
        filled = 0
        while filled < len(out):
            filled += self._fill_part(out[filled : filled + PART_FRAMES])
        if before and before is self.sounding and before.played_to_frame != frame:
            self.clock = (heard_at_s, frame)

    def _fill_part(self, out: Wave) -> int:
        """Fill some of `out` from its beginning on, and return how many frames."""
        if self._risen == 0 and self.sounding is not self.feed:
            self.sounding = self.feed
            self._dry = True
        feed = self.sounding
        rising = feed is not None and self.playing and feed is self.feed and self._is_supplied(feed, len(out))
        if feed is None or not (rising or self._risen):
            return _silence(out)
        tracks = feed.ring.peek(min(len(out), self._frames_of_fade(rising) or len(out)))
        if not len(tracks):
            feed.ended = rising  # only of a complete feed does the last frame sound
            self._risen = 0
            return _silence(out)
        part = out[: len(tracks)]
        feed.mixer.aim(feed.gains, at_once=self._risen == 0)
        feed.mixer.mix(tracks, part)
        self._fade(part, rising)
        np.clip(part, -1.0, 1.0, out=part)
        feed.ring.consume(len(part))
        return len(part)

    def _is_supplied(self, feed: Feed, frames: int) -> bool:
        """Whether `frames` frames can sound and still leave enough to fade out on."""
        if feed.complete:
            return True
        supplied = feed.ring.buffered_frames >= (RESUME_FRAMES if self._dry else frames + FADE_FRAMES)
        if not (supplied or self._dry or feed.waiting):
            self.underruns += 1
        self._dry = not supplied
        return supplied

    def _frames_of_fade(self, rising: bool) -> int:
        return FADE_FRAMES - self._risen if rising else self._risen

    def _fade(self, wave: Wave, rising: bool) -> None:
        begin = FADE_FRAMES - self._frames_of_fade(rising)
        if begin < FADE_FRAMES:
            wave *= (_FADE_IN if rising else _FADE_OUT)[begin : begin + len(wave)]
            self._risen += len(wave) if rising else -len(wave)


def _silence(out: Wave) -> int:
    out.fill(0.0)
    return len(out)
