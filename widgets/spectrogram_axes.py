"""GUI thread: what stands around and on the spectrogram: its two axes, and captions on plates."""

from __future__ import annotations

import math

from pyqtgraph import AxisItem
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from resources import theme
from widgets.numerals import clock_text

FREQUENCY_AXIS_PX = 44
TIME_AXIS_PX = 24
LABELLED_HZ = ((16_000, "16k"), (5_000, "5k"), (1_000, "1k"), (250, "250"), (60, "60"))
TICK_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
TICK_SPACING_PX = 80
"""The least way between two labels of the time axis."""
CAPTION_HEIGHT_PX = 20

_Line = tuple[QPen, QPointF, QPointF]
_Label = tuple[QRectF, Qt.AlignmentFlag, str]
"""What pyqtgraph draws an axis from."""


class Axis(AxisItem):
    """An axis in the window's type and colours; its labels stay inside it."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, pen=theme.COLOURS.line, textPen=theme.COLOURS.dim)
        font = theme.font(theme.CAPTION_PX, tabular=True)
        self.setTickFont(font)
        self.setStyle(hideOverlappingLabels=True)  # else it takes room beyond its ends for them
        self._metrics = QFontMetricsF(font)

    def _share(self, value: float) -> float:
        """How far along the visible range a value is: 0 at its beginning, 1 at its end."""
        begin, end = self.range
        return (value - begin) / (end - begin)


class FrequencyAxis(Axis):
    """The logarithm of the frequency, labelled with familiar frequencies."""

    def __init__(self) -> None:
        super().__init__("left")
        self.setWidth(FREQUENCY_AXIS_PX)

    def generateDrawSpecs(self, painter: QPainter) -> tuple[_Line, list[_Line], list[_Label]]:
        """The hairline on the right, no ticks, the labels."""
        right_px = FREQUENCY_AXIS_PX - 1
        beside_the_picture = self.pen(), QPointF(right_px, 0), QPointF(right_px, self.height())
        return beside_the_picture, [], [self._label(*labelled) for labelled in LABELLED_HZ]

    def _label(self, frequency_hz: float, text: str) -> _Label:
        centre_px = self.height() * (1 - self._share(math.log(frequency_hz)))
        box = QRectF(0, max(centre_px - 8, 0.0), FREQUENCY_AXIS_PX - 8, 16)
        return box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text


class TimeAxis(Axis):
    """Seconds, labelled as minutes and seconds; the end always has its label."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.setHeight(TIME_AXIS_PX)

    def boundingRect(self) -> QRectF:
        """The axis, with the corner's hairline left of it."""
        return super().boundingRect().adjusted(-1, 0, 0, 0)

    def tickValues(self, start_s: float, end_s: float, width_px: float) -> list[tuple[float, list[float]]]:
        """Multiples of a familiar step, and the end."""
        least_s = (end_s - start_s) * TICK_SPACING_PX / max(width_px, 1)
        step_s = next((step for step in TICK_STEPS_S if step >= least_s), TICK_STEPS_S[-1])
        steps = range(math.ceil(start_s / step_s), math.ceil(end_s / step_s))
        return [(step_s, [float(index * step_s) for index in steps] + [end_s])]

    def generateDrawSpecs(self, painter: QPainter) -> tuple[_Line, list[_Line], list[_Label]]:
        """The hairline on top, that of the other axis continued instead of ticks, the labels."""
        below_the_picture = self.pen(), QPointF(0, 0), QPointF(self.width(), 0)
        in_the_corner = self.pen(), QPointF(-1, 0), QPointF(-1, self.height())
        return below_the_picture, [in_the_corner], self._labels() if self.style["showValues"] else []

    def _labels(self) -> list[_Label]:
        [(_, times_s)] = self.tickValues(*self.range, self.width())
        *others, end = [self._label(time_s) for time_s in times_s]
        free = [label for label in others if label[0].right() + 2 * theme.STEP_PX < end[0].left()]
        return [*free, end]

    def _label(self, time_s: float) -> _Label:
        """Under its time, moved in where it would leave the axis."""
        text = clock_text(time_s)
        width_px = self._metrics.horizontalAdvance(text) + 2
        left_px = self.width() * self._share(time_s) - width_px / 2
        left_px = min(max(left_px, theme.STEP_PX), self.width() - width_px - 2 * theme.STEP_PX)
        return QRectF(left_px, 1, width_px, TIME_AXIS_PX - 2), Qt.AlignmentFlag.AlignCenter, text


class Caption(QGraphicsItem):
    """A line of text on a plate, in pixels; without a text it is not there."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self._text = ""
        self._font = theme.font(theme.CAPTION_PX, tabular=True)
        self._backing = QColor(theme.COLOURS.ground)
        self._backing.setAlphaF(0.85)

    def set_text(self, text: str) -> None:
        """Show another text."""
        self.setVisible(bool(text))
        if text != self._text:
            self.prepareGeometryChange()
            self._text = text
            self.update()

    def boundingRect(self) -> QRectF:
        """The plate."""
        return QRectF(0, 0, round(QFontMetricsF(self._font).horizontalAdvance(self._text)) + 12, CAPTION_HEIGHT_PX)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw plate and text."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._backing)
        painter.drawRoundedRect(self.boundingRect(), 4, 4)
        painter.setFont(self._font)
        painter.setPen(QColor(theme.COLOURS.text))
        painter.drawText(self.boundingRect(), Qt.AlignmentFlag.AlignCenter, self._text)
