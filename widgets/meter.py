"""GUI thread: a stereo meter: peaks with hold, the average, and lamps for what exceeds full scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resources import theme
from widgets import taper
from widgets.fader import KNOB_HEIGHT_PX

FALL_DB_PER_S = 30.0
"""How fast a peak falls; it rises at once."""
HOLD_S = 1.5
"""How long the line above a bar stays at the highest peak."""
AVERAGE_S = 0.3
"""Time constant of the average, as of the needle of a VU meter."""
HOT_DB = -6.0
"""From here on a bar warns."""
BAR_PX = 7
GAP_PX = 3
LAMP_PX = 4
QUIETEST = 1e-9
CLIPPING_TIP = "Peaks and, brighter, the average. The red lamp: alone it is too loud. Click to put it out (C)"
LIMITED_TIP = "What is heard: peaks and, brighter, the average. Click to let go of the highest peak (C)"


class Meter(QWidget):
    """Two bars, left and right, on the scale of the fader beside them: bright the average, pale above it the peaks.

    What exceeds full scale is red, and lights the lamp above the bar until a click puts it out.
    """

    def __init__(self, name: str, *, clips: bool = True, parent: QWidget | None = None) -> None:
        """A meter called `name` for those who do not see it; it has lamps where what it shows `clips`, if too loud."""
        super().__init__(parent)
        self._clips = clips
        self.setAccessibleName(f"{name} level")
        self.setToolTip(CLIPPING_TIP if clips else LIMITED_TIP)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # so that no strip is painted for each new level
        self.bars_db = np.full(2, taper.LOWEST_DB)
        self.averages_db = np.full(2, taper.LOWEST_DB)
        self.holds_db = np.full(2, taper.LOWEST_DB)
        self.clipped = np.zeros(2, bool)
        self._powers = np.zeros(2)
        self._held_s = np.zeros(2)
        self._painted: object = None

    def show_levels(self, peaks: Sequence[float], rms: Sequence[float], elapsed_s: float) -> None:
        """Show what the last `elapsed_s` seconds were like: (left, right), linear, 1.0 is full scale.

        Args:
            peaks: the highest samples.
            rms: the roots of the mean squares.
            elapsed_s: since last time.
        """
        self._show_peaks(np.asarray(peaks, np.float64), elapsed_s)
        self._powers += -math.expm1(-elapsed_s / AVERAGE_S) * (np.square(np.asarray(rms, np.float64)) - self._powers)
        self.averages_db = np.maximum(10 * np.log10(np.maximum(self._powers, QUIETEST)), taper.LOWEST_DB)
        self._update_if_seen()

    def _show_peaks(self, peaks: np.ndarray, elapsed_s: float) -> None:
        peaks_db = 20 * np.log10(np.maximum(peaks, QUIETEST))
        self.bars_db = np.maximum(np.maximum(peaks_db, self.bars_db - FALL_DB_PER_S * elapsed_s), taper.LOWEST_DB)
        self._held_s += elapsed_s
        renewed = (self.bars_db >= self.holds_db) | (self._held_s > HOLD_S)
        self._held_s[renewed] = 0.0
        self.holds_db = np.where(renewed, self.bars_db, self.holds_db)
        if self._clips and np.any(peaks > 1.0) and not self.clipped.all():
            self.clipped |= peaks > 1.0
            self.setAccessibleDescription("was too loud")

    def clear(self) -> None:
        """Put the lamps out, and let the held peaks go."""
        self.clipped[:] = False
        self.holds_db = self.bars_db
        self.setAccessibleDescription("")
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the lamps out."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clear()

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(2 * BAR_PX + GAP_PX, 180)

    def _update_if_seen(self) -> None:
        """Paint anew only where a pixel changes: this is asked many times a second, of many meters."""
        levels = np.concatenate([self.bars_db, self.averages_db, self.holds_db])
        seen = (*(round(2 * self._y_of(level_db)) for level_db in levels), *self.clipped)
        if seen != self._painted:
            self._painted = seen
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both bars and their lamps."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.COLOURS.panel))
        for channel in range(2):
            self._paint_channel(painter, channel, channel * (BAR_PX + GAP_PX))

    def _paint_channel(self, painter: QPainter, channel: int, left_px: int) -> None:
        top_px = 0
        if self._clips:
            lamp = theme.COLOURS.mute if self.clipped[channel] else theme.COLOURS.well
            painter.fillRect(QRectF(left_px, 0, BAR_PX, LAMP_PX), QColor(lamp))
            top_px = LAMP_PX + 2
        painter.fillRect(QRectF(left_px, top_px, BAR_PX, self.height() - top_px), QColor(theme.COLOURS.well))
        painter.setOpacity(0.45)
        self._paint_bar(painter, left_px, self.bars_db[channel])
        painter.setOpacity(1.0)
        self._paint_bar(painter, left_px, self.averages_db[channel])
        hold_db = self.holds_db[channel]
        if hold_db > taper.LOWEST_DB:
            painter.fillRect(QRectF(left_px, self._y_of(hold_db), BAR_PX, 2), _colour(hold_db))

    def _paint_bar(self, painter: QPainter, left_px: int, level_db: float) -> None:
        """From the bottom to a level, in the colours of the heights that it passes."""
        bottom_px = float(self.height())
        for end_db in (HOT_DB, 0.0, taper.HIGHEST_DB):
            if level_db <= taper.LOWEST_DB or bottom_px <= self._y_of(level_db):
                return
            top_px = self._y_of(min(level_db, end_db))
            painter.fillRect(QRectF(left_px, top_px, BAR_PX, bottom_px - top_px), _colour(end_db))
            bottom_px = top_px

    def _y_of(self, level_db: float) -> float:
        # The fader's knob needs half its height above the highest mark; the meter keeps to the same scale.
        return KNOB_HEIGHT_PX / 2 + (1 - taper.place(level_db)) * (self.height() - KNOB_HEIGHT_PX)


def _colour(level_db: float) -> QColor:
    """Of a bar that reaches so far."""
    if level_db > 0.0:
        return QColor(theme.COLOURS.mute)
    return QColor(theme.COLOURS.solo if level_db > HOT_DB else theme.COLOURS.good)
