"""GUI thread: two takes, of which one is heard: a press goes from one to the other."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from resources import theme

LETTERS = ("A", "B")


class TakeComparison(QFrame):
    """A and B, one of them pressed; below, how their loudness was made the same."""

    chosen = Signal(int)
    """0 for A, 1 for B: the one that is to be heard."""
    closed = Signal()
    """Comparing has an end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "message")
        self.setAccessibleName("Comparison")
        title = QLabel("Compare")
        title.setProperty("role", "heading")
        self.close_button = QPushButton()
        theme.set_icon(self.close_button, "x", "dim")
        self.close_button.setProperty("weight", "quiet")
        self.close_button.setAccessibleName("End the comparison")
        self.close_button.setToolTip("End the comparison")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self.closed)
        self._names = ["", ""]
        self._group = QButtonGroup(self)
        self.buttons = [self._button(letter) for letter in LETTERS]
        self._group.idClicked.connect(self.chosen)
        self._note = QLabel()
        self._note.setProperty("role", "caption")
        self._note.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_PX, theme.STEP_PX, 2 * theme.STEP_PX, theme.GAP_PX)
        column.setSpacing(theme.STEP_PX)
        column.addLayout(head)
        for button in self.buttons:
            column.addWidget(button)
        column.addWidget(self._note)

    def show_names(self, name_a: str, name_b: str) -> None:
        """What the two are called."""
        self._names = [name_a, name_b]
        for button, letter, name in zip(self.buttons, LETTERS, self._names, strict=True):
            button.setAccessibleName(f"Hear {letter}, {name}")
            button.setToolTip(f"Hear {letter}: {name} (B goes from one to the other)")
        self._elide()

    def show_heard(self, which: int) -> None:
        """Which one is heard: 0 for A, 1 for B."""
        self.buttons[which].setChecked(True)

    def say(self, note: str) -> None:
        """How their loudness was made the same."""
        self._note.setText(note)

    @property
    def note(self) -> str:
        """What it says below."""
        return self._note.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names that are too long end in dots."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        for button, letter, name in zip(self.buttons, LETTERS, self._names, strict=True):
            room_px = max(20, self.width() - 2 * theme.GAP_PX - 40)
            shown = QFontMetrics(self.font()).elidedText(name, Qt.TextElideMode.ElideRight, room_px)
            button.setText(f"{letter}   {shown}".replace("&", "&&"))

    def _button(self, letter: str) -> QPushButton:
        button = QPushButton(letter)
        button.setProperty("weight", "choice")
        button.setCheckable(True)
        button.setMinimumWidth(0)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._group.addButton(button, LETTERS.index(letter))
        return button
