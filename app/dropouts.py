"""GUI thread: when sound is missing again and again, offers the larger buffer that would help."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject, QTimer

from app.settings import BUFFERS_MS, SettingsStore
from engine.playback.player import Player
from widgets.message_strip import MessageStrip

LOOK_MS = 1000
LOOKS = 60
"""Over so many looks drop-outs are counted: a minute."""
MANY = 3
"""So many of them are no accident."""
UNSETTLED = 60
"""The first looks do not count: libraries are loaded then, and a machine may be busy with having been started."""


class Dropouts(QObject):
    """Counts them while the window is open; of each buffer it speaks once."""

    def __init__(self, player: Player, store: SettingsStore, message: MessageStrip) -> None:
        super().__init__(message)
        self._player, self._store, self._message = player, store, message
        self._counts: deque[int] = deque(maxlen=LOOKS)
        self._unsettled = UNSETTLED
        self._spoken_of: set[int] = set()
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to look."""
        self._looking.start()

    def stop(self) -> None:
        """Look no more."""
        self._looking.stop()

    def look(self) -> None:
        """Look how many there have been by now."""
        if self._unsettled:
            self._unsettled -= 1
            return
        self._counts.append(self._player.underruns)
        if self._counts[-1] - self._counts[0] >= MANY:
            self._counts.clear()
            self._offer()

    def _offer(self) -> None:
        present_ms = self._store.settings.buffer_ms
        larger_ms = next((buffer_ms for buffer_ms in BUFFERS_MS if buffer_ms > present_ms), None)
        if larger_ms is None or present_ms in self._spoken_of:
            return
        self._spoken_of.add(present_ms)
        self._message.say(
            "The sound was interrupted several times: a larger buffer would help.",
            action=(f"Use {larger_ms} ms", lambda: self._store.change(buffer_ms=larger_ms)),
        )
