"""Command line: from rendered buses to the stems of a mix. Waves are float32, shape (frames, 2), nominal ±1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from engine.audio.format import SAMPLE_RATE_HZ, Wave

PEAK_DBFS = -1.0
STEM_WEIGHT = 0.9  # a single stem may peak this much higher than the mix, and stays below full scale
LIMITER_REACH_FRAMES = SAMPLE_RATE_HZ // 50
BLOCK_FRAMES = SAMPLE_RATE_HZ * 2 // 5  # loudness is measured over 0.4 s, as in ITU-R BS.1770
GATE_DB = 20.0  # blocks this far below the mean are pauses and do not count
CODES = 32_768  # 16-bit codes to full scale


def decibels(gain_db: float) -> float:
    """The factor of a gain in dB."""
    return float(10 ** (gain_db / 20))


def level_db(wave: Wave) -> float:
    """RMS level (dBFS) of what is played, pauses left out; −inf for silence."""
    blocks = wave[: len(wave) // BLOCK_FRAMES * BLOCK_FRAMES].reshape(-1, BLOCK_FRAMES * 2)
    powers = np.mean(blocks.astype(np.float64) ** 2, axis=1)
    if not powers.any():
        return float("-inf")
    played = powers[powers >= powers.mean() * 10 ** (-GATE_DB / 10)]
    return float(10 * np.log10(played.mean()))


def at_level(wave: Wave, target_db: float) -> Wave:
    """The wave brought to a level (dBFS, as `level_db` measures it); silence stays silence."""
    level = level_db(wave)
    return wave if level == float("-inf") else (wave * decibels(target_db - level)).astype(np.float32)


def amplify(wave: Wave, drive_db: float) -> Wave:
    """A tube amplifier: the wave at −20 dBFS and louder by `drive_db`, bent by a hyperbolic tangent."""
    return np.tanh(at_level(wave, -20.0 + drive_db)).astype(np.float32)


def limit(stems: Mapping[str, Wave], loudness_db: float) -> dict[str, Wave]:
    """The stems with one common gain that brings their sum to about `loudness_db` and its peak to `PEAK_DBFS`.

    The gain dips where the sum, or a stem for itself, would be too high: the least gain needed within a reach of 20 ms
    to either side, averaged over the same reach, so it is smooth and never too large. As it is common, the stems
    still add up.
    """
    mix = np.sum(list(stems.values()), axis=0)
    mix_gain = decibels(loudness_db - level_db(mix))
    heights = np.maximum(np.abs(mix), STEM_WEIGHT * np.max(np.abs(list(stems.values())), axis=0)).max(axis=1)
    peaks = heights.astype(np.float64) * mix_gain
    width = 2 * LIMITER_REACH_FRAMES + 1
    needed = np.minimum(1.0, decibels(PEAK_DBFS) / np.maximum(peaks, 1e-9))
    gain = uniform_filter1d(minimum_filter1d(needed, width, mode="nearest"), width, mode="nearest")
    gain *= mix_gain * decibels(PEAK_DBFS) / max(float((peaks * gain).max()), 1e-9)
    envelope = gain.astype(np.float32)[:, None]
    return {name: wave * envelope for name, wave in stems.items()}


def to_integers(stems: Mapping[str, Wave]) -> dict[str, npt.NDArray[np.int16]]:
    """The stems as 16-bit samples, and their exact sum as "mixture"; none of them may reach full scale."""
    samples = {name: np.rint(wave * CODES).astype(np.int32) for name, wave in stems.items()}
    samples["mixture"] = np.sum(list(samples.values()), axis=0)
    return {name: wave.astype(np.int16) for name, wave in samples.items()}
