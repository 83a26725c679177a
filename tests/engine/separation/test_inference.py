"""A network made ready for inference against the network itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from demucs.htdemucs import HTDemucs
from demucs.transformer import LayerScale
from torch import nn
from torch.nn import functional

from engine.separation.htdemucs import build_htdemucs
from engine.separation.inference import Attention, ConvolvedLinear, for_inference
from engine.separation.precision import Precision, agreement_db

SIZES: dict[str, Any] = {
    "sources": ["drums", "bass"],
    "channels": 8,
    "t_layers": 2,
    "t_heads": 2,
    "dconv_mode": 3,
    "bottom_channels": 16,
    "nfft": 1024,
    "segment": 0.25,
}
MAGNITUDES = {**SIZES, "cac": False, "wiener_iters": -1, "end_iters": -1, "bottom_channels": 0, "dconv_mode": 0}


def network_of(sizes: dict[str, Any]) -> HTDemucs:
    """Random weights; the scales of branches, which begin at next to nothing, are such that all of it counts."""
    torch.manual_seed(0)
    network = build_htdemucs(sizes).eval()
    for module in network.modules():
        if isinstance(module, LayerScale):
            nn.init.uniform_(module.scale, 0.1, 0.5)
    return network


def answer(network: HTDemucs, frames: int, precision: Precision = "float32") -> np.ndarray:
    mix = torch.from_numpy((0.1 * np.random.default_rng(0).standard_normal((1, 2, frames))).astype(np.float32))
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
        return network(mix).numpy()


@pytest.mark.parametrize("sizes", [pytest.param(SIZES, id="complex"), pytest.param(MAGNITUDES, id="magnitudes")])
@pytest.mark.parametrize("frames", [11_025, 3_000])
def test_the_answers_are_the_same_in_float32(sizes: dict[str, Any], frames: int) -> None:
    network = network_of(sizes)
    assert agreement_db(answer(network, frames), answer(for_inference(network, "float32"), frames)) > 110


@pytest.mark.parametrize("sizes", [pytest.param(SIZES, id="complex"), pytest.param(MAGNITUDES, id="magnitudes")])
def test_the_answers_are_nearly_the_same_in_bfloat16(sizes: dict[str, Any]) -> None:
    network = network_of(sizes)
    found = answer(for_inference(network, "bfloat16"), 11_025, "bfloat16")
    assert found.dtype == np.float32
    assert 30 < agreement_db(answer(network, 11_025), found) < 80


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_network_itself_stays_as_it_is(precision: Precision) -> None:
    network = network_of(SIZES)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    for_inference(network, precision)
    after = network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert not any(isinstance(module, Attention | ConvolvedLinear) for module in network.modules())


def test_weights_that_need_no_change_are_not_copied() -> None:
    network = network_of(SIZES)
    ready = for_inference(network, "float32")
    assert ready.encoder[0].conv.weight.data_ptr() == network.encoder[0].conv.weight.data_ptr()
    assert not any(parameter.requires_grad for parameter in ready.parameters())


@pytest.mark.parametrize("shape", [(1, 1000, 64), (4, 10, 50, 64)])
def test_a_product_by_convolution_copies_nothing(shape: tuple[int, ...]) -> None:
    product = ConvolvedLinear(torch.randn(96, 64), torch.randn(96))
    values = torch.randn(shape)
    with torch.inference_mode(), torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        found = product(values)
    torch.testing.assert_close(found, functional.linear(values, product.weight[:, :, 0, 0], product.bias))
    done = {event.key for event in profile.key_averages()}
    assert "aten::convolution" in done
    assert not done & {"aten::clone", "aten::contiguous"}


@pytest.mark.parametrize("convolve", [False, True])
@pytest.mark.parametrize("queries", [1, 192, 768, 1540])
@pytest.mark.parametrize("type_", [torch.float32, torch.bfloat16])
def test_attention_is_torchs_own(convolve: bool, queries: int, type_: torch.dtype) -> None:
    torch.manual_seed(0)
    theirs = nn.MultiheadAttention(32, 4, batch_first=True).eval().to(type_)
    nn.init.normal_(theirs.in_proj_bias)
    query, key = torch.randn(1, queries, 32, dtype=type_), torch.randn(1, 50, 32, dtype=type_)
    with torch.no_grad():
        expected, _ = theirs(query, key, key, need_weights=False)
        found, _ = Attention(theirs, convolve)(query, key, key, need_weights=False)
    assert found.shape == expected.shape
    enough_db = 110 if type_ == torch.float32 else 35
    assert agreement_db(expected.float().numpy(), found.float().numpy()) > enough_db
