"""Engine thread (or the command line): a generator and its critic, and how they learn from each other. Keras on torch.

The recipe is Musika's (Pasini and Schlüter, ISMIR 2022, and the code released with it): hinge loss, a penalty on the
critic's slope at real windows (R1: Mescheder, Geiger and Nowozin, ICML 2018) whose weight follows the critic's
certainty, Adam, a moving average of the generator. Ours besides: the penalty may be computed at every few steps only
and count for them all (Karras et al., "StyleGAN2", CVPR 2020), its weight may rise beyond the published one, the
learning rates follow the critic's loss by a rule where they were lowered by hand, the critic sees the latents of
our autoencoders with part of their whitening undone (what carries much of the sound's variance counts more), and a
second, local critic may judge how one latent follows another.
"""

from __future__ import annotations

from engine.training import device as devices  # decides what Keras runs on, before anything imports it

# isort: split
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.models.weights import Tensors
from engine.musika.autoencoder import Autoencoder
from engine.musika.checkpoint import fill
from engine.musika.coordinates import DEPTH, walk, with_style
from engine.musika.networks import GeneratorConfig, build_critic, build_generator, build_local_critic, tensors
from engine.musika.patches import PatchAutoencoder
from engine.musika.spectra import Float
from engine.training import parallel
from engine.training.adam import follow, make_adam, memory, set_rate

BETA_1 = 0.5
"""Adam's first moment forgets fast, as in most adversarial training."""

CERTAIN = 0.9
"""Above this certainty of the critic its penalty grows, below it shrinks."""

LEAST_PENALTY = 1e-3
"""The penalty's factor never falls below this, so that it can come back."""

CRITIC_MEMORY = 2000
"""Steps over which the critic's loss is averaged before the learning rates follow it."""

LOCAL_STEPS = 32
"""Latents of each window that the local critic judges at a step, a stretch drawn anew each time."""

LEAST_RATE = 0.1
"""The learning rates never fall below this part of the recipe's."""


@dataclass(frozen=True)
class Recipe:
    """How a generator is trained; what is not said otherwise is as published.

    Attributes:
        base_channels: width of both networks; a base model decides it by itself.
        small: the variant with half the context; likewise.
        batch: windows a step.
        generator_rate, critic_rate: Adam's learning rates; published fine-tuning has 4e-5, or 2e-5 where unstable.
        critic_level: loss of the critic below which both rates fall in proportion to it; 0 leaves them as they are.
        beta_2: of Adam.
        penalty: weight of R1, before its own factor.
        penalty_every: steps from one computation of the penalty to the next.
        penalty_change: how much the logarithm of its factor moves a step.
        penalty_most: what its factor never passes.
        average: the share of the old that the moving average keeps at each step.
        emphasis: the power of a latent's deviation in the sound with which the critic sees it; 0 is whitened, as all
            latents are whose deviations nobody knows.
        local: weight of a local critic beside the published one; 0 is without, as published.
        local_penalty: weight of R1 for the local critic.
        warm_up: steps in which a new critic learns alone when the generator begins with a base.
        bfloat16: compute in bfloat16 where the device does so itself.
        seed: of everything random.
    """

    base_channels: int = 128
    small: bool = False
    batch: int = 32
    generator_rate: float = 1e-4
    critic_rate: float = 1e-4
    critic_level: float = 0.3
    beta_2: float = 0.999
    penalty: float = 10.0
    penalty_every: int = 1
    penalty_change: float = 1e-4
    penalty_most: float = 1.0
    average: float = 0.999
    emphasis: float = 0.5
    local: float = 0.0
    local_penalty: float = 1.0
    warm_up: int = 300
    bfloat16: bool = True
    seed: int = 0


QUICK = Recipe(
    base_channels=48,
    small=True,
    batch=16,
    generator_rate=2e-4,
    critic_rate=1e-4,
    beta_2=0.99,
    penalty_every=4,
    penalty_change=2e-3,
    penalty_most=1000.0,
    local=1.0,
)
"""For a processor without a GPU: about five steps a second on one core. A first band took 11 800 of them."""


