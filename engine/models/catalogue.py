"""Any activity: the models on this machine, the bundled ones and the user's."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from engine.errors import ModelError
from engine.models.card import CARD_FILE, ModelCard, load_card

BUNDLED = Path(__file__).resolve().parents[2] / "bundled_models"


def home_folder() -> Path:
    """Where the user's models, takes and logs lie; the environment variable DEEPDEADNET_HOME moves it."""
    moved = os.environ.get("DEEPDEADNET_HOME")
    return Path(moved) if moved else Path(platformdirs.user_data_dir("DeepDeadNet", appauthor=False))


class Catalogue:
    """The models in one or more folders of model folders; of two with one name, the first found counts."""

    def __init__(self, folders: Sequence[Path] | None = None) -> None:
        """Look into `folders`, by default the bundled models and then the user's. A folder may be absent."""
        self._folders = tuple(folders) if folders is not None else (BUNDLED, home_folder() / "models")
        self._cards: dict[str, ModelCard] = {}
        self.problems: list[ModelError] = []
        """What was wrong with the model folders that are not in the catalogue."""
        self.reload()

    def reload(self) -> None:
        """Look again."""
        self._cards.clear()
        self.problems.clear()
        for parent in self._folders:
            for card_path in sorted(parent.glob(f"*/{CARD_FILE}")):
                try:
                    card = load_card(card_path.parent)
                except ModelError as problem:
                    self.problems.append(problem)
                else:
                    self._cards.setdefault(card.name, card)

    def cards(self, kind: str | None = None) -> list[ModelCard]:
        """Every model, or every one of a kind, in the order found."""
        return [card for card in self._cards.values() if kind in (None, card.kind)]

    def find(self, name: str, kind: str | None = None) -> ModelCard:
        """The card of the model called `name`.

        Raises:
            ModelError: there is none, or it is of another kind; names the nearest ones.
        """
        card = self._cards.get(name)
        if card is None or kind not in (None, card.kind):
            raise ModelError(self._unknown(name, kind))
        return card

    def _unknown(self, name: str, kind: str | None) -> str:
        names = [card.name for card in self.cards(kind)]
        near = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.4) or names[:5]
        found = f"did you mean {' or '.join(near)}?" if near else "import one first."
        return f"There is no {kind or 'model'} called “{name}”: {found}"
