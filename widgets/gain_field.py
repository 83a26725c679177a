"""GUI thread: a gain in figures, which can be typed over."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from widgets.figure_field import FigureField
from widgets.numerals import decibel_text, gain_db

UNIT = " dB"
WIDTH_PX, LEAST_PX = 62, 34
HEIGHT_PX = 18


class GainField(FigureField):
    """In decibels: "−4.5 dB", "−∞ dB"."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(f"{name} gain", decibel_text, gain_db, UNIT, parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip("Click to type a gain in decibels, such as −4.5")
        self.setFixedHeight(HEIGHT_PX)

    def sizeHint(self) -> QSize:
        """Room for any gain and its unit."""
        return QSize(WIDTH_PX, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """Room for any gain."""
        return QSize(LEAST_PX, HEIGHT_PX)
