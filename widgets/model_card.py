"""GUI thread: a model as a card: a picture of its preview, a button that plays it, what the model is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from resources import theme
from widgets.card_button import CORNER_PX, CardButton
from widgets.picture_strip import HEIGHT_PX as PICTURE_PX
from widgets.picture_strip import PictureStrip
from widgets.preview_button import SIZE_PX as BUTTON_PX
from widgets.preview_button import PreviewButton

HEIGHT_PX = 120
EDGE_PX = 2
LINES_PX = (47, 65, 80, 95)
"""Where title and lines begin."""


@dataclass(frozen=True)
class ModelFacts:
    """What a card says.

    Attributes:
        name: of the model, for the program.
        title: of the model, for people.
        lines: what is most worth knowing, at most three: the band, the show, what it learned from.
        about: everything else, for who asks.
        has_preview: whether there is something to hear at once.
    """

    name: str
    title: str
    lines: tuple[str, ...] = ()
    about: str = ""
    has_preview: bool = False

    @property
    def words(self) -> str:
        """All of it, for a search."""
        return " ".join((self.name, self.title, *self.lines, self.about))


class ModelButton(CardButton):
    """The chosen one has an edge in the accent colour and a tick. P plays the preview of the card with the focus."""

    preview_pressed = Signal(str)
    """The name of the model whose preview is to be heard, or no longer."""

    def __init__(self, card: ModelFacts, parent: QWidget | None = None) -> None:
        super().__init__(card.title, ". ".join(filter(None, (*card.lines, card.about))), parent)
        self.card = card
        self.setToolTip(_sheet(card))
        self.picture = PictureStrip(CORNER_PX - 1, note="" if card.has_preview else "No preview", parent=self)
        self.preview_button = PreviewButton(card.title, self)
        self.preview_button.setVisible(card.has_preview)
        self.preview_button.clicked.connect(lambda: self.preview_pressed.emit(card.name))
        self._offer_preview(False)
        self.toggled.connect(self._offer_preview)

    def set_levels(self, levels: npt.NDArray[np.uint8] | None) -> None:
        """Show the picture of its preview: levels (columns, bins)."""
        self.picture.set_levels(levels)

    def show_preview(self, fraction: float | None) -> None:
        """Show how far the preview has been heard, 0 to 1; None: it is not being heard."""
        if (fraction is not None) != self.preview_button.playing:
            self.preview_button.set_playing(fraction is not None)
        if fraction is not None or self.picture.fraction is not None:
            self.picture.set_fraction(fraction)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(200, HEIGHT_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """P plays the preview, and Enter chooses as Space does."""
        if event.key() == Qt.Key.Key_P and not event.modifiers() and self.card.has_preview:
            self.preview_pressed.emit(self.card.name)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the picture at the top, and the button on its right."""
        self.picture.setGeometry(EDGE_PX, EDGE_PX, self.width() - 2 * EDGE_PX, PICTURE_PX)
        middle_px = EDGE_PX + PICTURE_PX // 2
        self.preview_button.move(self.width() - BUTTON_PX - 2 * theme.STEP_PX, middle_px - BUTTON_PX // 2)

    def _paint_texts(self, painter: QPainter) -> None:
        """Draw title and lines below the picture, and a tick where it is chosen."""
        room_px = self.width() - 2 * theme.GAP_PX
        tick_px = theme.ICON_PX + theme.STEP_PX if self.isChecked() else 0
        if self.isChecked():
            tick = theme.icon("check", "accent").pixmap(QSize(theme.ICON_PX, theme.ICON_PX), self.devicePixelRatio())
            painter.drawPixmap(self.width() - theme.GAP_PX - theme.ICON_PX, LINES_PX[0] + 2, tick)
        title = theme.font(theme.BODY_PX, QFont.Weight.DemiBold)
        self._paint_line(painter, self.text(), title, theme.COLOURS.text, LINES_PX[0], room_px - tick_px)
        caption = theme.font(theme.CAPTION_PX, tabular=True)
        for text, top_px in zip(self.card.lines, LINES_PX[1:], strict=False):
            self._paint_line(painter, text, caption, theme.COLOURS.dim, top_px, room_px)

    def _offer_preview(self, chosen: bool) -> None:
        """Tab reaches the button of the chosen card only: with many models the way would be long."""
        policy = Qt.FocusPolicy.TabFocus if chosen else Qt.FocusPolicy.NoFocus
        self.preview_button.setFocusPolicy(policy)


def _sheet(card: ModelFacts) -> str:
    """All that is known, for who rests on the card: rich text, so that it is wrapped."""
    lines = [escape(line) for line in (*card.lines, *card.about.splitlines())]
    return f"<b>{escape(card.title)}</b>" + "".join(f"<p style='margin: 4px 0'>{line}</p>" for line in lines)
