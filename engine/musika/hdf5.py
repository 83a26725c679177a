"""Engine thread: weights out of Keras 2 HDF5 files that may come from anywhere; nothing is unpickled.

Such a file has an attribute `layer_names`, a group for each layer and in it an attribute `weight_names` with the
paths of the layer's datasets. Everything is checked before memory is taken: no link leads out of its file, every
dataset is plain floating-point numbers, stored in the file and as they are, and together they are no larger than
the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from engine.errors import ModelError

MAX_FILE_BYTES = 2**30
MAX_NAMES = 10_000

Layers = dict[str, dict[str, npt.NDArray[np.float32]]]
"""Tensors ("kernel", "bias", "noise_weight") of each layer, in the order of the file; only layers that have some."""


def read_layers(path: Path) -> Layers:
    """Every tensor of a Keras 2 weights file, as float32; convolution kernels without their first axis, of length 1.

    Raises:
        ModelError: the file is missing, damaged, or holds anything but what it should; names file and tensor.
    """
    if not path.is_file():
        raise ModelError(f"The model lacks its file {path.name}: get the whole folder.")
    try:
        size_bytes = path.stat().st_size
        if size_bytes > MAX_FILE_BYTES:
            raise ModelError(f"{path.name} is larger than {MAX_FILE_BYTES // 2**30} GB: this is no Musika model.")
        with h5py.File(path, "r") as file:
            datasets = _datasets(path, file)
            _check_size(path, datasets, size_bytes)
            return {layer: {name: _read(path, d) for name, d in weights.items()} for layer, weights in datasets.items()}
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as cause:  # what h5py raises on damaged files
        raise ModelError(f"{path.name} is damaged or no HDF5 file: get it again.") from cause


def _datasets(path: Path, file: Any) -> dict[str, dict[str, Any]]:
    """The datasets of each layer that has some, checked but not read."""
    found: dict[str, dict[str, Any]] = {}
    for layer in _names(path, file, "layer_names"):
        group = _follow(path, file, layer)
        for weight in _names(path, group, "weight_names"):
            dataset = _follow(path, group, weight)
            _check_dataset(path, dataset, weight)
            found.setdefault(layer, {})[weight.split("/")[-1].split(":")[0]] = dataset
    if not found:
        raise ModelError(f"{path.name} holds no weights: get it again.")
    return found


def _names(path: Path, group: Any, attribute: str) -> list[str]:
    """An attribute that is a list of names."""
    if attribute not in group.attrs:
        raise ModelError(f"{path.name} is no Keras weights file: {group.name} has no {attribute}.")
    identifier = group.attrs.get_id(attribute)
    text = identifier.dtype.kind == "S" or h5py.check_string_dtype(identifier.dtype) is not None
    if identifier.shape == (0,):
        return []  # Keras writes an empty list as numbers
    if not text or len(identifier.shape) != 1 or identifier.shape[0] > MAX_NAMES:
        raise ModelError(f"{path.name} is no Keras weights file: {group.name} has no proper {attribute}.")
    return [name.decode("utf8") if isinstance(name, bytes) else str(name) for name in group.attrs[attribute]]


def _follow(path: Path, group: Any, name: str) -> Any:
    """What lies at `name` below `group`, reached by hard links only: others may lead out of the file."""
    for part in name.split("/"):
        link = group.get(part, getlink=True) if isinstance(group, h5py.Group) and part not in ("", ".") else None
        if link is None:
            raise ModelError(f"{path.name} lacks the tensor {name}: get it again.")
        if not isinstance(link, h5py.HardLink):
            raise ModelError(f"{path.name}: {name} is a link to elsewhere, which is not allowed.")
        group = group[part]
    return group


def _check_dataset(path: Path, dataset: Any, name: str) -> None:
    """Plain numbers, stored in this file as they are."""
    if not isinstance(dataset, h5py.Dataset):
        raise ModelError(f"{path.name}: {name} is no tensor.")
    if dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8:
        raise ModelError(f"{path.name}: the tensor {name} holds {dataset.dtype}, not floating-point numbers.")
    if dataset.shape is None or not 1 <= dataset.ndim <= 4:
        raise ModelError(f"{path.name}: the tensor {name} has the shape {dataset.shape}, which no layer has.")
    if dataset.external is not None or dataset.is_virtual:
        raise ModelError(f"{path.name}: the tensor {name} lies in another file, which is not allowed.")
    if dataset.id.get_create_plist().get_nfilters():
        raise ModelError(f"{path.name}: the tensor {name} is compressed; Musika's files are not.")


def _check_size(path: Path, datasets: dict[str, dict[str, Any]], size_bytes: int) -> None:
    """No file can promise more numbers than it has bytes for."""
    promised = 0
    for weights in datasets.values():
        for dataset in weights.values():
            promised += dataset.size * dataset.dtype.itemsize
            if promised > size_bytes:
                raise ModelError(f"{path.name}: the tensor {dataset.name} is larger than the file: get it again.")


def _read(path: Path, dataset: Any) -> npt.NDArray[np.float32]:
    tensor: npt.NDArray[np.float32] = np.asarray(dataset[()], dtype=np.float32)
    if not np.isfinite(tensor).all():
        raise ModelError(f"{path.name}: the tensor {dataset.name} holds NaN or infinity; the model is damaged.")
    return tensor[0] if tensor.ndim == 4 and len(tensor) == 1 else tensor
