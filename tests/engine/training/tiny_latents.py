"""Latents as small as can be: random ones, with an autoencoder of random components."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.models.card import ModelCard, write_card
from engine.musika.patches import PatchAutoencoder, PatchConfig
from engine.training.latents import Latents

CONFIG = PatchConfig(hop=64, fft=256, patch_frames=4, mid=6, side=2)


def make_autoencoder(folder: Path, name: str = "ear", config: PatchConfig = CONFIG) -> Path:
    """A model folder called `name`; the deviations of its components fall from 16 to 1, and from 0.4 to 0.1."""
    rng = np.random.default_rng(0)
    tensors = {key: rng.standard_normal(shape, dtype=np.float32) for key, shape in config.shapes.items()}
    tensors["mid/mean"] -= 60
    tensors["mid/deviations"] = np.geomspace(16, 1, config.mid).astype(np.float32)
    tensors["side/deviations"] = np.geomspace(0.4, 0.1, config.side).astype(np.float32)
    PatchAutoencoder(config, tensors).save(folder / name)
    write_card(ModelCard(name=name, title=name, kind="autoencoder", sizes=config.sizes), folder / name)
    return folder / name


def make_latents(autoencoder: Path, latent_size: int = 8, steps: tuple[int, ...] = (300, 270)) -> Latents:
    """Recordings of so many steps, normally distributed."""
    rng = np.random.default_rng(1)
    recordings = [rng.standard_normal((count, latent_size)).astype(np.float16) for count in steps]
    return Latents(recordings, [f"song-{index}" for index in range(len(steps))], autoencoder, latent_size, 256)
