"""GUI thread: what helps: the keys, the log, which version this is, and whom it owes what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resources import theme

KeyLines = Mapping[str, Sequence[tuple[Sequence[str], str]]]
"""By heading: keys that do the same, and what it is."""
Credit = tuple[str, str, str]
"""What is used, from whom or under which licence, and where it is found; the last may be empty."""
COLUMNS = 4
WORDS_PX = 132
ONE_LINE = 20
"""So many letters stand in one line."""
TO_CREDITS, TO_KEYS = "Credits and licences", "Keys"


class HelpPanel(QWidget):
    """Two pages, the keys and the credits, above a line with the version and what else can be looked at."""

    log_wanted = Signal()
    """Show the log file."""

    def __init__(self, keys: KeyLines, credits_: Sequence[Credit], version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = QStackedWidget()
        self._pages.addWidget(_keys_page(keys))
        self._pages.addWidget(_credits_page(credits_))
        self.page_button = QPushButton(TO_CREDITS)
        self.page_button.clicked.connect(self._turn)
        self.log_button = QPushButton(" Open the log")
        self.log_button.setToolTip("What the studio has noted down: the causes of errors stand there")
        self.log_button.clicked.connect(self.log_wanted)
        theme.set_icon(self.log_button, "file-text", "dim")
        for button in (self.page_button, self.log_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        version_label = QLabel(version)
        version_label.setProperty("role", "dim")
        version_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout()
        row.setSpacing(2 * theme.STEP_PX)
        row.addWidget(version_label)
        row.addStretch()
        row.addWidget(self.log_button)
        row.addWidget(self.page_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5 * theme.STEP_PX)
        column.addWidget(self._pages, stretch=1)
        column.addLayout(row)

    def show_keys(self) -> None:
        """Turn to the keys."""
        self._show_page(0)

    @property
    def shows_keys(self) -> bool:
        """Whether it is not the credits that are shown."""
        return self._pages.currentIndex() == 0

    def _turn(self) -> None:
        self._show_page(1 - self._pages.currentIndex())

    def _show_page(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        self.page_button.setText(TO_KEYS if page else TO_CREDITS)


def _keys_page(keys: KeyLines) -> QWidget:
    """The groups in columns, each under its heading, no column higher than it must be."""
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(7 * theme.STEP_PX)
    columns = [_Column() for _ in range(COLUMNS)]
    for headings, column in zip(_divided(keys), columns, strict=True):
        for heading in headings:
            column.add(heading, keys[heading])
        column.close()
        row.addLayout(column.grid, stretch=1)
    return page


def _divided(keys: KeyLines) -> list[list[str]]:
    """The headings in columns about equally high: the longest first, and then all in their order."""
    columns: list[list[str]] = [[] for _ in range(COLUMNS)]
    for heading in sorted(keys, key=lambda heading: _height(keys[heading]), reverse=True):
        min(columns, key=lambda column: sum(_height(keys[other]) for other in column)).append(heading)
    order = list(keys)
    for column in columns:
        column.sort(key=order.index)
    return sorted(columns, key=lambda column: order.index(column[0]) if column else len(order))


def _height(lines: Sequence[tuple[Sequence[str], str]]) -> float:
    """Of a group, in lines: what it does may need two of them."""
    return 2 + sum(1.0 if len(words) <= ONE_LINE else 1.6 for _, words in lines)


class _Column:
    """Groups below one another: the keys on the left, what they do on the right."""

    def __init__(self) -> None:
        self.lines = 0
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(3 * theme.STEP_PX)
        self.grid.setVerticalSpacing(2 * theme.STEP_PX)
        self.grid.setColumnStretch(1, 1)

    def add(self, heading: str, lines: Sequence[tuple[Sequence[str], str]]) -> None:
        title = QLabel(heading.upper())
        title.setProperty("role", "heading")
        if self.lines:
            title.setContentsMargins(0, 2 * theme.STEP_PX, 0, 0)
        self.grid.addWidget(title, self.grid.rowCount(), 0, 1, 2)
        for caps, words in lines:
            row = self.grid.rowCount()
            self.grid.addLayout(_caps(caps), row, 0, Qt.AlignmentFlag.AlignTop)
            text = QLabel(words, wordWrap=True)
            text.setMinimumWidth(WORDS_PX)
            self.grid.addWidget(text, row, 1)
        self.lines += len(lines) + 2

    def close(self) -> None:
        """What room is left is at the bottom."""
        self.grid.setRowStretch(self.grid.rowCount(), 1)


def _caps(caps: Sequence[str]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.STEP_PX)
    for cap in caps:
        label = QLabel(cap, alignment=Qt.AlignmentFlag.AlignCenter)
        label.setProperty("role", "key")
        row.addWidget(label)
    row.addStretch()
    return row


def _credits_page(credits_: Sequence[Credit]) -> QWidget:
    page = QWidget()
    grid = QGridLayout(page)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(6 * theme.STEP_PX)
    grid.setVerticalSpacing(theme.STEP_PX)
    for index, (what, whose, where) in enumerate(credits_):
        name = QLabel(what)
        name.setProperty("role", "title")
        owed = QLabel(whose, wordWrap=True)
        owed.setProperty("role", "dim")
        place = QLabel(where)
        place.setProperty("role", "caption")
        for label in (name, owed, place):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(name, index, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(owed, index, 1)
        grid.addWidget(place, index, 2, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(1, 1)
    grid.setRowStretch(len(credits_), 1)
    return page
