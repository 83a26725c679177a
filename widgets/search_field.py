"""GUI thread: a field that searches while one types."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from resources import theme

INSET_PX = 2 * theme.STEP_PX
CROSS_PX = 24


class SearchField(QLineEdit):
    """A line with a lens before it; a cross, and Escape, empty it. What is typed is told by `textChanged`."""

    def __init__(self, invitation: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(invitation)
        self.setAccessibleName(invitation)
        self.setToolTip("Every word that is typed has to be there; Escape shows all again")
        self.setTextMargins(theme.ICON_PX + theme.STEP_PX, 0, CROSS_PX - theme.STEP_PX, 0)
        self.cross = QPushButton(self)
        self.cross.setProperty("weight", "quiet")
        self.cross.setAccessibleName("Empty the search")
        self.cross.setToolTip("Show all again (Escape)")
        self.cross.setFixedSize(CROSS_PX, CROSS_PX)
        self.cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cross.setCursor(Qt.CursorShape.ArrowCursor)
        self.cross.hide()
        theme.set_icon(self.cross, "x", "dim")
        self.cross.clicked.connect(self.clear)
        self.textChanged.connect(lambda text: self.cross.setVisible(bool(text)))

    def finds(self, words: str) -> bool:
        """Whether every word that has been typed is in `words`, in any case; with nothing typed, always."""
        there = words.casefold()
        return all(word in there for word in self.text().casefold().split())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties it."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cross at the end."""
        super().resizeEvent(event)
        self.cross.move(self.width() - CROSS_PX - theme.STEP_PX, (self.height() - CROSS_PX) // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lens too: Qt would put it where the style sheet's padding pushes it."""
        super().paintEvent(event)
        lens = theme.icon("search", "dim").pixmap(theme.ICON_PX)
        QPainter(self).drawPixmap(INSET_PX, (self.height() - theme.ICON_PX) // 2, lens)
