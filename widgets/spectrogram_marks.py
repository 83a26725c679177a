"""GUI thread: what is drawn upon the spectrogram: how far the take is, the region, the playhead."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from resources import theme
from widgets.numerals import clock_text
from widgets.spectrogram_axes import CAPTION_HEIGHT_PX, PLATE_CORNER_PX, caption_width_px, draw_caption

PLAYHEAD_COLOUR = "#ffffff"
HANDLE_PX = 6
"""How high the triangle on top of the playhead is, and how far it reaches to either side."""
PLAYHEAD_PX = 2 * HANDLE_PX + 2
"""How wide its picture is."""
GRIP_PX = (6, 24)
"""The handle on an edge of the region, wide and high."""


def draw_veil(painter: QPainter, box: QRectF) -> None:
    """Dim a part of the picture."""
    painter.fillRect(box, _faded(theme.STAGE.ground, 0.45))


def draw_bare(painter: QPainter, box: QRectF, *, hatched: bool) -> None:
    """What has no stems: dimmed in the picture of the mix, hatched in that of a stem, where there is nothing to dim."""
    if hatched:
        painter.fillRect(box, QBrush(_faded(theme.STAGE.faint, 0.4), Qt.BrushStyle.BDiagPattern))
    else:
        draw_veil(painter, box)


def draw_stems_line(painter: QPainter, x_px: int, height: int) -> None:
    """The mark up to which there are stems."""
    painter.setPen(QPen(QColor(theme.STAGE.text), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x_px + 0.5, 0), QPointF(x_px + 0.5, height))


def draw_mark(painter: QPainter, picture: QRect, text: str, x_px: float, row: int) -> QRectF:
    """A caption right of its place, or left of it where the room ends; rows count from the bottom. Gives its plate."""
    width_px = caption_width_px(text)
    x_px = min(max(round(x_px), picture.left()), picture.right() + 1)
    left_px = x_px + 6 if x_px + 6 + width_px <= picture.right() else x_px - 6 - width_px
    plate = QRectF(left_px, picture.bottom() - 26 - 24 * row, width_px, CAPTION_HEIGHT_PX)
    draw_caption(painter, plate, text)
    return plate


def draw_region(painter: QPainter, band: QRectF, plot: QRect, region: tuple[float, float]) -> QRectF:
    """A band with an edge at either end, for the hand to move, and how long the region is: gives the plate of that."""
    accent = QColor(theme.STAGE.accent)
    painter.fillRect(band, _faded(theme.STAGE.accent, 0.2))
    for edge_px in (round(band.left()), round(band.right())):
        width, height = GRIP_PX
        painter.fillRect(QRect(edge_px - 1, 0, 2, plot.height()), accent)
        painter.fillRect(QRect(edge_px - width // 2, (plot.height() - height) // 2, width, height), accent)
    plate = region_plate(band, plot, region)
    if not plate.isEmpty():
        draw_caption(painter, plate, _region_text(region))
    return plate


def region_plate(band: QRectF, plot: QRect, region: tuple[float, float] | None) -> QRectF:
    """Where a region says how long it is, and can be let go: inside, if it has the room; else nowhere."""
    if region is None:
        return QRectF()
    seen = band.intersected(QRectF(plot))
    width_px = caption_width_px(_region_text(region))
    if seen.width() < width_px + 4 * theme.STEP_PX:
        return QRectF()
    return QRectF(round(seen.center().x() - width_px / 2), 2 * theme.STEP_PX, width_px, CAPTION_HEIGHT_PX)


def _region_text(region: tuple[float, float]) -> str:
    return f"{clock_text(region[1] - region[0], tenths=True)}  ×"


def restore_plate(painter: QPainter, still: QPixmap, plate: QRectF) -> None:
    """Draw a plate again as it was before something was drawn upon it."""
    ratio, clip = still.devicePixelRatio(), QPainterPath()
    clip.addRoundedRect(plate, PLATE_CORNER_PX, PLATE_CORNER_PX)
    painter.setClipPath(clip)
    painter.drawPixmap(plate, still, QRectF(plate.topLeft() * ratio, plate.size() * ratio))


_WITH_ALPHA = QImage.Format.Format_ARGB32_Premultiplied


@lru_cache(maxsize=8)
def playhead_picture(height: int, ratio: float) -> QImage:
    """A line with a shade on either side, which is seen on any colour, and a triangle on top; PLAYHEAD_PX wide."""
    # No pixmap: it would outlive the application, which it must not.
    made, middle_px = QImage(QSize(PLAYHEAD_PX, height) * ratio, _WITH_ALPHA), PLAYHEAD_PX / 2
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.fillRect(QRectF(middle_px - 2, 0, 4, height), _faded(theme.STAGE.ground, 0.5))
    painter.fillRect(QRectF(middle_px - 1, 0, 2, height), QColor(PLAYHEAD_COLOUR))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(PLAYHEAD_COLOUR))
    tips = QPointF(middle_px - HANDLE_PX, 0), QPointF(middle_px + HANDLE_PX, 0), QPointF(middle_px, HANDLE_PX)
    painter.drawPolygon(QPolygonF(tips))
    painter.end()
    return made


def _faded(colour: str, alpha: float) -> QColor:
    faded = QColor(colour)
    faded.setAlphaF(alpha)
    return faded
