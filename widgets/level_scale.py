"""GUI thread: the key to the spectrogram's colours."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from resources import theme

BAR_WIDTH_PX = 84
BAR_HEIGHT_PX = 8
LABEL_WIDTH_PX = 52


class LevelScale(QWidget):
    """A bar in the spectrogram's colours between the levels that its ends stand for."""

    def __init__(self, floor_db: float, ceiling_db: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = f"−{abs(floor_db):.0f}", f"−{abs(ceiling_db):.0f} dB"
        self.setAccessibleName(f"Colours: {self._labels[0]} to {self._labels[1]}")
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """The size it always has."""
        return QSize(2 * LABEL_WIDTH_PX + BAR_WIDTH_PX, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar and its two labels."""
        painter = QPainter(self)
        bar = QRectF(LABEL_WIDTH_PX, (self.height() - BAR_HEIGHT_PX) / 2, BAR_WIDTH_PX, BAR_HEIGHT_PX)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for index, colour in enumerate(theme.SPECTROGRAM):
            gradient.setColorAt(index / (len(theme.SPECTROGRAM) - 1), QColor(colour))
        painter.fillRect(bar, gradient)
        painter.setPen(QColor(theme.COLOURS.line))
        painter.drawRect(bar)
        painter.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        painter.setPen(QColor(theme.COLOURS.dim))
        left = QRectF(0, 0, LABEL_WIDTH_PX - 8, self.height())
        right = QRectF(bar.right() + 8, 0, LABEL_WIDTH_PX - 8, self.height())
        painter.drawText(left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._labels[0])
        painter.drawText(right, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._labels[1])
