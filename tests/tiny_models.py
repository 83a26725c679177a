"""Models as small as can be, with random weights: a generator in the published layout and a separator."""

from __future__ import annotations

from pathlib import Path

import torch

from benchmarks.random_musika import write_random_musika
from engine.models.card import ModelCard, write_card
from engine.models.weights import write_tensors
from engine.musika.coders import CoderConfig
from engine.musika.networks import GeneratorConfig
from engine.separation.network import build_network

SEPARATOR_SIZES = {
    "sources": ["drums", "bass", "other", "vocals"],
    "channels": 4,
    "t_layers": 1,
    "t_heads": 2,
    "dconv_mode": 0,
    "nfft": 1024,
    "segment": 1.0,
}


def write_tiny_models(models: Path) -> None:
    """Write "tiny-band" and "tiny-splitter" into the folder of models `models`."""
    band = models / "tiny-band"
    band.mkdir(parents=True)
    write_random_musika(band, GeneratorConfig(base_channels=4), CoderConfig(hop=64), encoders=False)
    write_card(ModelCard(name=band.name, title="Tiny Band", kind="generator", description="random weights"), band)
    splitter = models / "tiny-splitter"
    splitter.mkdir()
    torch.manual_seed(0)
    weights = {name: value.numpy() for name, value in build_network(SEPARATOR_SIZES).state_dict().items()}
    write_tensors(splitter / "weights.safetensors", weights)
    card = ModelCard(name=splitter.name, title="Tiny Splitter", kind="separator", sizes=SEPARATOR_SIZES)
    write_card(card, splitter)
