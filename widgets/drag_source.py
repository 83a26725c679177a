"""GUI thread: notes that a hand drags something out of a widget, whatever else the widget does with the mouse."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QHelpEvent, QHoverEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolTip, QWidget


class DragSource(QObject):
    """Tells of a press, of the first pull after it, and of the end. What a child does with the mouse stays its own.

    The widget is told of presses and of releases without a pull, but of no moves between: it chooses nothing meanwhile.

    A hand that presses and does not pull has clicked, or moved something: only `pulled` means that it drags.
    """

    pressed = Signal()
    """It may become a drag."""
    pulled = Signal()
    """It is one."""
    released = Signal()
    """The button is up again: there was no drag, or it came to nothing. After a drop it is not told."""

    def __init__(
        self,
        widget: QWidget,
        grip: Callable[[QPoint], bool] = lambda _: True,
        tip: str = "",
        *,
        shows_hand: bool = True,
    ) -> None:
        """Watch a widget.

        Args:
            widget: what is dragged from; it owns this.
            grip: whether a drag can begin at a place of the widget.
            tip: what a tooltip over the grip says.
            shows_hand: the mouse becomes a hand over the grip; not where a click is what it is there for.
        """
        super().__init__(widget)
        self._widget, self._grip, self._tip, self._shows_hand = widget, grip, tip, shows_hand
        self._pressed_at: QPoint | None = None
        self._pulled = False
        widget.setAttribute(Qt.WidgetAttribute.WA_Hover)
        widget.installEventFilter(self)

    @property
    def pressed_at(self) -> QPoint | None:
        """Where in the widget the hand took hold; None where it does not."""
        return self._pressed_at

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at the mouse; once the hand has hold of something, its moves belong to the drag."""
        if isinstance(event, QMouseEvent):
            return self._see(event)
        if isinstance(event, QHoverEvent) and self._shows_hand:
            self._show_grip(event)
        if isinstance(event, QHelpEvent) and self._tip and self._grip(event.pos()):
            QToolTip.showText(event.globalPos(), self._tip, self._widget)
            return True
        return super().eventFilter(watched, event)

    def _see(self, event: QMouseEvent) -> bool:
        place = event.position().toPoint()
        match event.type():
            case QEvent.Type.MouseButtonPress:
                if event.button() == Qt.MouseButton.LeftButton and self._grip(place):
                    self._pressed_at, self._pulled = place, False
                    self.pressed.emit()
            case QEvent.Type.MouseMove if self._pressed_at is not None:
                if (
                    not self._pulled
                    and (place - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
                ):
                    self._pulled = True
                    self.pulled.emit()
                return True
            case QEvent.Type.MouseButtonRelease if self._pressed_at is not None:
                self.end()
                self.released.emit()
                return self._pulled
        return False

    def _show_grip(self, event: QHoverEvent) -> None:
        if event.type() == QEvent.Type.HoverMove and self._grip(event.position().toPoint()):
            self._widget.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self._widget.unsetCursor()

    def end(self) -> None:
        """The drag is over; a button that was pulled has not been pressed."""
        self._pressed_at = None
        if self._pulled and isinstance(self._widget, QAbstractButton):
            self._widget.setDown(False)
