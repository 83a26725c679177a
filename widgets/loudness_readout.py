"""GUI thread: how loud it is to the ear, now and in all, in LUFS."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from resources import theme
from widgets.readout import Readout

QUIETEST_LUFS = -70.0


class LoudnessReadout(QWidget):
    """Two figures: of the last three seconds, and of all since the take was loaded, or since a click."""

    reset_pressed = Signal()
    """The second figure is to begin anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Loudness")
        self.setToolTip(
            "Loudness of the last three seconds and, below, overall since the take was loaded. Click to begin anew"
        )
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.now = Readout("LUFS", "")
        self.whole = Readout("overall", "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.STEP_PX)
        for readout in (self.now, self.whole):
            column.addWidget(readout)
        self.show_loudness(-math.inf, -math.inf)

    def show_loudness(self, now_lufs: float, whole_lufs: float) -> None:
        """Show how loud it is; −inf for silence."""
        for readout, lufs in ((self.now, now_lufs), (self.whole, whole_lufs)):
            readout.show_figure(loudness_text(lufs))
        description = f"{self.now.figure} LUFS now, {self.whole.figure} overall"
        if description != self.accessibleDescription():
            self.setAccessibleDescription(description)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw where the focus is."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.COLOURS.text), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin anew."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space do what a click does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.reset_pressed.emit()
        else:
            super().keyPressEvent(event)


def loudness_text(lufs: float) -> str:
    """A loudness with one decimal and a true minus sign; a dash where it is as good as silent."""
    return "–" if lufs < QUIETEST_LUFS else f"{lufs:.1f}".replace("-", "−")
