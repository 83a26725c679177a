"""The error of whole-number samples: what dither promises."""

from __future__ import annotations

import numpy as np
import pytest

from engine.export.quantising import quantised

LSB = 2.0**-15


def errors(level: float) -> np.ndarray:
    """The rounding errors, in steps, of a constant between two steps."""
    wave = np.full((400_000, 2), level * LSB, np.float32)
    return quantised(wave, 16, np.random.default_rng(1)).astype(np.float64) - level


@pytest.mark.parametrize("level", [0.0, 0.25, 0.5, 0.9, -100.3])
def test_mean_and_power_of_the_error_do_not_depend_on_the_sound(level):
    error = errors(level)
    assert abs(error.mean()) < 0.005
    assert error.var() == pytest.approx(0.25, abs=0.005)  # of rounding 1/12, of the dither 2/12
    assert np.abs(error).max() <= 1.5


def test_a_sine_below_one_step_is_kept_and_makes_no_harmonics():
    frames, cycles = 1 << 18, 1009
    sine = 0.4 * LSB * np.sin(2 * np.pi * cycles * np.arange(frames) / frames)
    wave = np.repeat(sine[:, None], 2, 1).astype(np.float32)
    steps = quantised(wave, 16, np.random.default_rng(2))[:, 0]
    spectrum = 2 * np.abs(np.fft.rfft(steps)) / frames
    assert spectrum[cycles] == pytest.approx(0.4, abs=0.02)
    floor = np.sqrt(np.median(spectrum**2))
    assert max(spectrum[cycles * harmonic] for harmonic in (2, 3, 5, 7)) < 5 * floor


def test_both_sides_have_dither_of_their_own():
    steps = quantised(np.zeros((100_000, 2), np.float32), 16, np.random.default_rng(3)).astype(np.float64)
    assert abs(np.corrcoef(steps.T)[0, 1]) < 0.02


def test_24_bits_are_rounded_to_the_upper_bits():
    wave = np.array([[0.0, 1 / 2**23], [-1.0, 0.5], [1.0, -2.0]], np.float32)
    steps = quantised(wave, 24, np.random.default_rng(0))
    np.testing.assert_array_equal(steps >> 8, [[0, 1], [-(2**23), 2**22], [2**23 - 1, -(2**23)]])
    assert not (steps & 0xFF).any()


def test_16_bits_clip_rather_than_wrap():
    steps = quantised(np.array([[1.5, -1.5]] * 100, np.float32), 16, np.random.default_rng(0))
    assert set(steps[:, 0]) == {32767}
    assert set(steps[:, 1]) == {-32768}


def test_the_same_seed_makes_the_same_file():
    wave = np.full((1000, 2), 0.1, np.float32)
    first, again, other = (quantised(wave, 16, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
