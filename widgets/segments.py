"""GUI thread: a few choices side by side, of which one at most is marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from resources import theme


class Segments(QFrame):
    """Buttons in one frame; a click tells which."""

    pressed = Signal(int)
    """The index of the button clicked."""

    def __init__(self, texts: Sequence[str], name: str, parent: QWidget | None = None) -> None:
        """One button a text; `name` says to a screen reader what is chosen."""
        super().__init__(parent)
        self.setProperty("panel", "segments")
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for index, text in enumerate(texts):
            button = QPushButton(text)
            button.setProperty("weight", "segment")
            button.setCheckable(True)
            button.setFont(theme.font(tabular=True))
            button.setAccessibleName(f"{name} {text}")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
            self._group.addButton(button, index)
            row.addWidget(button)
        self._group.idClicked.connect(self.pressed)

    def mark(self, index: int | None) -> None:
        """Mark one button, or none; tells nobody."""
        self._group.setExclusive(False)
        for button in self._group.buttons():
            button.setChecked(self._group.id(button) == index)
        self._group.setExclusive(True)

    def set_available(self, index: int, available: bool) -> None:
        """Whether one of the buttons can be pressed."""
        self._group.button(index).setEnabled(available)

    def set_tips(self, tips: Sequence[str]) -> None:
        """What the tooltip of each button says."""
        for index, tip in enumerate(tips):
            self._group.button(index).setToolTip(tip)
