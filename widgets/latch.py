"""GUI thread: a small button with one letter that stays down: mute, solo."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

HEIGHT_PX = 26
WIDTH_PX, LEAST_PX = 28, 22


class Latch(QPushButton):
    """Lit in the colour of its kind while it is down; a little narrower where there is no room."""

    def __init__(self, letter: str, kind: str, name: str, parent: QWidget | None = None) -> None:
        """A latch of a kind that the style sheet knows, called `name` for those who do not see it."""
        super().__init__(letter, parent)
        self.setCheckable(True)
        self.setProperty("weight", "latch")
        self.setProperty("kind", kind)
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({letter})")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(WIDTH_PX, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """The least size at which it can be hit."""
        return QSize(LEAST_PX, HEIGHT_PX)
