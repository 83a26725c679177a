"""GUI thread: what every strip of the mixer has: a name in its colour, a fader with its gain in figures, a meter."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from resources import theme
from widgets.elided_label import ElidedLabel
from widgets.fader import Fader
from widgets.gain_field import LEAST_PX, WIDTH_PX, GainField
from widgets.meter import Meter

EDGE_PX = 3
MARGIN_PX = 2 * theme.STEP_PX
FOOTER_MARGIN_PX = theme.STEP_PX
FOOTER_PX = 42
"""In all strips alike, so that their faders are."""
NARROW_PX = 120
SILENT_OPACITY = 0.35


class Channel(QFrame):
    """The common part; `middle` is the row of fader and meter, `footer` that below, for a kind of strip to add to."""

    refused = Signal(str)
    """A sentence for the user: why what was typed is no gain, or no pan."""

    def __init__(self, title: str, stem: str, *, clips: bool = True, parent: QWidget | None = None) -> None:
        """A strip for a stem, or the master; `clips`: whether what it shows can exceed full scale."""
        super().__init__(parent)
        self.setProperty("panel", "card")
        self.setAccessibleName(f"{title} strip")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._stem = stem
        self._chosen = self._silent = False
        self.fader = Fader(title, stem)
        self.fader.setToolTip("Drag, with Shift finely. Double-click for 0 dB, Enter to type a gain")
        self.meter = Meter(title, clips=clips)
        self.figure = GainField(title)
        self.middle = QHBoxLayout()
        self.middle.setSpacing(MARGIN_PX - 2)
        self.footer = QHBoxLayout()
        self.footer.setSpacing(theme.STEP_PX - 1)
        self.footer.addStrut(FOOTER_PX)
        self._lay_out(title)
        self.fader.gain_changed.connect(self.figure.show_value)
        self.fader.typing_wanted.connect(self.figure.setFocus)
        self.figure.typed.connect(self.fader.set_gain_db)
        self.figure.left.connect(self.fader.setFocus)
        self.figure.refused.connect(self.refused)

    def _lay_out(self, title: str) -> None:
        name = ElidedLabel(title)
        name.setProperty("role", "title")
        heading = QHBoxLayout()
        heading.setSpacing(0)
        beside_px = MARGIN_PX - FOOTER_MARGIN_PX  # the footer has more in it
        heading.setContentsMargins(beside_px, 0, beside_px, 0)
        self.middle.setContentsMargins(beside_px, 0, beside_px, 0)
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        heading.addWidget(name, stretch=1)
        heading.addWidget(self.figure)
        self.middle.addStretch()
        self.middle.addWidget(self.fader)
        self.middle.addWidget(self.meter)
        self.middle.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(FOOTER_MARGIN_PX, EDGE_PX + 6, FOOTER_MARGIN_PX, FOOTER_MARGIN_PX)
        column.setSpacing(MARGIN_PX)
        column.addLayout(heading)
        column.addLayout(self.middle, stretch=1)
        column.addLayout(self.footer)

    @property
    def chosen(self) -> bool:
        """Whether the keys act on it."""
        return self._chosen

    def set_chosen(self, chosen: bool) -> None:
        """Show whether the keys act on it."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.update()

    def set_silent(self, silent: bool) -> None:
        """Show whether nothing of it is heard, wherever its fader stands: it is muted, or another one is soloed."""
        if silent != self._silent:
            self._silent = silent
            self.fader.set_silent(silent)
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The name goes before the unit of the gain."""
        super().resizeEvent(event)
        self.figure.setFixedWidth(LEAST_PX if self.width() < NARROW_PX else WIDTH_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the controls chooses the strip: its fader takes the keys."""
        self.fader.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the panel, on its upper edge the strip's colour, and all round where the keys act on it."""
        super().paintEvent(event)
        colour = QColor(theme.stem_colour(self._stem))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), theme.PANEL_CORNER_PX, theme.PANEL_CORNER_PX)
        painter.save()
        painter.setClipPath(outline)
        painter.setOpacity(SILENT_OPACITY if self._silent else 1.0)
        painter.fillRect(QRectF(0, 0, self.width(), EDGE_PX), colour)
        painter.restore()
        if self._chosen:
            painter.setPen(QPen(colour, 1))
            corner_px = theme.PANEL_CORNER_PX - 0.5
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), corner_px, corner_px)
