"""GUI thread: a control under its caption."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from resources import theme


class Captioned(QWidget):
    """A control, and above it what it is called; a caption may change with the control."""

    def __init__(self, text: str, control: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption = QLabel(text)
        self._caption.setProperty("role", "caption")
        self._caption.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.STEP_PX)
        column.addWidget(self._caption)
        column.addWidget(control)

    @property
    def text(self) -> str:
        """What stands above the control."""
        return self._caption.text()

    def set_text(self, text: str) -> None:
        """What is to stand above the control."""
        self._caption.setText(text)
