"""Audio callback and engine thread: tracks summed under gains that move by ramps, metered. Pure numpy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.playback.limiter import LATENCY_FRAMES, Limiter
from engine.playback.settings import MixSettings
from engine.playback.tracks import TrackReader, Tracks
from engine.takes.take import Take

Gains = npt.NDArray[np.float32]
"""Linear gains, shape (stems + 1, 2): left and right, one row a track."""

RAMP_FRAMES = SAMPLE_RATE_HZ // 100
"""A gain takes 10 ms to its new value: short enough to feel immediate, long enough not to click."""

RENDER_BLOCK_FRAMES = 16_384

UNLOCKED_ELEMENTS = 500
"""On arrays of more elements than this numpy lets go of Python's interpreter lock while it computes. The callback would
then have to win the lock back from busier threads after every operation, so it works in pieces no larger."""

_METER_COUNTERS = 4
"""One more than there are, so that what follows in a shared memory begins at a multiple of eight bytes."""


_RAMP = np.linspace(0.0, 1.0, RAMP_FRAMES + 1, dtype=np.float32)[1:, None, None]


class Meter:
    """Levels since last asked: the callback notes them, one other side takes them; neither waits for the other.

    Two banks of peaks and summed squares, and a number that says in which of them the callback writes: whoever takes
    the levels turns to the other bank and reads the one that has just been left. The memory may be shared with another
    process.
    """

    def __init__(self, tracks: int, memory: npt.NDArray[np.float32] | None = None) -> None:
        """Begin at silence; or, with `memory` (`numbers_needed`,) that is shared, where the other side stands."""
        memory = np.zeros(self.numbers_needed(tracks), np.float32) if memory is None else memory
        levels = memory[: self.numbers_needed(tracks) - _METER_COUNTERS].reshape(2, 2, tracks + 1, CHANNELS)
        self._peaks, self._squares = levels  # (banks, tracks + 1, 2): the tracks, then their mix
        self._counters = memory[levels.size :]  # in which bank the callback writes; frames in each bank

    @staticmethod
    def numbers_needed(tracks: int) -> int:
        """How many numbers of memory it takes."""
        return 2 * 2 * (tracks + 1) * CHANNELS + _METER_COUNTERS

    def note(self, peaks: npt.NDArray[np.float32], squares: npt.NDArray[np.float32], frames: int) -> None:
        """Add what so many frames were like.

        Args:
            peaks: highest samples of the tracks and of their mix, (tracks + 1, 2).
            squares: sums of their squares, likewise.
            frames: how many.
        """
        bank = int(self._counters[0])
        np.maximum(self._peaks[bank], peaks, out=self._peaks[bank])
        np.add(self._squares[bank], squares, out=self._squares[bank])
        self._counters[1 + bank] += frames

    def take(self) -> npt.NDArray[np.float32]:
        """Highest samples and RMS since last time, linear, (2, stems + 1, 2): the stems, then the master.

        From one thread only.
        """
        left = int(self._counters[0])
        for numbers in (self._peaks, self._squares, self._counters[1:]):
            numbers[1 - left] = 0.0
        self._counters[0] = 1 - left
        rms = np.sqrt(self._squares[left] / max(float(self._counters[1 + left]), 1.0))
        return np.delete(np.stack([self._peaks[left], rms]), -2, axis=1)  # no strip shows the rest


class Mixer:
    """Sums tracks under gains; a new gain is reached by a straight ramp from wherever the old one stands."""

    def __init__(self, gains: Gains, meter: Meter | None = None) -> None:
        """Begin with `gains` (stems + 1, 2), without a ramp. All memory that `mix` needs is taken here."""
        self.meter = meter or Meter(len(gains))
        self._target = gains
        self._origin = gains.copy()
        self._now = gains.copy()
        self._way = np.zeros_like(gains)
        self._ramped = RAMP_FRAMES  # frames of the ramp that are behind us
        tracks = len(gains)
        frames = UNLOCKED_ELEMENTS // ((tracks + 1) * CHANNELS)
        self._heard = np.empty((frames, tracks + 1, CHANNELS), np.float32)  # the tracks under their gains, and the mix
        self._curve = np.empty((frames, tracks, CHANNELS), np.float32)
        self._peaks = np.empty((tracks + 1, CHANNELS), np.float32)
        self._squares = np.empty_like(self._peaks)

    def aim(self, gains: Gains, *, at_once: bool = False) -> None:
        """From here on move to `gains`, reached in RAMP_FRAMES or at once; the same array again changes nothing."""
        if gains is self._target:
            return
        self._target = gains
        np.copyto(self._origin, self._now)
        np.subtract(gains, self._origin, out=self._way)
        self._ramped = 0
        if at_once:
            np.copyto(self._now, gains)
            self._ramped = RAMP_FRAMES

    def mix(self, tracks: Tracks, out: Wave) -> None:
        """Write the mix of `tracks` (frames, stems + 1, 2) to `out` (frames, 2), unlimited, and note its levels."""
        done = 0
        while done < len(out):
            frames = min(len(out) - done, len(self._heard), RAMP_FRAMES - self._ramped or len(out))
            self._mix_piece(tracks[done : done + frames], out[done : done + frames])
            done += frames

    def _mix_piece(self, tracks: Tracks, out: Wave) -> None:
        heard = self._heard[: len(out)]
        np.multiply(tracks, self._next_gains(len(out)), out=heard[:, :-1])
        np.add.reduce(heard[:, :-1], axis=1, out=out)
        np.copyto(heard[:, -1], out)
        np.abs(heard, out=heard)
        np.maximum.reduce(heard, axis=0, out=self._peaks)
        np.multiply(heard, heard, out=heard)
        np.add.reduce(heard, axis=0, out=self._squares)
        self.meter.note(self._peaks, self._squares, len(out))

    def _next_gains(self, frames: int) -> npt.NDArray[np.float32]:
        """Gains for the next frames: (stems + 1, 2) when they stand still, (frames, stems + 1, 2) on a ramp."""
        if self._ramped == RAMP_FRAMES:
            return self._target
        curve = self._curve[:frames]
        np.multiply(_RAMP[self._ramped : self._ramped + frames], self._way, out=curve)
        np.add(curve, self._origin, out=curve)
        self._ramped += frames
        np.copyto(self._now, self._target if self._ramped == RAMP_FRAMES else curve[-1])
        return curve


def render(take: Take, settings: MixSettings, start: int, frames: int) -> Iterator[Wave]:
    """What the device would play, offline, in blocks (n, 2): `frames` frames in all, fewer where the take ends.

    It goes through the same limiter; what that comes late is made up for, so the first frame is the take's `start`.

    Raises:
        ValueError: the settings are for another number of stems.
    """
    limiter = Limiter()
    ahead = LATENCY_FRAMES  # frames that come out of the limiter before the first that went in
    for wave in _mixed(take, settings, start, frames):
        limiter.process(wave)
        if len(wave) > ahead:
            yield wave[ahead:]
        ahead = max(0, ahead - len(wave))
    last = np.zeros((LATENCY_FRAMES, CHANNELS), np.float32)
    limiter.process(last)
    yield last[ahead:]


def _mixed(take: Take, settings: MixSettings, start: int, frames: int) -> Iterator[Wave]:
    """The mix before the limiter, in blocks (n, 2)."""
    check_fits(settings, take)
    reader = TrackReader(take, start)
    mixer = Mixer(settings.gains())
    while frames > 0:
        tracks = reader.read(min(frames, RENDER_BLOCK_FRAMES))
        if not len(tracks):
            return
        wave = np.empty((len(tracks), CHANNELS), np.float32)
        mixer.mix(tracks, wave)
        frames -= len(wave)
        yield wave


def check_fits(settings: MixSettings, take: Take) -> None:
    """Check that there is one strip for each of the take's stems.

    Raises:
        ValueError: there is not.
    """
    if len(settings.strips) != len(take.stem_names):
        raise ValueError(f"{len(settings.strips)} strips do not fit a take of {len(take.stem_names)} stems")
