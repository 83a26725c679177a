"""Command line: from sounds to the stems of a mix. A sound is float32, shape (channels, frames), nominal ±1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from engine.audio.format import SAMPLE_RATE_HZ

Sound = npt.NDArray[np.float32]  # channels in rows: filters and transforms run along them twice as fast

Sample = TypeVar("Sample", np.float32, np.int16)

PEAK_DBFS = -1.0
STEM_WEIGHT = 0.9  # a single stem may peak this much higher than the mix, and stays below full scale
LIMITER_STEP_FRAMES = 32  # the limiter's gain is reckoned this often, and runs straight between
LIMITER_REACH_STEPS = SAMPLE_RATE_HZ // 50 // LIMITER_STEP_FRAMES
BLOCK_FRAMES = SAMPLE_RATE_HZ * 2 // 5  # loudness is measured over 0.4 s, as in ITU-R BS.1770
GATE_DB = 20.0  # blocks this far below the mean are pauses and do not count
LOOP_FADE_FRAMES = SAMPLE_RATE_HZ // 20
CODES = 32_768  # 16-bit codes to full scale


def decibels(gain_db: float) -> float:
    """The factor of a gain in dB."""
    return float(10 ** (gain_db / 20))


def total(sounds: Iterable[npt.NDArray[Sample]]) -> npt.NDArray[Sample]:
    """The sum of one sound or more, one after the other: no more than one copy of them lies in memory."""
    first, *others = sounds
    summed = first.copy()
    for sound in others:
        np.add(summed, sound, out=summed)
    return summed


def looped(sound: Sound, frames: int) -> Sound:
    """Noise (channels, n) as (channels, frames): over and over, its end faded into its beginning."""
    fade = min(LOOP_FADE_FRAMES, sound.shape[1] // 2)
    angle = np.linspace(0, np.pi / 2, fade, dtype=np.float32)
    loop = sound[:, fade:].copy()
    loop[:, -fade:] = loop[:, -fade:] * np.cos(angle) + sound[:, :fade] * np.sin(angle)
    return np.tile(loop, -(-frames // loop.shape[1]))[:, :frames]


def level_db(sound: Sound) -> float:
    """RMS level (dBFS) of what is played, pauses left out; −inf for silence."""
    blocks = sound.shape[-1] // BLOCK_FRAMES
    cut = np.atleast_2d(sound)[:, : blocks * BLOCK_FRAMES].reshape(-1, blocks, BLOCK_FRAMES)
    powers = np.einsum("cbf,cbf->b", cut, cut).astype(np.float64) / (len(cut) * BLOCK_FRAMES)
    if not powers.any():
        return float("-inf")
    played = powers[powers >= powers.mean() * 10 ** (-GATE_DB / 10)]
    return float(10 * np.log10(played.mean()))


def at_level(sound: Sound, target_db: float) -> Sound:
    """The sound brought to a level (dBFS, as `level_db` measures it); silence stays silence."""
    level = level_db(sound)
    return sound if level == float("-inf") else sound * np.float32(decibels(target_db - level))


def placed(sound: Sound, pan: int) -> Sound:
    """One channel (1, frames), or both of (2, frames) leaned to a side, as (2, frames): equal in power wherever it is.

    `pan` is MIDI's: 0 is left, 64 the centre, 127 right.
    """
    angle = np.pi / 2 * (max(pan, 1) - 1) / 126
    return sound * np.array([[np.cos(angle)], [np.sin(angle)]], np.float32) * np.float32(np.sqrt(len(sound)))


def limit(stems: Mapping[str, Sound]) -> dict[str, Sound]:
    """The stems with one common gain that brings the peak of their sum to `PEAK_DBFS`.

    The gain dips where the sum, or a stem for itself, would be too high: the least gain needed within a reach of 20 ms
    to either side, averaged over the same reach, so it is smooth and never too large. As it is common, the stems
    still add up.
    """
    heights = _heights(list(stems.values()))
    peaks = np.maximum.reduceat(heights, np.arange(0, len(heights), LIMITER_STEP_FRAMES)).astype(np.float64)
    width = 2 * LIMITER_REACH_STEPS + 1
    needed = np.minimum(1.0, decibels(PEAK_DBFS) / np.maximum(peaks, 1e-9))
    gain = uniform_filter1d(minimum_filter1d(needed, width + 2, mode="nearest"), width, mode="nearest")
    middles = np.arange(len(gain)) * LIMITER_STEP_FRAMES + LIMITER_STEP_FRAMES / 2
    envelope = np.interp(np.arange(len(heights)), middles, gain).astype(np.float32)
    envelope *= np.float32(decibels(PEAK_DBFS) / max(float((heights * envelope).max()), 1e-9))
    return {name: sound * envelope for name, sound in stems.items()}


def _heights(stems: list[Sound]) -> npt.NDArray[np.float32]:
    """For each frame how high the sum or a stem (weighted) stands."""
    heights: npt.NDArray[np.float32] = np.abs(total(stems)).max(axis=0)
    for stem in stems:
        np.maximum(heights, np.float32(STEM_WEIGHT) * np.abs(stem).max(axis=0), out=heights)
    return heights


def to_integers(stems: Mapping[str, Sound]) -> dict[str, npt.NDArray[np.int16]]:
    """The stems as 16-bit samples (frames, 2), and their exact sum as "mixture"; none may reach full scale."""
    samples = {name: np.rint(sound * np.float32(CODES)).astype(np.int16) for name, sound in stems.items()}
    mixture = total(samples.values())  # what wraps around on the way comes back
    return {name: np.ascontiguousarray(rows.T) for name, rows in {**samples, "mixture": mixture}.items()}
