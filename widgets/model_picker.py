"""GUI thread: the models to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QScrollArea, QVBoxLayout, QWidget

from engine.models.card import ModelCard
from resources import theme
from widgets.card_button import CardButton


class ModelButton(CardButton):
    """A model as a card: its title and what it says of itself."""

    def __init__(self, card: ModelCard, parent: QWidget | None = None) -> None:
        super().__init__(card.title, card.description, parent)
        self.card = card
        self.setToolTip(card.description)


class ModelPicker(QScrollArea):
    """A list of cards of which one is chosen; the arrow keys go from card to card."""

    chosen = Signal(str)
    """The name of the model chosen by hand."""

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

    def set_cards(self, cards: Sequence[ModelCard]) -> None:
        """Show these models, none of them chosen."""
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.STEP_PX)
        self.buttons = [ModelButton(card) for card in cards]
        for button in self.buttons:
            self._group.addButton(button)
            column.addWidget(button)
        column.addStretch()
        self.setWidget(content)

    def set_chosen(self, name: str) -> None:
        """Mark the model called `name` as the chosen one; tells nobody."""
        for button in self.buttons:
            button.setChecked(button.card.name == name)
