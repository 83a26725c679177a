"""Engine thread (or the command line): Muon for the matrices of a network, Adam for the rest, as one optimiser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from engine.training import parallel
from engine.training.adam import make_adam

LEAST_SIDE = 16
"""Matrices with a shorter side are Adam's: there is little to make orthogonal in them."""

MOMENTUM = 0.95

ADAMS_PART = 0.3
"""Adam's rate, as a part of Muon's."""


class Muon:
    """Muon and Adam, laid out so that `memory` and `set_rate` of `engine.training.adam` serve both.

    The weights of a convolution are a matrix of output channels by all the rest. Steps have the size of Adam's, so that
    both share one rate, which may be some times higher than for Adam alone.

    Processes that train together share out the matrices: each changes its own and tells the others.

    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; the size of steps is that of
    Liu et al., "Muon is scalable for LLM training", 2025, section 2.2.
    """

    def __init__(
        self,
        parameters: Iterable[torch.nn.Parameter],
        rate: float,
        betas: tuple[float, float],
        others: Iterable[torch.nn.Parameter] = (),
    ) -> None:
        """Begin to optimise `parameters`, which must stay where they are.

        Args:
            parameters: all of them.
            rate: Muon's.
            betas: Adam's.
            others: those that are Adam's whatever their shape.
        """
        every, excepted = list(parameters), {id(parameter) for parameter in others}
        self._matrices = [matrix for matrix in every if _is_matrix(matrix) and id(matrix) not in excepted]
        matrices = {id(matrix) for matrix in self._matrices}
        self._views = [torch.nn.Parameter(matrix.data.view(len(matrix), -1)) for matrix in self._matrices]
        self._owners = parallel.owners([view.numel() * min(view.shape) for view in self._views])
        self._parts: list[Any] = []
        if self._views:  # a small network may have no matrices
            muon = torch.optim.Muon(
                self._views, lr=rate, momentum=MOMENTUM, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"
            )
            for view in self._views:
                muon.state[view]["momentum_buffer"] = torch.zeros_like(view)
            self._parts.append(muon)
        if rest := [parameter for parameter in every if id(parameter) not in matrices]:
            adam = make_adam(rest, ADAMS_PART * rate, betas)
            for group in adam.param_groups:
                group["part"] = ADAMS_PART
            self._parts.append(adam)
        self.param_groups: list[dict[str, Any]] = [group for part in self._parts for group in part.param_groups]
        self.state: dict[torch.Tensor, dict[str, torch.Tensor]] = {}
        for part in self._parts:
            self.state |= part.state

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for matrix in self._matrices:
            matrix.grad = None
        for part in self._parts:
            part.zero_grad()

    @torch.no_grad()
    def step(self) -> None:
        """Change the parameters by what their gradients say, which are the same in all processes."""
        for matrix, view, owner in zip(self._matrices, self._views, self._owners, strict=True):
            gradient = None if matrix.grad is None else matrix.grad.flatten(1)
            is_mine = owner == parallel.rank()
            view.grad = gradient if is_mine else None
            if gradient is not None and not is_mine:  # whichever process is to save it remembers everything
                self.state[view]["momentum_buffer"].lerp_(gradient, 1 - MOMENTUM)
        for part in self._parts:
            part.step()
        parallel.tell(self._views, self._owners)


def _is_matrix(parameter: torch.nn.Parameter) -> bool:
    return parameter.dim() > 1 and min(len(parameter), parameter[0].numel()) >= LEAST_SIDE
