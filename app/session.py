"""GUI thread: what the window is about, as one plain value: the next take, the faders, the take that is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import randbelow
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.playback.settings import MixSettings
from engine.takes.take import Take

STEMS = ("drums", "bass", "other", "vocals")
"""The strips that the mixer has before there is a take."""

NEW_SEEDS = 100_000


def new_seed() -> int:
    """A seed by chance, short enough to be read aloud."""
    return randbelow(NEW_SEEDS)


@dataclass(frozen=True)
class Recipe:
    """What makes a generated take what it is.

    Attributes:
        model: name of the generator, empty while none is chosen.
        length_s: in seconds.
        seed: a whole number; the same recipe makes the same take.
        truncation: how far from the ordinary, 0.1 to 3.9.
    """

    model: str = ""
    length_s: float = 30.0
    seed: int = field(default_factory=new_seed)
    truncation: float = 2.0


@dataclass(frozen=True)
class State:
    """The state of the window.

    Attributes:
        recipe: of the next take.
        mix: where the faders stand.
        take: what is loaded; None at first.
        title: what the take is called.
        folder: where the last export went.
    """

    recipe: Recipe = field(default_factory=Recipe)
    mix: MixSettings = field(default_factory=lambda: MixSettings.unity(len(STEMS)))
    take: Take | None = None
    title: str = ""
    folder: Path = field(default_factory=Path.home)


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
        """Change parts of the recipe of the next take by name."""
        self.update(recipe=replace(self.state.recipe, **changes))
