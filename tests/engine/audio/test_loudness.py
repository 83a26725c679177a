"""Loudness: the test signals of EBU Tech 3341, and filters against scipy's."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.audio.loudness import LoudnessMeter, loudness_of


def tone(*parts: tuple[float, float], rate_hz: int = SAMPLE_RATE_HZ) -> Wave:
    """A stereo sine of 1 kHz, in parts of (peak in dBFS, seconds)."""
    levels = np.concatenate([np.full(round(s * rate_hz), 10 ** (db / 20)) for db, s in parts])
    sine = levels * np.sin(2 * np.pi * 1000 * np.arange(len(levels)) / rate_hz)
    return np.stack([sine, sine], axis=1).astype(np.float32)


def cut(wave: Wave, seed: int = 1) -> Iterator[Wave]:
    """The wave in blocks of any length, some empty."""
    generator = np.random.default_rng(seed)
    begin = 0
    while begin < len(wave):
        frames = int(generator.integers(0, 9_000))
        yield wave[begin : begin + frames]
        begin += frames


@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_the_signals_of_tech_3341_read_as_they_must(parts, lufs):
    assert loudness_of(cut(tone(*parts))) == pytest.approx(lufs, abs=0.1)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 48_000, 96_000, 192_000])
def test_other_rates_read_the_same(rate_hz):
    wave = tone((-30, 1), (-23, 3), (-40, 1), rate_hz=rate_hz)
    assert loudness_of(cut(wave), rate_hz) == pytest.approx(loudness_of([tone((-30, 1), (-23, 3), (-40, 1))]), abs=0.05)


def test_one_channel_at_full_scale_reads_3_lufs_below():
    wave = tone((0.0, 2.0))
    wave[:, 1] = 0.0
    assert loudness_of([wave]) == pytest.approx(-3.01, abs=0.02)


def test_the_filters_are_those_of_the_standard():
    """Its coefficients for 48 kHz, on noise, in an independent implementation."""
    from scipy.signal import lfilter

    noise = np.random.default_rng(3).standard_normal((4_800 * 5, 2))
    shelved = lfilter(
        [1.53512485958697, -2.69169618940638, 1.19839281085285], [1, -1.69065929318241, 0.73248077421585], noise, axis=0
    )
    weighted = lfilter([1, -2, 1], [1, -1.99004745483398, 0.99007225036621], shelved, axis=0)
    meter, measured = LoudnessMeter(48_000), []
    for step in np.split(noise.astype(np.float32), 5):
        meter.push(step)
        measured.append(meter._powers[-1])
    powers = [(part**2).mean(axis=0).sum() for part in np.split(weighted, 5)]
    np.testing.assert_allclose(measured, powers, rtol=1e-5)


def test_momentary_and_short_term_follow_their_windows():
    meter = LoudnessMeter()
    meter.push(tone((-20, 5)))
    assert [meter.momentary_lufs, meter.short_term_lufs] == pytest.approx([-20, -20], abs=0.05)
    meter.push(tone((-40, 0.4)))
    assert meter.momentary_lufs == pytest.approx(-40, abs=0.2)
    assert meter.short_term_lufs == pytest.approx(-20 + 10 * math.log10(2.6 / 3), abs=0.05)
    meter.push(tone((-40, 2.6)))
    assert meter.short_term_lufs == pytest.approx(-40, abs=0.2)
    meter.push(np.zeros((4 * SAMPLE_RATE_HZ, 2), np.float32))
    assert meter.momentary_lufs < -120
    assert meter.integrated_lufs == pytest.approx(-20, abs=0.3)


def test_silence_and_less_than_a_block_have_no_loudness():
    assert loudness_of([]) == -math.inf
    assert loudness_of([np.zeros((SAMPLE_RATE_HZ, 2), np.float32)]) == -math.inf
    assert loudness_of([tone((-72, 5))]) == -math.inf
    meter = LoudnessMeter()
    meter.push(tone((-20, 0.35)))
    assert meter.integrated_lufs == -math.inf
    assert meter.momentary_lufs == pytest.approx(-20, abs=0.2)


def test_however_it_is_cut_it_reads_the_same():
    wave = tone((-14, 3.0), (-30, 2.0))
    assert loudness_of(cut(wave, seed=5)) == loudness_of([wave])


def test_louder_than_the_histogram_is_still_counted():
    assert loudness_of([np.float32(1000.0) * tone((0.0, 1.0))]) == pytest.approx(60.0, abs=0.1)
