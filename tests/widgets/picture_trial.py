"""Pictures for tests: a view, and columns of steady levels, as the stage is given them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from engine.audio.columns import Columns, column_frames
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.spectrogram import BINS
from widgets.spectrogram_view import SpectrogramView


def paint(view: SpectrogramView, begin_s: float, end_s: float, *, lit: slice = slice(None), peak: int = 0) -> None:
    """Let the view know a stretch of the track that it shows, at every level that it looks at: `lit` bins are loud."""
    for look in view.looks:
        per_s = SAMPLE_RATE_HZ / column_frames(look.level)
        first, end = round(begin_s * per_s), round(end_s * per_s)
        levels = np.zeros((end - first, BINS), np.uint8)
        levels[:, lit] = 255
        view.show_columns(Columns(look.track, look.level, first, levels, np.full((end - first, 2), peak, np.uint8)))


def mouse(
    widget: QWidget, kind: QEvent.Type, x_px: float, y_px: float, held: Qt.MouseButton = Qt.MouseButton.NoButton
) -> None:
    """A mouse event at a place of a widget, or beyond it, as a window system would send it."""
    place, button = QPointF(x_px, y_px), Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else held
    event = QMouseEvent(kind, place, widget.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def colour_at(picture: QImage, x_px: float, y_px: float) -> tuple[int, int, int]:
    """Red, green and blue of a pixel."""
    return QColor(picture.pixel(round(x_px), round(y_px))).getRgb()[:3]


@pytest.fixture
def view(qtbot) -> SpectrogramView:
    view = SpectrogramView(30.0, 18_000.0)
    view.resize(644, 325)  # a plot of 600 by 300 pixels or so
    qtbot.addWidget(view)
    view.show()
    return view


@pytest.fixture
def made(view) -> SpectrogramView:
    """A take of a minute, all there."""
    view.show_take(60.0)
    view.set_progress(60.0, None)
    return view
