"""Engine thread (or the command line): a generator's latents, given the mean and the spread of those it learned from.

Adversarial training leaves latents too narrow, by a fifth in some values: quiet moments are too loud then, and strokes
too soft. As the last layer is a convolution with a bias, both are set right in its weights.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.musika.autoencoder import Autoencoder
from engine.musika.journey import Journey, windows
from engine.musika.layers import tensors, values
from engine.musika.networks import Generator, build_generator
from engine.musika.synthesis import Musika
from engine.training.latents import Latents

SEEDS = 256
"""Windows to measure a generator by, each of another seed."""

LARGEST_FACTOR = 2.0
"""The spread of no value is changed by more than this, or a generator that has hardly learned would turn into noise."""

MEASURED_RECORDINGS = 200
"""Of a large collection, so many recordings are looked at."""

TRUNCATION = 3.9
"""Hardly any: generators learn from coordinates as they come."""

Moments = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""Mean and standard deviation of each value, (latent_size,) both."""


def calibrated(generator: Generator, autoencoder: Autoencoder, latents: Latents) -> Generator:
    """A copy of `generator` whose latents have the mean and the standard deviation, value by value, of `latents`.

    Args:
        generator: as it came from training; it stays as it is.
        autoencoder: whose latents it makes.
        latents: what it learned from.
    """
    mean, deviation = _moments_made(Musika(generator, autoencoder))
    wanted_mean, wanted_deviation = _moments_of(latents)
    factors = np.clip(wanted_deviation / np.maximum(deviation, 1e-6), 1 / LARGEST_FACTOR, LARGEST_FACTOR)
    weights = values(generator)
    weights["9c/kernel"] = np.asarray(weights["9c/kernel"] * factors, np.float32)
    weights["9c/bias"] = np.asarray((weights["9c/bias"] - mean) * factors + wanted_mean, np.float32)
    copy = build_generator(generator.config)
    for name, variable in tensors(copy).items():
        variable.assign(weights[name])
    return copy


def _moments_made(musika: Musika) -> Moments:
    frames_per_latent = musika.autoencoder.frames_per_latent
    journeys = (Journey.from_seed(seed, TRUNCATION) for seed in range(SEEDS))
    coordinates = np.stack([next(windows(j, musika.context, frames_per_latent=frames_per_latent)) for j in journeys])
    made = musika.latents(coordinates)
    return made.mean(axis=0, dtype=np.float64), made.std(axis=0, dtype=np.float64)


def _moments_of(latents: Latents) -> Moments:
    count, total, squares = 0, np.zeros(latents.latent_size), np.zeros(latents.latent_size)
    for index in range(0, len(latents.recordings), -(-len(latents.recordings) // MEASURED_RECORDINGS)):
        recording = np.asarray(latents.recordings[index], np.float64)
        count += len(recording)
        total += recording.sum(axis=0)
        squares += np.square(recording).sum(axis=0)
    mean = total / count
    return mean, np.sqrt(np.maximum(squares / count - mean**2, 0.0))
