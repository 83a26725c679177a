"""GUI thread: saves what has just sounded of music that goes on."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from resources import theme

STRETCHES_S = {"The last 30 s": 30.0, "The last 2 min": 120.0, "All that is still there": math.inf}
"""Seconds by what the menu says."""


class KeepButton(QPushButton):
    """Opens a small menu: how much of it is to be kept."""

    keep_wanted = Signal(float)
    """So many of the last seconds, infinity for all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(" Keep", parent)
        theme.set_icon(self, "chevron-down")
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow after the word
        self.setAccessibleName("Keep")
        self.setToolTip("Save what has just sounded as a take, stems included (Ctrl+K)")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        for text, stretch_s in STRETCHES_S.items():
            action = menu.addAction(text)
            action.triggered.connect(lambda _=False, stretch_s=stretch_s: self.keep_wanted.emit(stretch_s))
        self.setMenu(menu)
