"""Command line: tape. What recording does to a mix, done to its stems so that they still add up to it.

Saturation is a gain, reckoned from the mix and the same for all stems; bandwidth, wow and flutter are linear. Hiss is
a sound of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from tools.house_band.mixing import Sound, decibels, looped, total
from tools.house_band.shows import Tape

WOW_HZ = ((0.53, 0.5), (0.71, 0.3), (1.3, 0.2))  # frequencies and shares of the deviation
FLUTTER_HZ = ((7.1, 0.5), (9.3, 0.3), (12.7, 0.2))
HISS_FRAMES = 30 * SAMPLE_RATE_HZ  # of noise, over and over
STEP_FRAMES = 64  # the tape's place is reckoned this often, and runs straight between
REST_FRAMES = 64  # the head's rest: no displacement reaches as far, so nothing is read before it is written


def record_on_tape(stems: Mapping[str, Sound], tape: Tape, rng: np.random.Generator) -> dict[str, Sound]:
    """The stems (2, frames) as they come from the tape, all equally late by `REST_FRAMES` where it runs unsteadily."""
    gain = saturation(total(stems.values()), tape.drive_db)
    frames = gain.shape[1]
    transport = Transport.run(tape, frames, rng) if tape.wow or tape.flutter else None
    recorded = {}
    for name, sound in stems.items():
        passed = sosfilt(_band(tape), sound * gain, axis=1)
        recorded[name] = transport.play(passed) if transport else passed
    return recorded


def saturation(mix: Sound, drive_db: float) -> Sound:
    """The gain (2, frames) at which every sample of a mix lies on a hyperbolic tangent, steeper by `drive_db`."""
    driven = np.float32(decibels(drive_db)) * mix
    small = np.abs(driven) < 1e-2
    driven[small] = 1
    gain: Sound = np.tanh(driven) / driven
    gain[small] = 1
    return gain


def hiss(tape: Tape, frames: int, rng: np.random.Generator) -> Sound:
    """The tape's own noise (2, frames), through its own band, at `hiss_db`."""
    noise = sosfilt(_band(tape), rng.standard_normal((CHANNELS, HISS_FRAMES), dtype=np.float32), axis=1)
    return looped(noise * np.float32(decibels(tape.hiss_db) / np.std(noise)), frames)


def _band(tape: Tape) -> npt.NDArray[np.float32]:
    low = butter(1, tape.low_hz, "high", fs=SAMPLE_RATE_HZ, output="sos")
    high = butter(4, tape.high_hz, "low", fs=SAMPLE_RATE_HZ, output="sos")
    return np.concatenate([low, high]).astype(np.float32)


@dataclass(frozen=True)
class Transport:
    """A tape's uneven run: how late each frame is, in whole frames (frames,), and the four samples' weights there."""

    late: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]

    @classmethod
    def run(cls, tape: Tape, frames: int, rng: np.random.Generator) -> Transport:
        """Let it run: the deviation of its speed is a sum of sines, its place the integral of that."""
        time_s = np.arange(0, frames + STEP_FRAMES, STEP_FRAMES) / SAMPLE_RATE_HZ
        place = np.full(len(time_s), float(REST_FRAMES))
        for peak_percent, sines in ((tape.wow, WOW_HZ), (tape.flutter, FLUTTER_HZ)):
            for hz, share in sines:
                swing = peak_percent / 100 * share / (2 * np.pi * hz) * SAMPLE_RATE_HZ
                place += swing * np.sin(2 * np.pi * hz * time_s + rng.uniform(0, 2 * np.pi))
        places = np.interp(np.arange(frames), np.arange(len(time_s)) * STEP_FRAMES, place)
        late = places.astype(np.int32)
        return cls(late, _lagrange((places - late).astype(np.float32)))

    def play(self, sound: Sound) -> Sound:
        """The sound (2, frames) read at the tape's place, between samples by a cubic through the four nearest.

        Stretches in which the whole part of the delay stays the same are read as one slice.
        """
        padding = int(self.late.max(initial=0)) + 2
        padded = np.pad(sound, ((0, 0), (padding, 0)))
        played = np.zeros_like(sound)
        borders = np.flatnonzero(np.diff(self.late)) + 1
        for start, end in zip([0, *borders], [*borders, len(self.late)], strict=True):
            first = start + padding - self.late[start] + 1
            for tap, weight in enumerate(self.weights[:, start:end]):
                played[:, start:end] += weight * padded[:, first - tap : first - tap + end - start]
        return played


def _lagrange(part: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Weights of the samples 1 later, 0, 1 and 2 earlier for a delay of `part` (0…1) frames: Lagrange's, order 3."""
    later, before, earlier = part + 1, part - 1, part - 2
    inner, outer = part * later, before * earlier
    weights = np.empty((4, len(part)), np.float32)
    np.multiply(part * outer, np.float32(-1 / 6), out=weights[0])
    np.multiply(later * outer, np.float32(1 / 2), out=weights[1])
    np.multiply(inner * earlier, np.float32(-1 / 2), out=weights[2])
    np.multiply(inner * before, np.float32(1 / 6), out=weights[3])
    return weights
