"""GUI thread: the files that an export will write, each with the colour of what is in it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from resources import theme

LINE_PX = 5 * theme.STEP_PX
DOT_PX = 8
SMALLEST_WIDTH_PX = 120


class ExportList(QFrame):
    """One line a file: a live example of their names. The middle of a name that is too long is left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "well")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._names: dict[str, str] = {}

    @property
    def names(self) -> dict[str, str]:
        """The file names by what is in them: "mix" or a stem."""
        return dict(self._names)

    def set_names(self, names: Mapping[str, str]) -> None:
        """Show other names."""
        self._names = dict(names)
        self.setAccessibleName(f"Files: {', '.join(self._names.values())}")
        self.setToolTip("\n".join(self._names.values()))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A line for each."""
        return QSize(SMALLEST_WIDTH_PX, max(1, len(self._names)) * LINE_PX + 4 * theme.STEP_PX)

    def minimumSizeHint(self) -> QSize:
        """As high as it has to be."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw dots and names."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(tabular=True))
        left_px, text_px = theme.GAP_PX, theme.GAP_PX + DOT_PX + 2 * theme.STEP_PX
        for index, (part, name) in enumerate(self._names.items()):
            top_px = 2 * theme.STEP_PX + index * LINE_PX
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.stem_colour(part)))
            painter.drawRoundedRect(QRectF(left_px, top_px + (LINE_PX - DOT_PX) / 2, DOT_PX, DOT_PX), 2, 2)
            painter.setPen(QColor(theme.COLOURS.text))
            room = QRectF(text_px, top_px, self.width() - text_px - theme.GAP_PX, LINE_PX)
            shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
