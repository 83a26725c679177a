"""Engine thread: from sound to spectra and back, with gradients that cost no more than the transforms themselves."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

HOPS = 4
"""Hops in a window."""

SQUARES = HOPS * 3 / 8
"""What squared Hann windows so far apart sum to."""


def spectra_of(sound: Tensor, window_frames: int) -> Tensor:
    """Sound (…, (spectra + 3) · hop) to normalised spectra (…, spectra, window / 2), without the highest bin."""
    windows = sound.unfold(-1, window_frames, window_frames // HOPS)
    windows = windows * torch.hann_window(window_frames, device=sound.device)
    spectra: Tensor = torch.fft.rfft(windows, norm="ortho")[..., :-1]
    return spectra


def wave_of(spectra: Tensor, window_frames: int) -> Tensor:
    """The sound whose spectra these are, but for the first and the last three hops, which are not complete."""
    sound: Tensor = Inverse.apply(spectra, window_frames)  # type: ignore[no-untyped-call]
    return sound


class Inverse(torch.autograd.Function):
    """The inverse STFT with Hann windows; what torch differentiates writes large zeros many times."""

    @staticmethod
    def forward(ctx: Any, spectra: Tensor, window_frames: int) -> Tensor:
        """As `wave_of`."""
        ctx.window_frames, hop = window_frames, window_frames // HOPS
        steps = spectra.shape[-2]
        bins = functional.pad(spectra, (0, 1))
        frames = torch.fft.irfft(bins, window_frames, norm="ortho").mul_(_window(window_frames, spectra.device))
        sound = frames.new_zeros(*frames.shape[:-2], steps + HOPS - 1, hop)
        for part in range(HOPS):
            sound[..., part : part + steps, :] += frames[..., part * hop : (part + 1) * hop]
        flat: Tensor = sound.flatten(-2)
        return flat

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """The adjoint: windows of the gradient, transformed; every bin but the first stands for two."""
        window_frames, gradient = ctx.window_frames, gradients[0]
        windows = gradient.unfold(-1, window_frames, window_frames // HOPS)
        frames = windows * (2 * _window(window_frames, gradient.device))
        spectra = torch.fft.rfft(frames, norm="ortho")[..., :-1]
        spectra[..., 0] *= 0.5
        return spectra, None


@cache
def _window(frames: int, device: torch.device) -> Tensor:
    """A Hann window that undoes the one of the forward transform, where windows overlap."""
    window: Tensor = torch.hann_window(frames, device=device) / SQUARES
    return window
