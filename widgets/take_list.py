"""GUI thread: the takes, newest first, under the days on which they were made; smooth with thousands of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QHoverEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QListView, QMenu, QWidget

from resources import theme
from widgets.drag_source import DragSource
from widgets.star_rating import StarRating, stars_text
from widgets.take_card import CARD_ROLE, LETTER_ROLE, LOADED_ROLE, RATED_ROLE, Index, TakeCard, TakeCardDelegate

Role = Qt.ItemDataRole

DRAG_TIP = "Drag it, or all that are chosen, into a folder or another program: the mix, as a file"


class TakeModel(QAbstractListModel):
    """Rows: a heading wherever the group changes, then its cards. Only those that match what is sought."""

    renamed = Signal(str, str)
    """The key of a card, and the name that was typed for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, TakeCard] = {}
        self._rows: list[str | TakeCard] = []
        self._row_of: dict[str, int] = {}
        self._words = ""
        self._starred_only = False
        self._loaded = ""
        self._rated = ""
        self._letters: dict[str, str] = {}

    @property
    def cards(self) -> Sequence[TakeCard]:
        """All, whether shown or not."""
        return tuple(self._cards.values())

    @property
    def shown(self) -> Sequence[TakeCard]:
        """Those that match, in their order."""
        return tuple(row for row in self._rows if isinstance(row, TakeCard))

    def set_cards(self, cards: Sequence[TakeCard]) -> None:
        """Show these, in their order."""
        self._cards = {card.key: card for card in cards}
        self._arrange()

    def update_card(self, card: TakeCard) -> None:
        """Show a card that is there already as it is now."""
        before, self._cards[card.key] = self._cards.get(card.key), card
        row = self._row_of.get(card.key)
        if row is None or before is None or before.group != card.group or not self._is_wanted(card):
            self._arrange()
            return
        self._rows[row] = card
        self.dataChanged.emit(self.index(row), self.index(row))

    def seek(self, words: str, starred_only: bool) -> None:
        """Show only the cards with these words, and perhaps only those with a star."""
        self._words, self._starred_only = words.casefold(), starred_only
        self._arrange()

    def set_loaded(self, key: str) -> None:
        """Mark the take that is on the stage."""
        keys, self._loaded = (self._loaded, key), key
        self._repaint(keys)

    def set_rated(self, key: str) -> None:
        """Leave the stars of a card to who gives them; empty for no card."""
        if key != self._rated:
            keys, self._rated = (self._rated, key), key
            self._repaint(keys)

    def set_letters(self, letters: dict[str, str]) -> None:
        """Mark the takes that are compared, by their keys."""
        keys, self._letters = (*self._letters, *letters), dict(letters)
        self._repaint(keys)

    def index_of(self, key: str) -> QModelIndex:
        """Where a card is; an invalid index if it is not shown."""
        row = self._row_of.get(key)
        return QModelIndex() if row is None else self.index(row)

    def rowCount(self, parent: Index | None = None) -> int:
        """Headings and cards."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """What a row says."""
        row = self._rows[index.row()]
        if not isinstance(row, TakeCard):
            return row if role in (Role.DisplayRole, Role.AccessibleTextRole) else None
        match role:
            case Role.DisplayRole | Role.EditRole:
                return row.name
            case Role.ToolTipRole:
                return "\n".join(filter(None, (row.details, DRAG_TIP if row.progress is None else "")))
            case Role.AccessibleTextRole:
                return f"{row.name}, {row.line}" + (f", {stars_text(row.stars)}" if row.stars else "")
            case _ if role == CARD_ROLE:
                return row
            case _ if role == LOADED_ROLE:
                return row.key == self._loaded
            case _ if role == RATED_ROLE:
                return row.key == self._rated
            case _ if role == LETTER_ROLE:
                return self._letters.get(row.key, "")
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """A name has been typed; whoever listens decides what comes of it."""
        row = self._rows[index.row()]
        if not isinstance(row, TakeCard) or not value or value == row.name:
            return False
        self.renamed.emit(row.key, str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Cards can be chosen and renamed, headings only read."""
        if not index.isValid() or not isinstance(self._rows[index.row()], TakeCard):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def _is_wanted(self, card: TakeCard) -> bool:
        return (card.stars > 0 or not self._starred_only) and (not self._words or card.matches(self._words))

    def _arrange(self) -> None:
        rows: list[str | TakeCard] = []
        group = None
        for card in self._cards.values():
            if self._is_wanted(card):
                if card.group and card.group != group:
                    rows.append(card.group)
                group = card.group
                rows.append(card)
        self.beginResetModel()
        self._rows = rows
        self._row_of = {row.key: place for place, row in enumerate(rows) if isinstance(row, TakeCard)}
        self.endResetModel()

    def _repaint(self, keys: Sequence[str]) -> None:
        for row in (self._row_of[key] for key in keys if key in self._row_of):
            self.dataChanged.emit(self.index(row), self.index(row))


