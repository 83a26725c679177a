"""Engine thread (or the command line): a generator and its critic, and how they learn from each other. Keras on torch.

The recipe is Musika's (Pasini and Schlüter, ISMIR 2022): hinge loss, a penalty on the critic's slope at real windows
(R1: Mescheder, Geiger and Nowozin, ICML 2018) whose weight follows the critic's certainty, Adam, a moving average of
the generator. Ours besides: the penalty is computed at every few steps only and counts for them all (Karras et al.,
"StyleGAN2", CVPR 2020); and the critic sees the latents with part of their whitening undone, so that what carries much
of the sound's variance counts more than what carries little.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from engine.musika.backend import keras
from engine.musika.coordinates import DEPTH, truncated_normal, walk
from engine.musika.networks import GeneratorConfig, build_critic, build_generator
from engine.musika.patches import PatchAutoencoder
from engine.musika.spectra import Float

TRUNCATION = 2.0
CERTAIN = 0.9
"""Above this certainty of the critic its penalty grows, below it shrinks."""

SEVEREST = 1000.0
"""The penalty's factor stays below this and above one over this."""


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
        penalty_change: how much the logarithm of its factor moves a step.
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
    penalty_change: float = 2e-3
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
    drawn = zip(anchors, styles, starts.tolist(), strict=True)
    return np.stack([walk(line, style, start, context, 3 * context // 2) for line, style, start in drawn])


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
        """Begin with random weights, decided by the recipe's seed.

        Raises:
            RuntimeError: Keras was imported before and runs on something else.
        """
        if keras.backend.backend() != "torch":
            raise RuntimeError("Keras runs on something else than torch already: train in a process of its own")
        keras.utils.set_random_seed(recipe.seed)
        config = GeneratorConfig(recipe.base_channels, len(emphasis), recipe.small)
        self.recipe = recipe
        self.step = 0
        self.penalty_factor = 1.0
        self.rng = np.random.default_rng(recipe.seed)
        self.generator, self.average = build_generator(config), build_generator(config)
        self.critic = build_critic(config)
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

        self._critic_adam.zero_grad(set_to_none=True)
        critic_loss, certainty = self._critic_gradient(real, fake.detach())
        penalty = self._penalty_gradient(real) if self.step % self.recipe.penalty_every == 0 else math.nan
        self._critic_adam.step()

        self._generator_adam.zero_grad(set_to_none=True)
        generator_loss = self._generator_gradient(fake)
        self._generator_adam.step()

        self._move_penalty(certainty)
        self._move_average()
        self.step += 1
        return Losses(critic_loss, generator_loss, certainty, penalty)

    def _precision(self) -> Any:
        return torch.autocast("cpu", torch.bfloat16) if self.recipe.bfloat16 else nullcontext()

    def _critic_gradient(self, real: torch.Tensor, fake: torch.Tensor) -> tuple[float, float]:
        with self._precision():
            verdicts = self.critic(torch.cat([real, fake]))
        on_real, on_fake = verdicts.float().chunk(2)
        loss = 0.5 * (torch.relu(1 - on_real).mean() + torch.relu(1 + on_fake).mean())
        loss.backward()  # type: ignore[no-untyped-call]
        certainty = (on_real.mean() - on_fake.mean()).clamp(0, 2) / 2
        return loss.item(), certainty.item()

    def _penalty_gradient(self, real: torch.Tensor) -> float:
        real = real.detach().requires_grad_(True)
        with self._precision():
            verdict = self.critic(real).float().sum()
        (slope,) = torch.autograd.grad(verdict, real, create_graph=True)
        penalty = slope.square().sum(dim=(1, 2)).mean()
        weight = self.recipe.penalty * self.recipe.penalty_every * self.penalty_factor
        (weight * penalty).backward()  # type: ignore[no-untyped-call]
        return float(penalty.item())

    def _generator_gradient(self, fake: torch.Tensor) -> float:
        self.critic.requires_grad_(False)
        with self._precision():
            loss = -self.critic(fake).float().mean()
        loss.backward()
        self.critic.requires_grad_(True)
        return float(loss.item())

    def _move_penalty(self, certainty: float) -> None:
        change = self.recipe.penalty_change if certainty > CERTAIN else -self.recipe.penalty_change
        self.penalty_factor = min(max(self.penalty_factor * math.exp(change), 1 / SEVEREST), SEVEREST)

    @torch.no_grad()
    def _move_average(self) -> None:
        share = min(self.recipe.average, (1 + self.step) / (10 + self.step))  # short at first, so that it warms up
        torch._foreach_lerp_(list(self.average.parameters()), list(self.generator.parameters()), 1 - share)

    def tensors(self) -> dict[str, torch.Tensor]:
        """Everything that learns, by name: weights, and what Adam remembers of each."""
        found: dict[str, torch.Tensor] = {}
        for part in ("generator", "critic", "average"):
            parameters = list(getattr(self, part).parameters())
            found |= {f"{part}/{i}": parameter.data for i, parameter in enumerate(parameters)}
            adam = {"generator": self._generator_adam, "critic": self._critic_adam}.get(part)
            for i, parameter in enumerate(parameters if adam else ()):
                found |= {f"{part}/{i}/{name}": value for name, value in adam.state[parameter].items()}  # type: ignore[union-attr]
        return found

    def set_rates(self, factor: float) -> None:
        """Learn at `factor` times the recipe's rates."""
        for adam, rate in (
            (self._generator_adam, self.recipe.generator_rate),
            (self._critic_adam, self.recipe.critic_rate),
        ):
            for group in adam.param_groups:
                group["lr"] = rate * factor


def _adam(network: torch.nn.Module, rate: float) -> torch.optim.Adam:
    """Adam with its memory laid out already, so that a state can be read into it before the first step."""
    adam = torch.optim.Adam(network.parameters(), lr=rate, betas=(0.5, 0.99), fused=True)
    for parameter in network.parameters():
        adam.state[parameter] = {
            "step": torch.zeros((), dtype=torch.float32),
            "exp_avg": torch.zeros_like(parameter),
            "exp_avg_sq": torch.zeros_like(parameter),
        }
    return adam
