"""The distances that networks learn by, on sounds whose spectra are known, and the critic of spectrograms."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.musika.spectra import InverseStft, stft
from engine.training.spectral import (
    SpectrogramCritic,
    critic_loss,
    feature_distance,
    inverse,
    magnitudes,
    spectral_distance,
    weighted_mean,
)


def noise(samples: int, seed: int = 0, level: float = 0.1) -> torch.Tensor:
    return level * torch.randn((2, samples), generator=torch.Generator().manual_seed(seed))


def test_a_sine_at_full_scale_has_the_magnitude_one() -> None:
    tone = torch.sin(2 * torch.pi * 64 / 1024 * torch.arange(8192))[None]
    found = magnitudes(tone, 1024)[0]
    torch.testing.assert_close(found[64], torch.ones(found.shape[1]), atol=1e-3, rtol=0)


def test_the_inverse_is_that_of_the_decoder() -> None:
    hop = 64
    spectra = stft(noise(40 * hop).numpy(), hop)
    expected = InverseStft(hop, 2).push(spectra)[:, 3 * hop :]
    np.testing.assert_allclose(inverse(torch.from_numpy(spectra), hop).numpy(), expected, atol=1e-6)


def test_sounds_are_at_no_distance_from_themselves() -> None:
    sounds = noise(16_384)
    assert spectral_distance(sounds, sounds) < 1e-5
    assert spectral_distance(-sounds, sounds) < 1e-5


def test_half_the_level_is_a_known_distance() -> None:
    """Logarithms differ by log 2 everywhere, magnitudes by half."""
    sounds = noise(16_384)
    assert spectral_distance(sounds / 2, sounds).item() == pytest.approx(np.log(2) + 0.5, abs=0.01)


def test_silence_beside_silence_has_a_finite_slope() -> None:
    silence = torch.zeros((1, 16_384), requires_grad=True)
    spectral_distance(silence, torch.zeros((1, 16_384))).backward()
    assert silence.grad is not None
    assert torch.isfinite(silence.grad).all()


def test_the_critics_loss_is_the_hinge() -> None:
    sure, wrong = [torch.full((2, 1, 3, 3), 1.5)], [torch.full((2, 1, 3, 3), -1.5)]
    assert critic_loss(sure, wrong) == 0
    assert critic_loss(wrong, sure) == 5


def test_a_critic_learns_to_tell_noise_from_tones() -> None:
    torch.manual_seed(0)
    critic = SpectrogramCritic(4)
    adam = torch.optim.Adam(critic.parameters(), lr=3e-3)
    tones = 0.3 * torch.sin(torch.linspace(0.05, 0.4, 2)[:, None] * torch.arange(8192))
    for step in range(30):
        loss = critic_loss(critic(tones)[0], critic(noise(8192, step))[0])
        adam.zero_grad()
        loss.backward()
        adam.step()
    on_tones, on_noise = critic(tones)[0], critic(noise(8192, 99))[0]
    assert all(real.mean() > found.mean() + 0.5 for real, found in zip(on_tones, on_noise, strict=True))


def test_features_of_the_same_sound_are_the_same() -> None:
    torch.manual_seed(0)
    critic = SpectrogramCritic(4).eval()
    _, seen = critic(noise(8192))
    _, other = critic(noise(8192, 1))
    assert feature_distance(seen, seen) == 0
    assert feature_distance(other, seen) > 0.01


def test_the_losses_of_two_halves_average_to_those_of_the_whole() -> None:
    torch.manual_seed(0)
    critic = SpectrogramCritic(4).eval()
    loud, quiet = noise(8192, 0, 0.3), noise(8192, 1, 0.001)
    sounds, real = torch.cat([loud, quiet]), torch.cat([quiet, loud]).flip(1)

    def losses(part: slice) -> torch.Tensor:
        (verdicts, seen), (on_real, wanted) = critic(sounds[part]), critic(real[part])
        own = (sounds[part, :8000].reshape(-1, 40, 200), real[part, :8000].reshape(-1, 40, 200).abs())
        distance = spectral_distance(sounds[part], real[part])
        return torch.stack(
            [distance, critic_loss(on_real, verdicts), feature_distance(seen, wanted), weighted_mean(*own)]
        )

    halves = (losses(slice(0, 2)) + losses(slice(2, 4))) / 2
    torch.testing.assert_close(halves, losses(slice(0, 4)), rtol=1e-4, atol=1e-6)
