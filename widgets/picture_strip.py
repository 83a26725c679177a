"""GUI thread: a small picture of a sound: its spectrogram as a strip, and how far it has been heard."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import theme

HEIGHT_PX = 40


def picture(levels: npt.NDArray[np.uint8]) -> QImage:
    """Levels (columns, bins), the lowest frequency first, in the spectrogram's colours; the highest is at the top."""
    rows = np.ascontiguousarray(levels.T[::-1])
    image = QImage(rows.data, rows.shape[1], rows.shape[0], rows.shape[1], QImage.Format.Format_Indexed8)
    image.setColorTable(_colours())
    return image.convertToFormat(QImage.Format.Format_RGB32)  # a copy, which does not need `rows` any more


@cache
def _colours() -> list[int]:
    return [QColor(*map(int, colour)).rgb() for colour in theme.spectrogram_table()]


class PictureStrip(QWidget):
    """As wide as there is room, with round corners at the top; the night of the spectrogram where there is nothing."""

    def __init__(
        self, corner_px: int = theme.CONTROL_CORNER_PX, *, note: str = "", parent: QWidget | None = None
    ) -> None:
        """`note` is written where there is no picture."""
        super().__init__(parent)
        self._note = note
        self._corner_px = corner_px
        self._picture = QImage()
        self._scaled = QImage()
        self._fraction: float | None = None
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def is_empty(self) -> bool:
        """Whether there is no picture."""
        return self._picture.isNull()

    @property
    def fraction(self) -> float | None:
        """How far it has been heard, 0 to 1; None while it is not."""
        return self._fraction

    def set_levels(self, levels: npt.NDArray[np.uint8] | None) -> None:
        """Show levels (columns, bins), the lowest frequency first; None for nothing."""
        self._picture = QImage() if levels is None or not levels.size else picture(levels)
        self._scaled = QImage()
        self.update()

    def set_fraction(self, fraction: float | None) -> None:
        """Show how far it has been heard, 0 to 1, or that it is not."""
        self._fraction = fraction
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(self._frame())
        painter.fillRect(self.rect(), QColor(theme.STAGE.well))
        if not self._picture.isNull():
            painter.drawImage(QRectF(self.rect()), self._in_size(self.size() * self.devicePixelRatio()))
        elif self._note:
            painter.setFont(theme.font(theme.CAPTION_PX))
            painter.setPen(QColor(theme.STAGE.dim))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._note)
        if self._fraction is not None:
            x = self._fraction * self.width()
            painter.fillRect(QRectF(x, 0, self.width() - x, self.height()), QColor(13, 16, 22, 130))
            painter.setPen(QPen(QColor(theme.STAGE.strong), 2))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _frame(self) -> QPainterPath:
        """Round at the top, and straight at the bottom, where the card goes on."""
        path = QPainterPath()
        corner = self._corner_px
        path.addRoundedRect(QRectF(self.rect()).adjusted(0, 0, 0, corner), corner, corner)
        return path

    def _in_size(self, size: QSize) -> QImage:
        """The picture in device pixels, made once a size: averaged where it is larger, so that nothing flickers."""
        if self._scaled.size() != size:
            ways = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            self._scaled = self._picture.scaled(size, *ways)
        return self._scaled
