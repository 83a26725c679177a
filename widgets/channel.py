"""GUI thread: what every strip of the mixer has: a name in its colour, a fader with its gain in figures, a meter."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from resources import theme
from widgets.fader import Fader
from widgets.meter import Meter
from widgets.numerals import decibel_text

EDGE_PX = 3


class Channel(QFrame):
    """The common part; `footer` is the row below the fader, for the buttons of a kind of strip."""

    def __init__(self, title: str, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "card")
        self.setAccessibleName(f"{title} strip")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._colour = QColor(colour)
        self.fader = Fader(title, colour)
        self.fader.setToolTip("Double-click for 0 dB")
        self.meter = Meter(title)
        self._gain = QLabel()
        self._gain.setProperty("role", "caption")
        self._gain.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        self.footer = QHBoxLayout()
        self.footer.setSpacing(theme.STEP_PX)
        self._lay_out(title)
        self.fader.gain_changed.connect(self._show_gain)
        self._show_gain(self.fader.gain_db)

    def _lay_out(self, title: str) -> None:
        name = QLabel(title)
        name.setProperty("role", "title")
        heading = QHBoxLayout()
        heading.addWidget(name)
        heading.addStretch()
        heading.addWidget(self._gain)
        middle = QHBoxLayout()
        middle.setSpacing(theme.GAP_PX)
        middle.addStretch()
        middle.addWidget(self.fader)
        middle.addWidget(self.meter)
        middle.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_PX, theme.GAP_PX - 2, theme.GAP_PX, theme.GAP_PX - 2)
        column.setSpacing(2 * theme.STEP_PX)
        column.addLayout(heading)
        column.addLayout(middle, stretch=1)
        column.addLayout(self.footer)

    @property
    def gain_text(self) -> str:
        """The gain in figures."""
        return self._gain.text()

    def _show_gain(self, gain_db: float) -> None:
        self._gain.setText(decibel_text(gain_db))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the panel and, on its upper edge, the strip's colour."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), theme.PANEL_CORNER_PX, theme.PANEL_CORNER_PX)
        painter.setClipPath(outline)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(QRectF(0, 0, self.width(), EDGE_PX), self._colour)
