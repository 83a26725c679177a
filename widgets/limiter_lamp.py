"""GUI thread: a lamp that is lit while the limiter works, with what it takes away."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import theme

HOLD_S = 1.0
"""How long the greatest reduction stays to be read."""
LEAST_DB = 0.05
WIDTH_PX, HEIGHT_PX = 54, 24


class LimiterLamp(QWidget):
    """Dark with the word "limiter", or lit with the reduction in dB."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Limiter")
        self.setToolTip("Lit while the limiter keeps the sum below full scale: by so much")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._reduction_db = 0.0
        self._held_s = 0.0

    @property
    def text(self) -> str:
        """What it says."""
        return f"−{self._reduction_db:.1f} dB" if self.lit else "limiter"

    @property
    def lit(self) -> bool:
        """Whether the limiter works, or did a moment ago."""
        return self._reduction_db >= LEAST_DB

    def show_reduction(self, reduction_db: float, elapsed_s: float) -> None:
        """Show by how many dB (0 and more) the limiter lowered the sum in the last `elapsed_s` seconds."""
        self._held_s += elapsed_s
        if reduction_db < self._reduction_db and self._held_s < HOLD_S:
            return
        self._held_s = 0.0
        if round(reduction_db, 1) != round(self._reduction_db, 1):
            self._reduction_db = reduction_db
            self.setAccessibleDescription(self.text if self.lit else "at rest")
            self.update()

    def sizeHint(self) -> QSize:
        """The size it always has."""
        return QSize(WIDTH_PX, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """The size it always has."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.COLOURS.accent if self.lit else theme.COLOURS.well))
        painter.drawRoundedRect(self.rect(), theme.CONTROL_CORNER_PX, theme.CONTROL_CORNER_PX)
        painter.setPen(QColor(theme.COLOURS.on_accent if self.lit else theme.COLOURS.dim))
        painter.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text)
