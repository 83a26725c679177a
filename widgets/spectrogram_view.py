"""GUI thread: the spectrogram of a take, the stage of the window: what is there, what is being made, what plays."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    qRgb,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import theme
from widgets.numerals import clock_text

FREQUENCY_AXIS_PX = 44
TIME_AXIS_PX = 24
LABELLED_HZ = ((16_000, "16k"), (5_000, "5k"), (1_000, "1k"), (250, "250"), (60, "60"))
TICK_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
TICK_SPACING_PX = 80
"""The least way between two labels of the time axis."""
KEY_STEP_S = 5.0
PLAYHEAD_REACH_PX = 7
"""How far the playhead's drawing reaches to either side."""


class SpectrogramView(QWidget):
    """Levels over time (along) and log frequency (up), with a playhead; a click, a drag or an arrow key seeks.

    Two marks tell how far a take is: what is not made yet is dark, what has no stems yet is dimmed.
    """

    sought = Signal(float)
    """Where to play from, in seconds."""

    def __init__(self, lowest_hz: float, highest_hz: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._range_hz = lowest_hz, highest_hz
        self._levels: npt.NDArray[np.uint8] = np.zeros((0, 1), np.uint8)
        self._column_s = 1.0
        self._picture = QPixmap()
        self._length_s = 0.0
        self._made_s = 0.0
        self._stems_s: float | None = None
        self._position_s = 0.0
        self._note = ""
        self._invitation = ""
        self.setAccessibleName("Spectrogram")
        self.setAccessibleDescription("Click or use the arrow keys to play from another place")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_take(self, length_s: float) -> None:
        """Start with an empty picture of a take that will be `length_s` long; 0 shows the invitation."""
        self._levels = self._levels[:0]
        self._length_s, self._made_s, self._stems_s, self._position_s = length_s, 0.0, None, 0.0
        self._note = ""
        self._redraw()

    def set_length_s(self, length_s: float) -> None:
        """The length has become another: a take was ended before its time."""
        self._length_s = length_s
        self._redraw()

    def set_invitation(self, text: str) -> None:
        """What an empty stage says."""
        self._invitation = text
        self.update()

    def set_levels(self, levels: npt.NDArray[np.uint8], column_s: float) -> None:
        """The picture so far: levels (columns, bins), the lowest frequency first, each column `column_s` seconds."""
        self._levels, self._column_s = levels, column_s
        self._redraw()

    def set_progress(self, made_s: float, stems_s: float | None, note: str = "") -> None:
        """How much is made and how much of it has stems (None: there will be none), in seconds; a note on the rest."""
        self._made_s, self._stems_s, self._note = made_s, stems_s, note
        self.update()

    def set_position_s(self, position_s: float) -> None:
        """Move the playhead; only what it uncovers is drawn anew."""
        if position_s == self._position_s:
            return
        before = self._playhead_rect()
        self._position_s = position_s
        self.update(before)
        self.update(self._playhead_rect())

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(860, 400)

    def minimumSizeHint(self) -> QSize:
        """The least size that can be read."""
        return QSize(320, 140)

    def plot_rect(self) -> QRect:
        """Where the picture is: the widget without its axes."""
        return self.rect().adjusted(FREQUENCY_AXIS_PX, 0, -1, -TIME_AXIS_PX)

    def x_of(self, time_s: float) -> float:
        """The place of a time along the widget, in pixels."""
        plot = self.plot_rect()
        return plot.left() + plot.width() * (time_s / self._length_s if self._length_s else 0.0)

    def y_of(self, frequency_hz: float) -> float:
        """The height of a frequency, in pixels from the top."""
        lowest_hz, highest_hz = self._range_hz
        plot = self.plot_rect()
        share = math.log(frequency_hz / lowest_hz) / math.log(highest_hz / lowest_hz)
        return plot.top() + plot.height() * (1 - share)

    def _time_at(self, x_px: float) -> float:
        plot = self.plot_rect()
        share = (x_px - plot.left()) / max(plot.width(), 1)
        return min(max(share * self._length_s, 0.0), self._made_s)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Play from here."""
        if event.button() == Qt.MouseButton.LeftButton and self._made_s:
            self.sought.emit(self._time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the playhead along."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._made_s:
            self.sought.emit(self._time_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows step by KEY_STEP_S, Home goes to the start."""
        targets_s = {
            Qt.Key.Key_Left: self._position_s - KEY_STEP_S,
            Qt.Key.Key_Right: self._position_s + KEY_STEP_S,
            Qt.Key.Key_Home: 0.0,
        }
        target_s = targets_s.get(Qt.Key(event.key()))
        if target_s is None or not self._made_s:
            super().keyPressEvent(event)
        else:
            self.sought.emit(min(max(target_s, 0.0), self._made_s))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the picture for the new size."""
        self._redraw()

    def _redraw(self) -> None:
        self._picture = QPixmap()
        self.update()

    def _playhead_rect(self) -> QRect:
        x_px = round(self.x_of(self._position_s))
        return QRect(x_px - PLAYHEAD_REACH_PX, 0, 2 * PLAYHEAD_REACH_PX + 1, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw picture, marks, axes and playhead."""
        painter = QPainter(self)
        painter.fillRect(self.plot_rect(), QColor(theme.SPECTROGRAM_COLOURS[0]))
        painter.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        self._paint_picture(painter)
        self._paint_frequency_axis(painter)
        if self._length_s:
            self._paint_time_axis(painter)
            self._paint_marks(painter)
            self._paint_playhead(painter)
        else:
            self._paint_invitation(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.COLOURS.text), 2))
            painter.drawRect(self.plot_rect().adjusted(1, 1, -1, -1))

    def _paint_picture(self, painter: QPainter) -> None:
        if not len(self._levels) or not self._length_s:
            return
        plot = self.plot_rect()
        if self._picture.isNull():
            seconds = len(self._levels) * self._column_s
            width = min(round(plot.width() * seconds / self._length_s), plot.width())
            self._picture = _picture(self._levels, QSize(max(width, 1), plot.height()), self.devicePixelRatioF())
        painter.drawPixmap(plot.topLeft(), self._picture)

    def _paint_frequency_axis(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme.COLOURS.dim))
        for frequency_hz, text in LABELLED_HZ:
            top_px = max(self.y_of(frequency_hz) - 8, 0.0)
            box = QRectF(0, top_px, FREQUENCY_AXIS_PX - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QColor(theme.COLOURS.line))
        painter.drawLine(FREQUENCY_AXIS_PX - 1, 0, FREQUENCY_AXIS_PX - 1, self.height())
        painter.drawLine(FREQUENCY_AXIS_PX, self.plot_rect().bottom() + 1, self.width(), self.plot_rect().bottom() + 1)

    def _paint_time_axis(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme.COLOURS.dim))
        top_px = self.plot_rect().bottom() + 2
        end = self._label_rect(painter, self._length_s, top_px)
        for index in range(math.ceil(self._length_s / self._tick_step_s())):
            time_s = index * self._tick_step_s()
            box = self._label_rect(painter, time_s, top_px)
            if box.right() + 2 * theme.STEP_PX < end.left() or not index:
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, clock_text(time_s))
        painter.drawText(end, Qt.AlignmentFlag.AlignCenter, clock_text(self._length_s))

    def _tick_step_s(self) -> int:
        least_s = self._length_s * TICK_SPACING_PX / max(self.plot_rect().width(), 1)
        return next((step for step in TICK_STEPS_S if step >= least_s), TICK_STEPS_S[-1])

    def _label_rect(self, painter: QPainter, time_s: float, top_px: int) -> QRectF:
        """Under its time, moved in where it would leave the widget."""
        width_px = painter.fontMetrics().horizontalAdvance(clock_text(time_s)) + 2
        left_px = self.x_of(time_s) - width_px / 2
        left_px = min(max(left_px, FREQUENCY_AXIS_PX + 4), self.width() - width_px - 8)
        return QRectF(left_px, top_px, width_px, TIME_AXIS_PX - 2)

    def _paint_marks(self, painter: QPainter) -> None:
        plot = QRectF(self.plot_rect())
        made_px = self.x_of(self._made_s)
        if self._stems_s is not None and self._stems_s < self._made_s:
            stems_px = self.x_of(self._stems_s)
            veil = QColor(theme.COLOURS.ground)
            veil.setAlphaF(0.45)
            painter.fillRect(QRectF(stems_px, plot.top(), made_px - stems_px, plot.height()), veil)
            painter.setPen(QPen(QColor(theme.COLOURS.text), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(stems_px, plot.top()), QPointF(stems_px, plot.bottom()))
            self._paint_label(painter, "stems ready to here", stems_px, row=1)
        if self._made_s < self._length_s and self._note:
            self._paint_label(painter, self._note, made_px, row=0)

    def _paint_label(self, painter: QPainter, text: str, x_px: float, row: int) -> None:
        """A line of text on a plate right of `x_px`, or left of it where the room ends; rows count from the bottom."""
        metrics = QFontMetrics(painter.font())
        size = QSize(metrics.horizontalAdvance(text) + 12, 20)
        plot = self.plot_rect()
        left_px = round(x_px) + 6
        if left_px + size.width() > plot.right():
            left_px = round(x_px) - 6 - size.width()
        plate = QRect(left_px, plot.bottom() - 26 - 24 * row, size.width(), size.height())
        backing = QColor(theme.COLOURS.ground)
        backing.setAlphaF(0.85)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(backing)
        painter.drawRoundedRect(plate, 4, 4)
        painter.setPen(QColor(theme.COLOURS.text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_playhead(self, painter: QPainter) -> None:
        x_px = round(self.x_of(self._position_s))
        plot = self.plot_rect()
        painter.fillRect(QRect(x_px - 1, plot.top(), 2, plot.height()), QColor("#ffffff"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#ffffff"))
        painter.drawPolygon(QPolygonF([QPointF(x_px - 6, 0), QPointF(x_px + 6, 0), QPointF(x_px, 7)]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_invitation(self, painter: QPainter) -> None:
        painter.setFont(theme.font())
        painter.setPen(QColor(theme.COLOURS.dim))
        painter.drawText(self.plot_rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._invitation)


def _picture(levels: npt.NDArray[np.uint8], size: QSize, ratio: float) -> QPixmap:
    """Levels (columns, bins) in the spectrogram's colours, stretched to `size`."""
    upright = np.ascontiguousarray(levels.T[::-1])
    bins, columns = upright.shape
    image = QImage(upright.data, columns, bins, columns, QImage.Format.Format_Indexed8)
    image.setColorTable([qRgb(*colour) for colour in theme.spectrogram_table().tolist()])
    scaled = image.convertToFormat(QImage.Format.Format_RGB32).scaled(
        size * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    pixmap = QPixmap.fromImage(scaled)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
