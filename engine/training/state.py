"""Engine thread (or the command line): all that the next step of a training depends on, in one file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from engine.audio.writing import output_error, replaced_on_success
from engine.errors import ModelError

FACTS = "training"


def write_state(path: Path, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> None:
    """Write tensors (safetensors) and facts (JSON in its header); a partial file never bears the name `path`.

    Raises:
        OutputError: it cannot be written; what bore the name before is still whole.
    """
    held = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with replaced_on_success(path) as partial:
        try:
            save_file(held, partial, {FACTS: json.dumps(facts)})
        except SafetensorError as cause:
            raise output_error(path, _system_error(cause)) from cause


def _system_error(cause: SafetensorError) -> OSError:
    """What the system said, which the library passes on as text."""
    number = re.search(r"os error (\d+)", str(cause))
    return OSError(int(number[1]) if number else 0, str(cause))


def read_state(path: Path, tensors: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """Copy a saved state into `tensors`; returns the facts. Where it does not fit, nothing is changed.

    Raises:
        ModelError: missing, damaged, or of tensors with other names, shapes or types.
    """
    try:
        file: Any  # the library's own types are incomplete
        with safe_open(path, framework="pt") as file:
            facts = json.loads(file.metadata()[FACTS])
            saved = {name: file.get_tensor(name) for name in list(file.keys())}
        if not isinstance(facts, dict):
            raise ValueError("the facts are no object")
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RecursionError) as cause:
        raise ModelError(f"{path} is missing or damaged: begin the training anew in another folder.") from cause
    if _forms(saved) != _forms(tensors):
        raise ModelError(
            f"The training in {path.parent} is of networks of other sizes, or of an earlier version: resume it with "
            "the recipe it was begun with, or begin anew from its model."
        )
    with torch.no_grad():
        for name, tensor in tensors.items():
            tensor.copy_(saved[name])
    return facts


def read_facts(path: Path) -> dict[str, Any]:
    """The facts of a saved state alone.

    Raises:
        ModelError: missing or damaged.
    """
    try:
        file: Any
        with safe_open(path, framework="np") as file:
            facts = json.loads(file.metadata()[FACTS])
        if not isinstance(facts, dict):
            raise ValueError("the facts are no object")
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RecursionError) as cause:
        raise ModelError(f"{path} is missing or damaged: choose another model to begin with.") from cause
    return facts


def _forms(tensors: Mapping[str, torch.Tensor]) -> dict[str, tuple[torch.Size, torch.dtype]]:
    return {name: (tensor.shape, tensor.dtype) for name, tensor in tensors.items()}


def is_finite(tensors: Mapping[str, torch.Tensor]) -> bool:
    """Whether no tensor holds NaN or infinity."""
    return all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values())
