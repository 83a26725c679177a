"""GUI thread: a seed: typed, drawn anew, or locked."""

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
    """One whole number; a button draws another, and one keeps it as it is."""

    seed_changed = Signal(object)
    """The seed, an int (a signal's own int has 32 bits only)."""
    lock_changed = Signal(bool)
    """Whether it is to stay as it is, after a click."""

    def __init__(
        self, seed: int = 0, name: str = "Seed", *, lockable: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._seed = seed
        self.field = QLineEdit(str(seed))
        self.field.setAccessibleName(name)
        self.field.setToolTip("The same seeds, model and length give the same take again")
        self.field.setFont(theme.font(tabular=True))
        self.field.setFixedWidth(96)
        self.field.setValidator(QRegularExpressionValidator(QRegularExpression(rf"\d{{1,{DIGITS}}}"), self))
        self.field.editingFinished.connect(lambda: self.set_seed(int(self.field.text())))
        self.new_button = _button(f"New {name.lower()}", "Draw another one")
        self.new_button.setIcon(theme.icon("refresh-cw", theme.COLOURS.dim))
        self.new_button.clicked.connect(self.draw_seed)
        self.lock_button = _button(f"Lock {name.lower()}", "Keep this one when new ones are drawn")
        self.lock_button.setCheckable(True)
        self.lock_button.setVisible(lockable)
        self.lock_button.toggled.connect(self._show_lock)
        self.lock_button.clicked.connect(self.lock_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.STEP_PX)
        for part in (self.field, self.new_button, self.lock_button):
            part.setFixedHeight(theme.CONTROL_HEIGHT_PX)
            row.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._show_lock(False)

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

    def set_locked(self, locked: bool) -> None:
        """Show whether it is to stay as it is; tells nobody."""
        self.lock_button.setChecked(locked)

    def draw_seed(self) -> None:
        """Another seed, by chance."""
        self.set_seed((self._seed + 1 + secrets.randbelow(SEEDS - 1)) % SEEDS)

    def _show_lock(self, locked: bool) -> None:
        name, colour = ("lock", theme.COLOURS.accent) if locked else ("lock-open", theme.COLOURS.dim)
        self.lock_button.setIcon(theme.icon(name, colour))


def _button(name: str, tip: str) -> QPushButton:
    button = QPushButton()
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setProperty("weight", "square")
    return button
