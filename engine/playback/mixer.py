"""Audio callback and engine thread: tracks read from a take and summed under gains that move by ramps. Pure numpy.

A block of tracks has the shape (frames, stems + 1, 2): the stems, then the rest, which is what the stems miss of the
mix (rest = mix − Σ stems), so that all gains at 1 give the mix back to float rounding.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.playback.settings import MixSettings
from engine.takes.take import Take

Tracks = npt.NDArray[np.float32]
"""Tracks of a stretch of a take, shape (frames, stems + 1, 2): the stems in the take's order, then the rest."""

Gains = npt.NDArray[np.float32]
"""Linear gains, shape (stems + 1,): one a track."""

RAMP_FRAMES = SAMPLE_RATE_HZ // 100
"""A gain takes 10 ms to its new value: short enough to feel immediate, long enough not to click."""

CROSSOVER_FRAMES = SAMPLE_RATE_HZ // 50
"""From mix to stems, and back where the stems end, in 20 ms."""

RENDER_BLOCK_FRAMES = 16_384

UNLOCKED_ELEMENTS = 500
"""On arrays of more elements than this numpy lets go of Python's interpreter lock while it computes. The callback would
then have to win the lock back from busier threads after every operation, so it works in pieces no larger."""

_RAMP = np.linspace(0.0, 1.0, RAMP_FRAMES + 1, dtype=np.float32)[1:, None]


class TrackReader:
    """Reads a take's tracks one block after another, while it grows.

    Each frame's stems are weighted by w, and the rest is mix − w Σ stems: with w = 0 all of the mix is in the rest,
    with w = 1 the stems have taken over. w moves by at most 1/CROSSOVER_FRAMES a frame: up where stems exist, and down
    ahead of the frame where they end although the mix goes on. The sum is the mix whatever w is.
    """

    def __init__(self, take: Take, start: int) -> None:
        """Begin at frame `start`; stems that exist there are used from the first frame on."""
        self._take = take
        self._frame = start
        self._weight = 1.0

    def read(self, frames: int) -> Tracks:
        """The next `frames` frames (frames, stems + 1, 2); fewer, or none, where the take ends for now."""
        stems_end = self._take.stem_frames
        stems_last = self._take.finished and stems_end == self._take.mix_frames
        mix = self._take.read_mix(self._frame, frames)
        tracks = np.zeros((len(mix), len(self._take.stem_names) + 1, CHANNELS), np.float32)
        separated = max(0, min(len(mix), stems_end - self._frame))
        if separated:
            weights = self._weights(separated, np.inf if stems_last else stems_end)
            stems = self._take.read_stems(self._frame, separated)
            np.multiply(stems, weights[:, None, None], out=tracks[:separated, :-1])
        if len(mix):
            self._weight = float(weights[-1]) if separated == len(mix) else 0.0
        np.subtract(mix, tracks[:, :-1].sum(axis=1), out=tracks[:, -1])
        self._frame += len(mix)
        return tracks

    def _weights(self, frames: int, stems_end: float) -> npt.NDArray[np.float32]:
        rising = self._weight + np.arange(1, frames + 1) / CROSSOVER_FRAMES
        remaining = (stems_end - self._frame - np.arange(frames)) / CROSSOVER_FRAMES
        return np.minimum(np.minimum(rising, remaining), 1.0).astype(np.float32)


def read_tracks(take: Take, start: int, frames: int) -> Tracks:
    """The tracks of a stretch of a take, (frames, stems + 1, 2), shorter where the take ends; see `TrackReader`."""
    return TrackReader(take, start).read(frames)


class Meter:
    """Peaks since last asked: the callback notes them, one other thread takes them; neither waits for the other."""

    def __init__(self, stems: int) -> None:
        """Begin at silence."""
        self._held = np.zeros((stems + 1, CHANNELS), np.float32)
        self._spare = np.zeros_like(self._held)

    def note(self, track_peaks: npt.NDArray[np.float32], mix_peak: npt.NDArray[np.float32]) -> None:
        """Keep what is higher than before: peaks of the tracks (stems + 1, 2) and of their mix (2,)."""
        held = self._held
        np.maximum(held[:-1], track_peaks[:-1], out=held[:-1])
        np.maximum(held[-1], mix_peak, out=held[-1])

    def take(self) -> npt.NDArray[np.float32]:
        """The peaks since last time, linear, (stems + 1, 2): the stems, then the master. From one thread only."""
        self._spare.fill(0.0)
        self._held, self._spare = self._spare, self._held
        return self._spare.copy()


class Mixer:
    """Sums tracks under gains; a new gain is reached by a straight ramp from wherever the old one stands."""

    def __init__(self, gains: Gains) -> None:
        """Begin with `gains` (stems + 1,), without a ramp. All memory that `mix` needs is taken here."""
        self.meter = Meter(len(gains) - 1)
        self._target = gains
        self._origin = gains.copy()
        self._now = gains.copy()
        self._way = np.zeros_like(gains)
        self._ramped = RAMP_FRAMES  # frames of the ramp that are behind us
        self._curve = np.empty((RAMP_FRAMES, len(gains)), np.float32)
        self._faded = np.empty((UNLOCKED_ELEMENTS // (len(gains) * CHANNELS), len(gains), CHANNELS), np.float32)
        self._track_peaks = np.empty((len(gains), CHANNELS), np.float32)
        self._mix_peak = np.empty(CHANNELS, np.float32)

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
        """Write the mix of `tracks` (frames, stems + 1, 2) to `out` (frames, 2), unlimited, and note its peaks."""
        done = 0
        while done < len(out):
            frames = min(len(out) - done, len(self._faded), RAMP_FRAMES - self._ramped or len(out))
            self._mix_piece(tracks[done : done + frames], out[done : done + frames])
            done += frames

    def _mix_piece(self, tracks: Tracks, out: Wave) -> None:
        faded = self._faded[: len(out)]
        np.multiply(tracks, self._next_gains(len(out))[..., None], out=faded)
        np.add.reduce(faded, axis=1, out=out)
        np.abs(faded, out=faded)
        np.maximum.reduce(faded, axis=0, out=self._track_peaks)
        np.abs(out, out=faded[:, 0])
        np.maximum.reduce(faded[:, 0], axis=0, out=self._mix_peak)
        self.meter.note(self._track_peaks, self._mix_peak)

    def _next_gains(self, frames: int) -> npt.NDArray[np.float32]:
        """Gains for the next frames: (stems + 1,) when they stand still, (frames, stems + 1) on a ramp."""
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

    Nothing is limited: a mix above ±1 stays above ±1, where the device clips it.

    Raises:
        ValueError: the settings are for another number of stems.
    """
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
