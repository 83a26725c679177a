"""Command line: how fast a generator learns here, and where the time of a step goes.

    python -m benchmarks.training [--steps 30] [--full] [--device cpu] [--threads 2]

The latents are random, which costs the same as real ones. Without --full it is the recipe for machines without a GPU,
on the 112 values a step of the bundled autoencoder; with it the published one, on 128. Under torchrun all processes
work on one training.
"""

from __future__ import annotations

from engine.training import device as devices  # decides what Keras runs on, before anything imports it

# isort: split
import argparse
import cProfile
import os
import pstats
import time
from pathlib import Path

import numpy as np

from engine.memory import keep_freed_memory
from engine.musika.networks import GeneratorConfig
from engine.training import parallel
from engine.training.adversaries import QUICK, Adversaries, Recipe

PARTS = {
    "random numbers": ("training_coordinates", "standard_normal"),
    "generator, forward": ("_fake",),
    "critic": ("_critic_step",),
    "of it the penalty": ("_penalty_gradient",),
    "generator learns": ("_generator_step",),
    "Adam, both": ("step",),
    "moving average": ("follow",),
}
"""What is measured, and the functions that do it; a later part may be within an earlier one."""


def seconds_of(stats: pstats.Stats, functions: tuple[str, ...]) -> float:
    """Seconds spent in functions of ours or of torch's optimizers, with all that they call."""
    ours = ("engine", "optim")
    return float(
        sum(
            entry[3]
            for (file, _, name), entry in stats.stats.items()  # type: ignore[attr-defined]
            if name in functions and any(part in Path(file).parts for part in ours)
        )
    )


def measure(adversaries: Adversaries, steps: int) -> None:
    """Print steps a second, and the parts of a step."""
    recipe, config = adversaries.recipe, adversaries.generator.config
    windows = np.random.default_rng(0).standard_normal((recipe.batch, config.context, config.latent_size), np.float32)
    for step in range(5):  # the first are slower
        adversaries.learn(windows, step)
    profile = cProfile.Profile()
    begin = time.perf_counter()
    profile.enable()
    for step in range(steps):
        adversaries.learn(windows, step)
    profile.disable()
    whole_s = time.perf_counter() - begin
    if parallel.rank():
        return
    music_s = steps * recipe.batch * config.context * 4096 / 44_100
    print(f"steps a second      {steps / whole_s:8.2f}   ({music_s / whole_s:.0f} s of music a second)")
    stats = pstats.Stats(profile)
    for part, functions in PARTS.items():
        print(f"{part:20}{100 * seconds_of(stats, functions) / whole_s:8.1f} %")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--full", action="store_true", help="the published sizes")
    parser.add_argument("--device", default="auto", choices=devices.DEVICES)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    devices.use_threads(arguments.threads)
    keep_freed_memory()
    recipe = Recipe() if arguments.full else QUICK
    config = GeneratorConfig(recipe.base_channels, 128 if arguments.full else 112, recipe.small)
    device = devices.choose_device(arguments.device)
    with parallel.joined(device):
        measure(Adversaries(config, recipe, np.ones(config.latent_size, np.float32), device), arguments.steps)


if __name__ == "__main__":
    main()
