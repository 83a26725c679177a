"""GUI thread: two rooms above one another, with an edge between them that the hand or the arrow keys move."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget

from resources import theme

KEY_STEP_PX = 3 * theme.STEP_PX
GRIP_PX = (36, 4)


class RoomSplitter(QSplitter):
    """The upper room takes what the lower leaves; neither can be pushed away."""

    lower_moved = Signal(int)
    """The new height of the lower room in pixels, after a move by hand."""

    def __init__(self, upper: QWidget, lower: QWidget, name: str, parent: QWidget | None = None) -> None:
        """Put `lower` below `upper`; `name` is what the edge between them is called."""
        super().__init__(Qt.Orientation.Vertical, parent)
        self._lower_px = lower.sizeHint().height()
        self.setChildrenCollapsible(False)
        self.setHandleWidth(theme.GAP_PX)
        for room in (upper, lower):
            self.addWidget(room)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.handle(1).setAccessibleName(name)
        self.splitterMoved.connect(self._tell)

    def set_lower_px(self, height_px: int) -> None:
        """Give the lower room so much of the height, now and whenever there is room; tells nobody."""
        self._lower_px = height_px
        self.setSizes([max(sum(self.sizes()) - height_px, 0), height_px])

    def move_edge(self, up_px: int) -> None:
        """Move the edge as the hand does."""
        self.moveSplitter(self.handle(1).y() - up_px, 1)

    def _tell(self) -> None:
        self._lower_px = self.sizes()[1]
        self.lower_moved.emit(self._lower_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The lower room keeps its height."""
        super().resizeEvent(event)
        self.set_lower_px(self._lower_px)

    def createHandle(self) -> QSplitterHandle:
        """The edge."""
        return _Edge(self.orientation(), self)


class _Edge(QSplitterHandle):
    """Nothing but a gap, until the mouse or the focus is on it: then it shows a grip."""

    def __init__(self, orientation: Qt.Orientation, parent: RoomSplitter) -> None:
        super().__init__(orientation, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip("Drag, or use the arrow keys, to give the mixer more room")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down move it."""
        steps_px = {Qt.Key.Key_Up: KEY_STEP_PX, Qt.Key.Key_Down: -KEY_STEP_PX}
        key = Qt.Key(event.key())
        rooms = self.splitter()  # not kept: in a ring of references both might be destroyed in the wrong order
        if key in steps_px and isinstance(rooms, RoomSplitter):
            rooms.move_edge(steps_px[key])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the grip."""
        if not (self.underMouse() or self.hasFocus()):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.COLOURS.text if self.hasFocus() else theme.COLOURS.faint))
        width_px, height_px = GRIP_PX
        grip = QRectF(0, 0, width_px, height_px)
        grip.moveCenter(QRectF(self.rect()).center())
        painter.drawRoundedRect(grip, height_px / 2, height_px / 2)
