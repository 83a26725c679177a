"""Calibrates a small generator in a process of its own, where Keras runs on torch, and prints what came of it as JSON.

python -m tests.engine.training.calibration_trial FOLDER
"""

from __future__ import annotations

from engine.training import device as devices  # decides what Keras runs on, before anything imports it

# isort: split
import json
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.musika.autoencoder import Autoencoder
from engine.musika.journey import Journey, windows
from engine.musika.layers import tensors, values
from engine.musika.networks import Generator, GeneratorConfig, build_generator
from engine.musika.synthesis import Musika, load_autoencoder
from engine.training.calibration import calibrated, musika_of
from engine.training.latents import Latents
from tests.engine.training.tiny_latents import make_autoencoder, make_latents

SEEDS = range(1000, 1128)
"""Others than those that it is calibrated by."""


def moments(generator: Generator, autoencoder: Autoencoder) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of what a generator makes."""
    coordinates = [next(windows(Journey.from_seed(seed), 128, frames_per_latent=256)) for seed in SEEDS]
    made = Musika(generator, autoencoder).latents(np.stack(coordinates))
    return made.mean(axis=0), np.cov(made.T)


def widened(generator: Generator, autoencoder: Autoencoder, deviation: float) -> Generator:
    """The same, with latents of about this deviation."""
    found = np.sqrt(np.diag(moments(generator, autoencoder)[1]))
    kernel = tensors(generator)["9c/kernel"]
    kernel.assign(values(generator)["9c/kernel"] * (deviation / found).astype(np.float32))
    return generator


def related(latents: Latents) -> Latents:
    """The same, with values that have to do with each other."""
    mixing = (np.eye(8) + 0.5 * np.eye(8, k=1)).astype(np.float32)
    return replace(latents, recordings=[(each @ mixing).astype(np.float16) for each in latents.recordings])


def held(latents: Latents, steps: int) -> Latents:
    """The same, where each latent stays for so many steps."""
    return replace(latents, recordings=[np.repeat(each, steps, axis=0)[: len(each)] for each in latents.recordings])


def run_away(generator: Generator, autoencoder: Autoencoder, latents: Latents) -> bool:
    """Whether a generator that makes no numbers any more stays what it is."""
    tensors(generator)["9c/bias"].assign(np.full(8, np.nan, np.float32))
    return musika_of(generator, autoencoder, latents).generator is generator


def trial(folder: Path) -> dict[str, Any]:
    torch.set_num_threads(1)
    devices.choose_device("cpu")
    random.seed(0)  # from which Keras's initial weights come
    ears = make_autoencoder(folder)
    autoencoder = load_autoencoder(ears)
    latents = related(make_latents(ears, steps=(3000, 2700)))
    generator = widened(build_generator(GeneratorConfig(8, 8, small=True)), autoencoder, 0.7)
    before = values(generator)
    mean, covariance = moments(calibrated(Musika(generator, autoencoder), latents), autoencoder)
    untouched = all(np.array_equal(before[name], value) for name, value in values(generator).items())
    narrow = widened(generator, autoencoder, 0.1)
    _, before_bounded = moments(narrow, autoencoder)
    _, bounded = moments(calibrated(Musika(narrow, autoencoder), latents), autoencoder)
    return {
        "mean": mean.tolist(),
        "covariance": covariance.tolist(),
        "wanted": np.cov(np.concatenate([np.asarray(each, np.float32) for each in latents.recordings]).T).tolist(),
        "untouched": untouched,
        "widest": float(np.linalg.eigvalsh(bounded)[-1] / np.linalg.eigvalsh(before_bounded)[-1]),
        "phrases": {
            steps: musika_of(generator, autoencoder, held(make_latents(ears, steps=(9000,)), steps)).phrase_latents
            for steps in (3, 40)
        },
        "run away": run_away(build_generator(GeneratorConfig(8, 8, small=True)), autoencoder, latents),
        "of few": musika_of(generator, autoencoder, make_latents(ears)).phrase_latents,
    }


if __name__ == "__main__":
    print(json.dumps(trial(Path(sys.argv[1]))))
