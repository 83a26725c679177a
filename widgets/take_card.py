"""GUI thread: one take in the list, as a card: its name, a line about it, stars; its name can be changed in place."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from resources import theme
from widgets.star_rating import MARGIN_PX, MOST_STARS, PITCH_PX, SIZE_PX, paint_stars

CARD_HEIGHT_PX = 46
HEADING_HEIGHT_PX = 26
GAP_PX = 2 * theme.STEP_PX
EDGE_PX = 3

Index = QModelIndex | QPersistentModelIndex

CARD_ROLE = Qt.ItemDataRole.UserRole
"""The `TakeCard` of a row; None for a heading."""
LOADED_ROLE = CARD_ROLE + 1
"""Whether the row's take is the one on the stage."""
LETTER_ROLE = CARD_ROLE + 2
"""What the row's take is called in a comparison: "A", "B" or nothing."""
RATED_ROLE = CARD_ROLE + 3
"""Whether stars can be given to the row's take now: who does that shows them."""
STAR_SIGNS = {"★", "*"}


@dataclass(frozen=True)
class TakeCard:
    """What is shown of a take.

    Attributes:
        key: what tells it from all others.
        name: what the user calls it.
        line: what it is, in few words: "Barn ’77 · 2:00 · 4 stems".
        group: the heading that it stands under.
        stars: how many the user has given it.
        details: all that is known of it, for the tooltip.
        progress: while it is being made, the fraction done; −1 where it has no end; None once it is there.
    """

    key: str
    name: str
    line: str
    group: str = ""
    stars: int = 0
    details: str = ""
    progress: float | None = None

    def matches(self, words: str) -> bool:
        """Whether every one of some words, in small letters, occurs in what is known of it; "★★" is at least two."""
        known = f"{self.name}\n{self.line}\n{self.details}".casefold()
        return all(self.stars >= len(word) if set(word) <= STAR_SIGNS else word in known for word in words.split())