def training_coordinates(rng: np.random.Generator, batch: int, context: int) -> Float:
    """Coordinates of windows as a take has them, each of a style of its own.

    Of three anchors, 3 C / 2 steps apart, one window is cut at C / 4 plus 0, 1 or 2 times C / 2: before, around or
    after the middle anchor. As published, anchors and styles are not truncated here, though takes are.

    Returns:
        (batch, context, 2 · DEPTH).
    """
    starts = context // 4 + rng.integers(3, size=batch) * (context // 2)
    anchors = rng.standard_normal((batch, 3, DEPTH), dtype=np.float32)
    styles = rng.standard_normal((batch, DEPTH), dtype=np.float32)
    drawn = zip(anchors, styles, starts.tolist(), strict=True)
    return np.stack([with_style(walk(line, start, context, 3 * context // 2), style) for line, style, start in drawn])


def emphasis_of(autoencoder: Autoencoder, power: float) -> Float:
    """What the critic multiplies each latent by, (latent_size,), of mean square 1.

    The deviation of the component that the latent stands for, to a power; ones where latents stand for no components.
    """
    if not isinstance(autoencoder, PatchAutoencoder):
        return np.ones(autoencoder.latent_size, np.float32)
    parts = [autoencoder.tensors[f"{part}/deviations"] ** power for part in ("mid", "side")]
    loudest = [part / part[0] for part in parts]  # the first of mid counts as much as the first of side
    factors = np.concatenate(loudest)
    scaled: Float = factors / np.sqrt(np.mean(np.square(factors)))
    return scaled


class Adversaries:
    """A generator, its critic and its moving average, and how they learn from each other."""

    def __init__(self, config: GeneratorConfig, recipe: Recipe, emphasis: Float, device: torch.device) -> None:
        """Begin with random weights, decided by the recipe's seed.

        Args:
            config: of both networks.
            recipe: how they learn; its sizes are not looked at.
            emphasis: (latent_size,), see `emphasis_of`.
            device: to compute on.

        Raises:
            RuntimeError: Keras was imported before and runs on something else.
        """
        devices.require_torch()
        self.recipe = recipe
        self.device = device
        self.penalty_factor = 1.0
        self.critic_loss = 1.0  # averaged over CRITIC_MEMORY; that of a critic that knows nothing
        self.rng = np.random.default_rng(recipe.seed)
        self._rate_factor = 1.0
        self._bfloat16 = recipe.bfloat16 and devices.has_bfloat16(device)
        random.seed(recipe.seed)  # from which Keras's initial weights come (its own way of seeding loads TensorFlow)
        with devices.computing_on(device):
            self.generator, self.average = build_generator(config), build_generator(config)
            self.critic = build_critic(config)
            self.local = build_local_critic(config) if recipe.local else None
        self._emphasis = torch.from_numpy(emphasis).to(device)
        self._weights, self._averages = list(self.generator.parameters()), list(self.average.parameters())
        with torch.no_grad():
            torch._foreach_copy_(self._averages, self._weights)
        self._generator_adam = make_adam(self._weights, recipe.generator_rate, (BETA_1, recipe.beta_2))
        self._stretch = slice(0, LOCAL_STEPS)
        self._critic_adam = make_adam(self._critics_weights(), recipe.critic_rate, (BETA_1, recipe.beta_2))

    def begin_with(self, path: Path, generator: Tensors, critic: Tensors | None, local: Tensors | None) -> None:
        """Put other weights in the place of the random ones: the generator's, and the critics' if there are any.

        Args:
            path: where they were read from, for the words of an error.
            generator: by the names of `engine.musika.networks.tensors`.
            critic: likewise.
            local: likewise; not looked at where the recipe has no local critic.

        Raises:
            ModelError: a tensor is missing, unknown, or of another shape; names file and tensor.
        """
        fill(self.generator, path, generator)
        fill(self.average, path, generator)
        if critic is not None:
            fill(self.critic, path, critic)
        if local is not None and self.local is not None:
            fill(self.local, path, local)

    # --- a step

    def learn(self, windows: Float, step: int, *, alone: bool = False) -> dict[str, float]:
        """One step of both networks, or of the critic alone.

        Args:
            windows: the whole batch of real windows, (batch, context, latent_size); each process takes its share.
            step: how many steps came before.
            alone: the generator does not learn.

        Returns:
            The losses of "critic", "local" (the local critic's, where there is one) and "generator"; the critic's
            "certainty" (0 to 1); the "penalty" before its weight, at the steps that compute it; "penalty_factor"; the
            "rate", as a part of the recipe's.
        """
        rate = self._set_rates()
        if self.local is not None:
            first = int(self.rng.integers(windows.shape[1] - LOCAL_STEPS + 1))
            self._stretch = slice(first, first + LOCAL_STEPS)
        with devices.computing_on(self.device):
            real, fake = self._real(windows), self._fake(len(windows), learning=not alone)
            measured = self._critic_step(real, fake.detach(), penalised=step % self.recipe.penalty_every == 0)
            if not alone:
                measured["generator"] = self._generator_step(fake)
                follow(self._averages, self._weights, self.recipe.average, step)
        losses = dict(zip(measured, parallel.average(torch.stack(list(measured.values()))).tolist(), strict=True))
        certainty = min(max(losses.pop("margin"), 0.0), 2.0) / 2
        self._move_penalty(certainty)
        if not alone:
            self.critic_loss += (losses["critic"] - self.critic_loss) / CRITIC_MEMORY
        return {**losses, "certainty": certainty, "penalty_factor": self.penalty_factor, "rate": rate}

    def _real(self, windows: Float) -> torch.Tensor:
        """This process's share of real windows, as the critic sees them."""
        return torch.from_numpy(parallel.share(windows)).to(self.device) * self._emphasis

    def _fake(self, batch: int, *, learning: bool) -> torch.Tensor:
        """This process's share of as many windows of the generator, as the critic sees them."""
        coordinates = training_coordinates(self.rng, batch, self.generator.config.context)
        noise = self.rng.standard_normal((batch, self.generator.noise_size), dtype=np.float32)
        inputs = [torch.from_numpy(parallel.share(drawn)).to(self.device) for drawn in (coordinates, noise)]
        with self._precision(), torch.set_grad_enabled(learning):
            fake: torch.Tensor = self.generator(*inputs) * self._emphasis
        return fake

    def _verdicts(self, latents: torch.Tensor) -> list[torch.Tensor]:
        """What the critic, and the local one if there is one, say of windows; each (batch, positions, …)."""
        with self._precision():
            verdicts = [self.critic(latents)]
            if self.local is not None:
                verdicts.append(self.local(latents[:, self._stretch]))
        return [verdict.float() for verdict in verdicts]

    def _summed(self, losses: Sequence[torch.Tensor]) -> torch.Tensor:
        """The critic's loss and, by its weight, the local one's."""
        return losses[0] + sum(self.recipe.local * loss for loss in losses[1:])

    def _critic_step(self, real: torch.Tensor, fake: torch.Tensor, *, penalised: bool) -> dict[str, torch.Tensor]:
        """Let the critics learn; returns their losses, the margin between real and fake, and perhaps the penalty."""
        self._critic_adam.zero_grad(set_to_none=True)
        halves = [verdict.chunk(2) for verdict in self._verdicts(torch.cat([real, fake]))]
        losses = [0.5 * (torch.relu(1 - one).mean() + torch.relu(1 + other).mean()) for one, other in halves]
        self._summed(losses).backward()  # type: ignore[no-untyped-call]
        on_real, on_fake = halves[0]
        measured = dict(zip(("critic", "local"), (loss.detach() for loss in losses), strict=False))
        measured["margin"] = (on_real.mean() - on_fake.mean()).detach()
        if penalised:
            measured["penalty"] = self._penalty_gradient(real)
        parallel.average_gradients(self._critics_weights())
        self._critic_adam.step()
        return measured

    def _penalty_gradient(self, real: torch.Tensor) -> torch.Tensor:
        """Add the gradient of the penalties; returns the critic's: the mean square of its slope at real windows."""
        real = real.detach().requires_grad_(True)
        verdicts = self._verdicts(real)
        # Of several verdicts on a window, the sum over the root of their number: each counts like a critic's only one.
        sums = [verdict.sum() / math.sqrt(verdict[0].numel()) for verdict in verdicts]
        slopes = [torch.autograd.grad(total, real, create_graph=True)[0] for total in sums]
        penalties = [slope.square().sum(dim=(1, 2)).mean() for slope in slopes]
        weights = [self.recipe.penalty * self.penalty_factor, self.recipe.local_penalty]
        weighted = sum(weight * penalty for weight, penalty in zip(weights, penalties, strict=False))
        (self.recipe.penalty_every * weighted).backward()  # type: ignore[union-attr]
        return penalties[0].detach()

    def _generator_step(self, fake: torch.Tensor) -> torch.Tensor:
        """Let the generator learn; returns its loss before the critic."""
        self._generator_adam.zero_grad(set_to_none=True)
        self._let_critics_learn(learning=False)
        losses = [-verdict.mean() for verdict in self._verdicts(fake)]
        self._summed(losses).backward()  # type: ignore[no-untyped-call]
        self._let_critics_learn(learning=True)
        parallel.average_gradients(self._weights)
        self._generator_adam.step()
        return losses[0].detach()

    def _critics(self) -> list[Any]:
        return [self.critic] if self.local is None else [self.critic, self.local]

    def _critics_weights(self) -> list[torch.nn.Parameter]:
        return [weight for critic in self._critics() for weight in critic.parameters()]

    def _let_critics_learn(self, *, learning: bool) -> None:
        for critic in self._critics():
            critic.requires_grad_(learning)

    def _precision(self) -> Any:
        return devices.precision(self.device, self._bfloat16)

    def _move_penalty(self, certainty: float) -> None:
        change = self.recipe.penalty_change if certainty > CERTAIN else -self.recipe.penalty_change
        self.penalty_factor = min(max(self.penalty_factor * math.exp(change), LEAST_PENALTY), self.recipe.penalty_most)

    def _set_rates(self) -> float:
        """Let the rates follow the critic's loss; returns them as a part of the recipe's."""
        level = self.recipe.critic_level
        rate = self._rate_factor * (min(max(self.critic_loss / level, LEAST_RATE), 1.0) if level else 1.0)
        set_rate(self._generator_adam, self.recipe.generator_rate * rate)
        set_rate(self._critic_adam, self.recipe.critic_rate * rate)
        return rate

    # --- what is kept of it, see `engine.training.loop.Learner`

    def tensors(self) -> dict[str, torch.Tensor]:
        """Everything that learns, by name: weights, and what Adam remembers of each."""
        networks = {"generator": self.generator, "critic": self.critic, "average": self.average}
        if self.local is not None:
            networks["local"] = self.local
        found = {
            f"{part}/{name}": variable.value.data
            for part, network in networks.items()
            for name, variable in tensors(network).items()
        }
        for part, adam in (("generator", self._generator_adam), ("critic", self._critic_adam)):
            found |= {f"adam/{part}/{name}": value for name, value in memory(adam).items()}
        return found

    def facts(self) -> dict[str, Any]:
        """What else the next step depends on."""
        state = self.rng.bit_generator.state
        return {"penalty_factor": self.penalty_factor, "critic_loss": self.critic_loss, "random": state}

    def restore(self, facts: Mapping[str, Any]) -> None:
        """Go back to what `facts` gave."""
        self.penalty_factor, self.critic_loss = float(facts["penalty_factor"]), float(facts["critic_loss"])
        self.rng.bit_generator.state = facts["random"]

    def set_rates(self, factor: float) -> None:
        """Learn at `factor` times the rates."""
        self._rate_factor = factor
