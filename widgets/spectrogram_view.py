"""GUI thread: the spectrogram of a take, the stage of the window: what is there, what is being made, what plays."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from pyqtgraph import AxisItem, ImageItem, InfiniteLine, PlotWidget, mkPen
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsPolygonItem,
    QGraphicsRectItem,
    QLabel,
    QSizePolicy,
    QStyleOptionGraphicsItem,
    QWidget,
)

from resources import theme
from widgets.numerals import clock_text

FREQUENCY_AXIS_PX = 44
TIME_AXIS_PX = 24
LABELLED_HZ = ((16_000, "16k"), (5_000, "5k"), (1_000, "1k"), (250, "250"), (60, "60"))
TICK_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
TICK_SPACING_PX = 80
"""The least way between two labels of the time axis."""
KEY_STEP_S = 5.0
PLAYHEAD_COLOUR = "#ffffff"
HANDLE_PX = 6
"""How high the triangle on top of the playhead is, and how far it reaches to either side."""
CAPTION_HEIGHT_PX = 20

_Line = tuple[QPen, QPointF, QPointF]
_Label = tuple[QRectF, Qt.AlignmentFlag, str]
"""What pyqtgraph draws an axis from."""


class SpectrogramView(QWidget):
    """Levels over time (along) and log frequency (up), with a playhead; a click, a drag or an arrow key seeks.

    Two marks tell how far a take is: what is not made yet is dark, what has no stems yet is dimmed.

    The plot's coordinates are seconds and the logarithm of the frequency. The hand meets this widget alone, the plot
    below only shows.
    """

    sought = Signal(float)
    """Where to play from, in seconds."""

    def __init__(self, lowest_hz: float, highest_hz: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._length_s = 0.0
        self._made_s = 0.0
        self._stems_s: float | None = None
        self._position_s = 0.0
        self._note = ""
        self._make_plot(lowest_hz, highest_hz)
        self._make_marks()
        self._invitation = QLabel(self, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._invitation.setProperty("role", "dim")
        for shown in (self._plot, self._invitation):
            shown.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Spectrogram")
        self.setAccessibleDescription("Click or use the arrow keys to play from another place")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._show_length()

    def _make_plot(self, lowest_hz: float, highest_hz: float) -> None:
        self._time_axis = _TimeAxis()
        axes = {"left": _FrequencyAxis(), "bottom": self._time_axis}
        self._plot = PlotWidget(self, background=None, enableMenu=False, axisItems=axes)
        for never_focused in (self._plot, self._plot.viewport()):
            never_focused.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # The panel below is to shine through: a cached background would be as opaque as a filled one.
        self._plot.setCacheMode(PlotWidget.CacheModeFlag.CacheNone)
        self._plot.viewport().setAutoFillBackground(False)
        self._plot.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        item = self._plot.getPlotItem()
        item.hideButtons()
        item.layout.setContentsMargins(0, 0, 0, 0)
        self._box = item.getViewBox()
        self._box.setBackgroundColor(theme.SPECTROGRAM[0])
        self._box.setMouseEnabled(x=False, y=False)
        self._box.disableAutoRange()
        self._box.setYRange(math.log(lowest_hz), math.log(highest_hz), padding=0)
        self._box.sigXRangeChanged.connect(self._place)
        self._image = ImageItem(levels=(0, 255), lut=theme.spectrogram_table())
        self._box.addItem(self._image, ignoreBounds=True)

    def _make_marks(self) -> None:
        veil = QColor(theme.COLOURS.ground)
        veil.setAlphaF(0.45)
        self._veil = QGraphicsRectItem()
        self._veil.setPen(Qt.PenStyle.NoPen)
        self._veil.setBrush(veil)
        self._stems_line = InfiniteLine(pen=mkPen(theme.COLOURS.text, width=1, style=Qt.PenStyle.DashLine))
        self._playhead = InfiniteLine(pen=mkPen(PLAYHEAD_COLOUR, width=2))
        for mark in (self._veil, self._stems_line, self._playhead):
            self._box.addItem(mark, ignoreBounds=True)
        # Measured in pixels, not in seconds and hertz: children of the box itself.
        self._made_caption, self._stems_caption = _Caption(self._box), _Caption(self._box)
        # Not clipped by the box: at either end half of it is outside.
        self._handle = QGraphicsPolygonItem(
            QPolygonF([QPointF(-HANDLE_PX, 0), QPointF(HANDLE_PX, 0), QPointF(0, HANDLE_PX)]), self._plot.getPlotItem()
        )
        self._handle.setZValue(1)  # above the axes
        self._handle.setPen(Qt.PenStyle.NoPen)
        self._handle.setBrush(QColor(PLAYHEAD_COLOUR))
        self._focus_ring = QGraphicsRectItem(self._box)
        self._focus_ring.setPen(QPen(QColor(theme.COLOURS.text), 2))
        self._focus_ring.hide()

    def show_take(self, length_s: float) -> None:
        """Start with an empty picture of a take that will be `length_s` long; 0 shows the invitation."""
        self._image.clear()
        self._length_s, self._made_s, self._stems_s, self._position_s = length_s, 0.0, None, 0.0
        self._note = ""
        self._show_length()

    def set_length_s(self, length_s: float) -> None:
        """The length has become another: a take was ended before its time."""
        self._length_s = length_s
        self._show_length()

    def set_invitation(self, text: str) -> None:
        """What an empty stage says."""
        self._invitation.setText(text)

    def set_levels(self, levels: npt.NDArray[np.uint8], column_s: float) -> None:
        """The picture so far: levels (columns, bins), the lowest frequency first, each column `column_s` seconds."""
        if not len(levels):
            self._image.clear()
            return
        lowest, highest = self._box.viewRange()[1]
        self._image.setImage(levels, autoLevels=False)
        self._image.setRect(QRectF(0.0, lowest, len(levels) * column_s, highest - lowest))

    def set_progress(self, made_s: float, stems_s: float | None, note: str = "") -> None:
        """How much is made and how much of it has stems (None: there will be none), in seconds; a note on the rest."""
        self._made_s, self._stems_s, self._note = made_s, stems_s, note
        self._place_marks()

    def set_position_s(self, position_s: float) -> None:
        """Move the playhead; only what it uncovers is drawn anew."""
        self._position_s = position_s
        self._place_playhead()

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(860, 400)

    def minimumSizeHint(self) -> QSize:
        """The least size that can be read."""
        return QSize(320, 140)

    def plot_rect(self) -> QRect:
        """Where the picture is: the widget without its axes."""
        return self.rect().adjusted(FREQUENCY_AXIS_PX, 0, 0, -TIME_AXIS_PX)

    def x_of(self, time_s: float) -> float:
        """The place of a time along the widget, in pixels."""
        plot = self.plot_rect()
        start_s, end_s = self._box.viewRange()[0]
        return plot.left() + plot.width() * (time_s - start_s) / (end_s - start_s)

    def y_of(self, frequency_hz: float) -> float:
        """The height of a frequency, in pixels from the top."""
        plot = self.plot_rect()
        lowest, highest = self._box.viewRange()[1]
        return plot.top() + plot.height() * (highest - math.log(frequency_hz)) / (highest - lowest)

    def _time_at(self, x_px: float) -> float:
        plot = self.plot_rect()
        start_s, end_s = self._box.viewRange()[0]
        return start_s + (end_s - start_s) * (x_px - plot.left()) / max(plot.width(), 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Play from here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._seek(self._time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the playhead along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(self._time_at(event.position().x()))

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
            self._seek(target_s)

    def _seek(self, time_s: float) -> None:
        if self._made_s:
            self.sought.emit(min(max(time_s, 0.0), self._made_s))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keys go here."""
        self._focus_ring.show()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that they no longer do."""
        self._focus_ring.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the new size."""
        self._plot.setGeometry(self.rect())
        self._invitation.setGeometry(self.plot_rect())
        plot = self.plot_rect()
        self._focus_ring.setRect(1, 1, plot.width() - 2, plot.height() - 2)
        self._place()

    def _show_length(self) -> None:
        there_is_a_take = self._length_s > 0
        self._invitation.setVisible(not there_is_a_take)
        self._time_axis.setStyle(showValues=there_is_a_take)
        for item in (self._image, self._playhead, self._handle):
            item.setVisible(there_is_a_take)
        self._box.setXRange(0.0, self._length_s or 1.0, padding=0)
        self._place()

    def _place(self) -> None:
        self._place_marks()
        self._place_playhead()

    def _place_playhead(self) -> None:
        """On a whole pixel, its whole line inside: many steps of a long take move it by none, and nothing is drawn."""
        plot = self.plot_rect()
        x_px = min(max(round(self.x_of(self._position_s)), plot.left() + 1), plot.right())
        self._playhead.setValue(self._time_at(x_px))
        self._handle.setPos(x_px, 0)

    def _place_marks(self) -> None:
        stems_s = self._made_s if self._stems_s is None else self._stems_s
        stems_are_behind = self._length_s > 0 and stems_s < self._made_s
        lowest, highest = self._box.viewRange()[1]
        self._veil.setRect(QRectF(stems_s, lowest, self._made_s - stems_s, highest - lowest))
        self._stems_line.setValue(stems_s)
        for item in (self._veil, self._stems_line):
            item.setVisible(stems_are_behind)
        note = self._note if self._made_s < self._length_s else ""
        self._place_caption(self._made_caption, note, self._made_s, row=0)
        self._place_caption(self._stems_caption, "stems ready to here" if stems_are_behind else "", stems_s, row=1)

    def _place_caption(self, caption: _Caption, text: str, time_s: float, row: int) -> None:
        """Right of its time, or left of it where the room ends; rows count from the bottom."""
        caption.set_text(text)
        plot = self.plot_rect()
        x_px = round(self.x_of(time_s)) - plot.left()
        width_px = caption.boundingRect().width()
        left_px = x_px + 6 if x_px + 6 + width_px <= plot.width() else x_px - 6 - width_px
        caption.setPos(left_px, plot.height() - 27 - 24 * row)


