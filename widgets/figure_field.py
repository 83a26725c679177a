"""GUI thread: a value in figures, which can be typed over."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from resources import theme


class FigureField(QLineEdit):
    """Looks like a caption until it is clicked; Enter takes what was typed, Escape leaves it.

    Its unit is not shown where there is no room for it.
    """

    typed = Signal(float)
    """A value that was typed."""
    refused = Signal(str)
    """A sentence for the user: why what was typed is none."""
    left = Signal()
    """Enter or Escape has ended the typing."""

    def __init__(
        self,
        name: str,
        text_of: Callable[[float], str],
        value_of: Callable[[str], float],
        unit: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """A field that begins at 0.

        Args:
            name: for those who do not see it.
            text_of: how a value is written.
            value_of: what a text means; raises ValueError, with a sentence for the user, where it means none.
            unit: with which what `text_of` writes ends.
            parent: what it is in.
        """
        super().__init__(parent)
        self._text_of, self._value_of, self._unit = text_of, value_of, unit
        self._value = 0.0
        self._fresh = False  # nothing has been done since it was entered
        self.setProperty("weight", "figure")
        self.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        self.setAccessibleName(f"{name} in figures")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setTextMargins(-2, 0, -2, 0)  # Qt's own two pixels on either side
        self._show()

    def show_value(self, value: float) -> None:
        """Show a value; tells nobody."""
        self._value = value
        if not self.hasFocus():
            self._show()

    def _show(self) -> None:
        if self.property("wrong"):
            theme.mark(self, wrong=False)
        text = self._text_of(self._value)
        self.setText(text if self.width() >= self.sizeHint().width() else text.removesuffix(self._unit))
        self.setCursorPosition(0)

    def _take(self) -> None:
        """Tell what was typed."""
        try:
            value = self._value_of(self.text())
        except ValueError as refusal:
            theme.mark(self, wrong=True)
            self.refused.emit(str(refusal))
            return
        self._leave()
        self.typed.emit(value)

    def _leave(self) -> None:
        self.clearFocus()
        self.left.emit()

    def minimumSizeHint(self) -> QSize:
        """Room for any value."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Escape end the typing."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        elif event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """All of it is chosen, to be typed over."""
        super().focusInEvent(event)
        self.setText(self._text_of(self._value).removesuffix(self._unit))
        self.selectAll()
        self._fresh = True

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The first click still has all of it chosen, rather than a place between two figures."""
        if self._fresh and not self.hasSelectedText():
            self.selectAll()
        self._fresh = False
        super().mouseReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was not taken by Enter is not meant."""
        super().focusOutEvent(event)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be room for the unit now."""
        super().resizeEvent(event)
        if not self.hasFocus():
            self._show()
