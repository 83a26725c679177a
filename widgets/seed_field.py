"""GUI thread: a seed: typed, copied, drawn anew, or locked."""

from __future__ import annotations

import secrets

from PySide6.QtCore import QRegularExpression, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QRegularExpressionValidator
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from resources import theme

SEEDS = 100_000
"""A new seed is below this: short enough to be read aloud. Longer ones can be typed."""
DIGITS = 10
USUAL_DIGITS = 5
COPIED_MS = 1200


class SeedField(QFrame):
    """One whole number in a frame, with buttons that copy it, draw another, and keep it as it is."""

    seed_changed = Signal(object)
    """The seed, an int (a signal's own int has 32 bits only)."""
    lock_changed = Signal(bool)
    """Whether it is to stay as it is, after a click."""

    def __init__(
        self, seed: int = 0, name: str = "Seed", *, lockable: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("panel", "segments")
        self._seed = seed
        self.field = QLineEdit()
        self.field.setProperty("inset", True)
        self.field.setAccessibleName(name)
        self.field.setToolTip("The same seeds, model and length give the same take again")
        self.field.setFont(theme.font(tabular=True))
        self.field.setValidator(QRegularExpressionValidator(QRegularExpression(rf"\d{{1,{DIGITS}}}"), self))
        self.field.textChanged.connect(self._fit)
        self.field.editingFinished.connect(lambda: self.set_seed(int(self.field.text())))
        self.copy_button = _button(f"Copy {name.lower()}", "Copy this number")
        self.copy_button.clicked.connect(self._copy)
        self.new_button = _button(f"New {name.lower()}", "Draw another one")
        theme.set_icon(self.new_button, "refresh-cw", "dim")
        self.new_button.clicked.connect(self.draw_seed)
        self.lock_button = _button(f"Lock {name.lower()}", "Keep this one when new ones are drawn")
        self.lock_button.setCheckable(True)
        self.lock_button.setVisible(lockable)
        self.lock_button.toggled.connect(self._show_lock)
        self.lock_button.clicked.connect(self.lock_changed)
        self._copied = QTimer(self, interval=COPIED_MS, singleShot=True)
        self._copied.timeout.connect(lambda: theme.set_icon(self.copy_button, "copy", "dim"))
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 3, 1)
        row.setSpacing(0)
        for part in (self.field, self.copy_button, self.new_button, self.lock_button):
            row.addWidget(part)
        self.setFixedHeight(theme.CONTROL_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.field.setText(str(seed))
        theme.set_icon(self.copy_button, "copy", "dim")
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

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(str(self._seed))
        theme.set_icon(self.copy_button, "check", "good")
        self._copied.start()

    def _fit(self, text: str) -> None:
        """As wide as the number is: all of its figures are seen, and short ones do not make the field jump."""
        digits = "0" * max(USUAL_DIGITS, len(text))
        self.field.setFixedWidth(QFontMetrics(self.field.font()).horizontalAdvance(digits) + 4 * theme.STEP_PX)

    def _show_lock(self, locked: bool) -> None:
        name, role = ("lock", "accent") if locked else ("lock-open", "dim")
        theme.set_icon(self.lock_button, name, role)


def _button(name: str, tip: str) -> QPushButton:
    button = QPushButton()
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setProperty("weight", "quiet")
    button.setFixedWidth(24)
    return button