class _Axis(AxisItem):
    """An axis in the window's type and colours; its labels stay inside it."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, pen=theme.COLOURS.line, textPen=theme.COLOURS.dim)
        font = theme.font(theme.CAPTION_PX, tabular=True)
        self.setTickFont(font)
        self.setStyle(hideOverlappingLabels=True)  # else it takes room beyond its ends for them
        self._metrics = QFontMetricsF(font)

    def _share(self, value: float) -> float:
        """How far along the visible range a value is: 0 at its beginning, 1 at its end."""
        begin, end = self.range
        return (value - begin) / (end - begin)


class _FrequencyAxis(_Axis):
    """The logarithm of the frequency, labelled with familiar frequencies."""

    def __init__(self) -> None:
        super().__init__("left")
        self.setWidth(FREQUENCY_AXIS_PX)

    def generateDrawSpecs(self, painter: QPainter) -> tuple[_Line, list[_Line], list[_Label]]:
        """The hairline on the right, no ticks, the labels."""
        right_px = FREQUENCY_AXIS_PX - 1
        beside_the_picture = self.pen(), QPointF(right_px, 0), QPointF(right_px, self.height())
        return beside_the_picture, [], [self._label(*labelled) for labelled in LABELLED_HZ]

    def _label(self, frequency_hz: float, text: str) -> _Label:
        centre_px = self.height() * (1 - self._share(math.log(frequency_hz)))
        box = QRectF(0, max(centre_px - 8, 0.0), FREQUENCY_AXIS_PX - 8, 16)
        return box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text


class _TimeAxis(_Axis):
    """Seconds, labelled as minutes and seconds; the end always has its label."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.setHeight(TIME_AXIS_PX)

    def boundingRect(self) -> QRectF:
        """The axis, with the corner's hairline left of it."""
        return super().boundingRect().adjusted(-1, 0, 0, 0)

    def tickValues(self, start_s: float, end_s: float, width_px: float) -> list[tuple[float, list[float]]]:
        """Multiples of a familiar step, and the end."""
        least_s = (end_s - start_s) * TICK_SPACING_PX / max(width_px, 1)
        step_s = next((step for step in TICK_STEPS_S if step >= least_s), TICK_STEPS_S[-1])
        steps = range(math.ceil(start_s / step_s), math.ceil(end_s / step_s))
        return [(step_s, [float(index * step_s) for index in steps] + [end_s])]

    def generateDrawSpecs(self, painter: QPainter) -> tuple[_Line, list[_Line], list[_Label]]:
        """The hairline on top, that of the other axis continued instead of ticks, the labels."""
        below_the_picture = self.pen(), QPointF(0, 0), QPointF(self.width(), 0)
        in_the_corner = self.pen(), QPointF(-1, 0), QPointF(-1, self.height())
        return below_the_picture, [in_the_corner], self._labels() if self.style["showValues"] else []

    def _labels(self) -> list[_Label]:
        [(_, times_s)] = self.tickValues(*self.range, self.width())
        *others, end = [self._label(time_s) for time_s in times_s]
        free = [label for label in others if label[0].right() + 2 * theme.STEP_PX < end[0].left()]
        return [*free, end]

    def _label(self, time_s: float) -> _Label:
        """Under its time, moved in where it would leave the axis."""
        text = clock_text(time_s)
        width_px = self._metrics.horizontalAdvance(text) + 2
        left_px = self.width() * self._share(time_s) - width_px / 2
        left_px = min(max(left_px, theme.STEP_PX), self.width() - width_px - 2 * theme.STEP_PX)
        return QRectF(left_px, 1, width_px, TIME_AXIS_PX - 2), Qt.AlignmentFlag.AlignCenter, text


class _Caption(QGraphicsItem):
    """A line of text on a plate, in pixels; without a text it is not there."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self._text = ""
        self._font = theme.font(theme.CAPTION_PX, tabular=True)
        self._backing = QColor(theme.COLOURS.ground)
        self._backing.setAlphaF(0.85)

    def set_text(self, text: str) -> None:
        """Show another text."""
        self.setVisible(bool(text))
        if text != self._text:
            self.prepareGeometryChange()
            self._text = text
            self.update()

    def boundingRect(self) -> QRectF:
        """The plate."""
        return QRectF(0, 0, round(QFontMetricsF(self._font).horizontalAdvance(self._text)) + 12, CAPTION_HEIGHT_PX)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw plate and text."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._backing)
        painter.drawRoundedRect(self.boundingRect(), 4, 4)
        painter.setFont(self._font)
        painter.setPen(QColor(theme.COLOURS.text))
        painter.drawText(self.boundingRect(), Qt.AlignmentFlag.AlignCenter, self._text)
