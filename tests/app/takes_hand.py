"""A hand at the list of takes: opens the program on the X display there is, and uses it with xdotool's mouse and keys.

Run as a program, `python -m tests.app.takes_hand FOLDER`: with two takes in the library it plays one by a click, gives
it another name and stars, throws the other away and takes that back, compares the two, and searches. What it saw lies
in FOLDER afterwards.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLineEdit

from app.window import Window
from tests.app.hand import Steps, click, let_use, move_to, xdotool


def use(window: Window, folder: Path) -> Steps:
    """From the first click to the search."""
    panel, player = window.rooms.takes, window.playing._player
    takes, cards = panel.list, panel.list.cards

    def row(number: int) -> QPoint:
        return takes.visualRect(cards.index_of(cards.shown[number].key)).center()

    def names() -> list[str]:
        return [card.name for card in cards.shown]

    yield lambda: len(cards.shown) == 2 and window.isActiveWindow()
    older = cards.shown[1].key
    click(takes.viewport(), row(1))
    yield lambda: player.state == "playing" and window.session.state.title == "Slow burn"
    xdotool("key", "F2")
    yield lambda: takes.findChild(QLineEdit) is not None
    xdotool("type", "Quick burn")
    xdotool("key", "Return")
    yield lambda: window.session.state.title == "Quick burn" and names() == ["Dark corner", "Quick burn"]

    move_to(takes.viewport(), row(1))
    yield lambda: takes.visualRect(cards.index_of(older)).contains(takes.rating.geometry())
    click(takes.rating)
    yield lambda: cards.shown[1].stars == 3
    xdotool("key", "f", "Right", "Escape")
    yield lambda: cards.shown[1].stars == 4 and takes.hasFocus()

    xdotool("key", "Up", "Delete")
    yield lambda: names() == ["Quick burn"] and "trash" in window.message.sentence
    window.grab().save(str(folder / "thrown-away.png"))
    xdotool("key", "ctrl+z")
    yield lambda: names() == ["Dark corner", "Quick burn"]

    click(takes.viewport(), row(0))
    yield lambda: window.session.state.title == "Dark corner"
    xdotool("key", "Down", "b")
    yield lambda: panel.comparison.isVisible() and window.session.state.title == "Quick burn"
    yield lambda: "qually loud" in panel.comparison.note
    note = panel.comparison.note
    xdotool("key", "b")
    yield lambda: window.session.state.title == "Dark corner"
    window.grab().save(str(folder / "compared.png"))
    click(panel.comparison.close_button)
    yield lambda: not window.comparing.is_on

    xdotool("key", "ctrl+f")
    yield panel.search.hasFocus
    xdotool("type", "quick")
    yield lambda: names() == ["Quick burn"] and panel.count_text == "1 of 2"
    (folder / "seen.json").write_text(json.dumps({"note": note}))


if __name__ == "__main__":
    sys.exit(let_use(use, lambda window: window.move(0, 0)))
