"""Any activity: a Musika with random weights in the published file layout, of any size; for benchmarks and tests.

Keras 2's `save_weights` layout: an attribute `layer_names`, a group for each layer, an attribute `weight_names` in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt

from engine.musika.coders import CodeDecoder, CodeEncoder, CoderConfig, SpectrumDecoder, SpectrumEncoder
from engine.musika.layers import tensors
from engine.musika.networks import GeneratorConfig, build_generator
from engine.musika.published import ENCODER_FILES, GENERATOR_FILE, ORDERS

Layers = dict[str, dict[str, npt.NDArray[np.float32]]]
Deviation = Callable[[str, tuple[int, ...]], float]

SWISH_GAIN = 1.7
"""Swish lets 0.6 of a normal signal's deviation pass."""

OUTPUT_GAIN = 0.3
"""Of level and phase, which are clipped at ± 1."""

CODERS = {
    "dec.h5": SpectrumDecoder,
    "dec2.h5": CodeDecoder,
    "enc.h5": SpectrumEncoder,
    "enc2.h5": CodeEncoder,
}


def write_random_musika(
    folder: Path,
    generator: GeneratorConfig,
    coders: CoderConfig,
    *,
    seed: int = 0,
    noise_weight: float = 0.0,
    first_counter: int = 0,
    encoders: bool = True,
    untrained: bool = False,
) -> None:
    """Write `gen_ema.h5`, `dec.h5`, `dec2.h5` and, unless told otherwise, `enc.h5` and `enc2.h5` into `folder`.

    Args:
        folder: exists already.
        generator: configuration of the generator.
        coders: configuration of the autoencoder.
        seed: of the weights.
        noise_weight: of every noise layer.
        first_counter: where the numbers in the names of the unnamed layers begin.
        encoders: whether to write the encoders.
        untrained: kernels of the size with which a training begins: level and phase stay near 0. By default signals are
            as loud as they can be: a sixth of all levels and phases lies beyond ± 1, and of two almost equal inputs
            come outputs that differ much.
    """
    rng = np.random.default_rng(seed)
    network = build_generator(generator)
    size = _initial_deviation if untrained else _loud_deviation
    write_layers(folder / GENERATOR_FILE, _random_layers(network, rng, noise_weight, size))
    for name, kind in CODERS.items():
        if name in ENCODER_FILES and not encoders:
            continue
        coder = kind(coders)
        coder.build(None)
        layers = _random_layers(coder, rng, noise_weight, size)
        write_layers(folder / name, _unnamed({layer: layers[layer] for layer in ORDERS[name].split()}, first_counter))


def write_layers(path: Path, layers: Layers) -> None:
    """Write tensors, layer by layer, as Keras 2 does; the layers without weights, as Keras 2 has them, included."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in ("input_1", *layers, "tf.cast")]
        file.attrs["backend"], file.attrs["keras_version"] = b"tensorflow", b"2.11.0"
        for name, weights in {"input_1": {}, **layers, "tf.cast": {}}.items():
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}/{weight}:0".encode() for weight in weights]
            for weight, tensor in weights.items():
                group[f"{name}/{weight}:0"] = tensor


def _random_layers(network: object, rng: np.random.Generator, noise_weight: float, deviation: Deviation) -> Layers:
    """Random weights; kernels with the first axis of the files."""
    layers: Layers = {}
    for name, variable in tensors(network).items():
        layer, weight = name.split("/")
        shape = tuple(variable.shape)
        if weight == "kernel":
            tensor = rng.standard_normal(shape, dtype=np.float32) * np.float32(deviation(layer, shape))
            tensor = tensor[None] if len(shape) == 3 else tensor
        else:
            tensor = np.full(shape, noise_weight if weight == "noise_weight" else 0, np.float32)
        layers.setdefault(layer, {})[weight] = tensor
    return layers


def _loud_deviation(layer: str, shape: tuple[int, ...]) -> float:
    """Of a kernel's values, so that signals keep a steady size."""
    transposed = len(shape) == 3 and shape[0] == 4 and layer not in ("1c", "9c")
    fan_in = math.prod(shape[:-2]) * (shape[-1] if transposed else shape[-2]) if len(shape) == 3 else shape[0]
    return (OUTPUT_GAIN if layer in ("level", "phase") else SWISH_GAIN) * fan_in**-0.5


def _initial_deviation(layer: str, shape: tuple[int, ...]) -> float:
    """Of a kernel's values when Keras makes them by "he_uniform", as the published code does."""
    return (2 / math.prod(shape[:-1])) ** 0.5


def _unnamed(layers: Layers, counter: int) -> Layers:
    """The layers under the names that Keras 2 makes up for layers without one; "cout" and "cbottle" have theirs."""
    renamed: Layers = {}
    for name, weights in layers.items():
        kind = "add_noise" if "noise_weight" in weights else "conv2d"
        renamed[name if name in ("cout", "cbottle") else f"{kind}_{counter}"] = weights
        counter += 1
    return renamed
