"""Engine thread: a generator and its autoencoder together: coordinates to latents to sound, and sound to latents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.audio.format import Wave, check_wave
from engine.errors import ModelError, UsageError
from engine.models.card import CARD_FILE, load_card
from engine.musika import coordinates, patches, published, refined
from engine.musika.autoencoder import Autoencoder
from engine.musika.backend import Arrays, compiled
from engine.musika.checkpoint import GENERATOR_FILE, load_generator
from engine.musika.layers import makes_noise
from engine.musika.networks import COORDINATE_SIZE, Generator

FIRST_BLOCK_LATENTS = 8
"""The first block of a stream is short, so that it sounds soon; each one after has twice the length …"""

LARGEST_BLOCK_LATENTS = 64
"""… up to this."""


class Musika:
    """Music from numbers."""

    def __init__(self, generator: Generator, autoencoder: Autoencoder) -> None:
        """Put a built generator and its autoencoder together.

        Raises:
            ModelError: the one's latents are not the other's.
        """
        if generator.config.latent_size != autoencoder.latent_size:
            raise ModelError(
                f"The generator makes {generator.config.latent_size} values a step, and the autoencoder takes "
                f"{autoencoder.latent_size}: they do not belong together."
            )
        self.autoencoder = autoencoder
        self.context = generator.config.context
        self.latent_size = autoencoder.latent_size
        self._noise_size = generator.noise_size if makes_noise(generator) else 0
        shapes: list[tuple[int, ...]] = [(self.context, COORDINATE_SIZE)]
        if self._noise_size:
            shapes.append((self._noise_size,))
        self._generate = compiled(lambda *inputs: (generator(*inputs),), shapes)

    @classmethod
    def load(cls, folder: Path, *, autoencoder: Path | None = None) -> Musika:
        """The model in `folder`: a published Musika folder, or a model folder whose card says "generator".

        Args:
            folder: where the generator lies.
            autoencoder: folder of its autoencoder; by default the one beside `folder` that the card names, or the
                published folder itself.

        Raises:
            ModelError: a file is missing, damaged, or not what it should be; names file and tensor.
        """
        musika = cls(*_networks_of(Path(folder), autoencoder))
        next(musika.stream(1, seed=0))  # a first call takes half a second: here, not before the first sound
        return musika

    def latents(self, coordinates: Arrays, seed: int = 0) -> Arrays:
        """Latents of windows of coordinates.

        Args:
            coordinates: (n, context, 128).
            seed: of the noise layers, where they have weights.

        Returns:
            (n · context, latent_size).

        Raises:
            ValueError: another shape.
        """
        if coordinates.ndim != 3 or coordinates.shape[1:] != (self.context, COORDINATE_SIZE):
            wanted = f"(n, {self.context}, {COORDINATE_SIZE})"
            raise ValueError(f"coordinates must have the shape {wanted}, not {coordinates.shape}")
        none = np.zeros((0, self.latent_size), np.float32)
        return np.concatenate([none, *self._latent_windows(iter(coordinates.astype(np.float32, copy=False)), seed)])

    def decode(self, latents: Arrays, seed: int = 0) -> Wave:
        """Sound of latents, in one piece.

        Args:
            latents: (m, latent_size).
            seed: of the decoder's random parts, where it has any.

        Raises:
            ValueError: another shape.
        """
        if latents.ndim != 2 or latents.shape[1] != self.latent_size:
            raise ValueError(f"latents must have the shape (m, {self.latent_size}), not {latents.shape}")
        decoder = self.autoencoder.decoder(seed)
        return np.concatenate([decoder.push(latents.astype(np.float32, copy=False)), decoder.flush()])

    def encode(self, wave: Wave) -> Arrays:
        """Latents of a recording, (frames, 2) → (m, latent_size).

        Raises:
            ValueError: not program audio.
            ModelError: the model came without encoders.
        """
        return self.autoencoder.encode(check_wave(wave))

    def stream(self, frames: int, seed: int, truncation: float = 2.0) -> Iterator[Wave]:
        """A take, block by block as soon as each is ready; close the iterator to stop.

        Together the blocks are what `decode` makes of the latents of `coordinates.windows(seed, …)`, cut to length,
        and the same for the same seed on the same machine. Memory does not depend on the length.

        Args:
            frames: of the take, exactly; at least 1.
            seed: any whole number from 0.
            truncation: where the coordinates' normal distributions are cut; small is tame.

        Raises:
            UsageError: no frames, a negative seed, or a truncation too small.
        """
        if frames <= 0:
            raise UsageError(f"A take needs at least one frame, and {frames} were asked for.")
        windows = coordinates.windows(seed, self.context, truncation)
        return self._blocks(frames, seed, self._latent_windows(windows, seed))

    def _latent_windows(self, windows: Iterator[Arrays], seed: int) -> Iterator[Arrays]:
        """(context, 128) each → (context, latent_size) each."""
        noise = coordinates.generator_noise(seed)
        for window in windows:
            inputs = [window[None]]
            if self._noise_size:
                inputs.append(noise.standard_normal((1, self._noise_size), dtype=np.float32))
            yield self._generate(*inputs)[0][0]

    def _blocks(self, frames: int, seed: int, windows: Iterator[Arrays]) -> Iterator[Wave]:
        decoder = self.autoencoder.decoder(seed)
        missing, size = frames, FIRST_BLOCK_LATENTS
        for latents in windows:
            start = 0
            while start < len(latents):
                count = min(size, -(-missing // self.autoencoder.frames_per_latent))
                wave = decoder.push(latents[start : start + count])[:missing]
                if len(wave):
                    yield wave
                missing -= len(wave)
                if not missing:
                    return
                start += count
                size = min(2 * size, LARGEST_BLOCK_LATENTS)


def _networks_of(folder: Path, autoencoder: Path | None) -> tuple[Generator, Autoencoder]:
    """What lies in a published folder, or in a model folder and in that of its autoencoder."""
    if (folder / published.GENERATOR_FILE).is_file():
        generator = published.read_generator(folder / published.GENERATOR_FILE)
        return generator, load_autoencoder(autoencoder or folder)
    if not (folder / CARD_FILE).is_file():
        raise ModelError(f"{folder} is no model: it has neither a {CARD_FILE} nor a {published.GENERATOR_FILE}.")
    card = load_card(folder)
    if card.kind != "generator":
        raise ModelError(f"{card.name} is a model of the kind {card.kind}: choose a generator.")
    if autoencoder is None:
        if not card.needs:
            raise ModelError(f"The card of {card.name} does not name its autoencoder: get the model again.")
        autoencoder = folder.resolve().parent / card.needs[0]
    if not autoencoder.is_dir():
        raise ModelError(f"{card.name} needs the model {autoencoder.name}, which is not there: import it too.")
    return load_generator(folder / GENERATOR_FILE), load_autoencoder(autoencoder)


def load_autoencoder(folder: Path) -> Autoencoder:
    """The autoencoder in a model folder or a published folder.

    Raises:
        ModelError: a file is missing, damaged, or not what it should be.
    """
    if (folder / CARD_FILE).is_file():
        card = load_card(folder)
        design = card.sizes.get("design")
        if design == patches.DESIGN:
            return patches.PatchAutoencoder.load(folder)
        if design == refined.DESIGN:
            return refined.RefinedAutoencoder.load(folder)
    return published.read_autoencoder(folder)
