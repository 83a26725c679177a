"""A network made ready to learn against the network itself."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from demucs.htdemucs import HTDemucs
from demucs.transformer import LayerScale
from torch import Tensor, nn

from engine.separation.htdemucs import build_htdemucs
from engine.separation.learning import for_learning
from engine.separation.precision import agreement_db

SIZES: dict[str, Any] = {
    "sources": ["drums", "bass"],
    "channels": 8,
    "t_layers": 2,
    "t_heads": 2,
    "depth": 3,
    "dconv_mode": 0,
    "bottom_channels": 16,
    "nfft": 1024,
    "segment": 0.25,
}
MAGNITUDES = {**SIZES, "cac": False, "wiener_iters": -1, "end_iters": -1, "context": 0, "bottom_channels": 0}


def networks_of(sizes: dict[str, Any]) -> tuple[HTDemucs, HTDemucs]:
    """Two with the same random weights, the second made ready to learn."""
    found = []
    for _ in range(2):
        torch.manual_seed(0)
        network = build_htdemucs(sizes).train()
        for module in network.modules():
            if isinstance(module, LayerScale):
                nn.init.uniform_(module.scale, 0.1, 0.5)
        found.append(network)
    for_learning(found[1])
    return found[0], found[1]


def learned(network: HTDemucs, mix: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """The answer to a mix, and the gradients of something that looks at all of it."""
    answer = network(mix)
    (answer * torch.linspace(-1, 1, answer.numel()).view_as(answer).sin()).sum().backward()
    return answer.detach(), {name: p.grad for name, p in network.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("sizes", [pytest.param(SIZES, id="complex"), pytest.param(MAGNITUDES, id="magnitudes")])
@pytest.mark.parametrize("frames", [11_025, 3_000])
def test_the_answers_and_the_gradients_are_the_same(sizes: dict[str, Any], frames: int) -> None:
    library, quicker = networks_of(sizes)
    mix = 0.1 * torch.randn(2, 2, frames, generator=torch.Generator().manual_seed(1))
    answer, gradients = learned(library, mix)
    found, found_gradients = learned(quicker, mix)
    assert agreement_db(answer.numpy(), found.numpy()) > 110
    assert len(gradients) > 50
    assert gradients.keys() == found_gradients.keys()
    for name, gradient in gradients.items():
        assert (found_gradients[name] - gradient).norm() < 1e-3 * gradient.norm() + 1e-5, name


def test_the_weights_have_the_names_of_the_library() -> None:
    library, quicker = networks_of(SIZES)
    assert quicker.state_dict().keys() == library.state_dict().keys()
