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
from safetensors import SafetensorError, safe_open
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
CERTAIN = 0.8
"""Above this certainty of the critic its penalty grows, below it shrinks."""

RUNAWAY_LOSS = 1e4
SEVEREST = 1000.0
"""The penalty's factor stays below this and above one over this."""

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
        (weight * penalty).backward()
        return penalty.item()

    def _generator_gradient(self, fake: torch.Tensor) -> float:
        self.critic.requires_grad_(False)
        with self._precision():
            loss = -self.critic(fake).float().mean()
        loss.backward()  # type: ignore[no-untyped-call]
        self.critic.requires_grad_(True)
        return loss.item()

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


# --- what lies on disk ---------------------------------------------------------------------------------------------


def save_state(adversaries: Adversaries, path: Path, *, rate_factor: float, trained_s: float) -> None:
    """Write everything that the next step depends on; a partial file never bears the name `path`.

    Raises:
        OutputError: it cannot be written.
    """
    progress = {
        "recipe": asdict(adversaries.recipe),
        "step": adversaries.step,
        "penalty_factor": adversaries.penalty_factor,
        "random": adversaries.rng.bit_generator.state,
        "rate_factor": rate_factor,
        "trained_s": trained_s,
    }
    with replaced_on_success(path) as partial:
        save_file(adversaries.tensors(), partial, {"progress": json.dumps(progress)})


def load_state(path: Path, emphasis: Float) -> tuple[Adversaries, float, float]:
    """What `save_state` wrote: the adversaries, the factor of their rates, and for how long they have been trained (s).

    Raises:
        ModelError: missing, damaged, or for latents of another size.
    """
    try:
        file: Any
        with safe_open(path, framework="pt") as file:
            progress = json.loads(file.metadata()["progress"])
            saved = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no mapping)
        adversaries = Adversaries(Recipe(**progress["recipe"]), emphasis)
        for name, tensor in adversaries.tensors().items():
            tensor.copy_(saved[name])
        adversaries.step = int(progress["step"])
        adversaries.penalty_factor = float(progress["penalty_factor"])
        adversaries.rng.bit_generator.state = progress["random"]
        adversaries.set_rates(float(progress["rate_factor"]))
        return adversaries, float(progress["rate_factor"]), float(progress["trained_s"])
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as cause:
        raise ModelError(f"The training in {path.parent} cannot be resumed: begin it anew in another folder.") from cause


def write_model(folder: Path, generator: Generator, autoencoder: Path, card: ModelCard) -> ModelCard:
    """Write a model folder: the weights, a preview and the card.

    Args:
        folder: to write into.
        generator: with the weights to keep.
        autoencoder: folder of the autoencoder whose latents it makes.
        card: without its files, needs and sizes.

    Raises:
        OutputError: it cannot be written.
    """
    save_generator(generator, folder / GENERATOR_FILE)
    musika = Musika(generator, PatchAutoencoder.load(autoencoder))
    blocks = list(musika.stream(PREVIEW_S * SAMPLE_RATE_HZ, seed=1))
    with replaced_on_success(folder / "preview.ogg") as partial:
        soundfile.write(partial, np.concatenate(blocks), SAMPLE_RATE_HZ, format="OGG", subtype="VORBIS")
    sizes = {"context": generator.config.context, **asdict(generator.config)}
    return write_card(replace(card, kind="generator", sizes=sizes, needs=(load_card(autoencoder).name,)), folder)


# --- the training -----------------------------------------------------------------------------------------------------


