"""A hand at the stage, with the mouse and keys of xdotool: `python -m tests.app.stage_hand FOLDER`, on a display.

Opens the one take that lies in the library, comes closer with the wheel, chooses a region by a drag and moves its edge,
loops it, looks at a stem, scrolls, sees all again, lets the region go and plays from elsewhere. What it saw lies in
FOLDER afterwards.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QPushButton

from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from tests.app.hand import Steps, click, let_use, move_to, xdotool

WHEEL_UP, WHEEL_DOWN = 4, 5
TONES_HZ = (3000, 100, 400, 800)
"""What the four stems of the take are."""


def use(window: Window, folder: Path) -> Steps:
    """From all of it to a second of it, and back."""
    player, view, stage = window.playing._player, window.view, window.stage
    seen: dict[str, object] = {}

    def at(time_s: float) -> QPoint:
        return QPoint(round(view.x_of(time_s)), 80)

    def drag(from_s: float, to_s: float) -> None:
        places = at(from_s), at((from_s + to_s) / 2), at(to_s)
        move_to(view, places[0])
        xdotool("mousedown", 1)
        for place in places[1:]:
            move_to(view, place)
        xdotool("mouseup", 1)

    def everything_is_seen() -> bool:
        ready = [(0, window.session.state.take.stem_frames)]
        return all(view.store.missing(look.track, look.level, *look.columns, ready) is None for look in view.looks)

    def picture(name: str) -> Steps:
        if window.message.isVisible():  # it lies on the picture
            click(window.message.close_button)
            yield window.message.isHidden
        view.grab().save(str(folder / f"{name}.png"))
        seen[name] = [view.y_of(hz) for hz in TONES_HZ]

    yield lambda: window.isActiveWindow() and len(window.library.entries) == 1
    window.library.open(next(iter(window.library.entries)), plays=False)
    yield lambda: window.session.state.take is not None and everything_is_seen()
    yield from picture("all")

    place_px = at(30.0).x()
    move_to(view, at(30.0))
    for _ in range(6):
        xdotool("click", WHEEL_UP)
    yield lambda: view.shown.length_s < 8.0 and everything_is_seen()
    seen["moved_px"] = at(30.0).x() - place_px

    drag(28.5, 30.0)
    yield lambda: view.region is not None and not view._held
    seen["dragged"] = view.region
    drag(30.0, 31.0)
    yield lambda: view.region[1] > 30.5 and not view._held
    seen["region"] = view.region

    click(window.transport.loop_button)
    yield lambda: player.loop is not None
    click(window.transport.play_button)
    yield lambda: player.position_frames > player.loop[0] + SAMPLE_RATE_HZ
    yield lambda: player.position_frames < player.loop[0] + SAMPLE_RATE_HZ  # round again
    seen["loop_s"] = [frame / SAMPLE_RATE_HZ for frame in player.loop]
    bass = next(tab for tab in stage.tabs.findChildren(QPushButton) if tab.text().strip() == "Bass")
    click(bass)
    yield lambda: view.track == 2 and everything_is_seen()
    yield from picture("bass")

    start_s = view.shown.start_s
    move_to(view, at(30.0))
    xdotool("keydown", "shift", "click", WHEEL_DOWN, "keyup", "shift")
    yield lambda: view.shown.start_s != start_s
    seen["scrolled_s"] = view.shown.start_s - start_s
    xdotool("key", "0")
    yield lambda: not view.is_zoomed
    xdotool("key", "Escape")
    yield lambda: view.region is None and player.loop is None
    sought_s: list[float] = []  # what was asked for: while it plays, where it is depends on when one looks
    view.sought.connect(lambda position_s: sought_s.append(position_s))
    click(view, at(45.0))
    yield lambda: player.position_frames > 44 * SAMPLE_RATE_HZ
    seen["sought_s"] = sought_s[-1]
    (folder / "seen.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    sys.exit(let_use(use, lambda window: window.setGeometry(0, 0, 1280, 720)))
