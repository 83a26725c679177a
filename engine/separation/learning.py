"""Engine thread (or the command line): a network made ready to learn on a processor: the same gradients, sooner.

What it brings is in `docs/decisions/0026-separator-on-a-processor.md`.
"""

from __future__ import annotations

from functools import cache, partial
from types import MethodType
from typing import Any

import torch
from demucs.htdemucs import HTDemucs
from torch import Tensor, nn
from torch.nn import functional

from engine.separation.inference import PlainAttention

HOPS = 4
"""Hops in a window of HTDemucs's transforms."""

SQUARES = HOPS * 3 / 8
"""What squared Hann windows so far apart sum to."""

ATTEND = PlainAttention()


def for_learning(network: HTDemucs) -> None:
    """Change how `network` computes what it computes, in place; its parameters, and their names, stay what they are."""
    attentions: list[Any] = [module for module in network.modules() if isinstance(module, nn.MultiheadAttention)]
    for attention in attentions:
        attention.forward = MethodType(_attend, attention)
    whole: Any = network
    whole._ispec = partial(_wave, network.nfft)


class Inverse(torch.autograd.Function):
    """The inverse STFT with Hann windows, normalised; what torch differentiates writes large zeros many times."""

    @staticmethod
    def forward(ctx: Any, spectra: Tensor, window_frames: int) -> Tensor:
        """Complex spectra (…, window / 2, spectra) without the highest bin to sound (…, (spectra + 3) · hop).

        The first and last three hops are not complete.
        """
        ctx.window_frames, hop = window_frames, window_frames // HOPS
        steps = spectra.shape[-1]
        bins = functional.pad(spectra.transpose(-1, -2), (0, 1))
        frames = torch.fft.irfft(bins, window_frames) * (_window(window_frames) * window_frames)
        sound = frames.new_zeros(*frames.shape[:-2], steps + HOPS - 1, hop)
        for part in range(HOPS):
            sound[..., part : part + steps, :] += frames[..., part * hop : (part + 1) * hop]
        flat: Tensor = sound.flatten(-2)
        return flat

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """The adjoint: windows of the gradient, transformed; every bin but the first stands for two."""
        window_frames = ctx.window_frames
        frames = gradients[0].unfold(-1, window_frames, window_frames // HOPS) * (2 * _window(window_frames))
        spectra = torch.fft.rfft(frames)[..., :-1]
        spectra[..., 0] *= 0.5
        return spectra.transpose(-1, -2), None


@cache
def _window(frames: int) -> Tensor:
    """A Hann window that undoes itself and the norm of the transform, where windows overlap."""
    window: Tensor = torch.hann_window(frames) / (SQUARES * frames**0.5)
    return window


def _wave(window_frames: int, spectra: Tensor, length: int) -> Tensor:
    """What `HTDemucs._ispec` computes: spectra (…, window / 2, spectra) to sound (…, length)."""
    hop = window_frames // HOPS
    begin = window_frames // 2 + hop // 2 * 3
    padded = functional.pad(spectra, (2, 2))
    sound: Tensor = Inverse.apply(padded, window_frames)[..., begin : begin + length]  # type: ignore[no-untyped-call]
    return sound


def _attend(
    attention: nn.MultiheadAttention, query: Tensor, key: Tensor, _value: Tensor, **_options: object
) -> tuple[Tensor, None]:
    """What `nn.MultiheadAttention` computes without masks, the keys being the values, as products and a softmax.

    In bfloat16 they are quicker than torch's kernel, as in `engine.separation.inference`.
    """
    width, heads = attention.embed_dim, attention.num_heads
    weight, bias = attention.in_proj_weight, attention.in_proj_bias

    def split(values: Tensor) -> Tensor:
        return values.view(*values.shape[:2], heads, -1).transpose(1, 2)

    queries = split(functional.linear(query, weight[:width], bias[:width])) * (width // heads) ** -0.5
    keys, values = map(split, functional.linear(key, weight[width:], bias[width:]).chunk(2, -1))
    answer: Tensor = attention.out_proj(ATTEND(queries, keys, values).transpose(1, 2).flatten(2))
    return answer, None
