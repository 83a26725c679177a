"""Engine thread: a generator and its autoencoder together: coordinates to latents to sound, and sound to latents."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain, count, islice
from pathlib import Path

import numpy as np

from engine.audio.format import Wave, check_wave
from engine.errors import ModelError, UsageError
from engine.models.card import CARD_FILE, ModelCard, load_card
from engine.musika import coordinates, patches, published, refined
from engine.musika import journey as journeys
from engine.musika.autoencoder import Autoencoder
from engine.musika.backend import Arrays, compiled
from engine.musika.checkpoint import GENERATOR_FILE, load_generator
from engine.musika.journey import Journey
from engine.musika.layers import makes_noise
from engine.musika.loop import cut, fade_frames, one_turn
from engine.musika.networks import COORDINATE_SIZE, Generator

FIRST_BLOCK_LATENTS = 8
"""The first block of a stream is short, so that it sounds soon; each one after has twice the length …"""

LARGEST_BLOCK_LATENTS = 64
"""… up to this."""

TRIAL_JOURNEYS = 3
"""Pieces of music whose beginnings are decoded while a model loads. The first calls compile the networks, half a second
that is not to be waited for before the first sound; and the autoencoder can see what it is to decode."""

SETTLING_LATENTS = 8
"""Latents, at least, decoded and not heard where a take is entered in the middle: decoders begin from silence. As
decoders compute some latents together, 4 or 8, decoding begins at a multiple of this."""

PHRASE_LATENTS = "phrase_latents"
"""Among a generator's sizes on its card, where its takes have phrases: latents of a line of them."""

LONGEST_PHRASE_LATENTS = 4096

SEAM_TRIALS = 8
"""Places of the windows among which a loop chooses."""

SEAM_LATENTS = 6
"""Latents to both sides of where a loop's end meets its beginning, by which it does."""


