"""Engine thread (or the command line): an HTDemucs made ready to learn on a processor: the same gradients, sooner.

What it brings is in `docs/decisions/0026-separator-on-a-processor.md`.
"""

from __future__ import annotations

from functools import partial
from types import MethodType
from typing import Any

from demucs.htdemucs import HTDemucs
from torch import Tensor, nn
from torch.nn import functional

from engine.separation.inference import PlainAttention
from engine.separation.spectra import HOPS, wave_of

ATTEND = PlainAttention()


def for_learning(network: HTDemucs) -> None:
    """Change how `network` computes what it computes, in place; its parameters, and their names, stay what they are."""
    attentions: list[Any] = [module for module in network.modules() if isinstance(module, nn.MultiheadAttention)]
    for attention in attentions:
        attention.forward = MethodType(_attend, attention)
    whole: Any = network
    whole._ispec = partial(_wave, network.nfft)


def _wave(window_frames: int, spectra: Tensor, length: int) -> Tensor:
    """What `HTDemucs._ispec` computes: spectra (…, window / 2, spectra) to sound (…, length)."""
    hop = window_frames // HOPS
    begin = window_frames // 2 + hop // 2 * 3
    padded = functional.pad(spectra, (2, 2))
    return wave_of(padded.transpose(-1, -2), window_frames)[..., begin : begin + length]


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
