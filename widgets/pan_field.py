"""GUI thread: a pan in figures, which can be typed over."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from widgets.figure_field import FigureField
from widgets.numerals import pan_of, pan_text

WIDTH_PX, HEIGHT_PX = 34, 16


class PanField(FigureField):
    """In hundredths to either side: "C", "L 30", "R 100"."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(f"{name} pan", pan_text, pan_of, parent=parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setToolTip("Click to type a pan: L 30, R 100, or C for the middle")
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Room for any pan."""
        return QSize(WIDTH_PX, HEIGHT_PX)
