"""Engine thread: how much louder or quieter an export has to be, so that its peak or loudness is what was wished."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Mapping

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.audio.loudness import LoudnessMeter
from engine.export.choices import MIX, ExportChoices
from engine.export.encoding import Extent, Levelled, Resampled, is_limited
from engine.playback.limiter import CEILING

Parts = Mapping[str, Wave]
"""The same stretch of every part of an export, by their names; each (frames, 2)."""

NEAR_LU = 0.05
TRIES = 4
"""A limiter takes loudness away: the gain is corrected so often, or until it is so near."""

Measuring = Generator[int, None, float]
"""Yields frames as they are measured; returns a gain, as a factor."""


def peak_gain(parts: Iterable[Parts], choices: ExportChoices, extent: Extent) -> Measuring:
    """The gain that brings the highest sample of all parts, at the rate of the files, to `choices.peak_dbfs`."""
    streams: dict[str, Resampled] = {}
    highest = 0.0
    for blocks in parts:
        for name, wave in blocks.items():
            stream = streams.setdefault(name, Resampled(choices.rate_hz, extent))
            highest = max(highest, _peak(stream.push(wave)))
        yield len(next(iter(blocks.values())))
    highest = max([highest, *(_peak(stream.flush()) for stream in streams.values())])
    return 10.0 ** (choices.peak_dbfs / 20.0) / highest if highest else 1.0


def loudness_gain(parts: Callable[[], Iterable[Parts]], choices: ExportChoices, extent: Extent) -> Measuring:
    """The gain that brings the mix among `parts()` to `choices.loudness_lufs`, behind the limiter where there is one.

    Silence stays as it is. What cannot become so loud, limited, comes as near as a few tries bring it.
    """
    gain = 1.0
    for _ in range(TRIES):
        limited = is_limited(choices) and gain != 1.0  # as it is, it has been limited already
        loudness_lufs, peak = yield from _heard(parts(), gain, extent, limited=limited)
        if math.isinf(loudness_lufs):
            return 1.0
        missing_lu = choices.loudness_lufs - loudness_lufs
        gain *= 10.0 ** (missing_lu / 20.0)
        is_untouched = not is_limited(choices) or peak * 10.0 ** (missing_lu / 20.0) <= CEILING
        if abs(missing_lu) < NEAR_LU or is_untouched:
            break
    return gain


def _heard(
    parts: Iterable[Parts], gain: float, extent: Extent, *, limited: bool
) -> Generator[int, None, tuple[float, float]]:
    """The loudness of the mix in LUFS under a gain, and how high its peaks are before the limiter."""
    levelled, written = Levelled(gain, limited=limited), Resampled(SAMPLE_RATE_HZ, extent)
    meter, highest = LoudnessMeter(), 0.0
    for blocks in parts:
        meter.push(written.push(levelled.push(blocks[MIX])))
        highest = max(highest, gain * _peak(blocks[MIX]))
        yield len(blocks[MIX])
    meter.push(written.push(levelled.flush()))
    return meter.integrated_lufs, highest


def _peak(wave: Wave) -> float:
    return float(np.abs(wave).max()) if len(wave) else 0.0
