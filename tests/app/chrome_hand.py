"""A hand at what is around the work, with xdotool's mouse and keys: `python -m tests.app.chrome_hand FOLDER`.

On a display of 1280 × 720: asks for the keys, opens the settings and chooses a theme and a buffer, folds the models
away and gives the mixer more room. Leaves pictures in FOLDER, and the settings as they were written in the home.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.window import Window
from resources import theme
from tests.app.hand import Steps, click, let_use, move_to, xdotool


def named(parent: QWidget, name: str) -> QPushButton:
    return next(button for button in parent.findChildren(QPushButton) if button.accessibleName() == name)


def use(window: Window, folder: Path) -> Steps:
    """Help, settings, layout."""
    settings, helping = window.preferences, window.helping
    yield window.isActiveWindow
    screen = QApplication.primaryScreen().geometry()
    assert screen.contains(window.frameGeometry()), window.frameGeometry()

    xdotool("key", "question")
    yield helping.overlay.isVisible
    window.grab().save(str(folder / "keys.png"))
    xdotool("key", "question")
    yield helping.overlay.isHidden

    click(window.header.settings_button)
    yield settings.overlay.isVisible
    click(named(settings.panel, "Theme Light"))
    yield lambda: theme.COLOURS == theme.LIGHT
    click(named(settings.panel, "Buffer 80 ms"))
    yield lambda: window.store.settings.buffer_ms == 80
    window.grab().save(str(folder / "settings.png"))
    xdotool("key", "Escape")
    yield settings.overlay.isHidden

    click(window.header.models_button)
    yield window.rooms.models_side.isHidden
    edge, before_px = window.rooms.splitter.handle(1), window.mixer.height()
    move_to(edge)
    xdotool("mousedown", 1)
    for _ in range(4):
        xdotool("mousemove_relative", "--", 0, -10)
    xdotool("mouseup", 1)
    yield lambda: window.mixer.height() == before_px + 40
    window.grab().save(str(folder / "window.png"))


if __name__ == "__main__":
    sys.exit(let_use(use, lambda window: window.move(0, 0)))
