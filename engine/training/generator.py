"""Engine thread (or the command line): what learns to make latents like those of recordings: a generator.

How it learns is in `engine.training.adversaries`; here is what it learns from, what it begins with, and what comes of
it.
"""

from __future__ import annotations

from engine.training import device as devices  # decides what Keras runs on, before anything imports it

# isort: split
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import ModelError
from engine.memory import keep_freed_memory
from engine.models.card import CARD_FILE, ModelCard, load_card, write_card
from engine.models.preview import PREVIEW_FILE, PREVIEW_FRAMES, PREVIEW_SEED, write_sound
from engine.models.weights import Tensors, read_tensors
from engine.musika import published
from engine.musika.checkpoint import GENERATOR_FILE, load_generator, save_generator
from engine.musika.journey import Journey
from engine.musika.layers import values
from engine.musika.networks import Generator, GeneratorConfig
from engine.musika.synthesis import PHRASE_LATENTS, Musika, load_autoencoder
from engine.training import parallel
from engine.training.adversaries import QUICK, Adversaries, Recipe, emphasis_of
from engine.training.calibration import musika_of
from engine.training.latents import Latents, Windows, identity
from engine.training.logbook import STATE_FILE, read_training
from engine.training.origin import origin_of
from engine.training.state import read_facts

__all__ = ["KIND", "QUICK", "GeneratorLearner", "Recipe"]

KIND = "generator"


@dataclass(frozen=True)
class Base:
    """What a generator may begin with.

    Attributes:
        path: the file that it comes from.
        autoencoder: name of the autoencoder whose latents it makes; None where nobody says.
        generator: its weights by name.
        critic: those of the critic that it learned from; None where it came without.
        local: likewise of the local critic.
        penalty_factor: of the critic's penalty at the end of its training; None where it came without.
    """

    path: Path
    autoencoder: str | None
    generator: Tensors
    critic: Tensors | None = None
    local: Tensors | None = None
    penalty_factor: float | None = None

    @property
    def config(self) -> GeneratorConfig:
        """The sizes of its networks."""
        return GeneratorConfig.from_shapes({name: tensor.shape for name, tensor in self.generator.items()})


def read_base(folder: Path) -> Base:
    """The generator in a model folder, in a published Musika folder, or in the folder of a training.

    A training's folder gives its averaged weights, and its critics with their penalty too.

    Raises:
        ModelError: there is no generator, or a file is damaged.
    """
    if (folder / STATE_FILE).is_file():
        return _base_of_training(folder)
    if (folder / published.GENERATOR_FILE).is_file():
        path = folder / published.GENERATOR_FILE
        return Base(path, None, values(published.read_generator(path)))
    card = load_card(folder)
    if card.kind != KIND:
        raise ModelError(f"{card.name} is a model of the kind {card.kind}: choose a generator to begin with.")
    path = folder / GENERATOR_FILE
    return Base(path, card.needs[0] if card.needs else None, values(load_generator(path)))


def _base_of_training(folder: Path) -> Base:
    begun = read_training(folder)
    if begun["kind"] != KIND:
        raise ModelError(f"{folder} holds the training of a model of the kind {begun['kind']}: choose a generator's.")
    path = folder / STATE_FILE
    saved = read_tensors(path)

    def part(prefix: str) -> Tensors:
        return {name.removeprefix(prefix): tensor for name, tensor in saved.items() if name.startswith(prefix)}

    factor = read_facts(path).get("learner", {}).get("penalty_factor")
    critics = part("critic/"), part("local/") or None
    return Base(path, begun["source"]["autoencoder"], part("average/"), *critics, factor)


def _name_of(autoencoder: Path) -> str:
    """The name by which a generator's card calls an autoencoder; a published folder has none but its own."""
    if (autoencoder / CARD_FILE).is_file():
        return load_card(autoencoder).name
    return re.sub("[^a-z0-9]+", "-", autoencoder.resolve().name.lower()).strip("-") or "autoencoder"


