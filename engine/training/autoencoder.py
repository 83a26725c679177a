"""Engine thread (or the command line): what learns to encode sound and to decode it: an autoencoder of our own.

The principal components are fitted first, and stay: so latents keep their meaning, and generators that were trained on
them their use, while the decoder gets better. How it does is in `engine.training.refining`; here is what it learns
from, what it begins with, and what comes of it.
"""

from __future__ import annotations

from engine.training import device as devices  # decides what Keras runs on, before anything imports it

# isort: split
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import UsageError
from engine.memory import keep_freed_memory
from engine.models.card import ModelCard, write_card
from engine.musika.lapping import cut_patches, with_edges
from engine.musika.patches import PatchAutoencoder, PatchConfig, levels_of
from engine.musika.refined import RefinedAutoencoder, refined_sizes
from engine.musika.spectra import OVERLAP, Float, stft
from engine.musika.synthesis import load_autoencoder
from engine.training import parallel
from engine.training.collection import Collection
from engine.training.components import fit_components
from engine.training.excerpts import Excerpts
from engine.training.origin import origin_of
from engine.training.refining import EDGE, Pieces, Recipe, Refining
from engine.training.spectral import SIZES

__all__ = ["KIND", "AutoencoderLearner", "Recipe"]

KIND = "autoencoder"
COMPONENT_SIZES = ("hop", "patch_frames", "floor_db", "mid", "side", "lap")
"""What a recipe says of the components."""

REFINED = "networks refine the spectra and find their phases"
PLAIN = "noise where spectra are flat; phases by following spectral peaks, then a few rounds of Griffin-Lim"

PREVIEW_S = 10
QUIETEST_GAIN_DB = -12.0
"""Excerpts are played at a gain between this and 0 dB."""


