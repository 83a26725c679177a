"""A hand that goes a whole way through the real window, and what it needs: mouse, keys, a second program, a watch.

Each way is a file `test_….py` here: its `use` is what the hand does, in a program of its own on an X display of its own
(`python -m tests.journeys.test_… FOLDER`); its tests look at what is left in FOLDER.

The mouse never makes the window wait: xdotool runs all the time and reads its orders from a pipe. All the while the
watchdog (`app.watchdog`) watches the GUI thread. What a test holds to 50 ms is the processor time that the GUI thread
used between two beats: on a quiet machine that is what blocks a window whose files and networks are other threads'
work, and a busy machine lengthens the time by the clock, by any factor, but hardly this one. By the clock the program
itself is watched in `benchmarks/`, on a quiet machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QPoint
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app import watchdog
from app.program import make_application, make_window
from app.window import Window
from engine.models.catalogue import Catalogue, home_folder
from tests.app.hand import Hand, Steps, passed

Seen = dict[str, Any]
"""What the hand saw, by name; JSON values."""
Way = Callable[[Window, "Pointer", Seen], Steps]

WINDOW_PX = (1280, 720)
DRAG_STEPS = 6
FILE = "seen.json"


class Pointer:
    """The mouse and the keys of the display."""

    def __init__(self) -> None:
        self._xdotool = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, text=True)

    def do(self, *order: object) -> None:
        """Give xdotool an order."""
        assert self._xdotool.stdin is not None
        self._xdotool.stdin.write(" ".join(map(str, order)) + "\n")
        self._xdotool.stdin.flush()

    def close(self) -> None:
        """It is not needed any more."""
        assert self._xdotool.stdin is not None
        self._xdotool.stdin.close()
        self._xdotool.wait()

    def move_to(self, widget: QWidget, place: QPoint | None = None) -> None:
        """Go to a place of a widget, its middle by default."""
        at = widget.mapToGlobal(widget.rect().center() if place is None else place)
        self.do("mousemove", at.x(), at.y())

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        """Press and let go there."""
        self.move_to(widget, place)
        self.do("click", 1)

    def key(self, *names: str) -> None:
        """Press keys, one after the other."""
        self.do("key", *names)

    def write(self, text: str) -> None:
        """Type."""
        self.do("type", json.dumps(text, ensure_ascii=False))

    def write_over(self, field: QWidget, text: str) -> None:
        """Type it into a field instead of what stands there, and press Enter."""
        self.click(field)
        self.key("ctrl+a")
        self.write(text)
        self.key("Return")

    def drag(self, begin: QPoint, end: QPoint, *, lets_go: bool = True) -> Steps:
        """Drag from a place of the screen to another, as a hand does: not in one leap."""
        self.do("mousemove", begin.x(), begin.y())
        self.do("mousedown", 1)
        for step in range(1, DRAG_STEPS + 1):
            place = begin + (end - begin) * step / DRAG_STEPS
            self.do("mousemove", place.x(), place.y())
            yield passed(2)
        if lets_go:
            self.do("mouseup", 1)


def button_in(widget: QWidget, name: str) -> QAbstractButton:
    """The button that is called so."""
    return next(
        button
        for button in widget.findChildren(QAbstractButton)
        if name in (button.accessibleName(), button.text().strip())
    )


@contextmanager
def another_program(module: str, *arguments: object) -> Iterator[None]:
    """Let another program of ours run within the `with` block."""
    process = subprocess.Popen([sys.executable, "-m", module, *map(str, arguments)])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def go(use: Way) -> int:
    """Open the window with the user's things in the folder named on the command line, and go a way through it.

    Returns:
        The exit status: 0 if all steps came true.
    """
    folder, pointer, seen = Path(sys.argv[1]), Pointer(), Seen()
    application = make_application(sys.argv[:1])
    window = make_window(lambda: Catalogue([home_folder() / "models"]))
    window.setGeometry(0, 0, *WINDOW_PX)
    window.show()
    window.activateWindow()
    _see(window, application)
    window.start()
    with watchdog.watching(application) as sightings:
        hand = Hand(window, _ready(window, use(window, pointer, seen)))
        status = application.exec()
    seen["blockades"] = [
        [round(1000 * blockade.busy_s), round(1000 * blockade.duration_s), blockade.stack]
        for blockade in sightings.blockades
    ]
    (folder / FILE).write_text(json.dumps(seen))
    pointer.close()
    return status or int(not hand.done)


def _see(window: Window, application: QApplication) -> None:
    """Until the window is drawn for the first time, which takes 30 to 50 ms: a part of its start, and of its figure."""
    while not window.windowHandle().isExposed():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    application.processEvents()


def _ready(window: Window, steps: Steps) -> Steps:
    """Begin when there are models and the window has the keyboard."""
    yield lambda: bool(window.picker.buttons) and window.isActiveWindow()
    yield from steps
