"""GUI thread: all of a take in a narrow strip, with the part of it that is looked at."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import theme
from widgets.spectrogram_axes import FREQUENCY_AXIS_PX
from widgets.spectrogram_picture import columns_in, draw_levels, level_of, place_in
from widgets.spectrogram_view import WHEEL_SCROLL, SpectrogramView
from widgets.time_window import TimeWindow

HEIGHT_PX = 28
EDGE_PX = 6
"""So near to an edge the hand takes hold of it."""
NARROWEST_PX = 6
"""The window is drawn at least so wide: three hours hold many seconds."""


class StageOverview(QWidget):
    """The hand drags what is seen, or either end of it; a click beside it goes there; the wheel scrolls."""

    wanted = Signal(object)
    """The `TimeWindow` to be shown."""

    def __init__(self, view: SpectrogramView, parent: QWidget | None = None) -> None:
        """Of what `view` shows."""
        super().__init__(parent)
        self._view = view
        self._picture: QPixmap | None = None
        self._playhead_px = 0
        self._drawn_of: tuple[object, ...] = ()
        self._held_s: float | None = None  # how far from the window's start the hand took hold of it
        self._anchor_s: float | None = None  # the end that stays, while the other is dragged
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setAccessibleName("Overview")
        self.setAccessibleDescription("All of the take, with the part that is looked at")
        self.setToolTip("All of the take: drag the bright part, or its ends; double-click to see all again (0)")
        theme.SIGNALS.changed.connect(self.draw_anew)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(860, HEIGHT_PX)

    def draw_anew(self) -> None:
        """The picture has changed."""
        self._picture = None
        self.update()

    def follow(self) -> None:
        """The playhead has moved."""
        if self.isVisible() and round(self._x_of(self._view.position_s)) != self._playhead_px:
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the window, or of an end of it, or put it here."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        window, x_px, time_s = self._view.shown, event.position().x(), self._time_at(event.position().x())
        box = self._window_rect()
        if abs(x_px - box.left()) <= EDGE_PX and box.width() > 3 * EDGE_PX:
            self._anchor_s = window.end_s
        elif abs(x_px - box.right()) <= EDGE_PX and box.width() > 3 * EDGE_PX:
            self._anchor_s = window.start_s
        else:
            self._held_s = time_s - window.start_s if box.left() <= x_px <= box.right() else window.length_s / 2
            self._move_to(x_px)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what was taken hold of."""
        x_px, box = event.position().x(), self._window_rect()
        if self._anchor_s is not None:
            ends = sorted((self._anchor_s, self._time_at(x_px)))
            self.wanted.emit(TimeWindow(*ends).zoomed(1.0, self._anchor_s, self._view.whole))
        elif self._held_s is not None:
            self._move_to(x_px)
        else:
            at_edge = min(abs(x_px - box.left()), abs(x_px - box.right())) <= EDGE_PX and box.width() > 3 * EDGE_PX
            self.setCursor(Qt.CursorShape.SizeHorCursor if at_edge else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of it."""
        self._held_s = self._anchor_s = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all again."""
        self._view.show_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        self.wanted.emit(
            self._view.shown.scrolled(-turned / WHEEL_SCROLL * self._view.shown.length_s, self._view.whole)
        )
        event.accept()

    def _move_to(self, x_px: float) -> None:
        window = self._view.shown
        start_s = self._time_at(x_px) - (self._held_s or 0.0)
        self.wanted.emit(TimeWindow(start_s, start_s + window.length_s).within(self._view.whole))

    def _plot(self) -> QRect:
        return self.rect().adjusted(FREQUENCY_AXIS_PX, 1, 0, -1)

    def _time_at(self, x_px: float) -> float:
        return self._view.whole.at((x_px - self._plot().left()) / max(self._plot().width(), 1))

    def _x_of(self, time_s: float) -> float:
        return self._plot().left() + self._plot().width() * self._view.whole.share(time_s)

    def _window_rect(self) -> QRectF:
        left, right = (self._x_of(time_s) for time_s in (self._view.shown.start_s, self._view.shown.end_s))
        missing = max(0.0, NARROWEST_PX - (right - left)) / 2
        return QRectF(left - missing, self._plot().top(), right - left + 2 * missing, self._plot().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all, dimmed but for what is seen; the region and the playhead, small."""
        ratio, whole = self.devicePixelRatioF(), self._view.whole
        drawn_of = (whole, self.size(), ratio, self._view.looks[-1:])
        if self._picture is None or self._drawn_of != drawn_of:
            self._picture, self._drawn_of = self._drawn(ratio), drawn_of
        painter, plot = QPainter(self), self._plot()
        painter.drawPixmap(QPointF(0, 0), self._picture)
        shade, box = QColor(theme.STAGE.ground), self._window_rect()
        shade.setAlphaF(0.6)
        painter.fillRect(QRectF(plot.left(), plot.top(), box.left() - plot.left(), plot.height()), shade)
        painter.fillRect(QRectF(box.right(), plot.top(), plot.right() + 1 - box.right(), plot.height()), shade)
        if self._view.region:
            left, right = (self._x_of(edge_s) for edge_s in self._view.region)
            bar = QRectF(left, plot.bottom() - 2, max(right - left, 2.0), 3)
            painter.fillRect(bar, QColor(theme.STAGE.accent))
        self._playhead_px = round(self._x_of(self._view.position_s))
        painter.fillRect(QRectF(self._playhead_px, plot.top(), 1, plot.height()), QColor(theme.STAGE.strong))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.STAGE.text), 1.5))
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)
        painter.end()

    def _drawn(self, ratio: float) -> QPixmap:
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        painter, plot, whole = QPainter(made), self._plot(), self._view.whole
        painter.fillRect(self.rect(), QColor(theme.COLOURS.panel))
        painter.fillRect(plot, QColor(theme.STAGE.well))
        level = level_of(whole, plot.width())
        first, end = columns_in(whole, level)
        strip = self._view.store.strip(self._view.track, level, first, end)
        draw_levels(painter, QRectF(plot), strip, place_in(whole, level, first))
        painter.end()
        return made
