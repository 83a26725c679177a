"""Noise in flat places: against noise, tones and strokes whose spectra are known."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.musika.noise import NOISE_VARIANCE, Noise, flatness
from engine.musika.patches import PatchAutoencoder, PatchConfig, describe
from engine.musika.spectra import Complex, Float, InverseStft, stft
from engine.training.components import Patches, fit, noise_shares

HOP = 512
BINS = 2 * HOP + 1
QUIETEST = 1e-4


def noise(shares: float = 1.0, seed: int = 0) -> Noise:
    return Noise(HOP, np.full(BINS, shares, np.float32), QUIETEST, seed)


def smooth(frames: int) -> tuple[Float, Complex]:
    """Magnitudes that fall with the frequency, and some directions."""
    magnitudes = np.geomspace(10, 0.1, BINS).astype(np.float32)
    directions = np.exp(1j * np.random.default_rng(1).uniform(0, 6, (frames, BINS))).astype(np.complex64)
    return np.tile(magnitudes, (frames, 1)), directions


def hum(frames: int) -> Float:
    """Magnitudes of 20 harmonics of 220 Hz."""
    seconds = np.arange((frames + 3) * HOP) / SAMPLE_RATE_HZ
    sound = sum(np.sin(2 * np.pi * 220 * k * seconds) for k in range(1, 21))
    return np.abs(stft(sound[None].astype(np.float32), HOP)[0])


def test_smooth_spectra_are_flat_and_tones_stand_out() -> None:
    levels = 20 * np.log10(smooth(4)[0])
    np.testing.assert_array_equal(flatness(levels), 1)
    tones = 20 * np.log10(hum(4) + QUIETEST)
    np.testing.assert_array_equal(flatness(tones)[:, 20:180], 0)


def test_what_is_all_alike_is_flat_beside_what_is_very_rough() -> None:
    """Running sums of large and then of no squares end a little below nought."""
    levels = np.zeros((400, BINS), np.float32)
    levels[:, : BINS // 2] = np.random.default_rng(0).normal(0, 30, (400, BINS // 2))
    flat = flatness(levels)
    assert np.isfinite(flat).all()
    np.testing.assert_array_equal(flat[:, BINS // 2 + 30 :], 1)


def test_what_is_filled_wavers_as_noise_does_about_the_same_mean_level() -> None:
    magnitudes, directions = smooth(400)
    filled, _ = noise().fill(magnitudes, directions, 400)
    levels = 20 * np.log10(filled / magnitudes)[:, 5:-5]
    assert levels.mean() == pytest.approx(0, abs=0.1)
    assert levels.var() == pytest.approx(NOISE_VARIANCE, rel=0.03)


def test_what_is_filled_is_the_spectrum_of_a_sound() -> None:
    """Neighbouring frames agree: the sound of these spectra has these spectra."""
    magnitudes, directions = smooth(40)
    filled, turned = noise().fill(np.ones_like(magnitudes), directions, 40)
    spectra = filled * turned
    sound = InverseStft(HOP, channels=1).push(spectra[None])
    np.testing.assert_allclose(stft(sound, HOP)[0][4:-4], spectra[4:-7], atol=1e-3)


def test_tones_and_what_has_no_share_stay_as_they_are() -> None:
    magnitudes, directions = smooth(12)
    for given, source in ((hum(12), noise()), (magnitudes, noise(shares=0.0))):
        filled, turned = source.fill(given, directions, 12)
        kept = slice(20, 180)
        np.testing.assert_allclose(filled[:, kept], given[:, kept], rtol=1e-6)
        np.testing.assert_allclose(turned[:, kept], directions[:, kept], atol=1e-6)


@pytest.mark.parametrize("sizes", [[1] * 12, [5, 7], [12]])
def test_the_noise_is_the_same_however_the_frames_come(sizes: list[int]) -> None:
    magnitudes, directions = smooth(16)
    whole = np.stack(noise().fill(magnitudes, directions, 16))[:, :12]
    source, at, pieces = noise(), 0, []
    for keep in sizes:
        seen = slice(at, at + keep + 4)  # four that come again
        pieces.append(np.stack(source.fill(magnitudes[seen], directions[seen], keep))[:, :keep])
        at += keep
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), whole)


def test_another_seed_is_another_noise() -> None:
    given = smooth(8)
    first, again, other = (noise(seed=seed).fill(*given, 8)[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1


def test_shares_are_variances_over_that_of_noise() -> None:
    shares = noise_shares(np.array([0.0, 5 * NOISE_VARIANCE, 40 * NOISE_VARIANCE, 3.0]), np.array([10.0, 10, 10, 0]))
    np.testing.assert_allclose(shares, [0, 0.5, 1, 3 / NOISE_VARIANCE], rtol=1e-6)


def swelling_noise(seconds: float, seed: int) -> np.ndarray:
    """White noise at changing levels, mono, on both sides."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * SAMPLE_RATE_HZ)
    swell = 0.05 * (1.5 + np.sin(np.arange(frames) / 9000))
    return np.repeat((swell * rng.standard_normal(frames))[:, None], 2, axis=1).astype(np.float32)


def fitted(config: PatchConfig) -> PatchAutoencoder:
    described = list(describe(swelling_noise(40, 0), config))
    levels = np.concatenate([d.levels for d in described]).reshape(-1, config.span_frames * config.bins)
    balances = np.concatenate([d.balances for d in described])
    return fit(Patches(levels, balances, np.zeros(config.bands, np.float32), (len(levels),)), config)


def decoded_power_db(config: PatchConfig) -> float:
    """The power of noise after the way through an autoencoder fitted to other noise, over that before."""
    wave = swelling_noise(10, 1)
    autoencoder = fitted(config)
    decoder = autoencoder.decoder(0)
    decoded = np.concatenate([decoder.push(autoencoder.encode(wave)), decoder.flush()])[: len(wave)]
    return float(10 * np.log10(np.mean(np.square(decoded)) / np.mean(np.square(wave))))


@pytest.mark.parametrize("lap", [0, 8])
def test_noise_keeps_its_power_on_the_way_through_the_autoencoder(lap: int) -> None:
    assert decoded_power_db(PatchConfig(mid=12, side=2, lap=lap)) < -1.5  # the mean of levels, and phases that disagree
    assert decoded_power_db(PatchConfig(mid=12, side=2, lap=lap, measured=True)) == pytest.approx(0, abs=0.5)


def test_components_fitted_to_noise_know_that_it_is() -> None:
    autoencoder = fitted(PatchConfig(mid=12, side=2, lap=8, measured=True))
    assert autoencoder.tensors["mid/noise"][10:-10].mean() > 0.9