class Training:
    """A training in a folder: its state, its losses, and the model that comes of it."""

    def __init__(self, folder: Path, autoencoder: Path, recipe: Recipe, *, resume: bool) -> None:
        """Begin anew, or go on where the state in `folder` stands.

        Raises:
            ModelError: the autoencoder or the state is missing or damaged.
            UsageError: there is a state already, and it shall not be resumed.
        """
        self.folder = folder
        self.autoencoder = autoencoder
        self._emphasis = emphasis_of(PatchAutoencoder.load(autoencoder), recipe.emphasis)
        self._state = folder / STATE_FILE
        self.rate_factor, self.trained_s = 1.0, 0.0
        if resume:
            self.adversaries, self.rate_factor, self.trained_s = load_state(self._state, self._emphasis)
        elif self._state.exists():
            raise UsageError(f"{folder} holds a training already: resume it, or choose another folder.")
        else:
            self.adversaries = Adversaries(recipe, self._emphasis)
            self.save()

    def run(self, windows: Windows, seconds: float) -> Iterator[dict[str, float]]:
        """Train for `seconds`; yields the averages of every REPORT_STEPS steps, and saves now and then and at the end.

        Losses that are not finite or run away: back to the last state, with half the rates.
        """
        began = saved = last = time.monotonic()
        losses: list[Losses] = []
        while time.monotonic() - began < seconds:
            losses.append(self.adversaries.learn(windows.draw(self.adversaries.recipe.batch, self.adversaries.rng)))
            if len(losses) < REPORT_STEPS:
                continue
            now = time.monotonic()
            self.trained_s += now - last
            last = now
            report = self._report(losses)
            losses = []
            if not all(abs(report[name]) < RUNAWAY_LOSS for name in ("critic", "generator")):  # true for NaN too
                self._roll_back()
                continue
            self._write(report)
            yield report
            if now - saved > SAVE_S:
                self.save()
                saved = now
        self.save()

    def save(self) -> None:
        """Write the state.

        Raises:
            OutputError: it cannot be written.
        """
        save_state(self.adversaries, self._state, rate_factor=self.rate_factor, trained_s=self.trained_s)

    def export(self, card: ModelCard) -> ModelCard:
        """Write the model that stands now into the training's folder, see `write_model`."""
        return write_model(self.folder / MODEL_FOLDER, self.adversaries.average, self.autoencoder, card)

    def _roll_back(self) -> None:
        self.adversaries, rate_factor, _ = load_state(self._state, self._emphasis)
        self.rate_factor = rate_factor / 2
        self.adversaries.set_rates(self.rate_factor)
        self.save()
        print(f"The losses ran away: back to step {self.adversaries.step} at {self.rate_factor:g} of the learning rates.")

    def _report(self, losses: Sequence[Losses]) -> dict[str, float]:
        means = {name: float(np.nanmean([getattr(x, name) for x in losses])) for name in asdict(losses[0])}
        state = {"step": self.adversaries.step, "seconds": self.trained_s}
        return {**state, **means, "penalty_factor": self.adversaries.penalty_factor}

    def _write(self, report: dict[str, float]) -> None:
        path = self.folder / LOSSES_FILE
        new = not path.exists()
        with path.open("a", newline="", encoding="utf8") as file:
            writer = csv.DictWriter(file, list(report))
            if new:
                writer.writeheader()
            writer.writerow({name: round(value, 5) for name, value in report.items()})


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    recipe = Recipe(**{name: getattr(options, name) for name in asdict(Recipe())})
    try:
        autoencoder = PatchAutoencoder.load(options.autoencoder)
        latents = load_latents(options.latents) if options.latents else _encode(options, autoencoder)
        windows = Windows(latents, GeneratorConfig(small=recipe.small).context, autoencoder.mirror)
        training = Training(options.out, options.autoencoder, recipe, resume=options.resume)
        for report in training.run(windows, options.minutes * 60):
            print(" ".join(f"{name} {value:.4g}" for name, value in report.items()), flush=True)
        hours = windows.steps * autoencoder.frames_per_latent / SAMPLE_RATE_HZ / 3600
        training.export(_card(options, training, hours))
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _encode(options: argparse.Namespace, autoencoder: PatchAutoencoder) -> dict[str, Float]:
    """Encode the recordings, and keep the latents in the training's folder."""
    latents = encode_recordings(find_recordings(options.songs), options.songs, autoencoder)
    save_latents(options.out / LATENTS_FILE, latents)
    return latents


def _card(options: argparse.Namespace, training: Training, hours: float) -> ModelCard:
    recipe = training.adversaries.recipe
    return ModelCard(
        name=options.name,
        title=options.title,
        kind="generator",
        description=options.description,
        trained_on=options.trained_on or f"{hours:.2f} hours of recordings",
        trained_for=f"{training.adversaries.step} steps of {recipe.batch} windows, {training.trained_s / 60:.0f} minutes",
        licence=options.licence,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine.training.generator", description="Train a generator.")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--songs", type=Path, help="folder of recordings")
    source.add_argument("--latents", type=Path, help="latents that an earlier training left in its folder")
    parser.add_argument("--autoencoder", type=Path, required=True, help="model folder of the autoencoder")
    parser.add_argument("--out", type=Path, required=True, help="folder of the training; the model comes to lie in it")
    parser.add_argument("--minutes", type=float, required=True, help="how long to train")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="processor cores to use")
    parser.add_argument("--resume", action="store_true", help="go on with the training in --out")
    parser.add_argument("--name", default="generator", help="what the model is called")
    parser.add_argument("--title", default="Generator", help="what it is called in the window")
    parser.add_argument("--description", default="", help="what it is, in a sentence")
    parser.add_argument("--trained-on", default="", help="what the recordings are, in words")
    parser.add_argument("--licence", default="", help="licence of the model")
    for name, value in asdict(Recipe()).items():
        kind = argparse.BooleanOptionalAction if isinstance(value, bool) else None
        option = f"--{name.replace('_', '-')}"
        if kind:
            parser.add_argument(option, action=kind, default=value)
        else:
            parser.add_argument(option, type=type(value), default=value)
    return parser


if __name__ == "__main__":
    sys.exit(main())
