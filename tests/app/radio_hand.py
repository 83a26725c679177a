"""A hand at the radio: opens the program on the X display there is, and uses it with xdotool's mouse and keys.

Run as a program, `python -m tests.app.radio_hand FOLDER`: lets endless music begin, skips, has more of the same, lets
the style wander, pauses, chooses a region by a drag and loops it, keeps what was heard, and goes over to a take that is
a seamless loop. What it saw lies in FOLDER afterwards.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QPoint

from app import watchdog
from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from tests.app.hand import Steps, click, let_use, move_to, xdotool


def drag(window: Window, begin_s: float, end_s: float) -> None:
    view = window.view
    move_to(view, QPoint(round(view.x_of(begin_s)), 60))
    xdotool("mousedown", 1)
    for time_s in ((begin_s + end_s) / 2, end_s):
        move_to(view, QPoint(round(view.x_of(time_s)), 70))
    xdotool("mouseup", 1)


def use(window: Window, folder: Path) -> Steps:
    """From the first click to what was kept."""
    player, bar, transport = window.playing._player, window.make_bar, window.transport
    seen: dict[str, object] = {}
    yield lambda: bool(window.picker.buttons) and window.isActiveWindow()
    click(bar.length._presets._group.button(5))
    yield lambda: window.session.state.recipe.endless
    click(bar.button)
    yield lambda: window.radio.is_on and player.position_frames > SAMPLE_RATE_HZ

    with watchdog.watching(window) as sightings:
        radio = window.radio._radio
        pieces = [radio.piece_at(0)]
        click(bar.fold_button)
        yield bar.drift.isVisible
        for button in (transport.skip_button, bar.more_button, bar.drift.slider):
            click(button)
            yield lambda: radio.piece_at(10**9) != pieces[-1]
            pieces.append(radio.piece_at(10**9))
            yield lambda: player.position_frames > pieces[-1].from_frame + SAMPLE_RATE_HZ
        click(transport.play_button)
        yield lambda: "Paused" in window.activity.notice
        click(transport.play_button)
        yield lambda: not window.activity.notice

        end_s = player.position_frames / SAMPLE_RATE_HZ
        drag(window, end_s - 2.0, end_s - 1.0)
        yield lambda: window.view.region is not None
        click(transport.loop_button)
        yield lambda: player.loop is not None and player.loop[0] <= player.position_frames < player.loop[1]
        window.grab().save(str(folder / "radio.png"))
        xdotool("key", "l")
        yield lambda: player.loop is None

        click(window.keep_button)
        menu = window.keep_button.menu()
        yield menu.isVisible
        click(menu, menu.actionGeometry(menu.actions()[2]).center())
        yield lambda: window.message.sentence.startswith("Kept")

    click(bar.length._presets._group.button(0))
    yield lambda: not window.session.state.recipe.endless
    click(bar.loop)
    yield lambda: window.session.state.recipe.loops
    take = window.session.state.take
    click(bar.button)
    yield lambda: window.session.state.take is not take and player.position_frames > SAMPLE_RATE_HZ
    seen["looping"] = transport.loop_button.isChecked()
    window.grab().save(str(folder / "loop.png"))
    yield lambda: bar.button.text() == "Generate"
    seen["styles"] = [piece.journey.style for piece in pieces[:3]]
    seen["drift"] = pieces[3].journey.drift_at(1e9)
    seen["blockades_ms"] = [round(1000 * blockade.duration_s) for blockade in sightings.blockades]
    seen["underruns"] = player.underruns
    (folder / "seen.json").write_text(json.dumps(seen))


if __name__ == "__main__":
    sys.exit(let_use(use, lambda window: window.setGeometry(0, 0, 1280, 720)))
