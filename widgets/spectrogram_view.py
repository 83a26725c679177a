"""GUI thread: the spectrogram of a take, the stage of the window: what is there, what is being made, what plays."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from pyqtgraph import ImageItem, InfiniteLine, PlotWidget, mkPen
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QGraphicsPolygonItem, QGraphicsRectItem, QLabel, QSizePolicy, QWidget

from resources import theme
from widgets.spectrogram_axes import FREQUENCY_AXIS_PX, TIME_AXIS_PX, Caption, FrequencyAxis, TimeAxis

KEY_STEP_S = 5.0
PLAYHEAD_COLOUR = "#ffffff"
HANDLE_PX = 6
"""How high the triangle on top of the playhead is, and how far it reaches to either side."""


DRAG_PX = 5
"""A hand that moves less than this between press and release has clicked; so near to an edge it takes hold of it."""

SHOWN_S = 180.0
"""So much of the end of an endless take is shown."""
SPANS_S = (30.0, 60.0, 120.0, SHOWN_S)
"""What is shown of one that has just begun."""
SCROLL_S = 15.0
"""It moves on in steps of so much: between them the picture stands still."""

Region = tuple[float, float]
"""Begin and end, in seconds."""


class SpectrogramView(QWidget):
    """Levels over time (along) and log frequency (up), with a playhead; a click or an arrow key seeks.

    A drag chooses a region, or moves its edge; the keys [ and ] put an edge at the playhead, Escape lets it go.

    Two marks tell how far a take is: what is not made yet is dark, what has no stems yet is dimmed. Of an endless take
    the last SHOWN_S are shown.

    The plot's coordinates are seconds and the logarithm of the frequency. The hand meets this widget alone, the plot
    below only shows.
    """

    sought = Signal(float)
    """Where to play from, in seconds."""
    region_changed = Signal(object)
    """The `Region` chosen by hand; None when it was let go."""

    def __init__(self, lowest_hz: float, highest_hz: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._length_s = 0.0
        self._made_s = 0.0
        self._stems_s: float | None = None
        self._position_s = 0.0
        self._note = ""
        self._first_s = 0.0
        self._region: Region | None = None
        self._pressed_x_px = 0.0
        self._anchor_s: float | None = None  # the edge of the region that stays, while the hand moves the other
        self._make_plot(lowest_hz, highest_hz)
        self._make_marks()
        self._invitation = QLabel(self, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._invitation.setProperty("role", "dim")
        for shown in (self._plot, self._invitation):
            shown.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Spectrogram")
        self.setAccessibleDescription("Click or use the arrow keys to play from another place, drag to choose a region")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._show_length()

    def _make_plot(self, lowest_hz: float, highest_hz: float) -> None:
        self._time_axis = TimeAxis()
        axes = {"left": FrequencyAxis(), "bottom": self._time_axis}
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
        band = QColor(theme.COLOURS.accent)
        band.setAlphaF(0.2)
        self._band = QGraphicsRectItem()
        self._band.setPen(Qt.PenStyle.NoPen)
        self._band.setBrush(band)
        self._edges = [InfiniteLine(pen=mkPen(theme.COLOURS.accent, width=2)) for _ in range(2)]
        for mark in (self._veil, self._stems_line, self._band, *self._edges, self._playhead):
            self._box.addItem(mark, ignoreBounds=True)
        # Measured in pixels, not in seconds and hertz: children of the box itself.
        self._made_caption, self._stems_caption = Caption(self._box), Caption(self._box)
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
        """Start with an empty picture of a take of `length_s` (infinity: endless); 0 shows the invitation."""
        self._image.clear()
        self._length_s, self._made_s, self._stems_s, self._position_s = length_s, 0.0, None, 0.0
        self._first_s, self._region, self._anchor_s = 0.0, None, None
        self._note = ""
        self._show_length()

    def set_length_s(self, length_s: float) -> None:
        """The length has become another: a take was ended before its time."""
        self._length_s = length_s
        self._show_length()

    def set_invitation(self, text: str) -> None:
        """What an empty stage says."""
        self._invitation.setText(text)

    def set_levels(self, levels: npt.NDArray[np.uint8], column_s: float, begin_s: float = 0.0) -> None:
        """The picture so far: levels (columns, bins), the lowest frequency first, each column `column_s` seconds.

        The first column begins at `begin_s`.
        """
        if not len(levels):
            self._image.clear()
            return
        lowest, highest = self._box.viewRange()[1]
        self._image.setImage(levels, autoLevels=False)
        self._image.setRect(QRectF(begin_s, lowest, len(levels) * column_s, highest - lowest))

    def set_progress(self, made_s: float, stems_s: float | None, note: str = "", first_s: float = 0.0) -> None:
        """How much is made and how much of it has stems (None: there will be none), in seconds; a note on the rest.

        Of an endless take, `first_s` is the oldest second that can still be played.
        """
        self._made_s, self._stems_s, self._note, self._first_s = made_s, stems_s, note, first_s
        if self._span() != tuple(self._box.viewRange()[0]):
            self._box.setXRange(*self._span(), padding=0)
        self._place_marks()

    @property
    def region(self) -> Region | None:
        """What is chosen."""
        return self._region

    def set_region(self, region: Region | None) -> None:
        """Show what is chosen; tells nobody."""
        self._region = region
        self._place_region()

    def set_position_s(self, position_s: float) -> None:
        """Move the playhead; only what it uncovers is drawn anew."""
        self._position_s = position_s
        self._place_playhead()

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(860, 400)

    def minimumSizeHint(self) -> QSize:
        """The least size that can be read."""
        return QSize(320, 120)

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
        """Perhaps a click, perhaps the beginning of a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_x_px = event.position().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose a region, or move the edge that was pressed."""
        if not (event.buttons() & Qt.MouseButton.LeftButton and self._made_s):
            return
        if self._anchor_s is None and abs(event.position().x() - self._pressed_x_px) >= DRAG_PX:
            self._anchor_s = self._edge_opposite(self._pressed_x_px)
        if self._anchor_s is not None:
            self.set_region(_ordered(self._anchor_s, self._within(self._time_at(event.position().x()))))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The region is chosen; or, without a drag, play from here."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._anchor_s is None:
            self._seek(self._time_at(event.position().x()))
        else:
            self._anchor_s = None
            self.region_changed.emit(self._region)

    def _edge_opposite(self, x_px: float) -> float:
        """Where the region begins that a drag from here chooses: the edge that stays, where the other is gripped."""
        for moved_s, staying_s in (self._region, self._region[::-1]) if self._region else ():
            if abs(self.x_of(moved_s) - x_px) <= DRAG_PX:
                return staying_s
        return self._within(self._time_at(x_px))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows step by KEY_STEP_S, Home goes to the start; brackets and Escape are for the region."""
        targets_s = {
            Qt.Key.Key_Left: self._position_s - KEY_STEP_S,
            Qt.Key.Key_Right: self._position_s + KEY_STEP_S,
            Qt.Key.Key_Home: 0.0,
        }
        key = Qt.Key(event.key())
        if self._made_s and key in targets_s:
            self._seek(targets_s[key])
        elif self._made_s and key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self._put_edge(begin=key == Qt.Key.Key_BracketLeft)
        elif self._region and key == Qt.Key.Key_Escape:
            self._choose(None)
        else:
            super().keyPressEvent(event)

    def _put_edge(self, *, begin: bool) -> None:
        start_s, end_s = self._region or (self._first_s, self._made_s)
        edges_s = (self._position_s, end_s) if begin else (start_s, self._position_s)
        if edges_s[0] < edges_s[1]:
            self._choose(edges_s)

    def _choose(self, region: Region | None) -> None:
        self.set_region(region)
        self.region_changed.emit(region)

    def _within(self, time_s: float) -> float:
        """The nearest time that exists."""
        return min(max(time_s, self._first_s), self._made_s)

    def _seek(self, time_s: float) -> None:
        if self._made_s:
            self.sought.emit(self._within(time_s))

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
        self._box.setXRange(*self._span(), padding=0)
        self._place()

    def _span(self) -> Region:
        """What is shown."""
        if not math.isinf(self._length_s):
            return 0.0, self._length_s or 1.0
        end_s = next((s for s in SPANS_S if self._made_s <= s), math.ceil(self._made_s / SCROLL_S) * SCROLL_S)
        return max(0.0, end_s - SHOWN_S), end_s

    def _place(self) -> None:
        self._place_marks()
        self._place_region()
        self._place_playhead()

    def _place_region(self) -> None:
        start_s, end_s = self._region or (0.0, 0.0)
        lowest, highest = self._box.viewRange()[1]
        self._band.setRect(QRectF(start_s, lowest, end_s - start_s, highest - lowest))
        for edge, edge_s in zip(self._edges, (start_s, end_s), strict=True):
            edge.setValue(edge_s)
        for item in (self._band, *self._edges):
            item.setVisible(self._region is not None)

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

    def _place_caption(self, caption: Caption, text: str, time_s: float, row: int) -> None:
        """Right of its time, or left of it where the room ends; rows count from the bottom."""
        caption.set_text(text)
        plot = self.plot_rect()
        x_px = round(self.x_of(time_s)) - plot.left()
        width_px = caption.boundingRect().width()
        left_px = x_px + 6 if x_px + 6 + width_px <= plot.width() else x_px - 6 - width_px
        caption.setPos(left_px, plot.height() - 27 - 24 * row)


def _ordered(one_s: float, other_s: float) -> Region | None:
    """A region between two times; None where they are the same."""
    return (min(one_s, other_s), max(one_s, other_s)) if one_s != other_s else None
