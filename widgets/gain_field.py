"""GUI thread: a gain in figures, which can be typed over."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from resources import theme
from widgets.numerals import decibel_text, gain_db

UNIT = " dB"
WIDTH_PX, LEAST_PX = 62, 34
HEIGHT_PX = 18


class GainField(QLineEdit):
    """Looks like a caption until it is clicked; Enter takes what was typed, Escape leaves it.

    Its unit is not shown where there is no room for it.
    """

    typed = Signal(float)
    """A gain in dB that was typed."""
    refused = Signal(str)
    """A sentence for the user: why what was typed is no gain."""
    left = Signal()
    """Enter or Escape has ended the typing."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gain_db = 0.0
        self._fresh = False  # nothing has been done since it was entered
        self.setProperty("weight", "figure")
        self.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(f"{name} gain in figures")
        self.setToolTip("Click to type a gain in decibels, such as −4.5")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT_PX)
        self.setTextMargins(-2, 0, -2, 0)  # Qt's own two pixels on either side
        self.show_gain(0.0)

    def show_gain(self, gain_db: float) -> None:
        """Show a gain; tells nobody."""
        self._gain_db = gain_db
        if not self.hasFocus():
            self._show()

    def _show(self) -> None:
        if self.property("wrong"):
            theme.mark(self, wrong=False)
        text = decibel_text(self._gain_db)
        self.setText(text if self.width() >= WIDTH_PX else text.removesuffix(UNIT))
        self.setCursorPosition(0)

    def _take(self) -> None:
        """Tell what was typed."""
        try:
            typed_db = gain_db(self.text())
        except ValueError as refusal:
            theme.mark(self, wrong=True)
            self.refused.emit(str(refusal))
            return
        self._leave()
        self.typed.emit(typed_db)

    def _leave(self) -> None:
        self.clearFocus()
        self.left.emit()

    def sizeHint(self) -> QSize:
        """Room for any gain and its unit."""
        return QSize(WIDTH_PX, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """Room for any gain."""
        return QSize(LEAST_PX, HEIGHT_PX)

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
        self.setText(decibel_text(self._gain_db).removesuffix(UNIT))
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