class GeneratorLearner:
    """A generator that learns; see `engine.training.loop.Learner`."""

    def __init__(
        self, latents: Latents, recipe: Recipe | None = None, base: Path | None = None, device: str = "auto"
    ) -> None:
        """Begin with random weights, or with those of a generator.

        Args:
            latents: to learn from, those of published autoencoders included.
            recipe: how to learn.
            base: folder of a generator to go on from, see `read_base`; its sizes count instead of the recipe's. If it
                comes without a critic, a new one learns alone for `recipe.warm_up` steps.
            device: "cpu", "cuda" or "auto".

        Raises:
            ModelError: the autoencoder or the base is damaged, or they do not belong together.
            UsageError: no recording is as long as a window; the device is not there; or the processes of the training
                cannot share the batch.
            RuntimeError: Keras was imported before and runs on something else than torch.
        """
        keep_freed_memory()
        recipe = recipe or Recipe()
        parallel.check_batch(recipe.batch)
        self.step, self.trained_s = 0, 0.0
        self._latents = latents
        self._source: dict[str, Any] = {
            "autoencoder": _name_of(latents.autoencoder),
            "sha256": identity(latents.autoencoder)["sha256"],
            "latent_size": latents.latent_size,
        }
        self._device = devices.choose_device(device)
        begun = read_base(base) if base else None
        if begun:
            self._check_base(begun)
            recipe = replace(recipe, base_channels=begun.config.base_channels, small=begun.config.small)
        self.recipe = recipe
        self._began_with = origin_of(base) if base else ""
        self._alone = recipe.warm_up if begun and begun.critic is None else 0  # steps of the critic by itself
        with devices.computing_on(self._device):
            self._autoencoder = load_autoencoder(latents.autoencoder)
        config = GeneratorConfig(recipe.base_channels, latents.latent_size, recipe.small)
        emphasis = emphasis_of(self._autoencoder, recipe.emphasis)
        self.adversaries = Adversaries(config, recipe, emphasis, self._device)
        if begun:
            self.adversaries.begin_with(begun.path, begun.generator, begun.critic, begun.local)
            if begun.penalty_factor is not None:  # or the critic would be too sharp for hundreds of steps
                self.adversaries.penalty_factor = begun.penalty_factor
        self._windows = Windows(latents, config.context, self._autoencoder.mirrored)

    def _check_base(self, base: Base) -> None:
        wanted, ours = base.autoencoder, self._source["autoencoder"]
        if base.config.latent_size != self._latents.latent_size:
            raise ModelError(
                f"{base.path} makes {base.config.latent_size} values a step, and these latents have "
                f"{self._latents.latent_size}: encode the recordings with the autoencoder of the base."
            )
        if wanted is not None and wanted != ours:
            raise ModelError(f"{base.path} makes latents of {wanted}, and these are of {ours}: encode with {wanted}.")

    @property
    def identity(self) -> Mapping[str, Any]:
        """What is trained, how, and for which autoencoder; recordings may be added to the latents."""
        return {"kind": KIND, "recipe": asdict(self.recipe), "source": self._source}

    def learn(self, done: float) -> Mapping[str, float]:
        """One step; see `engine.training.adversaries.Adversaries.learn`."""
        windows = self._windows.draw(self.recipe.batch, self.adversaries.rng)
        losses = self.adversaries.learn(windows, self.step, alone=self.step < self._alone)
        self.step += 1
        return losses

    def tensors(self) -> dict[str, Any]:
        """Everything that learns."""
        return self.adversaries.tensors()

    def facts(self) -> dict[str, Any]:
        """What else the next step depends on."""
        return {"alone": self._alone, "began_with": self._began_with, **self.adversaries.facts()}

    def restore(self, facts: Mapping[str, Any]) -> None:
        """Go back to what `facts` gave."""
        self._alone = int(facts["alone"])
        self._began_with = str(facts.get("began_with", ""))  # states of before cards said it do not say
        self.adversaries.restore(facts)

    def set_rates(self, factor: float) -> None:
        """Learn at `factor` times the recipe's rates."""
        self.adversaries.set_rates(factor)

    @property
    def generator(self) -> Generator:
        """The generator that stands now: the moving average."""
        return self.adversaries.average

    def finished(self) -> Musika:
        """What leaves the training: calibrated, see `engine.training.calibration`."""
        with devices.computing_on(self._device):
            return musika_of(self.generator, self._autoencoder, self._latents)

    def preview(self) -> Wave:
        """The beginning of always the same take, as it sounds now."""
        return self._sound_of(self.finished())

    def _sound_of(self, musika: Musika) -> Wave:
        with devices.computing_on(self._device):
            return np.concatenate(list(musika.stream(Journey.from_seed(PREVIEW_SEED), PREVIEW_FRAMES)))

    def export(self, folder: Path) -> ModelCard:
        """Write the weights (float16), a preview and the card as a model folder.

        Raises:
            OutputError: they cannot be written.
        """
        musika = self.finished()
        config = musika.generator.config
        window_s = config.context * self._latents.frames_per_latent / SAMPLE_RATE_HZ
        phrases = {} if musika.phrase_latents is None else {PHRASE_LATENTS: musika.phrase_latents}
        save_generator(musika.generator, folder / GENERATOR_FILE)
        write_sound(folder / PREVIEW_FILE, self._sound_of(musika))
        card = ModelCard(
            name="generator",
            title="Generator",
            kind=KIND,
            description=f"Learned music in windows of {window_s:.0f} s.",
            trained_on=f"{self._latents.hours:.2f} hours of {len(self._latents.recordings)} recordings",
            learned_s=round(3600 * self._latents.hours, 1),
            context_s=round(window_s, 2),
            trained_for=f"{self.step} steps of {self.recipe.batch} windows, {self.trained_s / 60:.0f} minutes",
            began_with=self._began_with,
            needs=(self._source["autoencoder"],),
            sizes={"context": config.context, **asdict(config), **phrases},
        )
        return write_card(card, folder)
