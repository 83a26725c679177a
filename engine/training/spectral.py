"""Engine thread: how far a sound is from another as spectra, in torch, and a critic that looks at spectra.

Each loss of a batch is the mean of those of its sounds, so that processes can share a batch and average.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from engine.musika.spectra import OVERLAP

SIZES = (512, 1024, 2048, 4096)
"""Samples of the frames in which sounds are compared: 12 to 93 ms."""

CRITIC_SIZES = (512, 1024, 2048)

QUIETEST = 1e-4
"""Magnitudes below this (a sine at full scale has 1) are as good as silence: -80 dB."""

TINY = 1e-12

Features = list[torch.Tensor]


def magnitudes(sounds: torch.Tensor, size: int) -> torch.Tensor:
    """(batch, samples) → (batch, size / 2 + 1, frames), so that a sine at full scale has 1."""
    window = torch.hann_window(size, device=sounds.device)
    spectra = torch.stft(sounds, size, size // OVERLAP, window=window, center=False, return_complex=True)
    # The root has no slope at 0.
    return (spectra.real.square() + spectra.imag.square() + (QUIETEST / 10) ** 2).sqrt() * (4 / size)


def spectral_distance(sounds: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """The multi-resolution distance of sounds (batch, samples) from real ones.

    In each resolution the mean absolute difference of log-magnitudes, and the norm of the difference of magnitudes over
    that of the real ones: Yamamoto, Song and Kim, "Parallel WaveGAN", ICASSP 2020.
    """
    distance = sounds.new_zeros(())
    for size in SIZES:
        found, wanted = magnitudes(sounds, size), magnitudes(real, size)
        logarithms = (found.clamp(min=QUIETEST).log() - wanted.clamp(min=QUIETEST).log()).abs().mean()
        distance = distance + logarithms + (_norm(found - wanted) / (_norm(wanted) + QUIETEST)).mean()
    return distance / len(SIZES)


def weighted_mean(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The mean over a batch of each one's weighted mean: values and weights are (batch, frames, bins)."""
    return ((values * weights).sum((1, 2)) / (weights.sum((1, 2)) + TINY)).mean()


def _norm(numbers: torch.Tensor) -> torch.Tensor:
    """Of each of a batch; with a slope at 0 too."""
    return (numbers.square().sum((1, 2)) + TINY).sqrt()


def inverse(spectra: torch.Tensor, hop: int) -> torch.Tensor:
    """The sound of spectra (batch, frames, bins), as `spectra.InverseStft` makes it, without the ends.

    Returns:
        (batch, (frames - OVERLAP + 1) · hop), where no frame is missing.
    """
    size = OVERLAP * hop
    window = torch.hann_window(size, device=spectra.device)
    window = window / window.square().view(OVERLAP, hop).sum(0).repeat(OVERLAP)
    segments = torch.fft.irfft(spectra, dim=2) * window
    frames = segments.shape[1] - OVERLAP + 1
    parts = segments.unflatten(2, (OVERLAP, hop))
    # A hop of sound is the sum of the last quarter of one frame, the third of the next, and so on.
    sound = sum(parts[:, OVERLAP - 1 - k : OVERLAP - 1 - k + frames, k] for k in range(OVERLAP))
    assert isinstance(sound, torch.Tensor)
    return sound.flatten(1)


class SpectrogramCritic(nn.Module):
    """Says of a sound, place by place in its spectrogram, whether it is real: above 0; in several resolutions.

    As in Jang et al., "UnivNet", Interspeech 2021; smaller, and on logarithms of magnitudes.
    """

    def __init__(self, width: int) -> None:
        """Make a critic whose first layers have `width` channels."""
        super().__init__()
        self.resolutions = nn.ModuleList(_layers((1, width, 2 * width, 2 * width, 2 * width)) for _ in CRITIC_SIZES)

    def forward(self, sounds: torch.Tensor) -> tuple[Features, Features]:
        """(batch, samples) → what every resolution says of every place, and what its layers saw."""
        verdicts, seen = [], []
        for size, stack in zip(CRITIC_SIZES, self.resolutions, strict=True):
            x = magnitudes(sounds, size).clamp(min=QUIETEST).log()[:, None] / 3 + 1.5
            assert isinstance(stack, nn.ModuleList)
            for layer in stack[:-1]:
                x = functional.leaky_relu(layer(x), 0.1)
                seen.append(x)
            verdicts.append(stack[-1](x))
        return verdicts, seen


def _layers(channels: Sequence[int]) -> nn.ModuleList:
    """Convolutions that halve frequency and time, and one that gives the verdict."""
    norm = nn.utils.parametrizations.spectral_norm
    halving = [norm(nn.Conv2d(before, after, 3, stride=2, padding=1)) for before, after in pairwise(channels)]
    return nn.ModuleList([*halving, norm(nn.Conv2d(channels[-1], 1, 3, padding=1))])


def critic_loss(on_real: Features, on_sounds: Features) -> torch.Tensor:
    """The hinge loss of the critic, from its verdicts."""
    losses = [torch.relu(1 - r).mean() + torch.relu(1 + s).mean() for r, s in zip(on_real, on_sounds, strict=True)]
    return torch.stack(losses).mean()


def feature_distance(found: Features, wanted: Features) -> torch.Tensor:
    """How different the critic's layers see sounds and real ones, each relative to what it sees in the real one."""
    distances = [
        (torch.abs(f - w.detach()).mean((1, 2, 3)) / (w.detach().abs().mean((1, 2, 3)) + QUIETEST)).mean()
        for f, w in zip(found, wanted, strict=True)
    ]
    return torch.stack(distances).mean()
