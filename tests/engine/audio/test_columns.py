"""The picture of a recording at every zoom: right place, right level, each column by itself."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio.columns import (
    COARSEST,
    CONTEXT_FRAMES,
    FINEST_FRAMES,
    FULL_SCALE,
    MOST_LOOKS,
    Read,
    column_frames,
    compute,
    level_for,
    looks,
)
from engine.audio.spectrogram import CEILING_DB, FLOOR_DB, bin_frequencies_hz

RATE_HZ = 44_100


def sine(seconds: float, hz: float, amplitude: float) -> np.ndarray:
    wave = amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def reading(wave: np.ndarray) -> Read:
    """Silence before and after a wave."""

    def read(start: int, frames: int) -> np.ndarray:
        padded = np.zeros((frames, 2), np.float32)
        begin, end = max(start, 0), min(start + frames, len(wave))
        if begin < end:
            padded[begin - start : end - start] = wave[begin:end]
        return padded

    return read


@pytest.mark.parametrize("level", [0, 2, 5, 8])
@pytest.mark.parametrize("hz", [80.0, 440.0, 9_000.0])
def test_a_sine_stands_at_its_frequency_with_its_level_at_every_zoom(level: int, hz: float) -> None:
    first = 20 if level < 5 else 1  # where the whole of it is in the sine
    columns = compute(reading(sine(10, hz, 10 ** (-40 / 20))), 0, level, first, 2)
    for column in columns.levels:
        found_hz = bin_frequencies_hz()[np.flatnonzero(column == column.max()).mean().round().astype(int)]
        assert abs(np.log2(found_hz / hz)) < 1.5 / 12
        assert abs(float(column.max()) / 255 * (CEILING_DB - FLOOR_DB) + FLOOR_DB + 40) < 1.5


@pytest.mark.parametrize("level", [0, 1, 4, 7, 9])
def test_a_column_is_the_same_whichever_others_are_computed_with_it(level: int) -> None:
    wave = np.random.default_rng(0).normal(0, 0.1, (RATE_HZ * 20, 2)).astype(np.float32)
    together, alone = compute(reading(wave), 2, level, 3, 4), compute(reading(wave), 2, level, 5, 1)
    np.testing.assert_array_equal(together.levels[2], alone.levels[0])
    np.testing.assert_array_equal(together.peaks[2], alone.peaks[0])
    assert (alone.track, alone.level, alone.first) == (2, level, 5)


@pytest.mark.parametrize("level", [0, 3, 7])
def test_a_hit_is_seen_in_its_column_and_hardly_elsewhere(level: int) -> None:
    frames = column_frames(level)
    wave = np.zeros((frames * 40, 2), np.float32)
    wave[frames * 20 + frames // 2] = 0.9
    columns = compute(reading(wave), 0, level, 0, 40)
    assert columns.peaks[:, 0].argmax() == 20
    assert np.count_nonzero(columns.peaks[:, 0]) == 1
    assert columns.levels[20].max() > 0
    reach = 1 + CONTEXT_FRAMES // frames
    lit = np.flatnonzero(columns.levels.max(1))
    assert lit.min() >= 20 - reach
    assert lit.max() <= 20 + reach


def test_peaks_are_amplitudes_and_only_full_scale_is_marked_as_such() -> None:
    for amplitude, marked in ((0.5, False), (0.9999, False), (1.0, True)):
        peaks = compute(reading(np.full((4096, 2), -amplitude, np.float32)), 0, 3, 1, 1).peaks
        assert (peaks[0, 0] == FULL_SCALE) == marked
        assert abs(peaks[0, 0] / (FULL_SCALE - 1) - amplitude) < 0.01
    peak, rms = compute(reading(sine(1, 440, 0.8)), 0, 4, 1, 1).peaks[0] / (FULL_SCALE - 1)
    assert abs(peak - 0.8) < 0.01
    assert abs(rms - 0.8 / np.sqrt(2)) < 0.01


def test_the_level_fits_the_zoom() -> None:
    assert [level_for(frames) for frames in (1, 256, 511, 512, 1e12)] == [0, 0, 0, 1, COARSEST]
    assert column_frames(0) == FINEST_FRAMES
    assert [looks(level) for level in (0, 3, 4, 7, COARSEST)] == [1, 1, 2, 16, MOST_LOOKS]


def test_a_coarse_column_reads_little() -> None:
    asked: list[int] = []

    def read(start: int, frames: int) -> np.ndarray:
        asked.append(frames)
        return np.zeros((frames, 2), np.float32)

    compute(read, 0, 12, 100, 3)
    assert len(asked) == 3
    assert max(asked) < column_frames(12) / 20
