"""Engine thread (or the command line): train a generator on latents, against a critic. Keras on torch.

    python -m engine.training.generator --songs DIR --autoencoder DIR --out DIR --minutes 60

The recipe is Musika's (Pasini and Schlüter, ISMIR 2022): hinge loss, a penalty on the critic's slope at real windows
(R1: Mescheder, Geiger and Nowozin, ICML 2018) whose weight follows the critic's certainty, Adam, a moving average of the
generator. Ours besides: the penalty is computed at every few steps only and counts for them all (Karras et al.,
"StyleGAN2", CVPR 2020); and both see the latents with part of their whitening undone, so that what carries much of the
sound's variance counts more than what carries little.
"""

from __future__ import annotations

import os

os.environ["KERAS_BACKEND"] = "torch"  # before Keras is imported anywhere

import argparse
import csv
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.writing import replaced_on_success
from engine.errors import ModelError, StudioError, UsageError
from engine.models.card import ModelCard, load_card, write_card
from engine.musika.checkpoint import GENERATOR_FILE, save_generator
from engine.musika.coordinates import DEPTH, truncated_normal, walk
from engine.musika.networks import Generator, GeneratorConfig, build_critic, build_generator
from engine.musika.patches import PatchAutoencoder
from engine.musika.spectra import Float
from engine.musika.synthesis import Musika
from engine.training.latents import Windows, encode_recordings, load_latents, save_latents
from engine.training.recordings import find_recordings

STATE_FILE = "state.safetensors"
LOSSES_FILE = "losses.csv"
LATENTS_FILE = "latents.safetensors"
MODEL_FOLDER = "model"

REPORT_STEPS = 50
SAVE_S = 240.0
TRUNCATION = 2.0
CERTAIN = 0.9
"""Above this certainty of the critic its penalty grows, below it shrinks."""

RUNAWAY_LOSS = 1e4
SEVEREST = 10.0
"""Largest weight of the penalty, in multiples of the recipe's."""

PREVIEW_S = 12


@dataclass(frozen=True)
class Recipe:
    """How a generator is trained.

    Attributes:
        base_channels: width of both networks.
        small: the variant with half the context.
        batch: windows a step.
        generator_rate, critic_rate: Adam's learning rates.
        penalty: weight of R1, before its own factor.
        penalty_every: steps from one computation of the penalty to the next.
        penalty_change: how much its factor moves a step.
        average: the share of the old that the moving average keeps at each step.
        emphasis: the power of a latent's deviation in the sound with which the critic sees it; 0 is whitened.
        bfloat16: compute in bfloat16 where that is safe.
        seed: of everything random.
    """

    base_channels: int = 48
    small: bool = True
    batch: int = 24
    generator_rate: float = 2e-4
    critic_rate: float = 1e-4
    penalty: float = 10.0
    penalty_every: int = 4
    penalty_change: float = 1e-3
    average: float = 0.999
    emphasis: float = 0.5
    bfloat16: bool = True
    seed: int = 0


@dataclass(frozen=True)
class Losses:
    """What a step measured: the two losses, the critic's certainty (0 to 1), the penalty before its weight."""

    critic: float
    generator: float
    certainty: float
    penalty: float


