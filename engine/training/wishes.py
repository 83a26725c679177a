"""Any activity: what people want of a training besides what is learned: how long, and what the model's card says.

It is kept in the training's folder, so that going on needs no more than the folder.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.audio.writing import replaced_on_success
from engine.errors import ModelError
from engine.models.card import ModelCard, check_name, load_card, write_card
from engine.training.logbook import MODEL_FOLDER

WISHES_FILE = "wishes.json"
TITLES = ("name", "title", "description", "band", "show_date", "venue", "licence", "trained_on")
"""The parts of a card that people may say; where they say nothing, the training does."""

MINUTES = 60.0
"""How long a training takes unless told otherwise."""


@dataclass(frozen=True)
class Wishes:
    """What is wanted; whatever is left out is as it was.

    Attributes:
        titles: parts of the model's card, by their names in TITLES.
        minutes, steps: how long; None for no limit of that kind, both None for as before.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    minutes: float | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        """Check the name (ModelError)."""
        if "name" in self.titles:
            check_name(self.titles["name"])

    def after(self, earlier: Wishes) -> Wishes:
        """These wishes, completed by earlier ones."""
        titles = {**earlier.titles, **self.titles}
        if self.minutes or self.steps:
            return replace(self, titles=titles)
        return replace(earlier, titles=titles)

    @property
    def limits(self) -> dict[str, float]:
        """The most minutes and steps, as `loop.Plan` takes them; MINUTES where nobody said anything."""
        if self.minutes is None and self.steps is None:
            return {"minutes": MINUTES}
        return {"minutes": self.minutes or math.inf, "steps": self.steps or math.inf}


def keep_wishes(folder: Path, wishes: Wishes) -> None:
    """Write down what is wanted of the training in `folder`.

    Raises:
        OutputError: the folder cannot be written.
    """
    with replaced_on_success(folder / WISHES_FILE) as partial:
        partial.write_text(json.dumps(asdict(wishes), indent=2, ensure_ascii=False) + "\n", encoding="utf8")


def kept_wishes(folder: Path) -> Wishes:
    """What `keep_wishes` wrote; nothing where there is nothing legible."""
    try:
        said = json.loads((folder / WISHES_FILE).read_text(encoding="utf8"))
        titles = {name: str(said["titles"][name]) for name in TITLES if name in said["titles"]}
        minutes, steps = said["minutes"], said["steps"]
        return Wishes(titles, minutes and float(minutes), steps and int(steps))
    except (OSError, ValueError, KeyError, TypeError, RecursionError, ModelError):
        return Wishes()


def entitle(folder: Path, **facts: Any) -> ModelCard:
    """Let the card of the model that a training has written say what is wanted; returns the card.

    Args:
        folder: of the training.
        facts: other parts of the card, by name.

    Raises:
        ModelError: there is no model yet.
        OutputError: the card cannot be written.
    """
    model = folder / MODEL_FOLDER
    said: dict[str, Any] = {**kept_wishes(folder).titles, **facts}
    if "name" in said:
        said.setdefault("title", said["name"])
    return write_card(replace(load_card(model), **said), model)