class TakeCardDelegate(QStyledItemDelegate):
    """Draws cards and headings, and gives a card's name a field to be typed in."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A heading is lower than a card; below a card there is a gap."""
        is_card = index.data(CARD_ROLE) is not None
        return QSize(0, CARD_HEIGHT_PX + GAP_PX if is_card else HEADING_HEIGHT_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = index.data(CARD_ROLE)
        if card is None:
            self._paint_heading(painter, option.rect, str(index.data()))
        else:
            self._paint_card(painter, option, index, card)
        painter.restore()

    def stars_place(self, row: QRect) -> QRect:
        """Where in a row who gives stars has its place."""
        box = _card_box(row)
        right_px = box.right() + 1 - theme.GAP_PX + MARGIN_PX
        return QRect(QPoint(right_px - SIZE_PX.width(), box.top() + theme.STEP_PX), SIZE_PX)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A field in the place of the name."""
        field = QLineEdit(parent)
        field.setAccessibleName("Name of the take")
        field.setProperty("kind", "in-place")
        field.setMaxLength(120)
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Over the name."""
        box = _card_box(option.rect)
        editor.setGeometry(box.adjusted(theme.STEP_PX, theme.STEP_PX, -theme.STEP_PX, 0))
        editor.setFixedHeight(24)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """The name as it is, chosen whole."""
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(CARD_ROLE).name)
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """The name as it is typed."""
        assert isinstance(editor, QLineEdit)
        model.setData(index, editor.text().strip())

    def _paint_heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        painter.setFont(theme.font(theme.CAPTION_PX))
        painter.setPen(QColor(theme.COLOURS.dim))
        painter.drawText(
            rect.adjusted(theme.STEP_PX, 0, 0, -6), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, text
        )

    def _paint_card(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, card: TakeCard) -> None:
        colours = theme.COLOURS
        box = QRectF(_card_box(option.rect))
        is_loaded = bool(index.data(LOADED_ROLE))
        is_under_mouse = bool(option.state & QStyle.StateFlag.State_MouseOver)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hover if is_loaded or is_under_mouse else colours.raised))
        painter.drawRoundedRect(box, theme.CONTROL_CORNER_PX, theme.CONTROL_CORNER_PX)
        if is_loaded:
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(QRectF(box.left(), box.top() + 8, EDGE_PX, box.height() - 16), 1.5, 1.5)
        if has_focus or is_selected or not is_loaded:
            edge = colours.text if has_focus else colours.dim if is_selected else colours.line
            width = 2.0 if has_focus else 1.0
            painter.setPen(QPen(QColor(edge), width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inset = width / 2
            painter.drawRoundedRect(
                box.adjusted(inset, inset, -inset, -inset), theme.CONTROL_CORNER_PX, theme.CONTROL_CORNER_PX
            )
        is_rated = bool(index.data(RATED_ROLE))
        stars_px = PITCH_PX * (MOST_STARS if is_rated else card.stars)
        self._paint_words(painter, box, card, str(index.data(LETTER_ROLE) or ""), stars_px)
        if not is_rated:
            place = self.stars_place(option.rect)
            place.setLeft(place.right() + 1 - MARGIN_PX - stars_px)
            paint_stars(painter, place, card.stars, of=card.stars)
        if card.progress is not None:
            self._paint_progress(painter, box, card.progress)

    def _paint_words(self, painter: QPainter, box: QRectF, card: TakeCard, letter: str, stars_px: int) -> None:
        left_px, room_px = box.left() + theme.GAP_PX, box.width() - 2 * theme.GAP_PX
        name_room_px = room_px - (stars_px + theme.STEP_PX if stars_px else 0)
        name_font = theme.font(theme.BODY_PX, QFont.Weight.DemiBold)
        if letter:
            mark = QRectF(left_px, box.top() + 8, 16, 16)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.COLOURS.accent))
            painter.drawRoundedRect(mark, 4, 4)
            painter.setFont(theme.font(theme.CAPTION_PX, QFont.Weight.DemiBold))
            painter.setPen(QColor(theme.COLOURS.on_accent))
            painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, letter)
        indent_px = 22 if letter else 0
        name_box = QRectF(left_px + indent_px, box.top() + 6, name_room_px - indent_px, 20)
        _paint_line(painter, name_box, card.name, name_font, theme.COLOURS.text)
        caption = theme.font(theme.CAPTION_PX, tabular=True)
        line = _shortened(card.line, QFontMetrics(caption), room_px)
        _paint_line(painter, QRectF(left_px, box.top() + 25, room_px, 16), line, caption, theme.COLOURS.dim)

    def _paint_progress(self, painter: QPainter, box: QRectF, fraction: float) -> None:
        """A thin line along the foot of the card; all of it, dimmed, where there is no end."""
        groove = QRectF(box.left() + theme.GAP_PX, box.bottom() - 3.5, box.width() - 2 * theme.GAP_PX, 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.COLOURS.line))
        painter.drawRoundedRect(groove, 1, 1)
        painter.setBrush(QColor(theme.COLOURS.accent))
        groove.setWidth(groove.width() * (1.0 if fraction < 0 else min(1.0, fraction)))
        painter.drawRoundedRect(groove, 1, 1)


def _card_box(row: QRect) -> QRect:
    return QRect(row.left(), row.top(), row.width(), CARD_HEIGHT_PX)


def _shortened(line: str, metrics: QFontMetrics, room_px: float) -> str:
    """A line that fits: where there is no room for all of it, its first part gives way, and the figures stay."""
    first, dot, rest = line.partition(" · ")
    short_px = room_px - metrics.horizontalAdvance(dot + rest)
    if metrics.horizontalAdvance(line) <= room_px or not dot:
        return line
    return metrics.elidedText(first, Qt.TextElideMode.ElideRight, int(short_px)) + dot + rest


def _paint_line(painter: QPainter, box: QRectF, text: str, font: QFont, colour: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
