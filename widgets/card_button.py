"""GUI thread: something to choose, as a card: a title and a line about it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from resources import theme

CARD_HEIGHT_PX = 60
LAMP_PX = 8
CORNER_PX = theme.PANEL_CORNER_PX - 2


class CardButton(QAbstractButton):
    """A card: its edge is in the accent colour where it is the chosen one; a lamp tells a state where there is one."""

    def __init__(self, title: str, line: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lamp = ""
        self.setText(title)
        self.setAccessibleName(title)
        self.set_line(line)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_line(self, line: str, lamp: str = "") -> None:
        """What stands under the title, and the role of the colour of the lamp beside it; none without a role."""
        self.setAccessibleDescription(line)
        self._lamp = lamp
        self.update()

    def event(self, event: QEvent) -> bool:
        """Also the mouse that comes and goes is shown."""
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        return super().event(event)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(200, CARD_HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge, width = self._edge()
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(theme.COLOURS.hover if self.underMouse() else theme.COLOURS.raised))
        inset = width / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, CORNER_PX, CORNER_PX)
        self._paint_texts(painter)

    def _paint_texts(self, painter: QPainter) -> None:
        """Draw what stands on the card."""
        room_px = self.width() - 2 * theme.GAP_PX
        title_room_px = room_px - (2 * LAMP_PX if self._lamp else 0)
        title = theme.font(theme.BODY_PX, QFont.Weight.DemiBold)
        self._paint_line(painter, self.text(), title, theme.COLOURS.text, 10, title_room_px)
        caption = theme.font(theme.CAPTION_PX, tabular=True)
        self._paint_line(painter, self.accessibleDescription(), caption, theme.COLOURS.dim, 31, room_px)
        if self._lamp:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(theme.COLOURS, self._lamp)))
            painter.drawEllipse(QRectF(self.width() - theme.GAP_PX - LAMP_PX, 16, LAMP_PX, LAMP_PX))

    def _edge(self) -> tuple[str, int]:
        if self.hasFocus():
            return theme.COLOURS.text, 2
        return (theme.COLOURS.accent, 2) if self.isChecked() else (theme.COLOURS.line, 1)

    def _paint_line(self, painter: QPainter, text: str, font: QFont, colour: str, top_px: int, room_px: int) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        box = QRectF(theme.GAP_PX, top_px, room_px, 20)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room_px)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
