"""GUI thread: widgets side by side, in as many rows as they need."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

GAP_PX = 24


class Flow(QWidget):
    """As text does: from the left to the right, and below where there is no more room."""

    def __init__(self, widgets: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widgets = tuple(widgets)
        for widget in self._widgets:
            widget.setParent(self)

    def minimumSizeHint(self) -> QSize:
        """Room for the widest."""
        return QSize(max(widget.sizeHint().width() for widget in self._widgets), 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put them in rows."""
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """One of them may need more room than before."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        x_px, y_px, row_px = 0, 0, 0
        for widget in self._widgets:
            size = widget.sizeHint()
            if x_px and x_px + size.width() > self.width():
                x_px, y_px, row_px = 0, y_px + row_px + GAP_PX, 0
            widget.setGeometry(x_px, y_px, size.width(), size.height())
            x_px, row_px = x_px + size.width() + GAP_PX, max(row_px, size.height())
        self.setFixedHeight(y_px + row_px)
