"""GUI thread: a card that lies over the whole window for a while, instead of a window of its own."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from resources import theme

MARGIN_PX = 8 * theme.STEP_PX
"""So much of the window stays to be seen around it at least."""
SCROLL_GAP_PX = theme.STEP_PX
VEIL = 0.72


class Overlay(QWidget):
    """Covers a widget and holds the keyboard until it is closed: by Escape, its cross, or a click beside its card.

    What does not fit into the card can be scrolled.
    """

    closed = Signal()

    def __init__(self, title: str, content: QWidget, over: QWidget, closed_by: Collection[Qt.Key] = ()) -> None:
        """Hidden until it is opened.

        Args:
            title: what stands on top of the card.
            content: what is in it.
            over: what it covers.
            closed_by: keys that close it besides Escape: those by which it was opened.
        """
        super().__init__(over)
        self.content = content
        self._closed_by = {Qt.Key.Key_Escape, *closed_by}
        self._came_from: QWidget | None = None
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        heading = QLabel(title)
        heading.setProperty("role", "time")
        self.close_button = QPushButton()
        theme.set_icon(self.close_button, "x", "dim")
        self.close_button.setProperty("weight", "quiet")
        self.close_button.setAccessibleName(f"Close: {title}")
        self.close_button.setToolTip("Close (Escape)")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self.close)
        self._scroll = QScrollArea(widgetResizable=True, focusPolicy=Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(content)
        self._card = QFrame(self)
        self._card.setProperty("panel", "card")
        self._lay_out(heading)
        over.installEventFilter(self)
        content.installEventFilter(self)
        self.hide()

    def _lay_out(self, heading: QLabel) -> None:
        row = QHBoxLayout()
        row.addWidget(heading)
        row.addStretch()
        row.addWidget(self.close_button)
        column = QVBoxLayout(self._card)
        column.setContentsMargins(5 * theme.STEP_PX, 4 * theme.STEP_PX, 5 * theme.STEP_PX, 5 * theme.STEP_PX)
        column.setSpacing(4 * theme.STEP_PX)
        column.addLayout(row)
        column.addWidget(self._scroll)

    def open(self) -> None:
        """Cover the window; Tab goes to the first control of the content."""
        if self.isVisible():
            return
        self._came_from = QApplication.focusWidget()
        self._place()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def closeEvent(self, event: QEvent) -> None:
        """Give the keyboard back to what had it."""
        super().closeEvent(event)
        came_from, self._came_from = self._came_from, None
        if came_from is not None and came_from.isVisible():
            came_from.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as what it covers, and the card as its content needs it."""
        if self.isVisible() and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        over = self.parentWidget()
        self.setGeometry(over.rect())
        around = QSize(self._card.sizeHint() - self._scroll.sizeHint())
        wanted = self.content.sizeHint().expandedTo(self.content.minimumSize()).boundedTo(self.content.maximumSize())
        most = self.size() - QSize(2 * MARGIN_PX, 2 * MARGIN_PX)
        width_px = min(wanted.width() + around.width(), most.width())
        content_px = width_px - around.width()
        needed_px = self.content.heightForWidth(content_px) if self.content.hasHeightForWidth() else wanted.height()
        height_px = min(needed_px + around.height(), most.height())
        if needed_px + around.height() > most.height():
            width_px = min(width_px + self._scroll.verticalScrollBar().sizeHint().width() + SCROLL_GAP_PX, most.width())
        self._card.setGeometry((self.width() - width_px) // 2, (self.height() - height_px) // 2, width_px, height_px)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        """Tab goes round within the card."""
        stops = [*self._stops(), self.close_button]
        present = QApplication.focusWidget()
        index = stops.index(present) if present in stops else -1
        to = stops[(index + (1 if forwards else -1)) % len(stops)] if index >= 0 else stops[0 if forwards else -1]
        to.setFocus(Qt.FocusReason.TabFocusReason if forwards else Qt.FocusReason.BacktabFocusReason)
        if self.content.isAncestorOf(to):
            self._scroll.ensureWidgetVisible(to)
        return True

    def _stops(self) -> list[QWidget]:
        """What Tab reaches in the content, in order."""
        return [
            widget
            for widget in self.content.findChildren(QWidget)
            if widget.isVisibleTo(self.content)
            and widget.isEnabled()
            and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.focusProxy() is None
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; no other key goes through to the window below."""
        if event.key() in self._closed_by:
            self.close()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the card closes."""
        if not self._card.geometry().contains(event.position().toPoint()):
            self.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim what is below."""
        veil = QColor(theme.COLOURS.ground)
        veil.setAlphaF(VEIL)
        QPainter(self).fillRect(self.rect(), veil)
