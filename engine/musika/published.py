"""Engine thread: published Musika folders: a generator (`gen_ema.h5`) and its autoencoder (`dec.h5`, `dec2.h5`, …).

The layers of the generator have names and load by them. Those of the encoders and decoders have counters that depend
on what was built before, so they load by order. No file states its configuration: the shapes of the tensors tell.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ModelError
from engine.models.weights import Tensors
from engine.musika.hdf5 import Layers, read_layers

if TYPE_CHECKING:
    from engine.musika.autoencoder import PublishedAutoencoder
    from engine.musika.coders import CoderConfig
    from engine.musika.networks import Generator

GENERATOR_FILE = "gen_ema.h5"
DECODER_FILES = ("dec.h5", "dec2.h5")
ENCODER_FILES = ("enc.h5", "enc2.h5")

LARGEST_HOP = 1024
LARGEST_DEPTH = 1024

# The layers of each file in the order in which they lie there, as our networks name them.
ORDERS = {
    "dec.h5": "ac ar bc br cc cr dc dr ec er fc hc fr hr gc ic gr ir level phase",
    "dec2.h5": "1c 1r 2c 2r 3c 3r 4c 4r 5c 5r 6c 6r 7c 7r cout",
    "enc.h5": "1c 2c 3c 4c 5c 6c",
    "enc2.h5": "1c 2c 3c 4c 5c 6c 7c cbottle",
}


def read_generator(path: Path) -> Generator:
    """The generator of a published `gen_ema.h5`.

    Raises:
        ModelError: missing, damaged, or of wrong shapes; names file and tensor.
    """
    layers = read_layers(path)
    named = {f"{layer}/{name}": tensor for layer, weights in layers.items() for name, tensor in weights.items()}

    from engine.musika.checkpoint import generator_from

    return generator_from(path, named)


def read_autoencoder(folder: Path) -> PublishedAutoencoder:
    """The autoencoder of a published folder; without `enc.h5` and `enc2.h5` it can decode only.

    Raises:
        ModelError: missing, damaged, or of wrong shapes; names file and tensor.
    """
    can_encode = any((folder / name).exists() for name in ENCODER_FILES)
    files = DECODER_FILES + (ENCODER_FILES if can_encode else ())
    weights = {name: in_order(folder / name, read_layers(folder / name)) for name in files}

    from engine.musika import coders
    from engine.musika.autoencoder import PublishedAutoencoder
    from engine.musika.checkpoint import fill

    config = _coder_config(weights)

    def filled(network: Any, name: str) -> Any:
        network.build(None)
        fill(network, folder / name, weights[name])
        return network

    decoders = filled(coders.CodeDecoder(config), "dec2.h5"), filled(coders.SpectrumDecoder(config), "dec.h5")
    if not can_encode:
        return PublishedAutoencoder(config, decoders, None)
    encoders = filled(coders.SpectrumEncoder(config), "enc.h5"), filled(coders.CodeEncoder(config), "enc2.h5")
    return PublishedAutoencoder(config, decoders, encoders)


def in_order(path: Path, layers: Layers) -> Tensors:
    """The tensors of an encoder or decoder file under our names, by the order of its layers.

    Raises:
        ModelError: another number of layers, or one of another kind.
    """
    order = ORDERS[path.name].split()
    if len(layers) != len(order):
        raise ModelError(f"{path.name} has {len(layers)} layers with weights where Musika's has {len(order)}.")
    found: Tensors = {}
    for ours, (theirs, weights) in zip(order, layers.items(), strict=True):
        expected = {"noise_weight"} if ours.endswith("r") else {"kernel", "bias"}
        if set(weights) != expected:
            holds, wanted = (" and ".join(sorted(names)) for names in (weights, expected))
            raise ModelError(f"{path.name}: the layer {theirs} holds {holds} where Musika's holds {wanted}.")
        found |= {f"{ours}/{name}": tensor for name, tensor in weights.items()}
    return found


def _coder_config(weights: dict[str, Tensors]) -> CoderConfig:
    """Hop and latent depth from the shapes of the decoders' first layers."""
    from engine.musika.coders import CoderConfig

    first = weights["dec.h5"]["ac/kernel"]
    second = weights["dec2.h5"]["1c/kernel"]
    hop, depth = first.shape[-1] // 3, second.shape[-2] if second.ndim > 1 else 0
    if not (4 <= hop <= LARGEST_HOP and hop % 4 == 0 and 1 <= depth <= LARGEST_DEPTH):
        shapes = f"{first.shape} and {second.shape}"
        raise ModelError(f"dec.h5 and dec2.h5: the first kernels have the shapes {shapes}, which no decoder has.")
    return CoderConfig(hop=hop, latent_depth=depth)
