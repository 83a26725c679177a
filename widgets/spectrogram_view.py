"""GUI thread: the hand at the spectrogram: play from here, choose a region, come closer, look elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from widgets.spectrogram_picture import columns_in, level_of
from widgets.spectrogram_plot import Region, SpectrogramPlot
from widgets.time_window import TimeWindow

KEY_STEP_S = 5.0
WHEEL_ZOOM = 240.0
"""So much turning of a wheel shows half as much time; a click of it is 120."""
WHEEL_SCROLL = 1200.0
"""So much turning of it scrolls by all that is seen."""
DRAG_PX = 5
"""A hand that moves less than this between press and release has clicked; so near to an edge it takes hold of it."""
DRIFT_MS = 30
"""While the hand drags beyond the picture, it scrolls on so often, ever faster the further out the hand is."""


@dataclass(frozen=True)
class Pointed:
    """What the mouse points at: a time, a frequency, and the level there (0 to 255)."""

    time_s: float
    frequency_hz: float
    level: int


class SpectrogramView(SpectrogramPlot):
    """A click plays from here; a drag chooses a region, or moves its edge; with Shift a click moves the nearer edge.

    The wheel zooms about the mouse, with Shift or sideways it scrolls; the middle button takes hold of the picture.
    What keys do is here as methods: they work wherever the focus is, so the window has them in its table.
    """

    sought = Signal(float)
    """Where to play from, in seconds."""
    pointed = Signal(object)
    """What the mouse is on, a `Pointed`; None when it has gone."""

    def __init__(self, lowest_hz: float, highest_hz: float, parent: QWidget | None = None) -> None:
        super().__init__(lowest_hz, highest_hz, parent)
        self._pressed_px: QPointF | None = None
        self._anchor_s: float | None = None  # the edge of the region that stays, while the hand moves the other
        self._panned_s: float | None = None  # the time that the hand holds, while it moves the picture
        self._hand_px = 0.0
        self._drifting = QTimer(self, interval=DRIFT_MS)
        self._drifting.timeout.connect(self._drift)
        self.setMouseTracking(True)
        self.setAccessibleDescription(
            "Click or use the arrow keys to play from another place, drag to choose a region, turn the wheel to zoom"
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_take(self, length_s: float) -> None:
        """Start with an empty picture of a take; what the hand was doing is over."""
        self._pressed_px = self._anchor_s = self._panned_s = None
        self._drifting.stop()
        super().show_take(length_s)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Perhaps a click, perhaps the beginning of a drag; the middle button takes hold of the picture."""
        self._held = True
        if event.button() == Qt.MouseButton.MiddleButton and self._length_s:
            self._panned_s = self._time_at(event.position().x())
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._pressed_px = event.position()
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._region:
                self._anchor_s = self._far_edge(self._time_at(event.position().x()))
                self._stretch_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose a region, or move the edge that was pressed, or the picture."""
        x_px = self._hand_px = event.position().x()
        if self._panned_s is not None:
            self._show(self.shown.scrolled(self._panned_s - self._time_at(x_px), self.whole))
        elif not event.buttons() & Qt.MouseButton.LeftButton:
            self._point_at(event.position())
        elif self._pressed_px and self._made_s:
            if self._anchor_s is None and abs(x_px - self._pressed_px.x()) >= DRAG_PX:
                self._anchor_s = self._edge_opposite(self._pressed_px.x())
            if self._anchor_s is not None:
                self._stretch_to(x_px)
                self._drifting.start() if self._overshoot() else self._drifting.stop()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The region is chosen; or, without a drag, play from here."""
        self._held = False
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panned_s = None
            self.unsetCursor()
        if event.button() != Qt.MouseButton.LeftButton or self._pressed_px is None:
            return
        self._pressed_px = None
        self._drifting.stop()
        if self._anchor_s is not None:
            self._anchor_s = None
            self.region_changed.emit(self._region)
        elif self.region_cross().contains(event.position()):
            self.let_go()
        else:
            self._seek(self._time_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse points at nothing any more."""
        self.pointed.emit(None)

    def _point_at(self, place: QPointF) -> None:
        near = [edge_s for edge_s in self._region or () if abs(self.x_of(edge_s) - place.x()) <= DRAG_PX]
        if self.region_cross().contains(place):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        elif near and self.plot_rect().contains(place.toPoint()):
            self.setCursor(Qt.CursorShape.SizeHorCursor)
        else:
            self.unsetCursor()
        self.pointed.emit(self._pointed(place))

    def _pointed(self, place: QPointF) -> Pointed | None:
        picture, time_s = self.picture_rect(), self._time_at(place.x())
        if not picture.contains(place.toPoint()) or not self._first_s <= time_s < self._made_s:
            return None
        up = 1 - (place.y() - picture.top()) / picture.height()
        level = level_of(self.shown, picture.width())
        column = columns_in(TimeWindow(time_s, time_s), level)[0]
        levels = self.store.strip(self._track, level, column, column + 1).levels[0]
        row = min(max(round(up * len(levels) - 0.5), 0), len(levels) - 1)
        return Pointed(time_s, math.exp(self._lowest + up * (self._highest - self._lowest)), int(levels[row]))

    def _stretch_to(self, x_px: float) -> None:
        if self._anchor_s is not None:
            self.set_region(_ordered(self._anchor_s, self._within(self._time_at(x_px))))

    def _edge_opposite(self, x_px: float) -> float:
        """Where the region begins that a drag from here chooses: the edge that stays, where the other is gripped."""
        for moved_s, staying_s in (self._region, self._region[::-1]) if self._region else ():
            if abs(self.x_of(moved_s) - x_px) <= DRAG_PX:
                return staying_s
        return self._within(self._time_at(x_px))

    def _far_edge(self, time_s: float) -> float:
        start_s, end_s = self._region or (time_s, time_s)
        return end_s if abs(time_s - start_s) < abs(time_s - end_s) else start_s

    def _overshoot(self) -> float:
        """How far beyond the picture the mouse is, in pixels; negative on the left."""
        plot, x_px = self.plot_rect(), self._hand_px
        return min(x_px - plot.left(), 0) + max(x_px - plot.right(), 0)

    def _drift(self) -> None:
        if self._window:
            self._show(self._window.scrolled(self._overshoot() / 2000 * self._window.length_s, self.whole))
            self._stretch_to(self._hand_px)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the mouse; with Shift, or sideways, scroll."""
        turned = event.angleDelta()
        sideways = turned.x() if abs(turned.x()) > abs(turned.y()) else 0
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sideways = turned.x() or turned.y()
        if sideways and self._length_s:
            self._show(self.shown.scrolled(-sideways / WHEEL_SCROLL * self.shown.length_s, self.whole))
        elif turned.y():
            self.zoom(2 ** (-turned.y() / WHEEL_ZOOM), self._time_at(event.position().x()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Two fingers on a touchpad zoom as well."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1 / (1 + event.value()), self._time_at(event.position().x()))
            return True
        return super().event(event)

    def step_back(self) -> None:
        """Play from a little earlier."""
        self._seek(self._position_s - KEY_STEP_S)

    def step_on(self) -> None:
        """Play from a little later."""
        self._seek(self._position_s + KEY_STEP_S)

    def go_home(self) -> None:
        """Play from the beginning."""
        self._seek(0.0)

    def put_edge(self, *, begin: bool) -> None:
        """Let the region begin, or end, at the playhead."""
        start_s, end_s = self._region or (self._first_s, self._made_s)
        edges_s = (self._position_s, end_s) if begin else (start_s, self._position_s)
        if edges_s[0] < edges_s[1]:
            self._choose(edges_s)

    def zoom_to_region(self) -> None:
        """Show the region, and little else."""
        if self._region:
            start_s, end_s = self._region
            margin_s = 0.05 * (end_s - start_s)
            window = TimeWindow(start_s - margin_s, end_s + margin_s)
            self._show(window.zoomed(1.0, window.at(0.5), self.whole))

    def scroll_pages(self, pages: float) -> None:
        """Show what comes after what is seen, or before it."""
        self._show(self.shown.scrolled(0.9 * pages * self.shown.length_s, self.whole))

    def _seek(self, time_s: float) -> None:
        if self._made_s:
            self.sought.emit(self._within(time_s))


def _ordered(one_s: float, other_s: float) -> Region | None:
    """A region between two times; None where they are the same."""
    return (min(one_s, other_s), max(one_s, other_s)) if one_s != other_s else None
