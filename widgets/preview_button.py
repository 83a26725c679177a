"""GUI thread: a small round button that plays something short, and stops it again."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QWidget

from resources import theme

SIZE_PX = 32


class PreviewButton(QAbstractButton):
    """Lies upon a picture, so its colours are those of the stage in either theme."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        """`title` is of what it plays."""
        super().__init__(parent)
        self._title = title
        self._playing = False
        self.setFixedSize(SIZE_PX, SIZE_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_playing(False)

    @property
    def playing(self) -> bool:
        """Whether it shows that it plays."""
        return self._playing

    def set_playing(self, playing: bool) -> None:
        """Show whether it plays."""
        self._playing = playing
        self.setAccessibleName(f"{'Stop' if playing else 'Play'} the preview of {self._title}")
        self.setToolTip("Back to what was loaded (P)" if playing else "Hear a preview at once (P)")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a disc with a triangle, or a square while it plays."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.STAGE
        is_light = self._playing or self.underMouse() or self.isDown()
        disc, sign = (colours.strong, colours.ground) if is_light else (colours.ground, colours.strong)
        ring, width = (colours.accent, 2.0) if self.hasFocus() else (colours.faint, 1.0)
        painter.setPen(QPen(QColor(ring), width))
        painter.setBrush(QColor(disc))
        inset = 2 + width / 2
        painter.drawEllipse(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(sign))
        x, y = self.width() / 2, self.height() / 2
        if self._playing:
            painter.drawRect(QRectF(x - 4, y - 4, 8, 8))
        else:  # a triangle looks centred when its middle is a little to the right
            painter.drawPolygon(QPolygonF([QPointF(x - 3.5, y - 5), QPointF(x - 3.5, y + 5), QPointF(x + 5.5, y)]))
