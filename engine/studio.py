"""Engine thread: the engine as a whole: models loaded once, takes made with them. The window and the commands use this.

Nothing heavy is imported before the first model is needed.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.audio.files import probe, read_blocks
from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import ModelError, UsageError
from engine.gate import OPEN, Passage
from engine.models.card import ModelCard, verify, write_card
from engine.models.catalogue import Catalogue
from engine.models.preview import PREVIEW_FILE, PREVIEW_FRAMES, PREVIEW_SEED, preview_of, write_sound
from engine.musika.journey import Journey
from engine.radio import KEPT_S, Piece, Radio, check_endless
from engine.takes.making import make_take
from engine.takes.roles import NOBODY, Listener, Progress
from engine.takes.take import Take

if TYPE_CHECKING:
    from engine.musika.synthesis import Musika
    from engine.separation.separator import Separator

LONGEST_S = 3 * 3600.0

Making = tuple[Take, Iterator[Progress]]
"""A take that is still empty, and the work that fills it: iterate to do it, close the iterator to cancel."""


def frames_of(length_s: float | None) -> int:
    """A length in seconds as frames.

    Raises:
        UsageError: none, or not between one frame and LONGEST_S.
    """
    if length_s is None:
        raise UsageError("A take that is no loop needs a length: choose one.")
    if not 1 / SAMPLE_RATE_HZ <= length_s <= LONGEST_S:  # false for NaN too
        raise UsageError(f"A length of {length_s:g} s is not possible: choose more than 0 and up to {LONGEST_S:.0f} s.")
    return round(length_s * SAMPLE_RATE_HZ)


class Studio:
    """Makes takes, keeping the models it has loaded."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        """Use the models of `catalogue`, by default the bundled ones and the user's."""
        self.catalogue = catalogue or Catalogue()
        self._musikas: dict[str, Musika] = {}
        self._separators: dict[str, Separator] = {}

    def generate(
        self,
        folder: Path,
        model: str,
        journey: Journey,
        *,
        length_s: float | None = None,
        separator: str | None = None,
        listener: Listener = NOBODY,
        gate: Passage = OPEN,
    ) -> Making:
        """Begin a take of generated music in the new folder `folder`.

        Args:
            folder: where the take is to lie.
            model: name of a generator.
            journey: what the take does; the same journey makes the same take.
            length_s: in seconds; the take has exactly this many seconds times 44 100 frames, rounded. Needless for a
                loop, which has a length of its own.
            separator: name of the separator; None for a take without stems.
            listener: who hears it while it is made.
            gate: passed through at least ten times a second of computing.

        Raises:
            UsageError: a length out of range, or none.
            ModelError: a model is unknown or damaged.
            OutputError: the folder cannot be written.
        """
        frames = journey.loop_frames or frames_of(length_s)
        blocks = self.musika(model).stream(journey, frames)
        card = self.catalogue.find(model)
        recipe = {
            "model": card.name,
            "files": card.files,
            "journey": journey.to_json(),
            "length_s": frames / SAMPLE_RATE_HZ,
        }
        take, apart = self._new_take(folder, recipe, separator, planned_frames=frames)
        return take, make_take(take, blocks, apart, listener, gate, loop=journey.loop_frames is not None)

    def open_file(
        self,
        folder: Path,
        path: Path,
        *,
        separator: str | None,
        listener: Listener = NOBODY,
        gate: Passage = OPEN,
    ) -> Making:
        """Begin a take of an audio file in the new folder `folder`; its whole length, at the program's rate.

        Raises:
            AudioFileError: the file is missing, damaged or no audio.
            ModelError: the separator is unknown or damaged.
            OutputError: the folder cannot be written.
        """
        info = probe(path)
        if info.duration_s > LONGEST_S:
            raise UsageError(f"{path.name} is longer than {LONGEST_S / 3600:.0f} hours: cut it into pieces.")
        take, apart = self._new_take(folder, {"file": path.name}, separator, planned_frames=info.frames)
        return take, make_take(take, read_blocks(path), apart, listener, gate)

    def radio(
        self,
        folder: Path,
        model: str,
        journey: Journey,
        *,
        separator: str | None = None,
        listener: Listener = NOBODY,
        gate: Passage = OPEN,
        kept_s: float = KEPT_S,
        piece_s: float | None = None,
    ) -> Radio:
        """Begin an endless take in the new folder `folder`; `Radio.take` and `Radio.work` are what `generate` gives.

        Args:
            folder: where the take is to lie.
            model: name of the first generator.
            journey: what the first piece does; no loop.
            separator: name of the separator; None for a radio without stems.
            listener: who hears it: nothing is made far ahead of that.
            gate: passed through at least ten times a second of computing.
            kept_s: how much of what has sounded is kept.
            piece_s: after so many seconds a piece makes way for a new one by itself; None: never.

        Raises:
            UsageError: the journey is a loop, or nothing is to be kept.
            ModelError: a model is unknown or damaged.
            OutputError: the folder cannot be written.
        """
        check_endless(journey)
        self.musika(model)
        take, apart = self._new_take(folder, {}, separator, kept_frames=frames_of(kept_s))
        return Radio(take, Piece(model, journey), self.musika, apart, listener, gate, piece_s=piece_s)

    def warm_up(self, model: str, separator: str | None = None) -> None:
        """Load a generator, and a separator, before they are wanted; nothing where they are loaded already.

        Raises:
            ModelError: one of them is unknown, damaged, or what it needs is missing.
        """
        self.musika(model)
        if separator:
            self.separator(separator)

    def musika(self, name: str) -> Musika:
        """The generator called `name`, loaded at first use.

        Raises:
            ModelError: unknown, damaged, or what it needs is missing.
        """
        if name not in self._musikas:
            card = self._verified(name, "generator")
            needed = [self._verified(need, "autoencoder") for need in card.needs]

            from engine.musika.synthesis import Musika

            self._musikas[name] = Musika.load(card.folder, autoencoder=needed[0].folder if needed else None)
            _keep_for_good()
        return self._musikas[name]

    def separator(self, name: str) -> Separator:
        """The separator called `name`, loaded at first use.

        Raises:
            ModelError: unknown or damaged.
        """
        if name not in self._separators:
            card = self._verified(name, "separator")

            from engine.separation.separator import Separator

            self._separators[name] = Separator.load(card.folder)
            _keep_for_good()
        return self._separators[name]

    def default_separator(self) -> str:
        """The name of the first separator there is.

        Raises:
            ModelError: there is none.
        """
        cards = self.catalogue.cards("separator")
        if not cards:
            raise ModelError("There is no separator among the models: import one first.")
        return cards[0].name

    def _verified(self, name: str, kind: str) -> ModelCard:
        card = self.catalogue.find(name, kind)
        verify(card)
        return card

    def _new_take(
        self,
        folder: Path,
        recipe: dict[str, Any],
        separator_name: str | None,
        *,
        planned_frames: int | None = None,
        kept_frames: int | None = None,
    ) -> tuple[Take, Separator | None]:
        separator = self.separator(separator_name) if separator_name else None
        take = Take.create(
            folder,
            stem_names=separator.stem_names if separator else (),
            planned_frames=planned_frames,
            kept_frames=kept_frames,
            recipe={**recipe, "separator": separator_name},
        )
        return take, separator


