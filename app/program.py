"""GUI thread: starts the program.

The order of start-up, the window first and all that is slow after it:

1. the log, so that whatever goes wrong from here on is written down;
2. the application, and its dress as the settings have it: fonts, colours, style sheet;
3. session, the threads for the engine and for files (not yet running), and player (which touches no device yet);
4. the window, tied to them, and shown;
5. the player gets ready to sound, the file thread looks for models, and when it has found some the engine thread loads
   the libraries and the networks of the one that is chosen; whoever presses Generate before that is served next;
6. the event loop, until the window closes: it silences the player, ends the threads and removes their takes.

With DEEPDEADNET_WATCHDOG in the environment, what blocks the window for longer than 50 ms is logged (`app.watchdog`).
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext

from PySide6.QtWidgets import QApplication

from app import watchdog
from app.engine_thread import EngineThread
from app.file_thread import FileThread
from app.library_thread import LibraryThread
from app.logs import start_log
from app.session import Session
from app.settings import SettingsStore
from app.uncaught import Uncaught
from app.window import Window
from engine import cores
from engine.models.catalogue import Catalogue
from engine.playback.player import Player
from engine.takes.library import Library
from resources import theme

PATIENCE_S = 0.2
"""Whoever closes the window while libraries are being imported need not wait longer for the program to be gone."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Open the window and stay until it is closed; return the exit status.

    Args:
        arguments: what Qt reads its own options from; by default those of the process.
    """
    start_log()
    application = make_application(sys.argv if arguments is None else arguments)
    window = make_window()
    uncaught = Uncaught()
    uncaught.met.connect(window.show_uncaught)
    uncaught.watch()
    # Ctrl+C in the terminal closes the window; Python looks for it whenever the window's timer calls.
    signal.signal(signal.SIGINT, lambda *_: window.close())
    window.patience_s = PATIENCE_S
    window.show()
    window.start()
    with watchdog.watching(application) if watchdog.is_wanted() else nullcontext():
        status = application.exec()
    if not window.ended:  # Python would wait for the import, or abort with it
        logging.shutdown()
        os._exit(status)
    return status


def make_application(arguments: Sequence[str]) -> QApplication:
    """The application; `make_window` dresses it."""
    application = QApplication(list(arguments))
    application.setApplicationName("DeepDeadNet")
    application.setApplicationDisplayName("DeepDeadNet")
    return application


def make_window(find_models: Callable[[], Catalogue] = Catalogue, device: int | str | None = None) -> Window:
    """The window with all that is behind it, in the theme of the settings; call its `start()` once it is shown.

    Args:
        find_models: called in the file thread; by default the bundled models and the user's.
        device: index or name of an output; None for the one in the settings.
    """
    store = SettingsStore()
    theme.apply(_application(), store.settings.theme)
    cores.use(store.settings.threads)
    output = store.settings.device if device is None else device
    player = Player(output, latency_s=store.settings.buffer_ms / 1000)
    library = Library(store.settings.takes_folder)
    return Window(
        Session(), EngineThread(player, library), FileThread(find_models), LibraryThread(library), player, store
    )


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application
