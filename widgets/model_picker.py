"""GUI thread: the models to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QScrollArea, QVBoxLayout, QWidget

from resources import theme
from widgets.model_card import ModelButton, ModelFacts

NONE_FOUND = "No model or show has these words"
NONE_THERE = "No models yet: drop a model’s folder here, or train one of your own"


class ModelPicker(QScrollArea):
    """A list of cards of which one is chosen; the arrow keys go from card to card."""

    chosen = Signal(str)
    """The name of the model chosen by hand."""
    preview_pressed = Signal(str)
    """The name of the model whose preview is to be heard, or no longer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Models")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(lambda button: self.chosen.emit(button.card.name))
        self.buttons: list[ModelButton] = []
        self.set_cards(())

    def set_cards(self, cards: Sequence[ModelFacts]) -> None:
        """Show these models, none of them chosen, without pictures; nothing changes where they are shown already."""
        if cards and [button.card for button in self.buttons] == list(cards):
            return
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.STEP_PX)
        self.note = QLabel()
        self.note.setProperty("role", "dim")
        self.note.setWordWrap(True)
        column.addWidget(self.note)
        self.buttons = [ModelButton(card) for card in cards]
        for button in self.buttons:
            self._group.addButton(button)
            button.preview_pressed.connect(self.preview_pressed)
            column.addWidget(button)
        column.addStretch()
        self.setWidget(content)
        self.show_found(lambda words: True)

    def set_chosen(self, name: str) -> None:
        """Mark the model called `name` as the chosen one; tells nobody."""
        for button in self.buttons:
            button.setChecked(button.card.name == name)

    def set_picture(self, name: str, levels: npt.NDArray[np.uint8] | None) -> None:
        """Show the picture of a model's preview, levels (columns, bins)."""
        for button in self.buttons:
            if button.card.name == name:
                button.set_levels(levels)

    def show_preview(self, name: str, fraction: float = 0.0) -> None:
        """Show whose preview is heard ("" for none), and how far, 0 to 1."""
        for button in self.buttons:
            button.show_preview(fraction if button.card.name == name else None)

    def show_found(self, finds: Callable[[str], bool]) -> int:
        """Show only the models whose words satisfy a search; how many they are."""
        found = 0
        for button in self.buttons:
            is_found = finds(button.card.words)
            button.setVisible(is_found)
            found += is_found
        self.note.setText(NONE_FOUND if self.buttons else NONE_THERE)
        self.note.setVisible(not found)
        return found
