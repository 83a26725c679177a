"""Engine thread (or the command line): Adam and the moving average, with all they remember laid out to be saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import torch


class Optimiser(Protocol):
    """What torch's optimisers have: groups of parameters, each with its rate."""

    param_groups: list[dict[str, Any]]

    @property
    def state(self) -> Mapping[torch.Tensor, Mapping[str, torch.Tensor]]:
        """What it remembers of each parameter, by the name of the moment."""


Parameters = Sequence[torch.nn.Parameter]


def make_adam(parameters: Iterable[torch.nn.Parameter], rate: float, betas: tuple[float, float]) -> torch.optim.Adam:
    """Adam whose memory is laid out already, so that a saved state can be copied into it before the first step."""
    adam = torch.optim.Adam(parameters, lr=rate, betas=betas, fused=True)
    for group in adam.param_groups:
        for parameter in group["params"]:
            adam.state[parameter] = {
                "step": torch.zeros((), dtype=torch.float32, device=parameter.device),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }
    return adam


def memory(optimiser: Optimiser) -> dict[str, torch.Tensor]:
    """What an optimiser remembers, by the parameter's number and the name of the moment."""
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    return {
        f"{number}/{name}": value
        for number, parameter in enumerate(parameters)
        for name, value in optimiser.state[parameter].items()
    }


def set_rate(optimiser: Optimiser, rate: float) -> None:
    """Learn at this rate from now on; groups that have a "part" at that part of it."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("part", 1.0)


@torch.no_grad()
def follow(average: Parameters, weights: Parameters, share: float, step: int) -> None:
    """Move an average towards the weights that it is of.

    Args:
        average: to be changed.
        weights: of the same shapes.
        share: of the old that stays at each step.
        step: steps done before this one; the share grows with them, so that the random beginning is soon forgotten.
    """
    stays = min(share, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(average), list(weights), 1 - stays)
