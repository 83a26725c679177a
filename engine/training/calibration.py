"""Engine thread (or the command line): a generator's takes, given the spread and the pace of what it learned from.

Adversarial training leaves latents too narrow in some directions and too wide in others: quiet moments are too loud
then, and strokes too soft. As the last layer is a convolution with a bias, mean and covariance are set right in its
weights. And takes go on at the pace of recordings only if their coordinates do: what lies between two strokes or two
chords is measured, and a length of phrases chosen that brings it about (docs/decisions/0024-phrases.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt

from engine.musika.autoencoder import Autoencoder
from engine.musika.journey import Journey
from engine.musika.layers import tensors, values
from engine.musika.networks import Generator, build_generator
from engine.musika.synthesis import Musika
from engine.training.latents import Latents

SEEDS = 256
"""Windows to measure a generator's spread by, each of another seed."""

LARGEST_FACTOR = 2.0
"""No direction is spread by more than this, or a generator that has hardly learned would turn into noise."""

MEASURED_RECORDINGS = 200
"""Of a large collection, so many recordings are looked at."""

PHRASES = (None, 48, 24, 12, 6)
"""Latents of a line of phrases, among which is chosen; None: takes have sections only."""

PACED_EXCERPTS = 32
"""So many takes, and at least half as many excerpts of recordings, tell their pace …"""

EXCERPT_WINDOWS = 2
"""… each so many windows long."""

LAGS = (4, 8, 16, 32, 48, 64, 96, 128)
"""Latents after which takes and recordings may be alike again, as far as half an excerpt has them."""

Array = npt.NDArray[np.float64]


def musika_of(generator: Generator, autoencoder: Autoencoder, latents: Latents) -> Musika:
    """What a generator has become: the pace of its takes, and a calibrated copy of it.

    Args:
        generator: as it came from training; it stays as it is.
        autoencoder: whose latents it makes.
        latents: what it learned from.
    """
    phrase_latents = _phrase_latents(generator, autoencoder, latents)
    return Musika(calibrated(Musika(generator, autoencoder, phrase_latents), latents), autoencoder, phrase_latents)


# --- spread


def calibrated(musika: Musika, latents: Latents) -> Generator:
    """A copy of the generator whose latents have the mean and the covariance of `latents`.

    Of all linear maps from the one distribution to the other it takes that which changes least: the optimal transport
    between normal distributions (Gelbrich 1990). A generator that makes no numbers any more is given back as it is.

    Args:
        musika: the generator, which stays as it is, and what its takes are like.
        latents: what it learned from.
    """
    made_mean, made = _moments(_made(musika, SEEDS, 1))
    if not np.isfinite(made).all():  # it ran away a moment ago, and the training is about to take it back
        return musika.generator
    wanted_mean, wanted = _moments(np.asarray(each, np.float64) for each in _looked_at(latents))
    change = _transport(made, wanted)
    weights = values(musika.generator)
    weights["9c/kernel"] = np.asarray(weights["9c/kernel"] @ change, np.float32)
    weights["9c/bias"] = np.asarray((weights["9c/bias"] - made_mean) @ change + wanted_mean, np.float32)
    copy = build_generator(musika.generator.config)
    for name, variable in tensors(copy).items():
        variable.assign(weights[name])
    return copy


def _transport(made: Array, wanted: Array) -> Array:
    """The symmetric matrix A with A · made · A = wanted, none of whose factors is above LARGEST_FACTOR."""
    root, inverse = _power(made, 0.5), _power(made, -0.5)
    factors, axes = np.linalg.eigh(inverse @ _power(root @ wanted @ root, 0.5) @ inverse)
    transport: Array = axes * np.clip(factors, 0, LARGEST_FACTOR) @ axes.T
    return transport


def _power(covariance: Array, exponent: float) -> Array:
    variances, axes = np.linalg.eigh(covariance)
    powers: Array = axes * np.maximum(variances, max(1e-6 * variances[-1], 1e-12)) ** exponent @ axes.T
    return powers


def _moments(pieces: Iterator[Array]) -> tuple[Array, Array]:
    """Mean (latent_size,) and covariance (latent_size, latent_size) of pieces (steps, latent_size).

    The fewer steps there are, the less is believed of what values have to do with each other.
    """
    count, total, squares = 0, np.zeros(1), np.zeros((1, 1))
    for piece in pieces:
        count += len(piece)
        total = total + piece.sum(axis=0)
        squares = squares + piece.T @ piece
    mean = total / count
    covariance = squares / count - np.outer(mean, mean)
    doubt = min(1.0, len(mean) / count)
    return mean, (1 - doubt) * covariance + doubt * np.diag(np.diag(covariance))


def _looked_at(latents: Latents) -> Iterator[npt.NDArray[np.float16]]:
    every = -(-len(latents.recordings) // MEASURED_RECORDINGS)
    return (latents.recordings[index] for index in range(0, len(latents.recordings), every))


def _made(musika: Musika, seeds: int, count: int) -> Iterator[Array]:
    """The first `count` windows of latents of takes, (count · context, latent_size) each."""
    for seed in range(seeds):
        ways = islice(musika.windows(Journey.from_seed(seed)), count)
        yield musika.latents(np.stack(list(ways))).astype(np.float64)


# --- pace


def _phrase_latents(generator: Generator, autoencoder: Autoencoder, latents: Latents) -> int | None:
    """Of PHRASES, with which takes resemble themselves later as recordings do; sections only if none tells."""
    steps = EXCERPT_WINDOWS * generator.config.context
    heard = [_likeness(excerpt) for recording in _looked_at(latents) for excerpt in _excerpts(recording, steps)]
    if len(heard) < PACED_EXCERPTS // 2:
        return None
    wanted = np.mean(heard, axis=0)

    def unlikeness(phrase_latents: int | None) -> float:
        takes = _made(Musika(generator, autoencoder, phrase_latents), PACED_EXCERPTS, EXCERPT_WINDOWS)
        return float(np.sum(np.square(np.mean([_likeness(take) for take in takes], axis=0) - wanted)))

    return min(PHRASES, key=unlikeness)


def _excerpts(recording: npt.NDArray[np.float16], steps: int) -> Iterator[Array]:
    """At most PACED_EXCERPTS of a recording, (steps, latent_size) each, evenly spaced."""
    starts = np.arange(0, len(recording) - steps + 1, steps)
    for start in starts[:: -(-len(starts) // PACED_EXCERPTS) or 1].tolist():
        yield np.asarray(recording[start : start + steps], np.float64)


def _likeness(excerpt: Array) -> Array:
    """Correlation of an excerpt, (steps, latent_size), with itself LAGS later, mean over values."""
    normal = (excerpt - excerpt.mean(axis=0)) / (excerpt.std(axis=0) + 1e-6)
    return np.array([np.mean(normal[lag:] * normal[:-lag]) for lag in LAGS if lag <= len(normal) // 2])
