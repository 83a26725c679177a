"""Engine thread: tensors on disk, as safetensors. Nothing here can run code that came with a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from engine.audio.writing import replaced_on_success
from engine.errors import ModelError

Tensors = dict[str, npt.NDArray[np.float32]]

MAX_FILE_BYTES = 4 * 2**30
NUMBERS = {"F16": np.float16, "F32": np.float32, "F64": np.float64}


def read_tensors(path: Path) -> Tensors:
    """Every tensor of a safetensors file, as float32.

    The header is checked against the file's length before any memory is taken (by safetensors itself), so no header
    can ask for more than the file holds.

    Raises:
        ModelError: missing, damaged, too large, or holding anything but float16, float32 or float64.
    """
    try:
        size_bytes = path.stat().st_size
        if size_bytes > MAX_FILE_BYTES:
            raise ModelError(f"{path.name} is larger than {MAX_FILE_BYTES // 2**30} GB: this is no model we know.")
        file: Any  # the library's own types are incomplete
        with safe_open(path, framework="numpy") as file:
            return {name: _read_tensor(path, file, name) for name in list(file.keys())}
    except FileNotFoundError as cause:
        raise ModelError(f"The model lacks its file {path.name}: import it again.") from cause
    except (SafetensorError, OSError) as cause:
        raise ModelError(f"{path.name} is damaged or no safetensors file: import the model again.") from cause


def _read_tensor(path: Path, file: Any, name: str) -> npt.NDArray[np.float32]:
    kind = file.get_slice(name).get_dtype()
    if kind not in NUMBERS:
        raise ModelError(f"{path.name}: the tensor {name} holds {kind}, not floating-point numbers.")
    tensor: npt.NDArray[np.float32] = file.get_tensor(name).astype(np.float32)
    if not np.isfinite(tensor).all():
        raise ModelError(f"{path.name}: the tensor {name} holds NaN or infinity; the model is damaged.")
    return tensor


def write_tensors(path: Path, tensors: Mapping[str, npt.NDArray[np.floating]], *, float16: bool = True) -> None:
    """Write tensors as safetensors, half precision unless told otherwise; a partial file never bears the name `path`.

    Raises:
        OutputError: the file cannot be written.
    """
    kind = np.float16 if float16 else np.float32
    with replaced_on_success(path) as partial:
        save_file({name: np.ascontiguousarray(tensor, dtype=kind) for name, tensor in tensors.items()}, partial)
        partial.chmod(0o644)  # the library makes files that only their owner may read


def check_shapes(
    path: Path, tensors: Mapping[str, npt.NDArray[np.float32]], expected: Mapping[str, tuple[int, ...]]
) -> None:
    """See that a file holds exactly the tensors that a network expects.

    Raises:
        ModelError: a tensor is missing, unknown, or of another shape; names it.
    """
    for name, shape in expected.items():
        if name not in tensors:
            raise ModelError(f"{path.name} lacks the tensor {name}: it belongs to another kind of model.")
        if tensors[name].shape != tuple(shape):
            raise ModelError(f"{path.name}: the tensor {name} has the shape {tensors[name].shape}, not {tuple(shape)}.")
    if unknown := sorted(set(tensors) - set(expected)):
        raise ModelError(f"{path.name} holds an unknown tensor, {unknown[0]}: it belongs to another kind of model.")
