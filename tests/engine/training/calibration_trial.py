"""Calibrates a small generator in a process of its own, where Keras runs on torch, and prints what came of it as JSON.

python -m tests.engine.training.calibration_trial FOLDER
"""

from __future__ import annotations

from engine.training import device as devices  # decides what Keras runs on, before anything imports it

# isort: split
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.musika.journey import Journey, windows
from engine.musika.layers import tensors, values
from engine.musika.networks import Generator, GeneratorConfig, build_generator
from engine.musika.synthesis import Musika, load_autoencoder
from engine.training.calibration import calibrated
from tests.engine.training.tiny_latents import make_autoencoder, make_latents

SEEDS = range(1000, 1128)
"""Others than those that it is calibrated by."""


def moments(generator: Generator, autoencoder: Path) -> tuple[np.ndarray, np.ndarray]:
    musika = Musika(generator, load_autoencoder(autoencoder))
    coordinates = [next(windows(Journey.from_seed(seed, 3.9), 128, frames_per_latent=256)) for seed in SEEDS]
    made = musika.latents(np.stack(coordinates))
    return made.mean(axis=0), made.std(axis=0)


def widened(generator: Generator, autoencoder: Path, deviation: float) -> Generator:
    """The same, with latents of about this deviation."""
    _, found = moments(generator, autoencoder)
    kernel = tensors(generator)["9c/kernel"]
    kernel.assign(values(generator)["9c/kernel"] * (deviation / found).astype(np.float32))
    return generator


def trial(folder: Path) -> dict[str, Any]:
    torch.set_num_threads(1)
    devices.choose_device("cpu")
    autoencoder = make_autoencoder(folder)
    latents = make_latents(autoencoder, steps=(3000, 2700))
    generator = widened(build_generator(GeneratorConfig(8, 8, small=True)), autoencoder, 0.7)
    before = values(generator)
    mean, deviation = moments(calibrated(generator, load_autoencoder(autoencoder), latents), autoencoder)
    untouched = all(np.array_equal(before[name], value) for name, value in values(generator).items())
    narrow = widened(generator, autoencoder, 0.1)
    _, bounded = moments(calibrated(narrow, load_autoencoder(autoencoder), latents), autoencoder)
    return {
        "mean": mean.tolist(),
        "deviation": deviation.tolist(),
        "untouched": untouched,
        "bounded": bounded.tolist(),
    }


if __name__ == "__main__":
    print(json.dumps(trial(Path(sys.argv[1]))))
