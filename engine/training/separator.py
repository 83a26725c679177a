"""Engine thread (or the command line): what learns to take a mix apart, from songs whose stems are known.

The network is a `BandSplit`, or an HTDemucs if the recipe's sizes ask for one. What is kept of it is a moving average
of the weights, which is ahead of the weights themselves while the learning rate is high.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from demucs.htdemucs import HTDemucs

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import ModelError
from engine.memory import keep_freed_memory
from engine.models.card import ModelCard, load_card, write_card
from engine.models.weights import read_tensors, write_tensors
from engine.separation.bands import BandSplit
from engine.separation.learning import for_learning
from engine.separation.network import BAND_SPLIT, Network, build_network
from engine.separation.separator import Separator
from engine.training import parallel
from engine.training.adam import follow, memory, set_rate
from engine.training.device import choose_device, has_bfloat16, precision
from engine.training.growth import grown, larger_sizes
from engine.training.muon import Muon
from engine.training.origin import origin_of
from engine.training.songs import Pieces

KIND = "separator"
WEIGHTS_FILE = "weights.safetensors"

BETAS = (0.9, 0.999)
CLIP_NORM = 5.0
LAST_RATE = 0.01
"""The learning rate at the end of the plan, as a part of the highest."""

LEAST_ERROR = 1e-2
"""Error, as a part of the mix's energy, below which there is little to gain any more: 20 dB down."""

PREVIEW_S = 4.0


def _masks_by_bands() -> dict[str, Any]:
    """Sizes for a processor: a BandSplit learns in minutes what a small HTDemucs learns in hours.

    Both are measured in `docs/decisions/0027-masks-by-bands.md`.
    """
    return {
        "network": "band-split",
        "sources": ["drums", "bass", "other", "vocals"],
        "width": 128,
        "layers": 6,
        "heads": 4,
        "nfft": 8192,
        "together": 2,
        "reach": 1,
        "bands": [[32, 3, 1], [12, 8, 1], [8, 24, 1], [6, 72, 1], [4, 205, 4]],
        "segment": 3.0,
    }


@dataclass(frozen=True)
class Recipe:
    """How a separator is trained.

    Attributes:
        sizes: as on a card, see `engine.separation.network`.
        batch: pieces a step.
        piece_s: their length, at most a segment of the network: of shorter ones as much work takes more, which differ.
        mixed: share of the pieces that are put together from stems of different songs.
        learning_rate: Muon's, at its highest; Adam's is a part of it.
        warm_up_steps: over which the learning rate rises to it.
        average: share of the moving average of the weights that stays at each step.
        more_layers, more_reach: added to those of a base, see `engine.training.growth`.
        seed: of the first weights and of every draw.
    """

    sizes: Mapping[str, Any] = field(default_factory=_masks_by_bands)
    batch: int = 6
    piece_s: float = 2.0
    mixed: float = 0.25
    learning_rate: float = 4e-3
    warm_up_steps: int = 50
    average: float = 0.999
    more_layers: int = 0
    more_reach: int = 0
    seed: int = 1

    @property
    def stem_names(self) -> Sequence[str]:
        """The stems, in order."""
        names: Sequence[str] = self.sizes["sources"]
        return names

    @property
    def piece_frames(self) -> int:
        """Length of a training piece, in frames."""
        return int(min(self.piece_s, self.sizes["segment"]) * SAMPLE_RATE_HZ)


