"""A hand that drags things out: opens the program on the X display there is, and uses it with xdotool's mouse and keys.

Run as a program, `python -m tests.app.drag_hand FOLDER`: plays the take that the library holds, and drags a region, a
stem and the mix into another program; lets one fall beside it, is quicker than a long file can be written, copies
one, drags a card of the list, then two together, and holds one when the window is closed. What it saw lies in FOLDER
afterwards.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QWidget

from app.window import Window
from tests.app.hand import Steps, click, let_use, move_to, passed, trembles_until_welcome, xdotool
from tests.app.radio_hand import drag as choose_region

TARGET = (1300, 100, 300, 400)
TITLES = ("Jam", "Long jam")
STEPS = 6


def carry(widget: QWidget, place: QPoint, to: tuple[int, int], *, lets_go: bool = True) -> Steps:
    """Drag from a place of a widget to a place on the screen, as a hand does: not in one leap."""
    move_to(widget, place)
    xdotool("mousedown", 1)
    begin = widget.mapToGlobal(place)
    for step in range(1, STEPS + 1):
        share = step / STEPS
        xdotool(
            "mousemove", round(begin.x() + share * (to[0] - begin.x())), round(begin.y() + share * (to[1] - begin.y()))
        )
        yield passed(2)
    if lets_go:
        yield lambda: hangs(widget)
        xdotool("mousemove", to[0] + 1, to[1])
        yield welcomed(to) if QRect(*TARGET).contains(*to) else passed(5)
        xdotool("mouseup", 1)
        yield lambda: not hangs(widget)


def hangs(widget: QWidget) -> bool:
    """Whether something that was dragged out of a widget hangs on the mouse."""
    return any(drag.parent() is widget for drag in widget.findChildren(QDrag))


def welcomed(place: tuple[int, int]) -> Callable[[], bool]:
    return trembles_until_welcome(place, lambda x, y: xdotool("mousemove", x, y))


def use(window: Window, folder: Path) -> Steps:
    """From the take to what the other program has of it."""
    notes, seen = folder / "notes.jsonl", {}
    command = [sys.executable, "-m", "tests.app.drop_target", str(notes), *map(str, TARGET)]
    other = subprocess.Popen(command)
    try:
        yield from drag_all(window, folder, notes, seen)
    finally:
        other.terminate()
        other.wait()
    (folder / "seen.json").write_text(json.dumps(seen))


def drag_all(window: Window, folder: Path, notes: Path, seen: dict[str, object]) -> Steps:
    in_target = TARGET[0] + TARGET[2] // 2, TARGET[1] + TARGET[3] // 2
    dragged = folder / "music" / "Dragged"

    def lines() -> list[list[object]]:
        return [json.loads(line) for line in notes.read_text().splitlines()]

    def drops() -> int:
        return sum(line[0] == "dropped" for line in lines())

    window.store.change(export_folder=folder / "music")
    yield lambda: notes.exists() and window.isActiveWindow()
    window.library.play(folder / "home" / "takes" / TITLES[0])
    yield lambda: window.session.state.take is not None and window.rooms.drag_button.isEnabled()
    yield passed(20)

    drums, master, button = window.mixer.strips[0], window.mixer.master, window.rooms.drag_button
    yield from carry(drums, QPoint(30, 14), in_target)
    yield lambda: drops() == 1
    yield from carry(master, QPoint(30, 14), in_target)
    yield lambda: drops() == 2
    choose_region(window, 1.0, 2.5)
    yield lambda: window.view.region is not None
    seen["region_s"] = window.view.region
    window.grab().save(str(folder / "region.png"))
    yield from carry(button, button.rect().center(), in_target)
    yield lambda: drops() == 3

    kept = set(dragged.iterdir())
    yield from carry(button, button.rect().center(), (1280 + 10, 740))  # where nobody takes it
    yield lambda: set(dragged.iterdir()) == kept

    click(button)
    yield lambda: window.message.sentence.startswith("Copied")
    seen["copied"] = [url.toLocalFile() for url in QApplication.clipboard().mimeData().urls()]

    window.library.play(folder / "home" / "takes" / TITLES[1])
    yield lambda: window.session.state.title == TITLES[1] and button.isEnabled()
    yield passed(20)
    yield from carry(button, button.rect().center(), in_target, lets_go=False)
    seen["hung at once"] = hangs(button)
    yield lambda: hangs(button)  # in the hand that has been waiting
    yield welcomed(in_target)
    xdotool("mouseup", 1)
    yield lambda: drops() == 4

    takes = window.rooms.takes.list
    row = takes.visualRect(takes.cards.index_of(str(folder / "home" / "takes" / TITLES[0])))
    yield from carry(takes.viewport(), row.center(), in_target)
    yield lambda: drops() == 5
    other_row = takes.visualRect(takes.cards.index_of(str(folder / "home" / "takes" / TITLES[1])))
    xdotool("keydown", "ctrl")
    click(takes.viewport(), other_row.center())
    xdotool("keyup", "ctrl")
    yield lambda: len(takes.chosen) == 2
    yield from carry(takes.viewport(), row.center(), in_target)
    yield lambda: drops() == 7
    seen["on the stage"] = window.session.state.title
    yield from carry(takes.viewport(), row.center(), (row.center().x() + 10, 740))
    yield passed(20)
    seen["then on the stage"] = window.session.state.title
    click(takes.viewport(), row.center())
    yield lambda: window.session.state.title == TITLES[0]
    seen["lines"] = lines()
    seen["folder"] = sorted(path.name for path in dragged.iterdir())

    yield from carry(window.mixer.strips[0], QPoint(30, 14), in_target, lets_go=False)  # and the window is closed
    yield lambda: hangs(window.mixer.strips[0])


if __name__ == "__main__":
    sys.exit(let_use(use, lambda window: window.setGeometry(0, 0, 1280, 720)))
