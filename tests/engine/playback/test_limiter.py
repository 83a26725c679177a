"""The limiter, sample by sample."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.playback.limiter import CEILING, CEILING_DB, LATENCY_FRAMES, Limiter


def limited(wave: npt.NDArray[np.floating], cut: int | None = None) -> Wave:
    """What comes out, its delay made up for."""
    limiter = Limiter()
    out = np.concatenate([wave, np.zeros((LATENCY_FRAMES, 2))]).astype(np.float32)
    for start in range(0, len(out), cut or len(out)):
        limiter.process(out[start : start + (cut or len(out))])
    return out[LATENCY_FRAMES:]


def sine(frequency_hz: float, amplitude: float, seconds: float = 1.0) -> Wave:
    phase = 2 * np.pi * frequency_hz * np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (amplitude * np.stack([np.sin(phase), np.cos(phase)], axis=1)).astype(np.float32)


def noise(level: float, frames: int = SAMPLE_RATE_HZ, seed: int = 0) -> Wave:
    return (level * np.random.default_rng(seed).standard_normal((frames, 2))).astype(np.float32)


def gain(before: Wave, after: Wave) -> npt.NDArray[np.float64]:
    """By what each frame was multiplied, where that can be told."""
    loudest = np.abs(before).argmax(axis=1)[:, None]
    return (np.take_along_axis(after, loudest, 1) / np.take_along_axis(before, loudest, 1))[:, 0].astype(float)


def test_below_the_ceiling_nothing_is_changed_to_the_bit() -> None:
    wave = np.clip(noise(0.4), -CEILING, CEILING)
    np.testing.assert_array_equal(limited(wave), wave)


@pytest.mark.parametrize("wave", [noise(0.5), noise(3.0), sine(50, 4.0), sine(997, 1.5), sine(15_000, 2.0)])
def test_nothing_leaves_above_the_ceiling(wave: Wave) -> None:
    assert np.abs(limited(wave)).max() <= np.float32(CEILING)
    assert 20 * np.log10(np.abs(limited(wave)).max()) == pytest.approx(CEILING_DB, abs=0.02)


def test_it_is_a_gain_and_never_a_hard_edge() -> None:
    wave = noise(0.4)
    wave[20_000:20_020] *= 8.0  # a crack
    factors = gain(wave, limited(wave))
    assert factors.min() < 0.5
    assert np.abs(np.diff(factors)).max() < 0.02
    assert (limited(wave) == wave * factors[:, None].astype(np.float32)).mean() > 0.4  # the same for both channels
    np.testing.assert_allclose(limited(wave), wave * factors[:, None], rtol=1e-4, atol=1e-6)


def test_both_channels_follow_the_louder_one() -> None:
    wave = np.stack([np.full(5_000, 0.1), np.linspace(0.0, 3.0, 5_000)], axis=1).astype(np.float32)
    out = limited(wave)
    np.testing.assert_allclose(out[1:, 0] / wave[1:, 0], out[1:, 1] / wave[1:, 1], rtol=1e-4)


def test_the_gain_is_down_when_the_peak_comes_and_not_long_before() -> None:
    wave = np.full((40_000, 2), 0.5, np.float32)
    wave[20_000] = 2.0
    out = limited(wave)
    np.testing.assert_allclose(out[20_000], CEILING, rtol=0.15)
    np.testing.assert_array_equal(out[: 20_000 - LATENCY_FRAMES], wave[: 20_000 - LATENCY_FRAMES])
    back = 20_000 + SAMPLE_RATE_HZ // 4
    np.testing.assert_allclose(out[back:], wave[back:], rtol=0.05)


def test_after_a_while_below_the_ceiling_it_is_transparent_to_the_bit_again() -> None:
    wave = np.concatenate([noise(1.0, 10_000), noise(0.1, 6 * SAMPLE_RATE_HZ)])
    out = limited(wave)
    np.testing.assert_array_equal(out[5 * SAMPLE_RATE_HZ :], wave[5 * SAMPLE_RATE_HZ :])


def test_dense_music_is_held_down_rather_than_pumped() -> None:
    """After long loudness the gain comes back more slowly than after a single peak."""
    loud, quiet = np.full((2 * SAMPLE_RATE_HZ, 2), 2.0, np.float32), np.full((SAMPLE_RATE_HZ, 2), 0.2, np.float32)
    after_long = limited(np.concatenate([loud, quiet]))[len(loud) :]
    after_short = limited(np.concatenate([loud[:200], quiet]))[200:]
    soon = SAMPLE_RATE_HZ // 5
    assert after_short[soon, 0] > 0.18
    assert after_long[soon, 0] < 0.17
    assert after_long[-1, 0] > after_long[soon, 0]


def test_a_steady_tone_is_distorted_by_less_than_60_db() -> None:
    tone = sine(440, 1.6, seconds=2.0)[:, :1].repeat(2, axis=1)
    heard = limited(tone)[SAMPLE_RATE_HZ:, 0] * np.hanning(SAMPLE_RATE_HZ)
    spectrum = np.abs(np.fft.rfft(heard)) ** 2
    fundamental = spectrum[430:450].sum()
    assert 10 * np.log10((spectrum.sum() - fundamental) / fundamental) < -60


def test_blocks_may_be_cut_anyhow() -> None:
    wave = noise(1.0, 5_000)
    for cut in (1, 7, 32, 385, 5_000):
        np.testing.assert_array_equal(limited(wave, cut), limited(wave))


def test_it_tells_how_much_it_takes_away() -> None:
    limiter = Limiter()
    limiter.process(noise(0.1))
    assert limiter.limiting_db == 0.0
    limiter.process(np.full((SAMPLE_RATE_HZ, 2), 2.0, np.float32))
    assert limiter.limiting_db == pytest.approx(20 * np.log10(2.0 / CEILING), abs=0.01)


def test_it_tells_of_a_peak_that_a_long_block_has_left_behind() -> None:
    limiter, wave = Limiter(), noise(0.1)
    wave[1_000] = 2.0
    limiter.process(wave)
    assert limiter.limiting_db == pytest.approx(20 * np.log10(2.0 / CEILING), abs=0.01)
    limiter.process(noise(0.1))
    assert limiter.limiting_db < 0.1  # what is still given back
