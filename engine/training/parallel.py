"""Engine thread (or the command line): one training in several processes, which torchrun starts.

    torchrun --nproc-per-node 2 main.py train generator …

Every process holds the same networks and draws the same whole batch from the same random numbers; each takes its share
of it, and gradients and losses are averaged. What costs much and would be done alike by all can be dealt out instead,
each telling the others what came of its part. So the losses are those of one process with the whole batch, but for
rounding. In a process by itself all of this costs nothing. Process 0 alone writes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import distributed

from engine.errors import UsageError

Batch = TypeVar("Batch", bound=Any)


@contextmanager
def joined(device: torch.device) -> Iterator[None]:
    """Inside, this process works with the others that torchrun started; a process by itself goes on by itself.

    Processes talk through gloo on the CPU and through NCCL on GPUs.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()


def count() -> int:
    """Processes of this training."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank() -> int:
    """Which of them this one is, from 0."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def check_batch(batch: int) -> None:
    """See that a batch can be shared out evenly.

    Raises:
        UsageError: it cannot.
    """
    if batch < 1 or batch % count():
        raise UsageError(f"A batch of {batch} cannot be shared by {count()} processes: choose a multiple of {count()}.")


def share(batch: Batch) -> Batch:
    """This process's part of a whole batch (an array or a tensor, windows first; or a range of their numbers)."""
    size = len(batch) // count()
    part: Batch = batch[rank() * size : (rank() + 1) * size]
    return part


def average_gradients(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Replace every gradient by its average over all processes, in one message."""
    if count() == 1:
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    flat /= count()
    _spread(flat, gradients)


def owners(costs: Sequence[float]) -> list[int]:
    """Which process does each piece of work, so that all have about as much to do.

    Args:
        costs: of the pieces, in any unit; alike in every process.
    """
    loads, chosen = [0.0] * count(), [0] * len(costs)
    for piece in sorted(range(len(costs)), key=lambda piece: -costs[piece]):
        chosen[piece] = loads.index(min(loads))
        loads[chosen[piece]] += costs[piece]
    return chosen


def tell(tensors: Sequence[torch.Tensor], owned_by: Sequence[int]) -> None:
    """Copy each tensor of the process that owns it over those of every other one, in one message a process."""
    if count() == 1:
        return
    for owner in sorted(set(owned_by)):
        owned = [tensor for tensor, whose in zip(tensors, owned_by, strict=True) if whose == owner]
        flat = torch.cat([tensor.flatten() for tensor in owned])
        distributed.broadcast(flat, owner)
        if rank() != owner:
            _spread(flat, owned)


def average(value: torch.Tensor) -> torch.Tensor:
    """The average over all processes of what each measured on its share; without gradient."""
    value = value.detach()
    if count() > 1:
        value = value.clone()
        distributed.all_reduce(value)
        value /= count()
    return value


def same_numbers(numbers: Sequence[float]) -> list[float]:
    """What process 0 says, in every process: clocks and files must not make them decide differently."""
    if count() == 1:
        return list(numbers)
    message = torch.tensor(numbers, dtype=torch.float64, device=_message_device())
    distributed.broadcast(message, 0)
    told: list[float] = message.tolist()
    return told


def same_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts (JSON-able) of process 0, in every process."""
    if count() == 1:
        return dict(facts)
    text = json.dumps(facts).encode() if rank() == 0 else b""
    (length,) = same_numbers([len(text)])
    message = torch.zeros(int(length), dtype=torch.uint8, device=_message_device())
    if text:
        message.copy_(torch.frombuffer(bytearray(text), dtype=torch.uint8))
    distributed.broadcast(message, 0)
    told: dict[str, Any] = json.loads(bytes(message.tolist()))
    return told


def same_tensors(tensors: Mapping[str, torch.Tensor]) -> None:
    """Copy the tensors of process 0 over those of every other one."""
    if count() == 1:
        return
    for name in sorted(tensors):
        message = tensors[name].to(_message_device()).contiguous()
        distributed.broadcast(message, 0)
        tensors[name].copy_(message)


def _spread(flat: torch.Tensor, tensors: Sequence[torch.Tensor]) -> None:
    """Copy numbers that lie one after the other back into the tensors that they are of."""
    parts = torch.split(flat, [tensor.numel() for tensor in tensors])
    for tensor, part in zip(tensors, parts, strict=True):
        tensor.copy_(part.view_as(tensor))


def _message_device() -> str:
    return "cuda" if distributed.get_backend() == "nccl" else "cpu"
