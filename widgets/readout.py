"""GUI thread: a figure that changes by itself, under its caption."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import theme

WIDTH_PX, LEAST_PX = 68, 44
HEIGHT_PX = 34
CAPTION_HEIGHT_PX = 14
FIGURE_PX = 15


class Readout(QWidget):
    """Painted as a whole, so that nothing is laid out anew when the figure moves; the unit only where there is room.

    `figure` is what it says, without the unit; `lit` whether it is in the accent's colour.
    """

    def __init__(self, caption: str, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption, self._unit = caption, unit
        self.figure = ""
        self.lit = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_figure(self, figure: str, *, lit: bool = False) -> None:
        """Say something else."""
        if (figure, lit) != (self.figure, self.lit):
            self.figure, self.lit = figure, lit
            self.setAccessibleDescription(f"{figure} {self._unit}".strip())
            self.update()

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(WIDTH_PX, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """The least size at which the figure can be read."""
        return QSize(LEAST_PX, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw caption, figure and unit."""
        painter = QPainter(self)
        left = Qt.AlignmentFlag.AlignLeft
        painter.setFont(theme.font(theme.CAPTION_PX))
        painter.setPen(QColor(theme.COLOURS.dim))
        painter.drawText(QRectF(0, 0, self.width(), CAPTION_HEIGHT_PX), left | Qt.AlignmentFlag.AlignTop, self._caption)
        font = theme.font(FIGURE_PX, QFont.Weight.DemiBold, tabular=True)
        figure_px = QFontMetricsF(font).horizontalAdvance(self.figure)
        below = QRectF(0, CAPTION_HEIGHT_PX, self.width(), self.height() - CAPTION_HEIGHT_PX)
        painter.setFont(font)
        painter.setPen(QColor(theme.COLOURS.accent if self.lit else theme.COLOURS.text))
        painter.drawText(below, left | Qt.AlignmentFlag.AlignVCenter, self.figure)
        small = theme.font(theme.CAPTION_PX)
        if figure_px + theme.STEP_PX + QFontMetricsF(small).horizontalAdvance(self._unit) <= self.width():
            painter.setFont(small)
            painter.setPen(QColor(theme.COLOURS.dim))
            below.adjust(figure_px + theme.STEP_PX, 1, 0, 1)
            painter.drawText(below, left | Qt.AlignmentFlag.AlignVCenter, self._unit)
