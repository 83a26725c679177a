"""GUI thread: one line that says what went wrong or well, and what to do, in place of dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from resources import theme

Kind = Literal["note", "error"]
Action = tuple[str, Callable[[], object]]
"""What a button says, and what it does."""
DETAILS_HEIGHT_PX = 96


class MessageStrip(QFrame):
    """Hidden until there is something to say; stays until it is closed or replaced. Details show on request."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "message")
        self._icon = QLabel()
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.details_button = QPushButton("Details")
        self.details_button.setProperty("weight", "small")
        self.details_button.setCheckable(True)
        self.action_button = QPushButton()
        self.action_button.setProperty("weight", "small")
        self.action_button.clicked.connect(self._act)
        self._action: Callable[[], object] | None = None
        self.close_button = QPushButton(theme.icon("x", theme.COLOURS.dim), "")
        self.close_button.setProperty("weight", "quiet")
        self.close_button.setAccessibleName("Close the message")
        self.close_button.clicked.connect(self.hide)
        for button in (self.action_button, self.details_button, self.close_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setAccessibleName("Details")
        self._details.setFixedHeight(DETAILS_HEIGHT_PX)
        self.details_button.toggled.connect(self._details.setVisible)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_PX)
        for widget in (self._icon, self._sentence, self.action_button, self.details_button, self.close_button):
            row.addWidget(widget)
        row.setStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_PX, theme.STEP_PX, 2 * theme.STEP_PX, theme.STEP_PX)
        column.addLayout(row)
        column.addWidget(self._details)

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text()

    def say(self, sentence: str, kind: Kind = "note", details: str = "", action: Action | None = None) -> None:
        """Show a sentence, and keep the details at hand; `action` is what one may do about it, by a button."""
        name, colour = ("triangle-alert", theme.COLOURS.mute) if kind == "error" else ("info", theme.COLOURS.dim)
        self._icon.setPixmap(theme.icon(name, colour).pixmap(theme.ICON_PX))
        self._sentence.setText(sentence)
        text, self._action = action or ("", None)
        self.action_button.setText(text)
        self.action_button.setVisible(action is not None)
        self._details.setPlainText(details)
        self.details_button.setChecked(False)
        self.details_button.setVisible(bool(details))
        self._details.hide()
        theme.mark(self, kind=kind)
        self.show()

    def _act(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()
