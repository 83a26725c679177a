"""GUI thread: a vertical fader with dB marks."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

from resources import theme
from widgets import taper
from widgets.numerals import SILENCE_DB, decibel_text

KNOB_WIDTH_PX = 26
KNOB_HEIGHT_PX = 16
GROOVE_PX = 4
NOTCH = 120
"""What Qt calls one notch of a wheel."""
SCALE_WIDTH_PX = 28
TICK_PX = 4
FINE = 0.2
"""With Shift the knob goes so far of the way of the hand."""


class Fader(QAbstractSlider):
    """A gain in dB, from −∞ to +6, on a musician's taper.

    Drag the knob (with Shift: finely), press beside it to bring it there, turn the wheel, use the arrow and page keys;
    a double click or the key 0 sets it to 0 dB. As a slider its value counts tenths of a decibel; the lowest means −∞.
    """

    gain_changed = Signal(float)
    """The new gain in dB, by whatever means it came."""
    typing_wanted = Signal()
    """Enter: the gain is to be typed."""

    def __init__(self, name: str, stem: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stem = stem
        self._hand_px = self._knob_px = 0.0  # of the hand when last seen; where the knob's middle would be
        self._silent = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
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

    def set_silent(self, silent: bool) -> None:
        """Show whether nothing of it is heard, wherever it stands."""
        if silent != self._silent:
            self._silent = silent
            self.update()

    def _tell(self) -> None:
        self.setAccessibleDescription(decibel_text(self.gain_db))
        self.gain_changed.emit(self.gain_db)
        self.update()

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(SCALE_WIDTH_PX + KNOB_WIDTH_PX + 12, 180)

    def minimumSizeHint(self) -> QSize:
        """The least size at which all marks can be read."""
        return QSize(SCALE_WIDTH_PX + KNOB_WIDTH_PX, 112)

    def y_of(self, gain_db: float) -> float:
        """Height in pixels from the top at which the middle of the knob stands for a gain."""
        return KNOB_HEIGHT_PX / 2 + (1 - taper.place(gain_db)) * (self.height() - KNOB_HEIGHT_PX)

    def _gain_at(self, y_px: float) -> float:
        return taper.gain_at(1 - (y_px - KNOB_HEIGHT_PX / 2) / (self.height() - KNOB_HEIGHT_PX))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grip the knob where it is touched, or bring it to where the groove is pressed."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._hand_px = event.position().y()
        self._knob_px = self.y_of(self.gain_db)
        self.setSliderDown(True)
        if abs(self._hand_px - self._knob_px) > KNOB_HEIGHT_PX / 2:
            self._knob_px = self._hand_px
            self.set_gain_db(self._gain_at(self._knob_px))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag."""
        if not self.isSliderDown():
            return
        way_px = event.position().y() - self._hand_px
        self._hand_px = event.position().y()
        self._knob_px += way_px * (FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0)
        self.set_gain_db(self._gain_at(self._knob_px))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Half a decibel a notch; with Shift, which some systems turn sideways, a tenth."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        fine = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self.setValue(self.value() + round(turn / NOTCH * (1 if fine else self.singleStep())))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to 0 dB."""
        self.set_gain_db(0.0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The key 0 sets 0 dB, Enter asks for figures, up and down are a slider's own: sideways is for the playhead."""
        if event.key() == Qt.Key.Key_0:
            self.set_gain_db(0.0)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.typing_wanted.emit()
        elif event.key() in _OF_THE_WINDOW:
            event.ignore()
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
        painter.setPen(QColor(theme.COLOURS.dim if self.isEnabled() else theme.COLOURS.faint))
        for gain_db in taper.MARKS_DB:
            text = f"{gain_db:+d}".replace("-", "−") if gain_db else "0"
            box = QRectF(0, self.y_of(gain_db) - 8, SCALE_WIDTH_PX - 4, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        for gain_db in taper.MARKS_DB:
            left_px = self._centre_px() - GROOVE_PX / 2 - TICK_PX - 2
            colour = theme.COLOURS.faint if gain_db else theme.COLOURS.dim
            painter.fillRect(QRectF(left_px, round(self.y_of(gain_db)) - 0.5, TICK_PX, 1), QColor(colour))

    def _paint_knob(self, painter: QPainter) -> None:
        middle_px = round(self.y_of(self.gain_db))  # so that its line is sharp
        corner = QPointF(self._centre_px() - KNOB_WIDTH_PX / 2, middle_px - KNOB_HEIGHT_PX / 2)
        knob = QRectF(corner, QSizeF(KNOB_WIDTH_PX, KNOB_HEIGHT_PX))
        painter.setPen(QPen(QColor(self._edge_colour()), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(theme.COLOURS.hover))
        painter.drawRoundedRect(knob.adjusted(1, 1, -1, -1), 4, 4)
        mute = self._silent or not self.isEnabled()
        painter.setPen(QPen(QColor(theme.COLOURS.faint if mute else theme.stem_colour(self._stem)), 2))
        half = QPointF(KNOB_WIDTH_PX / 2 - 6, 0)
        painter.drawLine(knob.center() - half, knob.center() + half)

    def _edge_colour(self) -> str:
        if self.hasFocus():
            return theme.COLOURS.text
        touched = self.isEnabled() and (self.underMouse() or self.isSliderDown())
        return theme.COLOURS.dim if touched else theme.COLOURS.faint


_OF_THE_WINDOW = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)


def _tenths(gain_db: float) -> int:
    lowest = round(taper.LOWEST_DB * 10)
    return lowest if gain_db < SILENCE_DB else round(gain_db * 10)