def training_coordinates(rng: np.random.Generator, batch: int, context: int) -> Float:
    """Coordinates of windows as a take has them, each of a style of its own.

    Of three anchors, 3 C / 2 steps apart, one window is cut at C / 4 plus 0, 1 or 2 times C / 2.

    Returns:
        (batch, context, 2 · DEPTH).
    """
    starts = context // 4 + rng.integers(3, size=batch) * (context // 2)
    anchors = truncated_normal(rng, (batch, 3, DEPTH), TRUNCATION)
    styles = truncated_normal(rng, (batch, DEPTH), TRUNCATION)
    return np.stack([walk(a, s, int(start), context, 3 * context // 2) for a, s, start in zip(anchors, styles, starts)])


def emphasis_of(autoencoder: PatchAutoencoder, power: float) -> Float:
    """What the critic multiplies each latent by, (latent_size,): its deviation to a power, of mean square 1."""
    parts = [autoencoder.tensors[f"{part}/deviations"] ** power for part in ("mid", "side")]
    loudest = [part / part[0] for part in parts]  # the first of mid counts as much as the first of side
    factors = np.concatenate(loudest)
    scaled: Float = factors / np.sqrt(np.mean(np.square(factors)))
    return scaled


class Adversaries:
    """A generator, its critic and its moving average, and how they learn from each other."""

    def __init__(self, recipe: Recipe, emphasis: Float) -> None:
        """Begin with random weights, decided by the recipe's seed."""
        import keras

        keras.utils.set_random_seed(recipe.seed)
        config = GeneratorConfig(recipe.base_channels, len(emphasis), recipe.small)
        self.recipe = recipe
        self.step = 0
        self.penalty_factor = 1.0
        self.rng = np.random.default_rng(recipe.seed)
        self.generator, self.critic, self.average = build_generator(config), build_critic(config), build_generator(config)
        self._emphasis = torch.from_numpy(emphasis)
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                kept.copy_(new)
        self._generator_adam = _adam(self.generator, recipe.generator_rate)
        self._critic_adam = _adam(self.critic, recipe.critic_rate)

    @property
    def context(self) -> int:
        """Latent steps a window."""
        return self.generator.config.context

    def learn(self, windows: Float) -> Losses:
        """One step of both networks from real windows (batch, context, latent_size)."""
        real = torch.from_numpy(windows) * self._emphasis
        coordinates = torch.from_numpy(training_coordinates(self.rng, len(windows), self.context))
        noise = torch.from_numpy(self.rng.standard_normal((len(windows), self.generator.noise_size), dtype=np.float32))
        with self._precision():
            fake = self.generator(coordinates, noise) * self._emphasis
        critic_loss, certainty = self._teach_critic(real, fake.detach())
        penalty = self._penalise(real) if self.step % self.recipe.penalty_every == 0 else 0.0
        generator_loss = self._teach_generator(fake)
        self._move_penalty(certainty)
        self._move_average()
        self.step += 1
        return Losses(critic_loss, generator_loss, certainty, penalty)

    def _precision(self) -> Any:
        return torch.autocast("cpu", torch.bfloat16) if self.recipe.bfloat16 else nullcontext()

    def _teach_critic(self, real: torch.Tensor, fake: torch.Tensor) -> tuple[float, float]:
        self._critic_adam.zero_grad(set_to_none=True)
        with self._precision():
            verdicts = self.critic(torch.cat([real, fake]))
        on_real, on_fake = verdicts.float().chunk(2)
        loss = 0.5 * (torch.relu(1 - on_real).mean() + torch.relu(1 + on_fake).mean())
        loss.backward()  # type: ignore[no-untyped-call]
        if self.step % self.recipe.penalty_every:
            self._critic_adam.step()
        certainty = (on_real.mean() - on_fake.mean()).clamp(0, 2) / 2
        return loss.item(), certainty.item()

    def _penalise(self, real: torch.Tensor) -> float:
        """Add the penalty's gradient to that of the critic's loss, and take the step."""
        real = real.detach().requires_grad_(True)
        with self._precision():
            verdict = self.critic(real).float().sum()
        (slope,) = torch.autograd.grad(verdict, real, create_graph=True)
        penalty = slope.square().sum(dim=(1, 2)).mean()
        (self.recipe.penalty * self.recipe.penalty_every * self.penalty_factor * penalty).backward()
        self._critic_adam.step()
        return penalty.item()

    def _teach_generator(self, fake: torch.Tensor) -> float:
        self._generator_adam.zero_grad(set_to_none=True)
        self.critic.requires_grad_(False)
        with self._precision():
            loss = -self.critic(fake).float().mean()
        loss.backward()  # type: ignore[no-untyped-call]
        self.critic.requires_grad_(True)
        self._generator_adam.step()
        return loss.item()

    def _move_penalty(self, certainty: float) -> None:
        change = self.recipe.penalty_change if certainty > CERTAIN else -self.recipe.penalty_change
        self.penalty_factor = min(max(self.penalty_factor + change, 0.0), SEVEREST)

    @torch.no_grad()
    def _move_average(self) -> None:
        share = min(self.recipe.average, (1 + self.step) / (10 + self.step))  # short at first, so that it warms up
        torch._foreach_lerp_(list(self.average.parameters()), list(self.generator.parameters()), 1 - share)
