"""Engine thread: the engine as a whole: models loaded once, takes made with them. The window and the commands use this.

Nothing heavy is imported before the first model is needed.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.audio.files import probe, read_blocks
from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import ModelError, UsageError
from engine.models.card import ModelCard, verify
from engine.models.catalogue import Catalogue
from engine.takes.making import Progress, make_take
from engine.takes.take import Take

if TYPE_CHECKING:
    from engine.musika.synthesis import Musika
    from engine.separation.separator import Separator

LONGEST_S = 3 * 3600.0
MAX_SEED = 2**32 - 1
TRUNCATIONS = (0.1, 3.9)

Making = tuple[Take, Iterator[Progress]]
"""A take that is still empty, and the work that fills it: iterate to do it, close the iterator to cancel."""


def frames_of(length_s: float) -> int:
    """A length in seconds as frames.

    Raises:
        UsageError: not between one frame and LONGEST_S.
    """
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
        *,
        length_s: float,
        seed: int,
        truncation: float = 2.0,
        separator: str | None = None,
    ) -> Making:
        """Begin a take of generated music in the new folder `folder`.

        Args:
            folder: where the take is to lie.
            model: name of a generator.
            length_s: in seconds; the take has exactly this many seconds times 44 100 frames, rounded.
            seed: 0 to MAX_SEED; the same seed makes the same take.
            truncation: 0.1 (tame) to 3.9 (wild); where the normal distribution of the coordinates is cut.
            separator: name of the separator; None for a take without stems.

        Raises:
            UsageError: a length, seed or truncation out of range.
            ModelError: a model is unknown or damaged.
            OutputError: the folder cannot be written.
        """
        frames = frames_of(length_s)
        if not 0 <= seed <= MAX_SEED:
            raise UsageError(f"A seed of {seed} is not possible: choose a whole number from 0 to {MAX_SEED}.")
        if not TRUNCATIONS[0] <= truncation <= TRUNCATIONS[1]:
            lowest, highest = TRUNCATIONS
            raise UsageError(f"A truncation of {truncation:g} is not possible: choose {lowest} to {highest}.")
        musika = self.musika(model)
        card = self.catalogue.find(model)
        recipe = {"model": card.name, "files": card.files, "seed": seed, "truncation": truncation, "length_s": length_s}
        blocks = musika.stream(frames, seed, truncation=truncation)
        return self._making(folder, blocks, frames, recipe, separator)

    def open_file(self, folder: Path, path: Path, *, separator: str | None) -> Making:
        """Begin a take of an audio file in the new folder `folder`; its whole length, at the program's rate.

        Raises:
            AudioFileError: the file is missing, damaged or no audio.
            ModelError: the separator is unknown or damaged.
            OutputError: the folder cannot be written.
        """
        info = probe(path)
        if info.duration_s > LONGEST_S:
            raise UsageError(f"{path.name} is longer than {LONGEST_S / 3600:.0f} hours: cut it into pieces.")
        return self._making(folder, read_blocks(path), info.frames, {"file": path.name}, separator)

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

    def _making(
        self, folder: Path, blocks: Iterator[Wave], frames: int, recipe: dict[str, object], separator_name: str | None
    ) -> Making:
        separator = self.separator(separator_name) if separator_name else None
        stem_names = separator.stem_names if separator else ()
        recipe = {**recipe, "separator": separator_name}
        take = Take.create(folder, stem_names=stem_names, planned_frames=frames, recipe=recipe)
        return take, make_take(take, blocks, separator)


def _keep_for_good() -> None:
    """Spare the garbage collector the libraries and networks that have just been loaded.

    A full collection that walks them holds the interpreter for 0.65 s, and the audio callback with it.
    """
    gc.collect()
    gc.freeze()


def check_model(card: ModelCard, catalogue: Catalogue) -> None:
    """Load a model that is not in the catalogue yet, together with what it needs from there.

    Raises:
        ModelError: it does not load.
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
    Musika.load(card.folder, autoencoder=needed[0].folder if needed else None)
