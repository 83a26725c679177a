"""Muon and Adam as one optimiser."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.training.adam import make_adam, memory, set_rate
from engine.training.muon import ADAMS_PART, Muon

RATE = 0.01
BETAS = (0.9, 0.999)


def layers() -> nn.ModuleDict:
    """A convolution and a product that are matrices, and one that is too thin to count as one."""
    torch.manual_seed(0)
    return nn.ModuleDict({"wide": nn.Conv2d(8, 16, (8, 1)), "flat": nn.Linear(48, 24), "thin": nn.Linear(32, 4)})


def learn(network: nn.ModuleDict, seed: int = 0) -> None:
    """Give every parameter some gradient."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in network.parameters():
        parameter.grad = torch.randn(parameter.shape, generator=generator)


def test_a_step_in_a_matrix_is_as_long_in_all_directions_and_has_the_size_of_adams() -> None:
    network = layers()
    before = {name: value.detach().clone() for name, value in network.named_parameters()}
    muon = Muon(network.parameters(), RATE, BETAS)
    learn(network)
    muon.step()
    for name in ("wide.weight", "flat.weight"):
        step = (network.get_parameter(name) - before[name]).detach().flatten(1)
        lengths = torch.linalg.svdvals(step)
        assert lengths.max() < 2 * lengths.min(), name
        assert step.square().mean().sqrt() == pytest.approx(0.2 * RATE, rel=0.2), name


def test_the_rest_is_adams_and_what_is_named() -> None:
    network, other = layers(), layers()
    others = [network.get_parameter("wide.weight")]
    muon = Muon(network.parameters(), RATE, BETAS, others)
    adam = make_adam(other.parameters(), ADAMS_PART * RATE, BETAS)
    for seed in range(3):
        learn(network, seed)
        learn(other, seed)
        muon.step()
        adam.step()
    for name in ("wide.weight", "wide.bias", "flat.bias", "thin.weight", "thin.bias"):
        torch.testing.assert_close(network.get_parameter(name), other.get_parameter(name))
    assert not torch.equal(network.get_parameter("flat.weight"), other.get_parameter("flat.weight"))


def test_what_it_remembers_can_be_put_back_before_the_first_step() -> None:
    network = layers()
    muon = Muon(network.parameters(), RATE, BETAS)
    learn(network)
    muon.step()
    kept = {name: value.clone() for name, value in memory(muon).items()}

    resumed = layers()
    resumed.load_state_dict(network.state_dict())
    again = Muon(resumed.parameters(), RATE, BETAS)
    assert memory(again).keys() == kept.keys()
    for name, value in memory(again).items():
        value.copy_(kept[name])
    for one, optimiser in ((network, muon), (resumed, again)):
        learn(one, seed=1)
        set_rate(optimiser, RATE / 2)
        assert {group["lr"] for group in optimiser.param_groups} == {RATE / 2, ADAMS_PART * RATE / 2}
        optimiser.step()
        optimiser.zero_grad()
        assert all(parameter.grad is None for parameter in one.parameters())
    for name, value in network.named_parameters():
        assert torch.equal(value, resumed.get_parameter(name)), name


@pytest.mark.parametrize("names", [("thin.weight", "thin.bias"), ("flat.weight", "wide.weight")])
def test_there_may_be_nothing_for_one_of_them(names: tuple[str, ...]) -> None:
    network = layers()
    chosen = [network.get_parameter(name) for name in names]
    before = [parameter.detach().clone() for parameter in chosen]
    muon = Muon(chosen, RATE, BETAS)
    learn(network)
    muon.step()
    assert not any(torch.equal(*pair) for pair in zip(before, chosen, strict=True))