class SeparatorLearner:
    """A separator that learns; see `engine.training.loop.Learner`.

    Every step is decided by the recipe's seed, the step's number and the songs.
    """

    def __init__(
        self, songs: Sequence[Path], recipe: Recipe | None = None, base: Path | None = None, device: str = "auto"
    ) -> None:
        """Begin with random weights, or with those of a separator.

        Args:
            songs: folders that hold songs; see `engine.training.songs.Pieces`.
            recipe: how to learn.
            base: model folder of a separator to go on from; its sizes then count instead of the recipe's, made
                larger as that says.
            device: "cpu", "cuda" or "auto".

        Raises:
            AudioFileError: a folder holds no songs, or one that is not as it should be.
            ModelError: the sizes make no network; `base` is no separator, or file and card do not belong together, or
                it cannot be made larger.
            UsageError: the device is not there; the batch cannot be shared by the processes of the training.
        """
        keep_freed_memory()
        recipe = recipe or Recipe()
        parallel.check_batch(recipe.batch)
        torch.manual_seed(recipe.seed)
        self.recipe, network = _gone_on(recipe, base) if base else (recipe, build_network(recipe.sizes))
        self.step, self.trained_s = 0, 0.0
        self._began_with = origin_of(base) if base else ""
        self._source = [str(folder.resolve()) for folder in songs]
        self._pieces = Pieces(songs, self.recipe.stem_names, self.recipe.mixed)
        self._device = choose_device(device)
        self._bfloat16 = has_bfloat16(self._device)
        self.network = network.to(self._device).train()
        self.average = deepcopy(self.network).eval().requires_grad_(requires_grad=False)
        if self._device.type == "cpu" and isinstance(self.network, HTDemucs):
            for_learning(self.network)
        places = [self.network.places] if isinstance(self.network, BandSplit) else []
        self._muon = Muon(self.network.parameters(), recipe.learning_rate, BETAS, places)
        self._rate_factor = 1.0

    @property
    def identity(self) -> Mapping[str, Any]:
        """What is trained, how, and from what."""
        return {"kind": KIND, "recipe": asdict(self.recipe), "source": self._source}

    def learn(self, done: float) -> Mapping[str, float]:
        """One step, `done` (0 to 1) of the way; returns the errors in dB: over all, and of each stem."""
        stems = torch.from_numpy(self._draw(self.step)).to(self._device)
        set_rate(self._muon, self._learning_rate(done))
        with precision(self._device, self._bfloat16):
            estimates = self.network(stems.sum(1))
        errors = errors_db(estimates.float(), stems).mean(0)
        self._muon.zero_grad()
        errors.mean().backward()  # type: ignore[no-untyped-call]
        parallel.average_gradients(self.network.parameters())
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP_NORM)
        self._muon.step()
        follow(list(self.average.parameters()), list(self.network.parameters()), self.recipe.average, self.step)
        self.step += 1
        found = parallel.average(errors).tolist()
        return {"error": sum(found) / len(found), **dict(zip(self.recipe.stem_names, found, strict=True))}

    def tensors(self) -> dict[str, torch.Tensor]:
        """The weights, their average, and what Muon remembers."""
        tensors = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.average.state_dict().items()}
        return tensors | {f"muon.{name}": value for name, value in memory(self._muon).items()}

    def facts(self) -> dict[str, Any]:
        """What the card says of a base; of the rest, the step's number decides what is drawn."""
        return {"began_with": self._began_with}

    def restore(self, facts: Mapping[str, Any]) -> None:
        """Go back to these facts."""
        self._began_with = str(facts.get("began_with", ""))  # states of before cards said it do not say

    def set_rates(self, factor: float) -> None:
        """Learn at `factor` times the recipe's rate."""
        self._rate_factor = factor

    @torch.no_grad()
    def preview(self) -> Wave:
        """A piece of a song as it is mixed, then the stems found in it, one after the other."""
        frames = int(PREVIEW_S * SAMPLE_RATE_HZ)
        piece = self._pieces.piece(frames, np.random.default_rng(self.recipe.seed))
        mix = torch.from_numpy(piece.sum(0)).to(self._device)
        found: torch.Tensor = self.average(mix[None])[0]
        heard = torch.cat([mix[None], found]).permute(0, 2, 1).reshape(-1, 2).cpu().numpy()
        wave: Wave = np.clip(heard, -1, 1)
        return wave

    def export(self, folder: Path) -> ModelCard:
        """Write the averaged weights (float16) and a card as a model folder.

        Raises:
            OutputError: they cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        weights = {name: value.cpu().numpy() for name, value in self.average.state_dict().items()}
        write_tensors(folder / WEIGHTS_FILE, weights)
        card = ModelCard(
            name="separator",
            title="Separator",
            kind=KIND,
            description=f"Takes {', '.join(self.recipe.stem_names)} apart.",
            trained_on=f"{len(self._pieces)} songs in stems, and mixes of stems of different ones of them",
            trained_for=f"{self.step} steps of {self.recipe.batch} pieces of "
            f"{self.recipe.piece_frames / SAMPLE_RATE_HZ:g} s, {self.trained_s / 60:.0f} minutes",
            began_with=self._began_with,
            sizes=dict(self.recipe.sizes),
        )
        return write_card(card, folder)

    def _draw(self, step: int) -> npt.NDArray[np.float32]:
        """This process's share (pieces, stems, 2, frames) of the batch of a step.

        Every piece has random numbers of its own, so that no process need read what is another's.
        """
        numbers = parallel.share(range(self.recipe.batch))
        rngs = [np.random.default_rng((self.recipe.seed, step, number)) for number in numbers]
        return np.stack([self._pieces.piece(self.recipe.piece_frames, rng) for rng in rngs])

    def _learning_rate(self, done: float) -> float:
        """A linear rise, then half a cosine down to LAST_RATE at the end of the plan."""
        rise = min(1.0, (self.step + 1) / self.recipe.warm_up_steps)
        fall = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * done))
        return self.recipe.learning_rate * self._rate_factor * rise * fall


def _gone_on(recipe: Recipe, base: Path) -> tuple[Recipe, Network]:
    """The recipe with the sizes of a separator, made larger as it says, and that network."""
    card = load_card(base)
    if card.kind != KIND:
        raise ModelError(f"{card.name} is a model of the kind {card.kind}: choose a separator to go on from.")
    Separator.load(base)  # sees that file and card belong together, and says what does not
    sizes = card.sizes
    if recipe.more_layers or recipe.more_reach:
        if sizes.get("network") != BAND_SPLIT:
            raise ModelError(f"{card.name} is no separator of bands: only these can be made larger.")
        sizes = larger_sizes(sizes, recipe.more_layers, recipe.more_reach)
    network = build_network(sizes)  # refuses what is too large before its weights are made
    (file,) = (name for name in card.files if name.endswith(".safetensors"))
    weights = read_tensors(base / file)
    if sizes != card.sizes:
        weights = grown(weights, card.sizes, sizes)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return replace(recipe, sizes=sizes), network


def errors_db(estimates: torch.Tensor, stems: torch.Tensor) -> torch.Tensor:
    """The loss of each stem of each piece, (pieces, stems): energy of the error over that of the mix, in dB.

    It is the scale on which separation is scored, and so each piece and stem counts alike, whatever its level. The mean
    absolute error, as in demucs's own training, rewards silence as long as the network is unsure.

    Args:
        estimates: what the network made of the sum of the stems, (pieces, stems, 2, frames).
        stems: what it should have made, of the same shape.
    """
    error = (estimates - stems).square().mean((2, 3))
    mix = stems.sum(1).square().mean((1, 2))[:, None] + 1e-8  # -80 dB: pieces of silence count nothing
    return 10 * torch.log10(error / mix + LEAST_ERROR)
