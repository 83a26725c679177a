"""GUI thread: one line that says what went wrong or well, and what to do, in place of dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
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
MARGIN_PX = 2 * theme.STEP_PX
DETAILS_HEIGHTS_PX = (48, 120)
NOTE_MS = 12_000
"""What went well, and needs no answer, goes by itself after so long; not while the mouse is on it."""


class MessageStrip(QFrame):
    """Hidden until there is something to say; details show on request.

    An error, or a note with something to do about it, stays until it is closed or replaced, any other note for NOTE_MS.
    """

    log_wanted = Signal()
    """Show the log, where the causes of other errors stand too."""

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
        self._left_px = MARGIN_PX
        self.close_button = QPushButton()
        theme.set_icon(self.close_button, "x", "dim")
        self.close_button.setProperty("weight", "quiet")
        self.close_button.setAccessibleName("Close the message")
        self.close_button.clicked.connect(self.hide)
        self.close_button.setToolTip("Close (Escape)")
        self.copy_button = QPushButton(" Copy")
        theme.set_icon(self.copy_button, "copy", "dim")
        self.copy_button.setToolTip("Copy the message with its details, to send it to somebody who can help")
        self.copy_button.clicked.connect(self._copy)
        self.log_button = QPushButton(" Open the log")
        theme.set_icon(self.log_button, "file-text", "dim")
        self.log_button.clicked.connect(self.log_wanted)
        for button in (self.copy_button, self.log_button):
            button.setProperty("weight", "small")
        buttons = (self.action_button, self.details_button, self.close_button, self.copy_button, self.log_button)
        for button in buttons:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setAccessibleName("Details")
        self._details.setFont(theme.fixed_font())
        self._details.setMinimumHeight(DETAILS_HEIGHTS_PX[0])
        self._details.setMaximumHeight(DETAILS_HEIGHTS_PX[1])
        self._more = QWidget()
        self.details_button.toggled.connect(self._more.setVisible)
        self._kind: Kind = "note"
        self._going = QTimer(self, interval=NOTE_MS, singleShot=True)
        self._going.timeout.connect(self.hide)
        self._lay_out()
        theme.SIGNALS.changed.connect(self._show_icon)
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
        column.addWidget(self._more)
        beside = QVBoxLayout()
        beside.setSpacing(theme.STEP_PX)
        for button in (self.copy_button, self.log_button):
            beside.addWidget(button)
        beside.addStretch()
        more = QHBoxLayout(self._more)
        more.setContentsMargins(0, 0, 0, theme.STEP_PX)
        more.setSpacing(2 * theme.STEP_PX)
        more.addWidget(self._details, stretch=1)
        more.addLayout(beside)

    def lie_over(self, below: QWidget, left_px: int = 0) -> None:
        """Lie over the upper end of a widget, so that nothing moves from under the hand when a message comes.

        What is left of `left_px` stays free.
        """
        self._left_px = left_px + MARGIN_PX
        self.setParent(below)
        below.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as wide as what is below."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Be as high as there is to say."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._place()
        return handled

    def _place(self) -> None:
        below = self.parentWidget()
        if below is not None:
            width_px = below.width() - self._left_px - MARGIN_PX
            height_px = min(self.layout().totalHeightForWidth(width_px), below.height() - 2 * MARGIN_PX)
            self.setGeometry(self._left_px, MARGIN_PX, width_px, height_px)
            self.raise_()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text()

    def say(self, sentence: str, kind: Kind = "note", details: str = "", action: Action | None = None) -> None:
        """Show a sentence, and keep the details at hand; `action` is what one may do about it, by a button."""
        self._kind = kind
        self._show_icon()
        self._sentence.setText(sentence)
        text, self._action = action or ("", None)
        self.action_button.setText(text)
        self.action_button.setVisible(action is not None)
        self._details.setPlainText(details)
        self.details_button.setChecked(False)
        self.details_button.setVisible(bool(details))
        self._more.hide()
        theme.mark(self, kind=kind)
        self.setAccessibleName(sentence)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._hold(kind == "error" or action is not None)

    def _hold(self, held: bool) -> None:
        if held:
            self._going.stop()
        else:
            self._going.start()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Whoever reads it may go on reading."""
        self._going.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """A note goes by itself again."""
        self._hold(self._kind == "error" or self._action is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes it, where the focus is on it."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _show_icon(self) -> None:
        name, role = ("triangle-alert", "mute") if self._kind == "error" else ("info", "dim")
        self._icon.setPixmap(
            theme.icon(name, role).pixmap(QSize(theme.ICON_PX, theme.ICON_PX), self.devicePixelRatio())
        )

    def _copy(self) -> None:
        QApplication.clipboard().setText(f"{self.sentence}\n\n{self._details.toPlainText()}")

    def _act(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()
