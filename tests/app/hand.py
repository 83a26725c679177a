"""A hand at the window: opens the program on the X display there is, and uses it with xdotool's mouse and keys.

Run as a program, `python -m tests.app.hand FOLDER`: generates a take by a click, moves a fader and mutes a stem while
it plays, exports mix and stems, and leaves in FOLDER what the test wants to compare: the take and the faders.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QDrag, QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from app.program import make_application, make_window
from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.catalogue import Catalogue, home_folder
from engine.takes.take import Take

Steps = Generator[Callable[[], bool], None, None]
"""What a hand does, one step after the other; each yields what it then waits for."""

GIVE_UP_MS = 240_000
LENGTH_TEXT = "0:05"
SEED_TEXT = "7"


def xdotool(*arguments: object) -> None:
    subprocess.run(["xdotool", *map(str, arguments)], check=True)


def move_to(widget: QWidget, place: QPoint | None = None) -> None:
    at = widget.mapToGlobal(widget.rect().center() if place is None else place)
    xdotool("mousemove", at.x(), at.y())


def click(widget: QWidget, place: QPoint | None = None) -> None:
    move_to(widget, place)
    xdotool("click", 1)


def type_over(field: QWidget, text: str) -> None:
    click(field)
    xdotool("key", "ctrl+a")
    xdotool("type", text)
    xdotool("key", "Return")


def passed(times: int) -> Callable[[], bool]:
    """Comes true when it has been asked so often, which is 50 times a second."""
    left = [times]

    def ask() -> bool:
        left[0] -= 1
        return left[0] <= 0

    return ask


def is_welcome() -> bool:
    """Whether who is below the mouse has said that it takes what hangs there; dropped before, it is lost."""
    cursor = QGuiApplication.overrideCursor()
    return cursor is not None and cursor.shape() == Qt.CursorShape.DragCopyCursor


def trembles_until_welcome(place: tuple[int, int], move: Callable[[int, int], object]) -> Callable[[], bool]:
    """Comes true when what hangs on the mouse at a place of the screen is welcome there; until then the hand trembles.

    No hand is quite still, and it must not be: once in some hundred drags the other program's first answer gets lost
    between the X server and Qt, and Qt asks again when the mouse moves.

    Args:
        place: where it hangs.
        move: moves the mouse to x and y.
    """
    offsets = itertools.cycle((0, 4, 8, 4))

    def ask() -> bool:
        if is_welcome():
            return True
        move(place[0] + next(offsets), place[1])
        return False

    return ask


def use(window: Window, folder: Path) -> Steps:
    """From the first click to the exported files."""
    player, mixer, bar = window.playing._player, window.mixer, window.make_bar
    yield lambda: len(window.picker.buttons) == 1 and window.isActiveWindow()
    click(window.picker.buttons[0])
    yield lambda: bar.button.isEnabled()
    type_over(bar.length.field, LENGTH_TEXT)
    yield lambda: window.session.state.recipe.length_s == 5
    type_over(bar.seed.field, SEED_TEXT)
    yield lambda: window.session.state.recipe.seed == 7
    click(bar.button)

    yield lambda: player.position_frames > 1.5 * SAMPLE_RATE_HZ
    drums, vocals = mixer.strips[0], mixer.strips[3]
    fader_x = drums.fader.width() * 3 // 4
    move_to(drums.fader, QPoint(fader_x, round(drums.fader.y_of(0))))
    xdotool("mousedown", 1)
    move_to(drums.fader, QPoint(fader_x, round(drums.fader.y_of(-12))))
    xdotool("mouseup", 1)
    yield lambda: drums.strip.gain_db < -10
    click(vocals.mute_button)
    yield lambda: vocals.strip.muted
    yield lambda: bar.button.text() == "Generate" and player.state == "stopped"
    window.grab().save(str(folder / "window.png"))

    if window.message.isVisible():
        click(window.message.close_button)
        yield window.message.isHidden
    panel = window.exporting.panel
    click(window.export_button)
    yield window.exporting.overlay.isVisible
    for name in ("Export Both", "WAV, 32-bit float"):
        click(next(button for button in panel.findChildren(QPushButton) if button.accessibleName() == name))
        yield lambda: True
    window.grab().save(str(folder / "export.png"))
    click(panel.export_button)
    yield lambda: window.message.sentence.startswith("Exported") and window.message.isVisible()
    leave_behind(window, folder)


def leave_behind(window: Window, folder: Path) -> None:
    state = window.session.state
    assert isinstance(state.take, Take)
    np.savez(folder / "take.npz", mix=state.take.read_mix(0, 10**7), stems=state.take.read_stems(0, 10**7))
    facts = {"title": state.title, "mix": asdict(state.mix), "underruns": window.playing._player.underruns}
    (folder / "facts.json").write_text(json.dumps(facts))


class Hand(QObject):
    """Goes from step to step as their conditions come true."""

    def __init__(self, window: Window, steps: Steps) -> None:
        super().__init__(window)
        self._window = window
        self._steps = steps
        self.done = False
        self._awaited = next(steps)
        QTimer.singleShot(GIVE_UP_MS, self._give_up)
        self._timer = QTimer(self, interval=20)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    def _go_on(self) -> None:
        try:
            if self._awaited():
                self._awaited = next(self._steps)
        except StopIteration:
            self.done = True
            self._window.close()
        except Exception:
            self._timer.stop()  # a generator that has failed would end well if it were asked again
            self._window.close()
            raise

    def _give_up(self) -> None:
        said, steps = self._window.message.sentence, self._steps
        while isinstance(steps.gi_yieldfrom, Generator):
            steps = steps.gi_yieldfrom
        print(f"waited in vain at line {steps.gi_frame.f_lineno}; the window says “{said}”")
        QDrag.cancel()  # a window from which something hangs on the mouse does not end
        self._window.close()


def let_use(use: Callable[[Window, Path], Steps], place: Callable[[Window], object]) -> int:
    """Open the window where `place` puts it, and use it with the folder named on the command line.

    Returns:
        The exit status: 0 if all steps came true.
    """
    application = make_application(sys.argv[:1])
    window = make_window(lambda: Catalogue([home_folder() / "models"]))
    place(window)
    window.show()
    window.activateWindow()
    window.start()
    hand = Hand(window, use(window, Path(sys.argv[1])))
    return application.exec() or int(not hand.done)


if __name__ == "__main__":
    sys.exit(let_use(use, lambda window: window.move(0, 0)))
