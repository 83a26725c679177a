"""GUI thread: levels and peaks as pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from engine.audio.columns import FULL_SCALE, column_frames, level_for
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.spectrogram import BINS
from resources import theme
from widgets.level_store import Span, Strip
from widgets.picture_strip import picture
from widgets.time_window import TimeWindow


def level_of(window: TimeWindow, width_px: float) -> int:
    """The level whose columns are about as wide as a pixel, where a window is `width_px` wide."""
    return level_for(window.length_s * SAMPLE_RATE_HZ / max(width_px, 1.0))


def columns_in(window: TimeWindow, level: int) -> Span:
    """The columns of a level that a window shows, also in part."""
    frames = column_frames(level)
    first = max(int(window.start_s * SAMPLE_RATE_HZ // frames), 0)
    return first, max(first + 1, int(-(-window.end_s * SAMPLE_RATE_HZ // frames)))


def draw_levels(painter: QPainter, box: QRectF, strip: Strip, place: QRectF) -> None:
    """Fill `box` with the part of a strip that `place` covers: x and width in columns."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(box, picture(strip.levels), QRectF(place.x(), 0, place.width(), BINS))


def place_in(window: TimeWindow, level: int, first: int) -> QRectF:
    """Where a window lies in a strip that begins with the column `first`, in columns."""
    per_s = SAMPLE_RATE_HZ / column_frames(level)
    return QRectF(window.start_s * per_s - first, 0, window.length_s * per_s, BINS)


def draw_peaks(painter: QPainter, box: QRectF, strip: Strip, place: QRectF, colour: QColor) -> None:
    """Fill `box` with the outline of the sound: peaks, in them the RMS, and a mark wherever full scale is reached.

    Silence is a line; where nothing is known, nothing is drawn.
    """
    ratio = painter.device().devicePixelRatio()
    width, height = round(box.width() * ratio), round(box.height() * ratio)
    peaks = _per_pixel(np.where(strip.known[:, None], strip.peaks.astype(np.int32), UNKNOWN), place, width)
    distances = np.abs(2 * np.arange(height)[:, None] - (height - 1))  # from the middle line, twice
    heights = peaks * (height - 1) // (FULL_SCALE - 1)
    inks = (distances <= np.maximum(heights[:, 0], 1)).astype(np.uint8)
    inks[distances <= heights[:, 1]] = 2
    inks[:, peaks[:, 0] == UNKNOWN] = 0
    clipped = peaks[:, 0] >= FULL_SCALE
    inks[: max(height // 8, 2), clipped] = inks[-max(height // 8, 2) :, clipped] = 3
    faded = QColor(colour)
    faded.setAlphaF(0.5)
    table = [0, faded.rgba(), colour.rgba(), QColor(theme.STAGE.mute).rgba()]
    stride = -width % 4
    rows = np.ascontiguousarray(np.pad(inks, ((0, 0), (0, stride))))
    outline = QImage(rows.data, width, height, width + stride, QImage.Format.Format_Indexed8)
    outline.setColorTable(table)
    painter.drawImage(box, outline)


UNKNOWN = -1
"""In place of a peak."""


def _per_pixel(peaks: npt.NDArray[np.int32], place: QRectF, width: int) -> npt.NDArray[np.int32]:
    """The loudest of the columns that each of `width` pixels shows, (width, 2)."""
    edges = place.x() + np.arange(width + 1) * place.width() / max(width, 1)
    begins = np.clip(edges[:-1].astype(int), 0, len(peaks) - 1)
    ends = np.clip(np.ceil(edges[1:]).astype(int), begins + 1, len(peaks))
    found: npt.NDArray[np.int32] = peaks[begins]
    for step in range(1, int((ends - begins).max(initial=1))):
        found = np.maximum(found, peaks[np.minimum(begins + step, ends - 1)])
    return found