class AutoencoderLearner:
    """An autoencoder that learns; see `engine.training.loop.Learner`."""

    def __init__(
        self, collection: Path, recipe: Recipe | None = None, base: Path | None = None, device: str = "auto"
    ) -> None:
        """Begin anew, or with the components and networks of an autoencoder.

        Args:
            collection: folder of a prepared collection.
            recipe: how to learn.
            base: folder of an autoencoder of our own to go on from; its sizes count instead of the recipe's.
            device: "cpu", "cuda" or "auto".

        Raises:
            ModelError: the base is damaged, or the recipe's sizes make no sense.
            UsageError: the collection or the device is not there, the base is a published autoencoder, excerpts are too
                short, or the processes of the training cannot share the batch.
            RuntimeError: Keras was imported before and runs on something else than torch.
        """
        devices.require_torch()
        keep_freed_memory()
        self._device = devices.choose_device(device)
        self._collection = Collection.open(collection)
        self._excerpts = Excerpts(self._collection)
        self._source = {"collection": str(collection.resolve())}
        self.step, self.trained_s = 0, 0.0
        with devices.computing_on(self._device):
            begun = _base(base) if base else None
        self.recipe = _recipe_of(begun, recipe or Recipe())
        sizes = {name: getattr(self.recipe, name) for name in COMPONENT_SIZES}
        self.config = PatchConfig(fft=OVERLAP * self.recipe.hop, measured=True, **sizes)
        _check(self.recipe)
        networks = begun.refinement if isinstance(begun, RefinedAutoencoder) else None
        self._refining = Refining(self.config, self.recipe, networks, self._device)
        self._components = {name: torch.zeros(shape) for name, shape in self.config.shapes.items()}
        self._linear: PatchAutoencoder | None = None  # until the components are fitted
        self._begun = begun is not None
        self._began_with = origin_of(base) if base else ""
        if begun:
            self._take_components(begun)
            if begun.config.measured:
                self._linear = self._of_components()

    @property
    def identity(self) -> Mapping[str, Any]:
        """What is trained, how, and from what; recordings may be added to the collection."""
        return {"kind": KIND, "recipe": asdict(self.recipe), "source": self._source}

    def learn(self, done: float) -> Mapping[str, float]:
        """One step; the first one fits the components, or measures their bins, before that, which takes a minute."""
        linear = self._linear or self._fit()
        losses: Mapping[str, float] = {}
        if self.recipe.refine:
            losses = self._refining.learn(self._draw(linear), self.step, done)
        self.step += 1
        return losses

    def _fit(self) -> PatchAutoencoder:
        """Fit the components, in one process for all."""
        if parallel.rank() == 0:
            begun = self._of_components() if self._begun else None
            self._take_components(fit_components(self._excerpts, self.config, begun))
        parallel.same_tensors(self._components)
        self._linear = self._of_components()
        return self._linear

    def _take_components(self, autoencoder: PatchAutoencoder) -> None:
        for name in self._components.keys() & autoencoder.tensors.keys():
            self._components[name].copy_(torch.from_numpy(autoencoder.tensors[name]))

    def _of_components(self) -> PatchAutoencoder:
        return PatchAutoencoder(self.config, {name: tensor.numpy().copy() for name, tensor in self._components.items()})

    def _draw(self, autoencoder: PatchAutoencoder) -> Pieces:
        """This process's share of the excerpts of a step, which the seed and the step's number decide."""
        config, recipe = self.config, self.recipe
        rng = np.random.default_rng((recipe.seed, self.step))
        frames = recipe.latents * config.frames_per_latent + config.fft - config.hop
        gains = 10 ** (rng.uniform(QUIETEST_GAIN_DB, 0, (recipe.batch, 1)) / 20)
        mids = self._excerpts.draw(recipe.batch, frames, rng).mean(axis=2) * gains.astype(np.float32)
        spectra = stft(parallel.share(mids), config.hop)
        heard: Float = np.abs(spectra)
        levels = levels_of(heard / np.float32(config.hop), config)
        return Pieces(spectra, np.stack([_decoded(autoencoder, each) for each in levels]))

    def tensors(self) -> dict[str, torch.Tensor]:
        """Components, networks, and all that they learn with."""
        components = {f"components/{name}": tensor for name, tensor in self._components.items()}
        return components | self._refining.tensors()

    def facts(self) -> dict[str, Any]:
        """Whether the components are another's and whose, and whether they are fitted and their bins measured."""
        return {"begun": self._begun, "began_with": self._began_with, "fitted": self._linear is not None}

    def restore(self, facts: Mapping[str, Any]) -> None:
        """Go back to these facts."""
        self._begun = facts.get("begun", False)  # states of before bins were measured do not say
        self._began_with = str(facts.get("began_with", ""))
        self._linear = self._of_components() if facts["fitted"] else None

    def set_rates(self, factor: float) -> None:
        """Learn at `factor` times the recipe's rates."""
        self._refining.set_rates(factor)

    def autoencoder(self) -> PatchAutoencoder:
        """The autoencoder that stands now: components, and the moving average of the networks.

        Raises:
            UsageError: the components are not fitted yet.
        """
        if self._linear is None:
            raise UsageError("The components have not been fitted yet: let the training do its first step.")
        if not self.recipe.refine:
            return self._linear
        return RefinedAutoencoder(self.config, self._linear.tensors, self._refining.average)

    def preview(self) -> Wave | None:
        """An excerpt from the middle of the collection after its way through the autoencoder."""
        if self._linear is None:
            return None
        wave = self._excerpts.read(self._excerpts.frames // 2, PREVIEW_S * SAMPLE_RATE_HZ)
        with devices.computing_on(self._device):
            autoencoder = self.autoencoder()
            decoder = autoencoder.decoder()
            decoded = np.concatenate([decoder.push(autoencoder.encode(wave)), decoder.flush()])
        return decoded[: len(wave)]

    def export(self, folder: Path) -> ModelCard:
        """Write the weights (float16) and the card as a model folder.

        Raises:
            UsageError: the components are not fitted yet.
            OutputError: the folder cannot be written.
        """
        recipe, refined = self.recipe, self.recipe.refine
        self.autoencoder().save(folder)
        learned = f", then {self.step} steps of {recipe.batch} excerpts, {self.trained_s / 60:.0f} minutes"
        card = ModelCard(
            name=KIND,
            title="Autoencoder",
            kind=KIND,
            description=f"{recipe.mid} principal components of spectrogram patches and {recipe.side} of the stereo "
            f"balance for every {self.config.frames_per_latent} samples; {REFINED if refined else PLAIN}.",
            trained_on=f"{self._collection.hours:.2f} hours of {len(self._collection.recordings)} recordings",
            trained_for=f"one fit{learned if refined else ''}",
            began_with=self._began_with,
            sizes=refined_sizes(self.config, recipe.width) if refined else self.config.sizes,
        )
        return write_card(card, folder)


def _decoded(autoencoder: PatchAutoencoder, levels: Float) -> Float:
    """Levels (m · patch_frames, bins) of an excerpt → its magnitudes as the components decode them."""
    config = autoencoder.config
    reaching = with_edges(levels, config.reach_frames, config.reach_frames)
    return autoencoder.magnitudes(autoencoder.mid_latents(cut_patches(reaching, config.patch_frames, config.lap)))


def _base(folder: Path) -> PatchAutoencoder:
    """The autoencoder to go on from."""
    autoencoder = load_autoencoder(folder)
    if not isinstance(autoencoder, PatchAutoencoder):
        raise UsageError(f"{folder} holds a published autoencoder, which cannot be trained: choose one of our own.")
    return autoencoder


def _recipe_of(base: PatchAutoencoder | None, recipe: Recipe) -> Recipe:
    """The recipe with the sizes of a base."""
    if base is None:
        return recipe
    recipe = replace(recipe, **{name: getattr(base.config, name) for name in COMPONENT_SIZES})
    return replace(recipe, width=base.refinement.config.width) if isinstance(base, RefinedAutoencoder) else recipe


def _check(recipe: Recipe) -> None:
    """See that a batch can be shared, and that excerpts are long enough for what they are compared by."""
    parallel.check_batch(recipe.batch)
    frames = recipe.latents * recipe.patch_frames - 2 * EDGE - OVERLAP + 1
    if frames * recipe.hop <= max(SIZES):
        raise UsageError(f"Excerpts of {recipe.latents} latents are too short to compare: choose more in the recipe.")
