"""GUI thread: the key to the spectrogram's colours."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from resources import theme

BAR_WIDTH_PX = 84
BAR_HEIGHT_PX = 8
LEFT_PX, RIGHT_PX = 34, 52
STEP_DB = 10
POINTER_PX = 4


class LevelScale(QWidget):
    """A bar in the spectrogram's colours, a tick every STEP_DB, and a pointer at the level under the mouse."""

    def __init__(self, floor_db: float, ceiling_db: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._floor_db, self._ceiling_db = floor_db, ceiling_db
        self._pointed_db: float | None = None
        self._labels = f"−{abs(floor_db):.0f}", f"−{abs(ceiling_db):.0f} dB"
        self.setAccessibleName(f"Colours: {self._labels[0]} to {self._labels[1]}")
        self.setToolTip("How loud the colours are; a line every 10 dB")
        self.setFixedSize(self.sizeHint())
        theme.SIGNALS.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The size it always has."""
        return QSize(LEFT_PX + BAR_WIDTH_PX + RIGHT_PX, 24)

    def level_db(self, level: int) -> float:
        """What a level, 0 to 255, means."""
        return self._floor_db + (self._ceiling_db - self._floor_db) * level / 255

    def point_at(self, level: int | None) -> None:
        """Point at a level, 0 to 255; None points at nothing."""
        pointed_db = None if level is None else self.level_db(level)
        if pointed_db != self._pointed_db:
            self._pointed_db = pointed_db
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar, its ticks, its labels and the pointer."""
        painter = QPainter(self)
        bar = QRectF(LEFT_PX, (self.height() - BAR_HEIGHT_PX) / 2, BAR_WIDTH_PX, BAR_HEIGHT_PX)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        table = theme.spectrogram_table()
        for level in range(0, 256, 17):
            gradient.setColorAt(level / 255, QColor(*(int(part) for part in table[level])))
        painter.fillRect(bar, gradient)
        for step in range(round((self._ceiling_db - self._floor_db) / STEP_DB) + 1):
            x_px = round(self._x_of(self._floor_db + step * STEP_DB))
            painter.fillRect(QRectF(x_px, bar.bottom() + 2, 1, 3), QColor(theme.COLOURS.faint))
        if self._pointed_db is not None:
            self._draw_pointer(painter, self._x_of(self._pointed_db), bar.top() - 1)
        painter.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        painter.setPen(QColor(theme.COLOURS.dim))
        left = QRectF(0, 0, LEFT_PX - 8, self.height())
        right = QRectF(bar.right() + 8, 0, RIGHT_PX - 8, self.height())
        painter.drawText(left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._labels[0])
        painter.drawText(right, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._labels[1])
        painter.end()

    def _x_of(self, level_db: float) -> float:
        return LEFT_PX + (BAR_WIDTH_PX - 1) * (level_db - self._floor_db) / (self._ceiling_db - self._floor_db)

    def _draw_pointer(self, painter: QPainter, x_px: float, tip_px: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.COLOURS.text))
        top_px = tip_px - POINTER_PX
        tips = (QPointF(x_px - POINTER_PX, top_px), QPointF(x_px + POINTER_PX, top_px), QPointF(x_px, tip_px))
        painter.drawPolygon(QPolygonF(tips))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
