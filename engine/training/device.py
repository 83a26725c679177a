"""Engine thread (or the command line): where learning computes, and in which precision.

Importing this module settles that Keras will run on torch, unless Keras has been imported already. So modules that
define networks for learning import it before anything else of the engine:

    from engine.training import device  # decides what Keras runs on, before anything imports it

    # isort: split
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import torch

from engine.errors import UsageError

if "keras" not in sys.modules:
    os.environ["KERAS_BACKEND"] = "torch"

DEVICES = ("auto", "cpu", "cuda")


def require_torch() -> None:
    """See that Keras runs on torch.

    Raises:
        RuntimeError: it was imported before and runs on something else.
    """
    from engine.musika.backend import keras

    if keras.backend.backend() != "torch":
        raise RuntimeError("Keras runs on something else than torch already: train in a process of its own")


def choose_device(wish: str = "auto") -> torch.device:
    """The device to learn on.

    Args:
        wish: "cpu", "cuda", or "auto": a GPU where there is one. Of several GPUs, every process that torchrun started
            takes its own.

    Raises:
        UsageError: another word, or a GPU is wanted where torch finds none.
    """
    if wish not in DEVICES:
        raise UsageError(f"“{wish}” is no device to train on: choose {', '.join(DEVICES)}.")
    found = torch.cuda.is_available()
    if wish == "cuda" and not found:
        raise UsageError("torch finds no CUDA device here: train with --device cpu.")
    if wish == "cpu" or not found:
        return torch.device("cpu")
    index = int(os.environ.get("LOCAL_RANK", "0"))
    torch.cuda.set_device(index)
    return torch.device("cuda", index)


@contextmanager
def computing_on(device: torch.device) -> Iterator[None]:
    """Let Keras make its variables and its tensors on `device`, which it would choose for itself otherwise."""
    from engine.musika.backend import keras

    with keras.device(str(device)):
        yield


def has_bfloat16(device: torch.device) -> bool:
    """Whether `device` multiplies bfloat16 numbers itself; others only imitate it, slowly."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


def precision(device: torch.device, bfloat16: bool) -> AbstractContextManager[None]:
    """Inside, torch multiplies in bfloat16 where that is exact enough; or in float32, as outside."""
    return torch.autocast(device.type, torch.bfloat16, enabled=bfloat16)


def use_threads(count: int) -> None:
    """Compute on `count` processor cores.

    Raises:
        UsageError: fewer than one.
    """
    if count < 1:
        raise UsageError(f"Training needs at least one processor core, and {count} were given.")
    torch.set_num_threads(count)
