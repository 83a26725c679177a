"""GUI thread: the top of the window: whose it is, which take is loaded, where it sounds."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from resources import theme

HEIGHT_PX = 46
WORDMARK_PX = 16


class HeaderBar(QFrame):
    """Name of the program, title of the take, and the output with a lamp that is lit while it is open."""

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
        self.set_output("No output open yet", open_=False)

    def set_title(self, title: str) -> None:
        """What the loaded take is called."""
        self._title.setText(title)

    @property
    def output_text(self) -> str:
        """What it says of the output."""
        return self._output.text()

    def set_output(self, text: str, open_: bool) -> None:
        """Which output there is, and whether it is open."""
        if text != self._output.text():
            self._output.setText(text)
            self._lamp.setStyleSheet(f"color: {theme.COLOURS.good if open_ else theme.COLOURS.faint}")
