"""GUI thread: a stereo peak meter with peak hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import theme
from widgets import taper
from widgets.fader import KNOB_HEIGHT_PX

FALL_DB_PER_S = 30.0
"""How fast a bar falls after a peak; it rises at once."""
HOLD_S = 1.5
"""How long the line above a bar stays at the highest peak."""
BAR_PX = 7
GAP_PX = 3


class Meter(QWidget):
    """Two bars, left and right, on the scale of the fader beside them; what exceeds 0 dB full scale is red."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(f"{name} level")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.bars_db = np.full(2, taper.LOWEST_DB)
        self.holds_db = np.full(2, taper.LOWEST_DB)
        self._held_s = np.zeros(2)

    def show_peaks(self, peaks: Sequence[float], elapsed_s: float) -> None:
        """Show the highest samples (left, right; linear, 1.0 is full scale) of the last `elapsed_s` seconds."""
        peaks_db = 20 * np.log10(np.maximum(np.asarray(peaks, dtype=np.float64), 1e-9))
        before = self.bars_db, self.holds_db
        self.bars_db = np.maximum(np.maximum(peaks_db, self.bars_db - FALL_DB_PER_S * elapsed_s), taper.LOWEST_DB)
        self._held_s += elapsed_s
        renewed = (self.bars_db >= self.holds_db) | (self._held_s > HOLD_S)
        self._held_s[renewed] = 0.0
        self.holds_db = np.where(renewed, self.bars_db, self.holds_db)
        if not all(np.array_equal(*pair) for pair in zip(before, (self.bars_db, self.holds_db), strict=True)):
            self.update()

    def clear(self) -> None:
        """Back to silence at once."""
        self.show_peaks((0.0, 0.0), elapsed_s=1e6)

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(2 * BAR_PX + GAP_PX, 180)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both bars."""
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        for channel in range(2):
            self._paint_bar(painter, channel * (BAR_PX + GAP_PX), self.bars_db[channel], self.holds_db[channel])

    def _paint_bar(self, painter: QPainter, left_px: float, level_db: float, hold_db: float) -> None:
        painter.fillRect(QRectF(left_px, 0, BAR_PX, self.height()), QColor(theme.COLOURS.well))
        if level_db > taper.LOWEST_DB:
            top_px = self._y_of(level_db)
            painter.fillRect(QRectF(left_px, top_px, BAR_PX, self.height() - top_px), QColor(theme.COLOURS.good))
        if level_db > 0:
            over = QRectF(left_px, self._y_of(level_db), BAR_PX, self._y_of(0.0) - self._y_of(level_db))
            painter.fillRect(over, QColor(theme.COLOURS.mute))
        if hold_db > taper.LOWEST_DB:
            colour = theme.COLOURS.mute if hold_db > 0 else theme.COLOURS.good
            painter.fillRect(QRectF(left_px, self._y_of(hold_db), BAR_PX, 2), QColor(colour))

    def _y_of(self, level_db: float) -> float:
        # The fader's knob needs half its height above the highest mark; the meter keeps to the same scale.
        return KNOB_HEIGHT_PX / 2 + (1 - taper.place(level_db)) * (self.height() - KNOB_HEIGHT_PX)