def _keep_for_good() -> None:
    """Spare the garbage collector the libraries and networks that have just been loaded.

    A full collection that walks them holds the interpreter for 0.65 s, and the audio callback with it.
    """
    gc.collect()
    gc.freeze()


def check_model(card: ModelCard, catalogue: Catalogue) -> None:
    """Load a model that is not in the catalogue yet, together with what it needs from there.

    A generator gets what it may lack: a preview, and on its card how much it invents at a time.

    Raises:
        ModelError: it does not load.
        OutputError: its folder cannot be written.
    """
    if card.kind == "separator":
        from engine.separation.separator import Separator

        Separator.load(card.folder)
        return
    from engine.musika.synthesis import Musika, load_autoencoder

    if card.kind == "autoencoder":
        load_autoencoder(card.folder)
        return
    needed = [catalogue.find(need, "autoencoder") for need in card.needs]
    musika = Musika.load(card.folder, autoencoder=needed[0].folder if needed else None)
    if preview_of(card) is None:
        blocks = musika.stream(Journey.from_seed(PREVIEW_SEED), PREVIEW_FRAMES)
        write_sound(card.folder / PREVIEW_FILE, np.concatenate(list(blocks)))
    context_s = musika.context * musika.autoencoder.frames_per_latent / SAMPLE_RATE_HZ
    write_card(replace(card, context_s=round(context_s, 2)), card.folder)
