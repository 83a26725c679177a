"""GUI thread: the seed of the next take."""

from __future__ import annotations

import secrets

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from resources import theme

SEEDS = 100_000
"""A new seed is below this: short enough to be read aloud. Longer ones can be typed."""
DIGITS = 10


class SeedField(QWidget):
    """One whole number that makes a take what it is; the button draws another."""

    seed_changed = Signal(object)
    """The seed, an int (a signal's own int has 32 bits only)."""

    def __init__(self, seed: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seed = seed
        self.field = QLineEdit(str(seed))
        self.field.setAccessibleName("Seed")
        self.field.setToolTip("The same seed, model and length give the same take again")
        self.field.setFont(theme.font(tabular=True))
        self.field.setFixedWidth(96)
        self.field.setValidator(QRegularExpressionValidator(QRegularExpression(rf"\d{{1,{DIGITS}}}"), self))
        self.field.editingFinished.connect(lambda: self.set_seed(int(self.field.text())))
        self.new_button = QPushButton(theme.icon("refresh-cw", theme.COLOURS.dim), "")
        self.new_button.setAccessibleName("New seed")
        self.new_button.setToolTip("Draw another seed")
        self.new_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.new_button.setProperty("weight", "square")
        self.new_button.clicked.connect(self.draw_seed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.STEP_PX)
        for part in (self.field, self.new_button):
            part.setFixedHeight(theme.CONTROL_HEIGHT_PX)
            row.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def seed(self) -> int:
        """The seed shown."""
        return self._seed

    def set_seed(self, seed: int) -> None:
        """Show a seed and tell those who listen, if it is another."""
        self.field.setText(str(seed))
        if seed != self._seed:
            self._seed = seed
            self.seed_changed.emit(seed)

    def draw_seed(self) -> None:
        """Another seed, by chance."""
        self.set_seed((self._seed + 1 + secrets.randbelow(SEEDS - 1)) % SEEDS)
