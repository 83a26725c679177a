"""Engine thread (or the command line): train a generator on latents, against a critic. Keras on torch.

    python -m engine.training.generator --songs DIR --autoencoder DIR --out DIR --minutes 60

What is learned, and how, is in `engine.training.adversaries`; here are the state on disk, the loop and the command.
"""

from __future__ import annotations

import os

os.environ["KERAS_BACKEND"] = "torch"  # before Keras is imported anywhere

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
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
from engine.musika.networks import Generator
from engine.musika.patches import PatchAutoencoder
from engine.musika.spectra import Float
from engine.musika.synthesis import Musika
from engine.training.adversaries import Adversaries, Losses, Recipe, emphasis_of
from engine.training.latents import Windows, encode_recordings, load_latents, save_latents
from engine.training.recordings import find_recordings

STATE_FILE = "state.safetensors"
LOSSES_FILE = "losses.csv"
LATENTS_FILE = "latents.safetensors"
MODEL_FOLDER = "model"

REPORT_STEPS = 50
SAVE_S = 240.0
RUNAWAY_LOSS = 1e4
PREVIEW_S = 12


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


def load_state(path: Path, autoencoder: PatchAutoencoder) -> tuple[Adversaries, float, float]:
    """What `save_state` wrote: the adversaries, the factor of their rates, and for how long they have been trained (s).

    Raises:
        ModelError: missing, damaged, or for latents of another size.
    """
    try:
        file: Any
        with safe_open(path, framework="pt") as file:
            progress = json.loads(file.metadata()["progress"])
            saved = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no mapping)
        recipe = Recipe(**progress["recipe"])
        adversaries = Adversaries(recipe, emphasis_of(autoencoder, recipe.emphasis))
        for name, tensor in adversaries.tensors().items():
            tensor.copy_(saved[name])
        adversaries.step = int(progress["step"])
        adversaries.penalty_factor = float(progress["penalty_factor"])
        adversaries.rng.bit_generator.state = progress["random"]
        adversaries.set_rates(float(progress["rate_factor"]))
        return adversaries, float(progress["rate_factor"]), float(progress["trained_s"])
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as cause:
        raise ModelError(f"The training in {path.parent} cannot be resumed: begin anew in another folder.") from cause


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
        """Begin anew by a recipe, or go on where the state in `folder` stands, by the recipe that it was begun with.

        Raises:
            ModelError: the autoencoder or the state is missing or damaged.
            UsageError: there is a state already, and it shall not be resumed.
        """
        self.folder = folder
        self.autoencoder = autoencoder
        self._loaded = PatchAutoencoder.load(autoencoder)
        self._state = folder / STATE_FILE
        self.rate_factor, self.trained_s = 1.0, 0.0
        if resume:
            self.adversaries, self.rate_factor, self.trained_s = load_state(self._state, self._loaded)
        elif self._state.exists():
            raise UsageError(f"{folder} holds a training already: resume it, or choose another folder.")
        else:
            self.adversaries = Adversaries(recipe, emphasis_of(self._loaded, recipe.emphasis))
            self.save()

    def run(self, windows: Windows, seconds: float) -> Iterator[dict[str, float]]:
        """Train for `seconds`; yields the averages of every REPORT_STEPS steps, and saves now and then and at the end.

        Losses that are not finite or run away: back to the last state, with half the rates.
        """
        began = saved = time.monotonic()
        trained_s, losses = self.trained_s, list[Losses]()
        while time.monotonic() - began < seconds:
            losses.append(self.adversaries.learn(windows.draw(self.adversaries.recipe.batch, self.adversaries.rng)))
            self.trained_s = trained_s + time.monotonic() - began
            if len(losses) < REPORT_STEPS:
                continue
            report, losses = self._report(losses), []
            if not all(abs(report[name]) < RUNAWAY_LOSS for name in ("critic", "generator")):  # true for NaN too
                self._roll_back()
                continue
            self._write(report)
            yield report
            if time.monotonic() - saved > SAVE_S:
                self.save()
                saved = time.monotonic()
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
        self.adversaries, rate_factor, _ = load_state(self._state, self._loaded)
        self.rate_factor = rate_factor / 2
        self.adversaries.set_rates(self.rate_factor)
        self.save()
        step, factor = self.adversaries.step, self.rate_factor
        print(f"The losses ran away: back to step {step}, with {factor:g} of the learning rates.", flush=True)

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
        training = Training(options.out, options.autoencoder, recipe, resume=options.resume)
        windows = Windows(latents, training.adversaries.context, autoencoder.mirror)
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
    steps, batch = training.adversaries.step, training.adversaries.recipe.batch
    return ModelCard(
        name=options.name,
        title=options.title,
        kind="generator",
        description=options.description,
        trained_on=options.trained_on or f"{hours:.2f} hours of recordings",
        trained_for=f"{steps} steps of {batch} windows, {training.trained_s / 60:.0f} minutes",
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
