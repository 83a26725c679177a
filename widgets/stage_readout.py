"""GUI thread: what the mouse points at in the spectrogram, in words."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import theme
from widgets.numerals import clock_text

NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
TUNING_HZ = 440.0


class StageReadout(QWidget):
    """Time, frequency with the nearest note, level; where there is no room for all of it, the last of it goes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.SIGNALS.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Takes what room there is, and asks for none."""
        return QSize(0, 24)

    @property
    def words(self) -> str:
        """What it says."""
        return " · ".join(self._parts)

    def show_point(self, time_s: float, frequency_hz: float, level_db: float) -> None:
        """Tell what is pointed at."""
        self._parts = (
            clock_text(time_s, tenths=True),
            f"{frequency_text(frequency_hz)} {note_text(frequency_hz)}",
            f"−{abs(round(level_db))} dB",
        )
        self.update()

    def clear(self) -> None:
        """Nothing is pointed at."""
        if self._parts:
            self._parts = ()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it at the right, as much of it as there is room for."""
        painter = QPainter(self)
        font = theme.font(theme.CAPTION_PX, tabular=True)
        painter.setFont(font)
        painter.setPen(QColor(theme.COLOURS.dim))
        texts = (" · ".join(self._parts[:count]) for count in range(len(self._parts), 0, -1))
        fitting = (text for text in texts if QFontMetricsF(font).horizontalAdvance(text) <= self.width() - 8)
        alignment = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(0, 0, -8, 0), alignment, next(fitting, ""))
        painter.end()


def frequency_text(frequency_hz: float) -> str:
    """As one says it: "440 Hz", "2.3 kHz"."""
    return f"{frequency_hz:.0f} Hz" if frequency_hz < 1000 else f"{frequency_hz / 1000:.1f} kHz"


def note_text(frequency_hz: float) -> str:
    """The nearest note of equal temperament: "A4" for 440 Hz."""
    key = round(69 + 12 * math.log2(frequency_hz / TUNING_HZ))
    return f"{NOTES[key % 12]}{key // 12 - 1}"
