"""GUI thread: up to five stars, given by a click or by keys."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from resources import theme

MOST_STARS = 5
PITCH_PX = 12
RADIUS_PX, INNER_SHARE = 4.6, 0.46
MARGIN_PX = theme.STEP_PX
SIZE_PX = QSize(MOST_STARS * PITCH_PX + 2 * MARGIN_PX, 24)
TIP = "{}: click a star, or press 1 to 5; the same star again, or 0, takes them away"


class StarRating(QAbstractSlider):
    """A number of stars, 0 to MOST_STARS; under the mouse it shows what a click would give.

    A click on the n-th star gives n, one on the last that is given takes all away. So do the keys 0 to 5; arrows give
    one more or one less. As a slider its value counts stars.
    """

    rated = Signal(int)
    """The stars that the hand has given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pointed = 0
        self._is_pressed = False
        self.setAccessibleName("Stars")
        self.setRange(0, MOST_STARS)
        self.setPageStep(1)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where it is
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.valueChanged.connect(self._tell)
        self._describe()

    @property
    def stars(self) -> int:
        """How many are given."""
        return self.value()

    def set_stars(self, stars: int) -> None:
        """Show so many; tells nobody."""
        with QSignalBlocker(self):
            self.setValue(stars)
        self._describe()
        self.update()

    def _tell(self, stars: int) -> None:
        self._describe()
        self.update()
        self.rated.emit(stars)

    def _describe(self) -> None:
        words = stars_text(self.stars)
        self.setAccessibleDescription(words)
        self.setToolTip(TIP.format(words[0].upper() + words[1:]))

    def sizeHint(self) -> QSize:
        """The size it always has."""
        return SIZE_PX

    def minimumSizeHint(self) -> QSize:
        """The size it always has."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Figures give so many, Delete takes them away; the others are a slider's own, or somebody else's."""
        figure = event.key() - Qt.Key.Key_0
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
        elif 0 <= figure <= MOST_STARS:
            self.setValue(figure)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.setValue(0)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """It is the release that counts; what lies below is not pressed."""
        self._is_pressed = event.button() == Qt.MouseButton.LeftButton
        event.setAccepted(self._is_pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A hand that clicks twice has given what it wanted by the first click."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Give as many as there are up to this place; none where that is what there are."""
        if self._is_pressed and self.rect().contains(event.position().toPoint()):
            stars = self._star_at(event)
            self.setValue(0 if stars == self.stars else stars)
        self._is_pressed = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what a click would give."""
        self._point(self._star_at(event))

    def leaveEvent(self, event: QEvent) -> None:
        """Show what there is."""
        self._point(0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let what lies below be scrolled."""
        event.ignore()

    def _star_at(self, event: QMouseEvent) -> int:
        return max(1, min(MOST_STARS, 1 + int((event.position().x() - MARGIN_PX) // PITCH_PX)))

    def _point(self, star: int) -> None:
        if star != self._pointed:
            self._pointed = star
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw them, and a frame where it has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.COLOURS.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.75, 2.75, -0.75, -2.75), 4, 4)
        paint_stars(painter, self.rect().adjusted(MARGIN_PX, 0, 0, 0), self._pointed or self.stars, of=MOST_STARS)


def paint_stars(painter: QPainter, box: QRect, stars: int, of: int) -> None:
    """Draw `stars` full stars and empty ones up to `of`, from the left of a box on."""
    for place in range(of):
        is_full = place < stars
        colour = QColor(theme.COLOURS.accent if is_full else theme.COLOURS.dim)
        painter.setPen(QPen(colour, 1.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(colour if is_full else Qt.BrushStyle.NoBrush)
        centre = QPointF(box.left() + (place + 0.5) * PITCH_PX, box.top() + box.height() / 2 + 0.5)
        painter.drawPolygon(_STAR.translated(centre))


def stars_text(stars: int) -> str:
    """So many in words: "no stars", "1 star", "3 stars"."""
    return f"{stars or 'no'} star{'' if stars == 1 else 's'}"


def _star() -> QPolygonF:
    """Five points, the first one up, round the origin."""
    radii_px = (RADIUS_PX, RADIUS_PX * INNER_SHARE)
    angles = [math.radians(36 * corner) for corner in range(10)]
    return QPolygonF(
        [QPointF(math.sin(angle), -math.cos(angle)) * radii_px[corner % 2] for corner, angle in enumerate(angles)]
    )


_STAR = _star()
