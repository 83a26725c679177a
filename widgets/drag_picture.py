"""GUI thread: what hangs on the mouse while a file is dragged: its name, in its colour, and how long it is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap

from resources import theme

HEIGHT_PX = 32
MOST_WIDTH_PX = 280
DOT_PX = 8


def drag_picture(part: str, name: str, length: str, scale: float) -> QPixmap:
    """A card for a screen of `scale` pixels a pixel; `part` is "mix" or a stem, whose colour it has."""
    bold, plain = theme.font(weight=QFont.Weight.DemiBold), theme.font(tabular=True)
    length_px = QFontMetrics(plain).horizontalAdvance(length)
    around_px = 4 * theme.GAP_PX + DOT_PX + length_px
    text = QFontMetrics(bold).elidedText(name, Qt.TextElideMode.ElideMiddle, MOST_WIDTH_PX - around_px)
    size = QSize(QFontMetrics(bold).horizontalAdvance(text) + around_px, HEIGHT_PX)
    picture = QPixmap(size * scale)
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    card = QRectF(0.5, 0.5, size.width() - 1, size.height() - 1)
    painter.setPen(QPen(QColor(theme.stem_colour(part)), 1))
    painter.setBrush(QColor(theme.COLOURS.raised))
    painter.drawRoundedRect(card, theme.CONTROL_CORNER_PX, theme.CONTROL_CORNER_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.stem_colour(part)))
    painter.drawRoundedRect(QRectF(theme.GAP_PX, (HEIGHT_PX - DOT_PX) / 2, DOT_PX, DOT_PX), 2, 2)
    room = QRectF(2 * theme.GAP_PX + DOT_PX, 0, size.width() - 3 * theme.GAP_PX - DOT_PX, HEIGHT_PX)
    painter.setPen(QColor(theme.COLOURS.text))
    painter.setFont(bold)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.setPen(QColor(theme.COLOURS.dim))
    painter.setFont(plain)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, length)
    painter.end()
    return picture
