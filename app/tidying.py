"""GUI thread: collects Python's garbage here, and nowhere else.

Left to itself Python collects in whatever thread has just made something. But what belongs to Qt may only go in the
thread that it lives in: a running timer that is destroyed elsewhere stays on the list of its own thread's event loop,
which crashes when its time has come.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from app.preloading import is_importing

LOOK_MS = 1000


class Tidying(QObject):
    """Collects what Python would, by the same thresholds, as long as the window is open."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self.tidy)

    def start(self) -> None:
        """From now on it is done here."""
        gc.disable()
        self._looking.start()

    def end(self) -> None:
        """From now on Python does it again."""
        self._looking.stop()
        gc.enable()

    def tidy(self) -> None:
        """Collect the oldest generation whose turn it is, and with it the younger ones; not while libraries come in."""
        if is_importing():
            return
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
