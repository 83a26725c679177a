"""GUI thread: length and seed of the next take, and the one loud button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from resources import theme
from widgets.length_selector import LengthSelector
from widgets.seed_field import SeedField


class MakeBar(QFrame):
    """What the next take will be. While something is being made, Generate is Cancel."""

    generate_pressed = Signal()
    cancel_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = False
        self._ready = False
        self.setProperty("panel", "card")
        self.length = LengthSelector()
        self.seed = SeedField()
        self.button = QPushButton()
        self.button.setFixedWidth(112)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._press)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_PX, 2 * theme.STEP_PX, theme.GAP_PX, 2 * theme.STEP_PX)
        row.setSpacing(5 * theme.STEP_PX)
        row.addLayout(_captioned("Length", self.length))
        row.addLayout(_captioned("Seed", self.seed))
        row.addStretch()
        row.addWidget(self.button)
        self._dress_button()

    def set_busy(self, busy: bool) -> None:
        """Whether something is being made that can be cancelled."""
        self._busy = busy
        self._dress_button()

    def set_ready(self, ready: bool) -> None:
        """Whether there is a model to generate with."""
        self._ready = ready
        self._dress_button()

    def _dress_button(self) -> None:
        self.button.setText("Cancel" if self._busy else "Generate")
        self.button.setToolTip("Stop what is being made" if self._busy else "Make a new take")
        self.button.setEnabled(self._busy or self._ready)
        theme.mark(self.button, weight="loud", calm=self._busy)

    def _press(self) -> None:
        (self.cancel_pressed if self._busy else self.generate_pressed).emit()


def _captioned(text: str, control: QWidget) -> QVBoxLayout:
    caption = QLabel(text)
    caption.setProperty("role", "caption")
    column = QVBoxLayout()
    column.setSpacing(theme.STEP_PX)
    column.addWidget(caption)
    column.addWidget(control)
    return column
