"""Separators made larger."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from engine.errors import ModelError, UsageError
from engine.models.weights import Tensors
from engine.separation.bands import BandSplit, build_band_split
from engine.training.growth import grown, larger_sizes

SIZES: dict[str, Any] = {
    "sources": ["low", "high"],
    "width": 16,
    "layers": 3,
    "heads": 2,
    "nfft": 512,
    "together": 1,
    "reach": 1,
    "bands": [[8, 16, 1], [2, 32, 2]],
    "segment": 0.25,
}


def network_of(sizes: dict[str, Any], weights: Tensors | None = None) -> BandSplit:
    """With these weights, or with random ones of which every block counts."""
    torch.manual_seed(0)
    network = build_band_split(sizes).eval()
    if weights is not None:
        network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
        return network
    for block in network.blocks:
        nn.init.normal_(block.answer.weight, std=0.3)
        nn.init.normal_(block.down.weight, std=0.3)
        nn.init.normal_(block.down.bias, std=0.3)
    return network


def weights_of(network: BandSplit) -> Tensors:
    return {name: value.numpy() for name, value in network.state_dict().items()}


@pytest.mark.parametrize(
    ("more", "copied"),
    [(0, []), (1, [3]), (2, [2, 4]), (3, [1, 3, 5]), (4, [1, 3, 5, 6])],
)
def test_it_answers_as_before_with_its_new_layers_among_the_old_ones(more: int, copied: list[int]) -> None:
    network = network_of(SIZES)
    sizes = larger_sizes(SIZES, more, 0)
    assert sizes == {**SIZES, "layers": 3 + more}
    weights = grown(weights_of(network), SIZES, sizes)
    deep = network_of(sizes, weights)
    mix = torch.randn(2, 2, 4000)
    torch.testing.assert_close(deep(mix), network(mix), rtol=0, atol=0)

    silent = [layer for layer in range(3 + more) if not weights[f"blocks.{2 * layer}.answer.weight"].any()]
    assert silent == copied
    for layer in copied:
        assert not weights[f"blocks.{2 * layer + 1}.down.bias"].any()
        for name in ("ask.weight", "up.weight", "norm.bias"):
            assert (weights[f"blocks.{2 * layer + 1}.{name}"] == weights[f"blocks.{2 * layer - 1}.{name}"]).all()


@pytest.mark.parametrize("more", [1, 2])
def test_it_answers_as_before_and_can_hear_more_neighbours(more: int) -> None:
    network = network_of(SIZES)
    sizes = larger_sizes(SIZES, 0, more)
    assert sizes == {**SIZES, "reach": 1 + more}
    wide = network_of(sizes, grown(weights_of(network), SIZES, sizes))
    mix = torch.randn(2, 2, 4000)
    torch.testing.assert_close(wide(mix), network(mix), rtol=1e-4, atol=1e-5)


def test_all_that_is_new_learns() -> None:
    network = network_of(SIZES)
    sizes = larger_sizes(SIZES, 2, 1)
    deep = network_of(sizes, grown(weights_of(network), SIZES, sizes)).train()
    deep(torch.randn(1, 2, 4000)).square().mean().backward()
    for block in deep.blocks:
        assert block.answer.weight.grad.abs().max() > 0
        if block.down.weight.any():  # the others begin one step later
            assert (block.up.weight.grad.abs().amax(0) > 0).all()


def test_it_is_made_neither_smaller_nor_larger_without_end() -> None:
    for layers, reach in ((-1, 0), (0, -1)):
        with pytest.raises(UsageError, match="not smaller"):
            larger_sizes(SIZES, layers, reach)
    for name, layers, reach in (("layers", 40, 0), ("reach", 0, 4)):
        with pytest.raises(ModelError, match=name):
            build_band_split(larger_sizes(SIZES, layers, reach))
