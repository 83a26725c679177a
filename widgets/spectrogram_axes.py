"""GUI thread: what is drawn around and on the spectrogram: its two axes, and captions on plates."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from resources import theme
from widgets.numerals import clock_text
from widgets.time_window import TimeWindow

FREQUENCY_AXIS_PX = 44
TIME_AXIS_PX = 24
LABELLED_HZ = ((16_000, "16k"), (5_000, "5k"), (1_000, "1k"), (250, "250"), (60, "60"))
TICK_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
TICK_SPACING_PX = 80
"""The least way between two labels of the time axis."""
CAPTION_HEIGHT_PX = 20
PLATE_CORNER_PX = 4

TimeLabel = tuple[QRectF, str]
"""Where a label is, and what it says."""


def time_labels(axis: QRectF, window: TimeWindow) -> list[TimeLabel]:
    """The labels of a time axis: multiples of a familiar step, and the end, if that has a figure of its own."""
    least_s = window.length_s * TICK_SPACING_PX / max(axis.width(), 1)
    step_s = next((step for step in TICK_STEPS_S if step >= least_s), TICK_STEPS_S[-1])
    steps = range(math.ceil(window.start_s / step_s - 1e-6), math.ceil(window.end_s / step_s - 1e-6))
    times_s = [*(number * step_s for number in steps), window.end_s]
    *others, end = [_time_label(axis, window, time_s, step_s) for time_s in times_s]
    if others and others[-1][1] == end[1]:  # nearer to it than the figures tell
        return others
    return [*(label for label in others if label[0].right() + 2 * theme.STEP_PX < end[0].left()), end]


def _time_label(axis: QRectF, window: TimeWindow, time_s: float, step_s: float) -> TimeLabel:
    """Under its time, moved in where it would leave the axis."""
    text = clock_text(time_s + 1e-6, tenths=step_s < 1)
    width_px = _text_width_px(text) + 2
    left_px = axis.left() + axis.width() * window.share(time_s) - width_px / 2
    left_px = min(max(left_px, axis.left() + theme.STEP_PX), axis.right() - width_px - 2 * theme.STEP_PX)
    return QRectF(left_px, axis.top() + 1, width_px, axis.height() - 2), text


def draw_time_axis(painter: QPainter, axis: QRectF, window: TimeWindow | None) -> None:
    """The hairline on top and the labels; without a window no labels."""
    painter.fillRect(QRectF(axis.left(), axis.top(), axis.width(), 1), QColor(theme.COLOURS.line))
    painter.setFont(_font())
    painter.setPen(QColor(theme.COLOURS.dim))
    for box, text in time_labels(axis, window) if window else ():
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def draw_frequency_axis(painter: QPainter, axis: QRectF, y_of: Callable[[float], float]) -> None:
    """The hairline on the right and familiar frequencies, each at the height that `y_of` gives it."""
    painter.fillRect(QRectF(axis.right() - 1, axis.top(), 1, axis.height()), QColor(theme.COLOURS.line))
    painter.setFont(_font())
    painter.setPen(QColor(theme.COLOURS.dim))
    for frequency_hz, text in LABELLED_HZ:
        box = QRectF(axis.left(), max(y_of(frequency_hz) - 8, axis.top()), axis.width() - 8, 16)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


def caption_width_px(text: str) -> float:
    """How wide the plate of a caption is."""
    return round(_text_width_px(text)) + 12.0


@cache
def _font() -> QFont:
    return theme.font(theme.CAPTION_PX, tabular=True)


def _text_width_px(text: str) -> float:
    return QFontMetricsF(_font()).horizontalAdvance(text)


def draw_caption(painter: QPainter, box: QRectF, text: str) -> None:
    """A line of text on a plate that fills `box`."""
    plate = QColor(theme.STAGE.ground)
    plate.setAlphaF(0.85)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(plate)
    painter.drawRoundedRect(box, PLATE_CORNER_PX, PLATE_CORNER_PX)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(_font())
    painter.setPen(QColor(theme.STAGE.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
