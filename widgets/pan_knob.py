"""GUI thread: a small knob that moves a stem to the left or to the right."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from resources import theme

SIZE_PX = 26
FURTHEST = 100
"""Steps from the middle to either side."""
DRAG_PX = 120
"""So far the hand moves, up or to the right, from the middle to one side."""
TURN_DEGREES = 135
"""The mark stands so far from the top at either end."""


class PanKnob(QAbstractSlider):
    """A pan from −1 (left only) to 1 (right only).

    Drag up or right, down or left; turn the wheel, use the arrow keys; a double click or the key 0 sets the middle;
    Enter asks for figures. As a slider its value counts hundredths.
    """

    pan_changed = Signal(float)
    """The new pan, by whatever means it came."""
    typing_wanted = Signal()
    """Enter: the pan is to be typed."""

    def __init__(self, name: str, stem: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stem = stem
        self._grip = (0.0, 0)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"Pan {name}")
        self.setRange(-FURTHEST, FURTHEST)
        self.setSingleStep(5)
        self.setPageStep(25)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._tell)
        self._describe()

    @property
    def pan(self) -> float:
        """Where it stands."""
        return self.value() / FURTHEST

    def set_pan(self, pan: float) -> None:
        """Turn it."""
        self.setValue(round(pan * FURTHEST))

    def _tell(self) -> None:
        self._describe()
        self.pan_changed.emit(self.pan)
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(pan_words(self.pan))
        self.setToolTip(f"Pan: {pan_words(self.pan)}. Double-click for the middle, Enter to type")

    def sizeHint(self) -> QSize:
        """The size it always has."""
        return QSize(SIZE_PX, SIZE_PX)

    def minimumSizeHint(self) -> QSize:
        """The size it always has."""
        return self.sizeHint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = _along(event.position()), self.value()
            self.setSliderDown(True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn."""
        if self.isSliderDown():
            begin_px, value = self._grip
            self.setValue(value + round((_along(event.position()) - begin_px) * FURTHEST / DRAG_PX))
            QToolTip.showText(self.mapToGlobal(QPoint(0, -3 * SIZE_PX)), pan_words(self.pan), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the middle."""
        self.setValue(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The key 0 sets the middle, Enter asks for figures; the others are a slider's own."""
        if event.key() == Qt.Key.Key_0:
            self.setValue(0)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.typing_wanted.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the knob, the way it has turned, and its mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(2, 2, SIZE_PX - 4, SIZE_PX - 4)
        focused = self.hasFocus()
        painter.setPen(QPen(QColor(theme.COLOURS.text if focused else theme.COLOURS.line), 2 if focused else 1))
        painter.setBrush(QColor(theme.COLOURS.hover if self.underMouse() else theme.COLOURS.raised))
        painter.drawEllipse(box)
        turned = self.pan * TURN_DEGREES
        painter.setPen(QPen(QColor(theme.stem_colour(self._stem)), 2))
        if self.value():
            inner = box.adjusted(3, 3, -3, -3)
            painter.drawArc(inner, 16 * 90, -round(16 * turned))
        direction = QPointF(math.sin(math.radians(turned)), -math.cos(math.radians(turned)))
        painter.setPen(QPen(QColor(theme.COLOURS.text), 2))
        painter.drawLine(box.center() + 4 * direction, box.center() + 10 * direction)


def _along(place: QPointF) -> float:
    """How far up and right a place is, in pixels."""
    return place.x() - place.y()


def pan_words(pan: float) -> str:
    """A pan in words: "middle", "30 % left", "right only"."""
    if not pan:
        return "middle"
    side = "left" if pan < 0 else "right"
    return f"{side} only" if abs(pan) == 1 else f"{abs(pan):.0%} {side}".replace("%", " %")
