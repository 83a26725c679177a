"""GUI thread: the top of the window: whose it is, which take is loaded, where it sounds."""

from __future__ import annotations

from typing import Literal

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from resources import theme

HEIGHT_PX = 46
WORDMARK_PX = 16

OutputState = Literal["closed", "open", "lost"]
LAMPS: dict[OutputState, str] = {
    "closed": theme.COLOURS.faint,
    "open": theme.COLOURS.good,
    "lost": theme.COLOURS.mute,
}


class HeaderBar(QFrame):
    """Name of the program, title of the take, and the output with a lamp: lit while it plays, red where it is lost."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "top")
        self.setFixedHeight(HEIGHT_PX)
        wordmark = QLabel(f'Deep<span style="color:{theme.COLOURS.accent}">Dead</span>Net')
        wordmark.setFont(theme.font(WORDMARK_PX, QFont.Weight.DemiBold))
        self._title = QLabel()
        self._lamp = QLabel("●")
        self._output = QLabel()
        self._output.setProperty("role", "dim")
        self._output.setFont(theme.font(tabular=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * theme.STEP_PX, 0, 4 * theme.STEP_PX, 0)
        row.setSpacing(2 * theme.STEP_PX)
        row.addWidget(wordmark)
        row.addSpacing(2 * theme.STEP_PX)
        row.addWidget(self._title)
        row.addStretch()
        row.addWidget(self._lamp)
        row.addWidget(self._output)
        self.set_output("No output open yet", "closed")

    def set_title(self, title: str) -> None:
        """What the loaded take is called."""
        self._title.setText(title)

    @property
    def output_text(self) -> str:
        """What it says of the output."""
        return self._output.text()

    def set_output(self, text: str, state: OutputState, tip: str = "") -> None:
        """Which output there is, and whether it plays; `tip` says more."""
        if (text, tip) != (self._output.text(), self._output.toolTip()):
            self._output.setText(text)
            self._output.setToolTip(tip)
            self._lamp.setStyleSheet(f"color: {LAMPS[state]}")
