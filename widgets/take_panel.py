"""GUI thread: all takes: a search, their list, and a comparison of two."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from resources import theme
from widgets.search_field import SearchField
from widgets.take_card import TakeCard
from widgets.take_comparison import TakeComparison
from widgets.take_list import TakeList

WIDTH_PX = 236

EMPTY = "Every take that you make, and every recording that you drop here, is kept in this place by itself."
NOTHING_FOUND = "No take is called so."
NOTHING_STARRED = "No take has a star yet: point at a take that you like, and give it some."


class TakePanel(QFrame):
    """What the right side of the window shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "right side")
        self.setFixedWidth(WIDTH_PX)
        self.list = TakeList()
        self.comparison = TakeComparison()
        self.comparison.hide()
        self.search = SearchField("Search takes")
        self.search.setToolTip(
            "Words of the name, the model, the date or a seed; ★★★ for three stars or more; Escape shows all again"
        )
        self.search.returnPressed.connect(lambda: self.list.setFocus(Qt.FocusReason.OtherFocusReason))
        self.star_button = QPushButton()
        theme.set_icon(self.star_button, "star", "dim")
        self.star_button.setCheckable(True)
        self.star_button.setProperty("weight", "square")
        self.star_button.setAccessibleName("Only takes with stars")
        self.star_button.setToolTip("Show only takes with stars")
        self.star_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._count = QLabel("0")
        self._empty = QLabel(EMPTY)
        self._empty.setProperty("role", "dim")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.search.textChanged.connect(self._seek)
        self.star_button.toggled.connect(self._toggle_star)
        self.list.cards.modelReset.connect(self._show_count)
        self._lay_out()
        self._show_count()

    def _lay_out(self) -> None:
        title = QLabel("TAKES")
        for label in (title, self._count):
            label.setProperty("role", "heading")
        heading = QHBoxLayout()
        heading.addWidget(title)
        heading.addStretch()
        heading.addWidget(self._count)
        seeking = QHBoxLayout()
        seeking.setSpacing(theme.STEP_PX)
        seeking.addWidget(self.search)
        seeking.addWidget(self.star_button)
        place = QWidget()
        self._stack = QStackedLayout(place)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(*4 * (theme.GAP_PX,))
        column.setSpacing(theme.GAP_PX)
        column.addLayout(heading)
        column.addLayout(seeking)
        column.addWidget(place, stretch=1)
        column.addWidget(self.comparison)

    def set_cards(self, cards: Sequence[TakeCard]) -> None:
        """Show these takes, in their order."""
        self.list.set_cards(cards)

    @property
    def empty_words(self) -> str:
        """What it says where no card is to be shown; empty where there are cards."""
        return "" if self._stack.currentWidget() is self.list else self._empty.text()

    @property
    def count_text(self) -> str:
        """How many takes there are, or match."""
        return self._count.text()

    def _toggle_star(self, starred_only: bool) -> None:
        theme.set_icon(self.star_button, "star", "accent" if starred_only else "dim", filled=starred_only)
        self._seek()

    def _seek(self) -> None:
        self.list.seek(self.search.text().strip(), self.star_button.isChecked())

    def _show_count(self) -> None:
        shown, there = len(self.list.cards.shown), len(self.list.cards.cards)
        self._count.setText(f"{there:n}" if shown == there else f"{shown:n} of {there:n}")
        if there == 0:
            self._empty.setText(EMPTY)
        elif shown == 0:
            self._empty.setText(NOTHING_FOUND if self.search.text() else NOTHING_STARRED)
        self._stack.setCurrentWidget(self.list if shown else self._empty)
