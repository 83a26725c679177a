"""Engine thread: the weights of our generators, as safetensors: float16 on disk, float32 in memory."""

from __future__ import annotations

from pathlib import Path

from engine.errors import ModelError
from engine.models.weights import Tensors, check_shapes, read_tensors, write_tensors
from engine.musika.backend import keras
from engine.musika.layers import tensors, values
from engine.musika.networks import Generator, GeneratorConfig, build_generator

GENERATOR_FILE = "generator.safetensors"

LARGEST_BASE_CHANNELS = 512
LARGEST_LATENT = 4096


def save_generator(generator: Generator, path: Path) -> None:
    """Write a generator's weights.

    Raises:
        OutputError: the file cannot be written.
    """
    write_tensors(path, values(generator))


def load_generator(path: Path) -> Generator:
    """A generator from what `save_generator` wrote; its configuration is in the shapes.

    Raises:
        ModelError: missing, damaged, or of wrong shapes; names file and tensor.
    """
    return generator_from(path, read_tensors(path))


def generator_from(path: Path, weights: Tensors) -> Generator:
    """A generator with these weights, which were read from `path`.

    Raises:
        ModelError: a tensor is missing, unknown, or of another shape; names file and tensor.
    """
    output = weights.get("9c/kernel")
    if output is None or output.ndim != 3:
        raise ModelError(f"{path.name} holds no generator: it lacks the tensor 9c/kernel.")
    config = GeneratorConfig.from_shapes({name: tensor.shape for name, tensor in weights.items()})
    channels, size = config.base_channels, config.latent_size
    if not (2 <= channels <= LARGEST_BASE_CHANNELS and channels % 2 == 0 and 1 <= size <= LARGEST_LATENT):
        raise ModelError(f"{path.name}: the tensor 9c/kernel has the shape {output.shape}, which no generator has.")
    generator = build_generator(config)
    fill(generator, path, weights)
    return generator


def fill(network: keras.Model, path: Path, weights: Tensors) -> None:
    """Put weights that were read from `path` into a built network.

    Raises:
        ModelError: a tensor is missing, unknown, or of another shape; names file and tensor.
    """
    variables = tensors(network)
    check_shapes(path, weights, {name: tuple(variable.shape) for name, variable in variables.items()})
    for name, variable in variables.items():
        variable.assign(weights[name])
