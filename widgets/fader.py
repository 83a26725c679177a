"""GUI thread: a vertical fader with dB marks."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractSlider, QWidget

from resources import theme
from widgets import taper
from widgets.numerals import SILENCE_DB, decibel_text

KNOB_WIDTH_PX = 28
KNOB_HEIGHT_PX = 16
GROOVE_PX = 4
SCALE_WIDTH_PX = 32


class Fader(QAbstractSlider):
    """A gain in dB, from −∞ to +6, on a musician's taper.

    Drag the knob, press beside it to bring it there, turn the wheel, use the arrow and page keys; a double click or
    the key 0 sets it to 0 dB. As a slider its value counts tenths of a decibel, the lowest meaning −∞.
    """

    gain_changed = Signal(float)
    """The new gain in dB, by whatever means it came."""

    def __init__(self, name: str, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = QColor(colour)
        self._grip_px = 0.0
        self.setAccessibleName(f"{name} gain")
        self.setOrientation(Qt.Orientation.Vertical)
        self.setRange(_tenths(-math.inf), _tenths(taper.HIGHEST_DB))
        self.set_gain_db(0.0)
        self.setSingleStep(5)
        self.setPageStep(30)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(decibel_text(self.gain_db))
        self.valueChanged.connect(self._tell)

    @property
    def gain_db(self) -> float:
        """The gain, −inf where the fader is shut."""
        gain_db = self.value() / 10
        return -math.inf if gain_db < SILENCE_DB else gain_db

    def set_gain_db(self, gain_db: float) -> None:
        """Move the knob; gains beyond the ends stop there."""
        self.setValue(_tenths(gain_db))

    def _tell(self) -> None:
        self.setAccessibleDescription(decibel_text(self.gain_db))
        self.gain_changed.emit(self.gain_db)
        self.update()

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(SCALE_WIDTH_PX + KNOB_WIDTH_PX + 8, 180)

    def minimumSizeHint(self) -> QSize:
        """The least size at which all marks can be read."""
        return QSize(SCALE_WIDTH_PX + KNOB_WIDTH_PX + 8, 112)

    def y_of(self, gain_db: float) -> float:
        """Height in pixels from the top at which the middle of the knob stands for a gain."""
        return KNOB_HEIGHT_PX / 2 + (1 - taper.place(gain_db)) * (self.height() - KNOB_HEIGHT_PX)

    def _gain_at(self, y_px: float) -> float:
        return taper.gain_at(1 - (y_px - KNOB_HEIGHT_PX / 2) / (self.height() - KNOB_HEIGHT_PX))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grip the knob where it is touched, or bring it to where the groove is pressed."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        y_px = event.position().y()
        offset_px = y_px - self.y_of(self.gain_db)
        self._grip_px = offset_px if abs(offset_px) <= KNOB_HEIGHT_PX / 2 else 0.0
        self.setSliderDown(True)
        self.set_gain_db(self._gain_at(y_px - self._grip_px))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if self.isSliderDown():
            self.set_gain_db(self._gain_at(event.position().y() - self._grip_px))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to 0 dB."""
        self.set_gain_db(0.0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The key 0 sets 0 dB; the others are a slider's own."""
        if event.key() == Qt.Key.Key_0:
            self.set_gain_db(0.0)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw marks, groove and knob."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_marks(painter)
        groove = QRectF(self._centre_px() - GROOVE_PX / 2, 0, GROOVE_PX, self.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.COLOURS.well))
        painter.drawRoundedRect(groove, GROOVE_PX / 2, GROOVE_PX / 2)
        self._paint_knob(painter)

    def _centre_px(self) -> float:
        return SCALE_WIDTH_PX + (self.width() - SCALE_WIDTH_PX) / 2

    def _paint_marks(self, painter: QPainter) -> None:
        painter.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        painter.setPen(QColor(theme.COLOURS.dim))
        for gain_db in taper.MARKS_DB:
            text = f"{gain_db:+d}".replace("-", "−") if gain_db else "0"
            box = QRectF(0, self.y_of(gain_db) - 8, SCALE_WIDTH_PX - 4, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_knob(self, painter: QPainter) -> None:
        middle_px = self.y_of(self.gain_db)
        corner = QPointF(self._centre_px() - KNOB_WIDTH_PX / 2, middle_px - KNOB_HEIGHT_PX / 2)
        knob = QRectF(corner, QSizeF(KNOB_WIDTH_PX, KNOB_HEIGHT_PX))
        edge = theme.COLOURS.text if self.hasFocus() else theme.COLOURS.faint
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(theme.COLOURS.hover))
        painter.drawRoundedRect(knob.adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(QPen(self._colour, 2))
        half = QPointF(KNOB_WIDTH_PX / 2 - 6, 0)
        painter.drawLine(knob.center() - half, knob.center() + half)


def _tenths(gain_db: float) -> int:
    lowest = round(taper.LOWEST_DB * 10)
    return lowest if gain_db < SILENCE_DB else round(gain_db * 10)