class TakeList(QListView):
    """Cards to be chosen, played, renamed, rated, compared, dragged away and thrown away, by mouse and by keys.

    A click or Enter plays; who pulls instead drags the chosen ones out, of which `source` tells. F2 or a double click
    renames, B compares with what is on the stage, Delete throws the chosen ones away. Stars are given by `rating`,
    which lies on the card under the mouse, or else on the current one; F goes there. All other keys are the window's.
    """

    play_wanted = Signal(str)
    """The key of a card."""
    stars_given = Signal(str, int)
    """The key of a card, and how many stars it is to have."""
    compare_wanted = Signal(str)
    """The key of a card that is to be compared with what is on the stage."""
    copy_wanted = Signal(list)
    """The keys of cards whose mixes are to be copied as files."""
    delete_wanted = Signal(list)
    """The keys of cards."""
    folder_wanted = Signal(str)
    """The key of the card whose files are to be shown."""
    renamed = Signal(str, str)
    """The key of a card, and its new name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Takes")
        self.cards = TakeModel(self)
        self._pointed, self._rated = "", ""  # keys: of what is under the mouse, of what `rating` lies on
        self.rating = StarRating(self.viewport())
        self.rating.hide()
        self.rating.rated.connect(lambda stars: self.stars_given.emit(self._rated, stars))
        self.rating.installEventFilter(self)
        self.setModel(self.cards)
        self._delegate = TakeCardDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setProperty("kind", "cards")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalScrollBar().setSingleStep(24)
        self.setViewportMargins(0, 0, theme.STEP_PX, 0)
        self.cards.renamed.connect(self.renamed)
        self.source = DragSource(self.viewport(), lambda place: self.card_at(place) is not None, shows_hand=False)
        self.source.pulled.connect(lambda: self.setState(QAbstractItemView.State.NoState))  # it chooses no rows
        theme.SIGNALS.changed.connect(self.viewport().update)

    def set_cards(self, cards: Sequence[TakeCard]) -> None:
        """Show these; what was chosen and where one looks at stays, as far as it is still there."""
        self._rearranged(lambda: self.cards.set_cards(cards))

    def update_card(self, card: TakeCard) -> None:
        """Show a card as it is now."""
        self._rearranged(lambda: self.cards.update_card(card))

    def seek(self, words: str, starred_only: bool) -> None:
        """Show only the cards with these words, and perhaps only those with a star."""
        self._rearranged(lambda: self.cards.seek(words, starred_only))

    def edit_name(self, key: str) -> None:
        """Let the name of a card be typed."""
        index = self.cards.index_of(key)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)
            self.edit(index)
            self._place_rating()  # not where the name is typed

    def show_card(self, key: str) -> None:
        """Choose a card and bring it into sight."""
        index = self.cards.index_of(key)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def rate(self, key: str) -> None:
        """Let stars be given to a card by keys; Enter, Escape or F goes back to the list."""
        self.show_card(key)
        self._lay_rating(key)
        self.rating.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def gripped(self) -> list[TakeCard]:
        """The cards that may be pulled: all that are chosen, when the mouse was pressed on one of them."""
        card = self.card_at(self.source.pressed_at) if self.source.pressed_at else None
        return self.chosen if card in self.chosen else [card] if card else []

    def card_at(self, place: QPoint) -> TakeCard | None:
        """The card at a place in the viewport."""
        card = self.indexAt(place).data(CARD_ROLE)
        return card if isinstance(card, TakeCard) else None

    @property
    def chosen(self) -> list[TakeCard]:
        """The cards that are chosen, in their order; the one with the focus if none is."""
        indexes = sorted(self.selectionModel().selectedIndexes(), key=QModelIndex.row) or [self.currentIndex()]
        return [card for index in indexes if isinstance(card := index.data(CARD_ROLE), TakeCard)]

    def dataChanged(self, first: QModelIndex, last: QModelIndex, roles: Sequence[int] = ()) -> None:
        """Repaint: no row ever changes its height, so thousands of them need not be laid out anew."""
        QAbstractItemView.dataChanged(self, first, last, list(roles))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a card plays; with Shift or Ctrl, it only chooses."""
        super().mouseReleaseEvent(event)
        card = self.card_at(event.position().toPoint())
        if card is None or event.button() != Qt.MouseButton.LeftButton or event.modifiers():
            return
        if self.state() != QAbstractItemView.State.EditingState:
            self.play_wanted.emit(card.key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Rename."""
        card = self.card_at(event.position().toPoint())
        if card is not None:
            self.edit_name(card.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the list does itself; everything else is passed on to the window."""
        chosen, key = self.chosen, event.key()
        if self.rating.hasFocus():
            self._leave_rating(event)
        elif not chosen or event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            event.ignore()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.play_wanted.emit(chosen[0].key)
        elif key == Qt.Key.Key_F2:
            self.edit_name(chosen[0].key)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_wanted.emit([card.key for card in chosen])
        elif key == Qt.Key.Key_F:
            self.rate(chosen[0].key)
        elif key == Qt.Key.Key_B:
            self.compare_wanted.emit(chosen[0].key)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the chosen cards."""
        if self.chosen:
            self.menu(self.chosen).popup(event.globalPos())

    def menu(self, chosen: Sequence[TakeCard]) -> QMenu:
        """What can be done with some cards."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        card = chosen[0]
        keys = [each.key for each in chosen]
        if len(chosen) == 1:
            menu.addAction("Play\tEnter", lambda: self.play_wanted.emit(card.key))
            menu.addAction("Compare with what is on the stage\tB", lambda: self.compare_wanted.emit(card.key))
            menu.addAction("Rename\tF2", lambda: self.edit_name(card.key))
            menu.addAction("Give it stars\tF", lambda: self.rate(card.key))
        copy = "Copy its mix as a file" if len(chosen) == 1 else "Copy their mixes as files"
        menu.addAction(copy, lambda: self.copy_wanted.emit(keys))
        if len(chosen) == 1:
            menu.addAction("Show its files", lambda: self.folder_wanted.emit(card.key))
        menu.addSeparator()
        words = "Throw away" if len(chosen) == 1 else f"Throw these {len(chosen)} away"
        menu.addAction(f"{words}\tDel", lambda: self.delete_wanted.emit(keys))
        return menu

    # The stars

    def viewportEvent(self, event: QEvent) -> bool:
        """See which card the mouse is on."""
        if event.type() == QEvent.Type.Leave:
            self._point("")
        elif isinstance(event, QHoverEvent) and event.type() != QEvent.Type.HoverLeave:
            card = self.card_at(event.position().toPoint())
            self._point(card.key if card else "")
        return super().viewportEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stars are given by the mouse again when their keys have done."""
        if watched is self.rating and event.type() == QEvent.Type.FocusOut:
            self._place_rating()
        return super().eventFilter(watched, event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """A name has been typed."""
        super().closeEditor(editor, hint)
        self._place_rating()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """The focus has gone to another card."""
        super().currentChanged(current, previous)
        self._place_rating()

    def updateGeometries(self) -> None:
        """Cards may lie elsewhere now."""
        super().updateGeometries()
        self._place_rating()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Cards lie elsewhere now; under a mouse that has not moved there may be another one."""
        super().scrollContentsBy(dx, dy)
        if self.viewport().underMouse():
            card = self.card_at(self.viewport().mapFromGlobal(QCursor.pos()))
            self._point(card.key if card else "")
        self._place_rating()

    def _point(self, key: str) -> None:
        if key == self._pointed:
            return
        self._pointed = key
        if key and self.rating.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # the mouse goes elsewhere
        self._place_rating()

    def _leave_rating(self, event: QKeyEvent) -> None:
        """What the stars do not use themselves: back to the list, or the window's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_F):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            event.ignore()

    def _place_rating(self) -> None:
        """Lay the stars on the card that they can be given to: the one under the mouse, or else the current one."""
        current = self.currentIndex().data(CARD_ROLE)
        if self.state() == QAbstractItemView.State.EditingState:
            self._lay_rating("")
        elif self.rating.hasFocus():
            self._lay_rating(self._rated)
        else:
            self._lay_rating(self._pointed or (current.key if isinstance(current, TakeCard) else ""))

    def _lay_rating(self, key: str) -> None:
        """Lay the stars on a card, as it is now; on none where it is not shown."""
        index = self.cards.index_of(key)
        card = index.data(CARD_ROLE)
        self._rated = key if card else ""
        self.cards.set_rated(self._rated)
        if card:
            self.rating.setGeometry(self._delegate.stars_place(self.visualRect(index)))
            self.rating.set_stars(card.stars)
            self.rating.setAccessibleName(f"Stars of {card.name}")
        elif self.rating.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # or it would go anywhere
        self.rating.setVisible(card is not None)

    def _rearranged(self, arrange: Callable[[], None]) -> None:
        """Arrange the rows anew; the focus stays on its card, and the view where it is."""
        current = self.currentIndex().data(CARD_ROLE)
        scrolled = self.verticalScrollBar().value()
        arrange()
        if isinstance(current, TakeCard) and not self.currentIndex().isValid():
            index = self.cards.index_of(current.key)
            if index.isValid():
                self.setCurrentIndex(index)
        self.verticalScrollBar().setValue(scrolled)
        self._place_rating()
