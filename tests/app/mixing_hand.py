"""A hand at the mixer, with the mouse and keys of xdotool: `python -m tests.app.mixing_hand FOLDER`, on a display.

Opens the one take that lies in the library and plays it, pulls a fader, types a gain, mutes and solos, and undoes it
all; after each move the sound goes on for a while, for the test to hear. Leaves where the faders stood in FOLDER.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint

from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.settings import MixSettings
from tests.app.hand import Steps, click, let_use, move_to, xdotool

HEARD_S = 1.2
"""How long each state of the mixer can be heard."""


def use(window: Window, folder: Path) -> Steps:
    """Move after move, and back."""
    player, mixer, session = window.playing._player, window.mixer, window.session
    states: list[MixSettings] = []

    def heard() -> Callable[[], bool]:
        """Note where the faders stand, and let that be heard for a while."""
        states.append(session.state.mix)
        until = player.position_frames + round(HEARD_S * SAMPLE_RATE_HZ)
        return lambda: player.position_frames >= until

    yield lambda: window.isActiveWindow() and len(window.library.entries) == 1
    window.library.open(next(iter(window.library.entries)), plays=False)
    yield lambda: session.state.take is not None and mixer.strips[0].isVisible()
    click(window.transport.play_button)
    yield lambda: player.position_frames > SAMPLE_RATE_HZ // 2
    yield heard()

    drums, bass, vocals = mixer.strips[0], mixer.strips[1], mixer.strips[3]
    x_px = drums.fader.width() * 3 // 4
    move_to(drums.fader, QPoint(x_px, round(drums.fader.y_of(0))))
    xdotool("mousedown", 1)
    for gain_db in (-4, -8, -12):
        move_to(drums.fader, QPoint(x_px, round(drums.fader.y_of(gain_db))))
    xdotool("mouseup", 1)
    yield lambda: drums.strip.gain_db < -10
    yield heard()

    click(bass.figure)
    yield bass.figure.hasFocus
    xdotool("type", "--", "-20")
    xdotool("key", "Return")
    yield lambda: bass.strip.gain_db == -20
    yield heard()

    click(vocals.mute_button)
    yield lambda: vocals.strip.muted
    yield heard()

    xdotool("key", "3")
    yield lambda: mixer.chosen is mixer.strips[2]
    xdotool("key", "s")
    yield lambda: mixer.strips[2].strip.soloed
    yield heard()

    for before in list(reversed(states[:-1])):
        xdotool("key", "ctrl+z")
        yield lambda before=before: session.state.mix == before
        yield heard()
    facts = [state.to_json() for state in states]
    (folder / "states.json").write_text(json.dumps(facts))
    window.grab().save(str(folder / "mixer.png"))


if __name__ == "__main__":
    sys.exit(let_use(use, lambda window: window.move(0, 0)))
