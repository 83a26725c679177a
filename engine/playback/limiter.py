"""Audio callback (and engine thread, for export): the look-ahead limiter on the master. Pure numpy.

The gain is known at knots, one every BLOCK_FRAMES, and moves between them in straight lines. A knot is a weighted mean
of what the blocks around it need at most, so the gain has come down smoothly when a peak arrives and never lies above
what that peak allows: no sample exceeds the ceiling, and nothing is ever cut off. While nothing comes near the ceiling
the gain is exactly 1, and what leaves is to the bit what came in, LATENCY_FRAMES later.

The release follows the usual two envelopes (a fast one for single peaks, a slow one that learns how loud it is for
long): after a drum the gain is back soon, and in dense music it stays, rather than pumping with every beat.
"""

from __future__ import annotations

import math

import numpy as np

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave

CEILING_DB = -0.3
CEILING = float(np.float32(10.0 ** (CEILING_DB / 20.0)))
"""No sample leaves above it. What a converter draws between samples may: room for that would cost loudness."""

BLOCK_FRAMES = 32
LOOK_AHEAD_BLOCKS = 5
LATENCY_FRAMES = (LOOK_AHEAD_BLOCKS + 1) * BLOCK_FRAMES
"""What goes in comes out so much later: 4.4 ms at 44.1 kHz, of which 3.6 ms are the look-ahead."""

RELEASE_S = 0.08
"""Time constant after a single peak."""

SUSTAINED_ATTACK_S, SUSTAINED_RELEASE_S = 0.15, 0.5
"""Time constants of the slow envelope, down to which the gain recovers quickly."""

INAUDIBLE = 1e-4
"""A reduction below it (0.001 dB) is none."""

_RISE = np.linspace(0.0, 1.0, BLOCK_FRAMES, dtype=np.float32)[:, None]
_HANN = np.sin(np.pi * np.arange(1, LOOK_AHEAD_BLOCKS + 1) / (LOOK_AHEAD_BLOCKS + 1)) ** 2
_WEIGHTS = tuple(float(weight) for weight in _HANN / _HANN.sum())
_NO_NEED = (0.0,) * (LOOK_AHEAD_BLOCKS + 1)


class Limiter:
    """Keeps stereo frames below the ceiling, both channels under one gain. Takes no memory while it works."""

    def __init__(self, rate_hz: int = SAMPLE_RATE_HZ) -> None:
        """Begin with silence in the delay line, at the sample rate of what will pass."""
        self._delayed = np.zeros((LATENCY_FRAMES // BLOCK_FRAMES, BLOCK_FRAMES, CHANNELS), np.float32)
        self._coming = np.zeros((BLOCK_FRAMES, CHANNELS), np.float32)
        self._gain = np.ones((BLOCK_FRAMES, 1), np.float32)
        self._peak = np.zeros((), np.float32)
        self._block = 0  # of the delay line: the one that leaves now
        self._done = 0  # frames of it that have left, and of the coming block that have come
        self._needs = list(_NO_NEED)  # reductions (1 − gain) of the newest blocks, the newest last
        self._held = list(_NO_NEED[1:])  # reductions with hold and release, one a knot
        self._sustained = 0.0
        self._knot = 0.0  # the reduction at the end of the block that leaves now
        self._deepest = 0.0  # of what `process` has given last
        self._limits = False
        self._fall = _share(RELEASE_S, rate_hz)
        self._sustained_rise = _share(SUSTAINED_ATTACK_S, rate_hz)
        self._sustained_fall = _share(SUSTAINED_RELEASE_S, rate_hz)

    @property
    def limiting_db(self) -> float:
        """What was taken away at most of what `process` has given last, in decibels: 0 where nothing was."""
        return -20.0 * math.log10(1.0 - self._deepest)

    def process(self, wave: Wave) -> None:
        """Replace `wave` (frames, 2) by what came in LATENCY_FRAMES earlier, limited."""
        self._deepest = self._knot
        begin = 0
        while begin < len(wave):
            frames = min(len(wave) - begin, BLOCK_FRAMES - self._done)
            self._exchange(wave[begin : begin + frames])
            begin += frames

    def _exchange(self, wave: Wave) -> None:
        """Keep what comes, and give what leaves in its place, within one block."""
        end = self._done + len(wave)
        np.copyto(self._coming[self._done : end], wave)
        leaving = self._delayed[self._block, self._done : end]
        if self._limits:
            np.multiply(leaving, self._gain[self._done : end], out=wave)
            np.clip(wave, -CEILING, CEILING, out=wave)  # only rounding is left above it
        else:
            np.copyto(wave, leaving)
        self._done = end
        if end == BLOCK_FRAMES:
            self._turn()

    def _turn(self) -> None:
        """A block has come and one has left: find the gain of the next one that leaves."""
        np.copyto(self._delayed[self._block], self._coming)
        self._block = (self._block + 1) % len(self._delayed)
        self._done = 0
        np.abs(self._coming, out=self._coming)
        np.maximum.reduce(self._coming, axis=None, out=self._peak)
        before, self._knot = self._knot, self._next_knot(float(self._peak))
        self._deepest = max(self._deepest, self._knot)
        self._limits = before > 0.0 or self._knot > 0.0
        if self._limits:
            np.multiply(_RISE, before - self._knot, out=self._gain)
            np.add(self._gain, 1.0 - before, out=self._gain)

    def _next_knot(self, peak: float) -> float:
        """The reduction at the next knot, now that the peak of one more block is known."""
        self._needs.append(1.0 - CEILING / peak if peak > CEILING else 0.0)
        del self._needs[0]
        need = max(self._needs)
        pull = self._sustained_rise if need > self._sustained else self._sustained_fall
        self._sustained += pull * (need - self._sustained)
        floor = min(self._sustained, self._held[-1])
        released = floor + (self._held[-1] - floor) * (1.0 - self._fall)
        self._held.append(max(need, released if released > INAUDIBLE else 0.0))
        del self._held[0]
        return sum(weight * held for weight, held in zip(_WEIGHTS, self._held, strict=True))


class Limiting:
    """A limiter whose delay is made up for: as many frames come out as went in, the first one first."""

    def __init__(self) -> None:
        """Begin with the first frame."""
        self._limiter = Limiter()
        self._ahead = LATENCY_FRAMES  # frames that come out before the first that went in

    def push(self, wave: Wave) -> Wave:
        """What comes of the next frames (frames, 2), which are overwritten."""
        self._limiter.process(wave)
        early = min(self._ahead, len(wave))
        self._ahead -= early
        return wave[early:]

    def flush(self) -> Wave:
        """What is still to come when all is in."""
        return self.push(np.zeros((LATENCY_FRAMES, CHANNELS), np.float32))


def _share(time_constant_s: float, rate_hz: int) -> float:
    """What a one-pole filter with this time constant covers of its way in one block."""
    return -math.expm1(-BLOCK_FRAMES / (time_constant_s * rate_hz))
