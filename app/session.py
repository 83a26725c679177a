"""GUI thread: what the window is about, as one plain value: the next take, the faders, the take that is loaded."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from secrets import randbelow
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.audio.format import SAMPLE_RATE_HZ
from engine.musika.journey import USUAL_TRUNCATION, Journey
from engine.playback.settings import MixSettings
from engine.takes.library import Entry
from engine.takes.take import Take

STEMS = ("drums", "bass", "other", "vocals")
"""The strips that the mixer has before there is a take."""

NEW_SEEDS = 100_000

TAME, WILD_STEP, WILD_STEPS = 2.0, 0.1, 19
DRIFTS = (0.0, 0.0, 0.2, 0.4, 0.6)
"""What a surprise draws from: adventures that sound like music more often than not, and how far the style wanders."""


def new_seed() -> int:
    """A seed by chance, short enough to be read aloud."""
    return randbelow(NEW_SEEDS)


@dataclass(frozen=True)
class Recipe:
    """What makes a generated take what it is.

    Attributes:
        model: name of the generator, empty while none is chosen.
        length_s: in seconds; infinity for a radio.
        seed: of the style, a whole number; the same recipe makes the same take.
        variation: seed of all that moves within the style; None for the same number as `seed`.
        truncation: how far from the ordinary, 0.1 to 3.9.
        drift: how far the style wanders, 0 to 1.
        morph: the seed of the style that it becomes, and in how many seconds; None where it stays.
        loop: the take's end meets its beginning. Its style stays; a radio is none.
        seed_locked: a new take keeps the seed.
        variation_locked: a new take keeps the variation.
    """

    model: str = ""
    length_s: float = 30.0
    seed: int = field(default_factory=new_seed)
    variation: int | None = None
    truncation: float = USUAL_TRUNCATION
    drift: float = 0.0
    morph: tuple[int, float] | None = None
    loop: bool = False
    seed_locked: bool = False
    variation_locked: bool = False

    @property
    def endless(self) -> bool:
        """Whether it is that of a radio."""
        return math.isinf(self.length_s)

    @property
    def loops(self) -> bool:
        """Whether the take is a loop."""
        return self.loop and not self.endless

    @property
    def variation_seed(self) -> int:
        """The variation, as a number."""
        return self.seed if self.variation is None else self.variation

    def journey(self) -> Journey:
        """What the take does.

        Raises:
            UsageError: a value is out of range.
        """
        journey = Journey(self.seed, self.variation_seed, self.truncation)
        if self.loops:
            return journey.looping(round(self.length_s * SAMPLE_RATE_HZ))
        journey = replace(journey, drift=self.drift)
        return journey.morphing(0.0, *self.morph) if self.morph else journey

    def redrawn(self) -> Recipe:
        """The same with new seeds, but for those that are locked."""
        if not self.seed_locked:
            return self.with_seed(new_seed())
        return self if self.variation_locked else replace(self, variation=new_seed())

    def surprised(self) -> Recipe:
        """Another by chance: new seeds, but for those that are locked, and another adventure and drift."""
        truncation = round(TAME + randbelow(WILD_STEPS) * WILD_STEP, 1)
        drift = DRIFTS[randbelow(len(DRIFTS))]
        surprise = replace(self.redrawn(), truncation=truncation, drift=drift)
        return surprise if surprise != self else self.surprised()

    def with_seed(self, seed: int) -> Recipe:
        """The same in another style. The variation goes with the seed, unless it is locked."""
        return replace(self, seed=seed, variation=self.variation_seed if self.variation_locked else None)


@dataclass(frozen=True)
class State:
    """The state of the window.

    Attributes:
        recipe: of the next take.
        mix: where the faders stand.
        take: what is loaded; None at first.
        entry: of that take, in the library; None for what is not kept, such as a preview.
        matched_db: what a comparison takes away from the master, so that two takes are as loud as each other.
        title: what the take is called.
    """

    recipe: Recipe = field(default_factory=Recipe)
    mix: MixSettings = field(default_factory=lambda: MixSettings.unity(len(STEMS)))
    take: Take | None = None
    entry: Entry | None = None
    matched_db: float = 0.0
    title: str = ""


class Session(QObject):
    """Holds the `State`. Whoever changes it says so here; whoever shows it listens here."""

    changed = Signal(str, object)
    """The name of the attribute that has another value, and the value. Setting an equal value tells nobody."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = State()

    def update(self, **changes: Any) -> None:
        """Change attributes of the state by name."""
        before, self.state = self.state, replace(self.state, **changes)
        for name, value in changes.items():
            if value != getattr(before, name):
                self.changed.emit(name, value)

    def change_recipe(self, **changes: Any) -> None:
        """Change parts of the recipe of the next take by name; a new seed as `Recipe.with_seed` does."""
        recipe = self.state.recipe
        if "seed" in changes and "variation" not in changes:
            recipe = recipe.with_seed(changes["seed"])
        self.update(recipe=replace(recipe, **changes))