class Musika:
    """Music from numbers."""

    def __init__(self, generator: Generator, autoencoder: Autoencoder, phrase_latents: int | None = None) -> None:
        """Put a built generator and its autoencoder together.

        Args:
            generator: with weights.
            autoencoder: whose latents it makes.
            phrase_latents: latents of a line of phrases; None: takes have sections only, as published.

        Raises:
            ModelError: the one's latents are not the other's.
        """
        if generator.config.latent_size != autoencoder.latent_size:
            raise ModelError(
                f"The generator makes {generator.config.latent_size} values a step, and the autoencoder takes "
                f"{autoencoder.latent_size}: they do not belong together."
            )
        self.generator = generator
        self.autoencoder = autoencoder
        self.phrase_latents = phrase_latents
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
        musika = cls(*_parts_of(Path(folder), autoencoder))
        windows = (next(musika.windows(Journey.from_seed(seed), 0)) for seed in range(TRIAL_JOURNEYS))
        beginnings = musika._latent_windows(windows, seed=0)
        musika.decode(np.concatenate([latents[:FIRST_BLOCK_LATENTS] for latents in beginnings]))
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

    def stream(self, journey: Journey, frames: int | None = None, start_frame: int = 0) -> Iterator[Wave]:
        """A take, block by block as soon as each is ready; close the iterator to stop.

        From the beginning, the blocks together are what `decode` makes of the latents of `journey.windows`, cut to
        length, and the same for the same journey on the same machine. Entered later, the take has the same latents,
        while decoders find their phases and draw their noise anew: go over to it with a crossfade. Memory does not
        depend on the length.

        Args:
            journey: what the take does.
            frames: of the take, exactly; at least 1. None: without end, or one turn of a loop.
            start_frame: where to begin; a loop goes on round and round.

        Raises:
            UsageError: no frames, or a start before the beginning.
        """
        if frames is not None and frames <= 0:
            raise UsageError(f"A take needs at least one frame, and {frames} were asked for.")
        if start_frame < 0:
            raise UsageError(f"A take cannot begin {-start_frame} frames before its beginning.")
        if journey.loop_frames is None:
            return self._sound(journey, start_frame, frames)
        return self._turns(journey, journey.loop_frames, frames or journey.loop_frames, start_frame)

    def _turns(self, journey: Journey, turn_frames: int, frames: int, start_frame: int) -> Iterator[Wave]:
        """A loop from some frame on, turn after turn."""
        lead = fade_frames(turn_frames)
        grid = self._grid(journey, turn_frames, self._first_latent(-lead))
        turns = (one_turn(self._sound(journey, -lead, turn_frames + lead, grid), turn_frames) for _ in count())
        yield from cut(chain.from_iterable(turns), start_frame % turn_frames, frames)

    def _grid(self, journey: Journey, turn_frames: int, latest: int) -> int:
        """Where the windows of a loop begin, at the latent `latest` or before: where its ends are most alike.

        What a generator makes of a position depends on where in a window it lies, too; so the end of a turn, made in
        one place of a window, may be another bar than its beginning, made in another place.
        """
        period = turn_frames / self.autoencoder.frames_per_latent
        step = self.context // (2 * SEAM_TRIALS)  # windows are made of two halves

        def unlikeness(grid: int) -> float:
            end, beginning = (self._latents_around(journey, position, grid) for position in (period, 0.0))
            return float(np.mean(np.square(end - beginning)))

        return min(range(latest, latest - SEAM_TRIALS * step, -step), key=unlikeness)

    def _latents_around(self, journey: Journey, position: float, grid: int) -> Arrays:
        """The latents SEAM_LATENTS to both sides of a position of a loop, (2 · SEAM_LATENTS, latent_size)."""
        nearest = math.floor(position)
        before, first = divmod(nearest - SEAM_LATENTS - grid, self.context)
        windows = islice(self.windows(journey, grid + before * self.context), 2)
        needed = 2 * SEAM_LATENTS + 1
        at_hand = np.zeros((0, self.latent_size), np.float32)
        for latents in self._latent_windows(windows, journey.variation):
            at_hand = np.concatenate([at_hand, latents])
            if len(at_hand) >= first + needed:
                break
        around, fraction = at_hand[first : first + needed], np.float32(position - nearest)
        between: Arrays = around[:-1] * (1 - fraction) + around[1:] * fraction
        return between

    def windows(self, journey: Journey, start_latent: int = 0) -> Iterator[Arrays]:
        """The coordinates of a take, (context, 128) each, without end; see `engine.musika.journey.windows`."""
        return journeys.windows(
            journey,
            self.context,
            start_latent,
            frames_per_latent=self.autoencoder.frames_per_latent,
            phrase_latents=self.phrase_latents,
        )

    def _latent_windows(self, windows: Iterator[Arrays], seed: int, before: int = 0) -> Iterator[Arrays]:
        """(context, 128) each → (context, latent_size) each; the noise is that after `before` windows."""
        noise = coordinates.generator_noise(seed)
        for _ in range(before if self._noise_size else 0):
            noise.standard_normal((1, self._noise_size), dtype=np.float32)
        for window in windows:
            inputs = [window[None]]
            if self._noise_size:
                inputs.append(noise.standard_normal((1, self._noise_size), dtype=np.float32))
            yield self._generate(*inputs)[0][0]

    def _first_latent(self, start_frame: int) -> int:
        """The latent with which decoding begins, so that decoders have settled at `start_frame`."""
        rows = start_frame // (self.autoencoder.frames_per_latent * SETTLING_LATENTS)
        return (rows - 1) * SETTLING_LATENTS if start_frame else 0

    def _sound(self, journey: Journey, start_frame: int, frames: int | None, grid: int = 0) -> Iterator[Wave]:
        """The sound from `start_frame` on, all of it or so many frames; `grid` is the latent where windows begin."""
        first = max(self._first_latent(start_frame), grid)
        before, skipped = divmod(first - grid, self.context)
        windows = self.windows(journey, grid + before * self.context)
        unheard = start_frame - first * self.autoencoder.frames_per_latent
        latents = self._latent_windows(windows, journey.variation, before)
        return cut(self._blocks(latents, skipped, journey.variation, unheard, frames), unheard, frames)

    def _blocks(
        self, windows: Iterator[Arrays], skipped: int, seed: int, unheard: int, frames: int | None
    ) -> Iterator[Wave]:
        """Windows of latents, of the first of which `skipped` are left out → at least unheard + frames frames."""
        decoder = self.autoencoder.decoder(seed)
        per_latent = self.autoencoder.frames_per_latent
        missing = math.inf if frames is None else unheard + frames
        size = FIRST_BLOCK_LATENTS + -(-unheard // per_latent)
        for latents in windows:
            start, skipped = skipped, 0
            while start < len(latents):
                count = min(size, math.ceil(missing / per_latent)) if frames else size
                wave = decoder.push(latents[start : start + count])
                yield wave
                missing -= len(wave)
                if missing <= 0:
                    return
                start += count
                size = min(2 * size, LARGEST_BLOCK_LATENTS)


def _parts_of(folder: Path, autoencoder: Path | None) -> tuple[Generator, Autoencoder, int | None]:
    """What lies in a published folder, or in a model folder and in that of its autoencoder; latents of a phrase."""
    if (folder / published.GENERATOR_FILE).is_file():
        generator = published.read_generator(folder / published.GENERATOR_FILE)
        return generator, load_autoencoder(autoencoder or folder), None
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
    return load_generator(folder / GENERATOR_FILE), load_autoencoder(autoencoder), _phrase_latents(card)


def _phrase_latents(card: ModelCard) -> int | None:
    found = card.sizes.get(PHRASE_LATENTS)
    if found is None or (type(found) is int and 1 <= found <= LONGEST_PHRASE_LATENTS):
        return found
    raise ModelError(f"The card of {card.name} gives phrases a length of {found!r} latents: get the model again.")


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
