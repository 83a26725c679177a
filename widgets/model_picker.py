"""GUI thread: the models to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from engine.models.card import ModelCard
from resources import theme

CARD_HEIGHT_PX = 60


class ModelButton(QAbstractButton):
    """A model as a card: its title, a line about it, an edge in the accent colour where it is the chosen one."""

    def __init__(self, card: ModelCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card = card
        self.setText(card.title)
        self.setCheckable(True)
        self.setAccessibleName(card.title)
        self.setAccessibleDescription(card.description)
        self.setToolTip(card.description)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(200, CARD_HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge, width = self._edge()
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(theme.COLOURS.hover if self.underMouse() else theme.COLOURS.raised))
        inset = width / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, theme.PANEL_CORNER_PX - 2, theme.PANEL_CORNER_PX - 2)
        title = theme.font(theme.BODY_PX, QFont.Weight.DemiBold)
        self._paint_line(painter, self.card.title, title, theme.COLOURS.text, 10)
        caption = theme.font(theme.CAPTION_PX)
        self._paint_line(painter, self.card.description, caption, theme.COLOURS.dim, 31)

    def _edge(self) -> tuple[str, int]:
        if self.hasFocus():
            return theme.COLOURS.text, 2
        return (theme.COLOURS.accent, 2) if self.isChecked() else (theme.COLOURS.line, 1)

    def _paint_line(self, painter: QPainter, text: str, font: QFont, colour: str, top_px: int) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        box = QRectF(theme.GAP_PX, top_px, self.width() - 2 * theme.GAP_PX, 20)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class ModelPicker(QScrollArea):
    """A list of cards of which one is chosen; the arrow keys go from card to card."""

    chosen = Signal(str)
    """The name of the model chosen by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Models")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(lambda button: self.chosen.emit(button.card.name))
        self.buttons: list[ModelButton] = []
        self.set_cards(())

    def set_cards(self, cards: Sequence[ModelCard]) -> None:
        """Show these models, none of them chosen."""
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.STEP_PX)
        self.buttons = [ModelButton(card) for card in cards]
        for button in self.buttons:
            self._group.addButton(button)
            column.addWidget(button)
        column.addStretch()
        self.setWidget(content)

    def set_chosen(self, name: str) -> None:
        """Mark the model called `name` as the chosen one; tells nobody."""
        for button in self.buttons:
            button.setChecked(button.card.name == name)
