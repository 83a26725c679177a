"""Engine thread (or the command line): how networks learn what principal components miss. Keras on torch.

They learn from short excerpts, as they were and as the components decode them: the slopes of the phase directly, and
finishing by what is heard after the inverse transform: a multi-resolution spectral distance, the slopes again, and at
last a critic of spectrograms. Each joins when a part of the plan is done, because it learns on what the one before
gives.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from engine.musika.patches import PatchConfig, levels_of
from engine.musika.refined import NEIGHBOURS, refinement_config
from engine.musika.refinement import FINISH_REACH, SLOPES_REACH, Refinement, build_refinement
from engine.musika.slopes import PhaseIntegration, centring, nearest, slopes_of
from engine.musika.spectra import Complex, Float
from engine.training import device as devices
from engine.training import parallel
from engine.training.adam import follow, make_adam, memory, set_rate
from engine.training.spectral import (
    SpectrogramCritic,
    critic_loss,
    feature_distance,
    inverse,
    spectral_distance,
    weighted_mean,
)

LARGEST_NORM = 1.0
"""Gradients longer than this are shortened to it."""

LAST_RATE = 0.02
"""The learning rate at the end of the plan, as a part of the highest."""

EDGE = SLOPES_REACH + NEIGHBOURS + FINISH_REACH
"""Frames at each end of an excerpt that are only looked at."""

Losses = dict[str, torch.Tensor]
Slopes = Sequence[torch.Tensor]
"""Real and imaginary parts of the slopes in time, then of those in frequency."""


@dataclass(frozen=True)
class Recipe:
    """How an autoencoder is learned.

    Attributes:
        hop: samples from one spectrogram frame to the next; a frame has four times as many.
        patch_frames: frames a latent step.
        floor_db: where levels end.
        mid: values a latent step for the mid signal.
        side: values a latent step for what lies where between left and right.
        lap: frames that a patch shares with each of its neighbours.
        refine: whether networks refine what the components decode; without, the first step is all there is to do.
        width: channels of the networks.
        batch: excerpts a step.
        latents: steps of an excerpt.
        rate: of Adam for the networks; it falls to nearly nothing towards the end of the plan.
        warm_up_steps: in which it rises.
        finish_from: part of the plan after which finishing is learned.
        critic_from: part of the plan after which the critic takes part.
        critic_width: channels of its first layers.
        critic_rate: of its Adam.
        adversarial: weight of the critic's verdict beside the spectral distance.
        features: weight of what its layers see.
        average: the share of the old that the moving average keeps at each step.
        bfloat16: compute in bfloat16 on a GPU that does so itself; networks so small gain nothing on a CPU.
        seed: of everything random.
    """

    hop: int = PatchConfig.hop
    patch_frames: int = PatchConfig.patch_frames
    floor_db: float = PatchConfig.floor_db
    mid: int = PatchConfig.mid
    side: int = PatchConfig.side
    lap: int = PatchConfig.lap
    refine: bool = True
    width: int = 48
    batch: int = 8
    latents: int = 10
    rate: float = 2e-3
    warm_up_steps: int = 50
    finish_from: float = 0.25
    critic_from: float = 0.6
    critic_width: int = 16
    critic_rate: float = 5e-4
    adversarial: float = 0.1
    features: float = 0.5
    average: float = 0.995
    bfloat16: bool = True
    seed: int = 0


@dataclass(frozen=True)
class Pieces:
    """Excerpts as spectra of their mid signals.

    Attributes:
        spectra: (batch, frames, bins), as they were.
        magnitudes: of the same shape, as the components decode them.
    """

    spectra: Complex
    magnitudes: Float


class Refining:
    """Networks that learn, their moving average, and the critic that they learn against."""

    def __init__(
        self, config: PatchConfig, recipe: Recipe, base: Refinement | None, device: torch.device | None = None
    ) -> None:
        """Begin with networks that change nothing yet, or with those of a base of the recipe's width."""
        self.config, self.recipe = config, recipe
        self._device = device or torch.device("cpu")
        self._bfloat16 = recipe.bfloat16 and self._device.type == "cuda" and devices.has_bfloat16(self._device)
        random.seed(recipe.seed)  # Keras draws the seeds of its layers from it; its own way would load TensorFlow
        torch.manual_seed(recipe.seed)
        sizes = refinement_config(config, recipe.width)
        with devices.computing_on(self._device):
            self.network, self.average = build_refinement(sizes), build_refinement(sizes)
        with torch.no_grad():
            for network in (self.network, self.average):
                for kept, new in zip(network.parameters(), (base or self.network).parameters(), strict=True):
                    kept.copy_(new)
        self.critic = SpectrogramCritic(recipe.critic_width).to(self._device)
        self._adam = make_adam(self.network.parameters(), recipe.rate, (0.9, 0.99))
        self._critic_adam = make_adam(self.critic.parameters(), recipe.critic_rate, (0.5, 0.99))
        self._factor = 1.0

    def tensors(self) -> dict[str, torch.Tensor]:
        """Everything that learns, by name: networks, their average, the critic, and what Adam remembers."""
        found: dict[str, torch.Tensor] = {}
        for part, network in (("network", self.network), ("average", self.average)):
            found |= {f"{part}/{number}": parameter.data for number, parameter in enumerate(network.parameters())}
        found |= {f"critic/{name}": tensor for name, tensor in self.critic.state_dict().items()}
        for part, adam in (("network", self._adam), ("critic", self._critic_adam)):
            found |= {f"{part} adam/{name}": tensor for name, tensor in memory(adam).items()}
        return found

    def set_rates(self, factor: float) -> None:
        """Learn at `factor` times the recipe's rates."""
        self._factor = factor

    def learn(self, pieces: Pieces, step: int, done: float) -> Mapping[str, float]:
        """Do step number `step` from this process's share of excerpts, `done` (0 to 1) of the plan being behind."""
        self._set_rates(step, done)
        with devices.computing_on(self._device):
            losses, total = self._losses(pieces, done)
        self._adam.zero_grad(set_to_none=False)  # so that what does not learn yet has a gradient too
        total.backward()  # type: ignore[no-untyped-call]
        parameters = list(self.network.parameters())
        parallel.average_gradients(parameters)
        torch.nn.utils.clip_grad_norm_(parameters, LARGEST_NORM)
        self._adam.step()
        follow(list(self.average.parameters()), parameters, self.recipe.average, step)
        return {name: parallel.average(value).item() for name, value in losses.items()}

    def _set_rates(self, step: int, done: float) -> None:
        """A linear rise, then half a cosine down to LAST_RATE at the end of the plan; the critic's stays."""
        rise = min(1.0, (step + 1) / self.recipe.warm_up_steps)
        fall = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * done))
        set_rate(self._adam, self.recipe.rate * self._factor * rise * fall)
        set_rate(self._critic_adam, self.recipe.critic_rate * self._factor)

    def _losses(self, pieces: Pieces, done: float) -> tuple[Losses, torch.Tensor]:
        """Each loss by name, and what is to be made small."""
        recipe = self.recipe
        slopes = self._slopes(pieces)
        losses = {"slopes": self._slopes_loss(slopes, pieces.spectra)}
        total = losses["slopes"]
        if done >= recipe.finish_from:
            real, imaginary = self._finished(pieces, slopes)
            wanted = self._complex(pieces.spectra[:, EDGE:-EDGE])
            sounds = inverse(torch.complex(real, imaginary), self.config.hop)
            songs = inverse(wanted, self.config.hop)
            losses["spectral"] = spectral_distance(sounds, songs)
            losses["turns"] = turns(torch.complex(real, imaginary), wanted)
            total = total + losses["spectral"] + losses["turns"]
            if done >= recipe.critic_from:
                losses |= self._judged(sounds, songs)
                total = total + recipe.adversarial * losses["adversarial"] + recipe.features * losses["features"]
        return losses, total

    def _slopes(self, pieces: Pieces) -> Slopes:
        """Slopes of all frames but SLOPES_REACH at each end."""
        levels = levels_of(pieces.magnitudes / np.float32(self.config.hop), self.config)
        with devices.precision(self._device, self._bfloat16):
            return [part.float() for part in self.network.slopes(self._tensor(levels))]

    def _slopes_loss(self, slopes: Slopes, spectra: Complex) -> torch.Tensor:
        """The mean square distance of slopes from the real ones; 1 if nothing is known.

        A guess at a direction that cannot be known for certain is nearest, on average, if its length is the mean
        resultant length: so the network learns how sure it is, too.
        """
        seen = spectra[:, SLOPES_REACH - 1 : -SLOPES_REACH]
        time, frequency = slopes_of(seen)
        real = (self._complex(time), self._complex(frequency[:, 1:]))
        distances = [
            weighted_mean((torch.complex(*slopes[k : k + 2]) - wanted).abs().square(), weight)
            for k, wanted, weight in zip((0, 2), real, weights_of(self._complex(seen)), strict=True)
        ]
        return (distances[0] + distances[1]) / 2

    def _finished(self, pieces: Pieces, slopes: Slopes) -> tuple[torch.Tensor, torch.Tensor]:
        """Finished spectra of all frames but EDGE at each end, real and imaginary parts.

        Integration begins at the real phases, and no gradient goes through it.
        """
        parts = [part.detach().cpu().numpy() for part in slopes]
        integration = PhaseIntegration(self.config.bins, len(pieces.spectra))
        before = pieces.spectra[:, SLOPES_REACH - 1] * centring(self.config.bins)
        integration.directions = np.exp(1j * np.angle(before).astype(np.float64))
        inside = slice(SLOPES_REACH, -SLOPES_REACH)
        time, frequency = parts[0] + 1j * parts[1], parts[2] + 1j * parts[3]
        spectra = integration.push(pieces.magnitudes[:, inside], time, frequency)
        near, inner = nearest(spectra, self.config.hop), spectra[:, NEIGHBOURS:-NEIGHBOURS]
        with devices.precision(self._device, self._bfloat16):
            found = self.network.finish(*(self._tensor(part) for z in (inner, near) for part in (z.real, z.imag)))
        return found[0].float(), found[1].float()

    def _judged(self, sounds: torch.Tensor, songs: torch.Tensor) -> Losses:
        """One step of the critic, then what it says of the sounds and sees in them."""
        loss = critic_loss(self.critic(songs)[0], self.critic(sounds.detach())[0])
        self._critic_adam.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        parallel.average_gradients(self.critic.parameters())
        self._critic_adam.step()
        self.critic.requires_grad_(False)
        verdicts, seen = self.critic(sounds)
        _, wanted = self.critic(songs)
        self.critic.requires_grad_(True)
        adversarial = -torch.stack([verdict.mean() for verdict in verdicts]).mean()
        return {"critic": loss.detach(), "adversarial": adversarial, "features": feature_distance(seen, wanted)}

    def _tensor(self, numbers: npt.NDArray[np.floating]) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(numbers, np.float32)).to(self._device)

    def _complex(self, numbers: Complex) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(numbers)).to(self._device)


def turns(spectra: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """1 less the cosine between the slopes of spectra (batch, frames, bins) and of the wanted ones, weighted mean.

    So phases that are wrong everywhere by the same angle are right: no ear hears it.
    """
    against = spectra * wanted.conj()
    against = against / (against.abs() + 1e-6)
    time, frequency = weights_of(wanted)
    along_time = (against[:, 1:] * against[:, :-1].conj()).real
    along_frequency = (against[:, 1:, 1:] * against[:, 1:, :-1].conj()).real
    return (weighted_mean(1 - along_time, time) + weighted_mean(1 - along_frequency, frequency)) / 2


def weights_of(spectra: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How much the slopes of spectra (batch, frames, bins) count: as the root of the magnitude, nearer to hearing.

    Returns:
        (batch, frames - 1, bins), from frame to frame, and (batch, frames - 1, bins - 1), from bin to bin but in the
        first frame.
    """
    quarter = spectra.abs().pow(0.25)
    return quarter[:, 1:] * quarter[:, :-1], quarter[:, 1:, 1:] * quarter[:, 1:, :-1]
