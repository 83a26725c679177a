"""GUI thread: how files are to be called: a line with fields between braces, and the fields to pick from."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from resources import theme


class PatternField(QWidget):
    """The line can be typed; a click on a field puts it where the cursor is."""

    edited = Signal(str)
    """The pattern, after every stroke."""

    def __init__(self, fields: Mapping[str, str], parent: QWidget | None = None) -> None:
        """`fields`: what may stand between braces, and what it means."""
        super().__init__(parent)
        self.line = QLineEdit()
        self.line.setAccessibleName("Name of the files")
        self.line.setToolTip("Words between braces stand for what the take is; a slash makes a folder")
        self.line.setFixedHeight(theme.CONTROL_HEIGHT_PX)
        self.line.textEdited.connect(self.edited)
        self.buttons = [self._button(name, meaning) for name, meaning in fields.items()]
        row = QHBoxLayout()
        row.setSpacing(theme.STEP_PX)
        put_in = QLabel("Put in")
        put_in.setProperty("role", "caption")
        row.addWidget(put_in)
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.STEP_PX)
        column.addWidget(self.line)
        column.addLayout(row)

    def set_pattern(self, pattern: str) -> None:
        """Show a pattern; tells nobody."""
        if pattern != self.line.text():
            self.line.setText(pattern)

    def set_wrong(self, wrong: bool) -> None:
        """Mark the line where its pattern names no file."""
        theme.mark(self.line, wrong=wrong)

    def _button(self, name: str, meaning: str) -> QPushButton:
        button = QPushButton(name)
        button.setProperty("weight", "small")
        button.setAccessibleName(f"Put in {name}")
        button.setToolTip(meaning)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self._insert(name))
        return button

    def _insert(self, name: str) -> None:
        self.line.insert(f"{{{name}}}")
        self.edited.emit(self.line.text())
