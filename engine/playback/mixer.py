"""Audio callback and engine thread: tracks summed under gains that move by ramps, metered. Pure numpy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.playback.limiter import LATENCY_FRAMES, Limiting
from engine.playback.meter import Meter
from engine.playback.settings import MixSettings
from engine.playback.tracks import TrackReader, Tracks
from engine.takes.take import Take

Gains = npt.NDArray[np.float32]
"""Linear gains, shape (stems + 1, 2): left and right, one row a track."""

RAMP_FRAMES = SAMPLE_RATE_HZ // 100
"""A gain takes 10 ms to its new value: short enough to feel immediate, long enough not to click."""

RENDER_BLOCK_FRAMES = 16_384

LOOP_LEAD_FRAMES = 3 * SAMPLE_RATE_HZ
"""So much of a loop's end the limiter hears before its beginning: six times its longest time constant."""

UNLOCKED_ELEMENTS = 500
"""On arrays of more elements than this numpy lets go of Python's interpreter lock while it computes. The callback would
then have to win the lock back from busier threads after every operation, so it works in pieces no larger."""

_RAMP = np.linspace(0.0, 1.0, RAMP_FRAMES + 1, dtype=np.float32)[1:, None, None]


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
        frames = UNLOCKED_ELEMENTS // (tracks * CHANNELS)
        self._heard = np.empty((frames, tracks, CHANNELS), np.float32)  # the tracks under their gains
        self._curve = np.empty_like(self._heard)

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
        """Write the mix of `tracks` (frames, stems + 1, 2) to `out` (frames, 2), unlimited, and note their levels."""
        done = 0
        while done < len(out):
            frames = min(len(out) - done, len(self._heard), RAMP_FRAMES - self._ramped or len(out))
            self._mix_piece(tracks[done : done + frames], out[done : done + frames])
            done += frames

    def _mix_piece(self, tracks: Tracks, out: Wave) -> None:
        heard = self._heard[: len(out)]
        np.multiply(tracks, self._next_gains(len(out)), out=heard)
        np.add.reduce(heard, axis=1, out=out)
        self.meter.note(heard)

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

    It goes through the same limiter; what that comes late is made up for, so the first frame is the take's `start`. One
    turn of a loop is limited as the turns after the first are, or its end would meet its beginning with a click.

    Raises:
        ValueError: the settings are for another number of stems.
    """
    if (start, frames) == (0, take.loop_frames):
        yield from render_turn(take, settings)
    else:
        yield from _limited(_mixed(take, settings, start, frames))


def render_turn(take: Take, settings: MixSettings, lead_frames: int = 0, tail_frames: int = 0) -> Iterator[Wave]:
    """One turn of a loop as `render` gives it, with so much of the turns before and after it.

    Raises:
        ValueError: the settings are for another number of stems.
    """
    assert take.loop_frames
    early, left = LOOP_LEAD_FRAMES, lead_frames + take.loop_frames + tail_frames
    for wave in _limited(_turning(take, settings, -lead_frames - early, early + left + LATENCY_FRAMES)):
        kept = wave[early : early + left]
        early = max(0, early - len(wave))
        left -= len(kept)
        yield kept


def _turning(take: Take, settings: MixSettings, start: int, frames: int) -> Iterator[Wave]:
    """The mix of a loop before the limiter, whose turns follow each other without end in both directions."""
    assert take.loop_frames
    while frames > 0:
        place = start % take.loop_frames
        count = min(frames, take.loop_frames - place)
        yield from _mixed(take, settings, place, count)
        start, frames = start + count, frames - count


def _limited(blocks: Iterable[Wave]) -> Iterator[Wave]:
    limiting = Limiting()
    for wave in blocks:
        yield limiting.push(wave)
    yield limiting.flush()


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
