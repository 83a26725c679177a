"""GUI thread: the trainings there are, to look at one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QScrollArea, QVBoxLayout, QWidget

from resources import theme
from widgets.card_button import CardButton


@dataclass(frozen=True)
class TrainingEntry:
    """A training in the list: its name, which tells it from the others, title, a line about it, its lamp's role."""

    name: str
    title: str
    line: str
    lamp: str


class TrainingList(QScrollArea):
    """A card a training. Cards stay what they are while only what they say changes, so that the focus stays too."""

    chosen = Signal(str)
    """The name of the training chosen by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Trainings")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(lambda button: self.chosen.emit(self._name_of(button)))
        self._chosen = ""
        self.buttons: dict[str, CardButton] = {}

    def set_entries(self, entries: Sequence[TrainingEntry]) -> None:
        """Show these trainings."""
        if [entry.name for entry in entries] != list(self.buttons):
            self._begin_anew(entries)
        for entry in entries:
            self.buttons[entry.name].set_line(entry.line, entry.lamp)

    def set_chosen(self, name: str) -> None:
        """Mark a training, or with an empty name none; tells nobody."""
        self._chosen = name
        self._group.setExclusive(False)
        for other, button in self.buttons.items():
            button.setChecked(other == name)
        self._group.setExclusive(True)

    def _begin_anew(self, entries: Sequence[TrainingEntry]) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.STEP_PX)
        self.buttons = {entry.name: CardButton(entry.title) for entry in entries}
        for button in self.buttons.values():
            self._group.addButton(button)
            column.addWidget(button)
        column.addStretch()
        self.setWidget(content)
        self.set_chosen(self._chosen)

    def _name_of(self, button: CardButton) -> str:
        return next(name for name, other in self.buttons.items() if other is button)
