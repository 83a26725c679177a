"""Any activity: a developer's option: what blocks the GUI thread, and for how long.

With DEEPDEADNET_WATCHDOG in the environment the program logs every time the window did not answer for more than 50 ms,
with what the GUI thread was doing then.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Qt, QTimer

VARIABLE = "DEEPDEADNET_WATCHDOG"
TICK_MS = 5
LONGEST_S = 0.05

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Blockade:
    """A time in which the window did not answer.

    Attributes:
        duration_s: how long it was, by the clock.
        busy_s: how much processor time the GUI thread used in it: its own doing, however busy the machine is.
        stack: what it was doing.
    """

    duration_s: float
    busy_s: float
    stack: str


@dataclass
class Sightings:
    """What was seen."""

    blockades: list[Blockade] = field(default_factory=list)

    @property
    def longest_s(self) -> float:
        """The longest blockade; 0 where there was none."""
        return max((blockade.duration_s for blockade in self.blockades), default=0.0)


def is_wanted() -> bool:
    """Whether the environment asks for it."""
    return bool(os.environ.get(VARIABLE))


@contextmanager
def watching(parent: QObject, longest_s: float = LONGEST_S) -> Iterator[Sightings]:
    """Watch the GUI thread, from which this is called, while its event loop runs within the `with` block.

    A timer there says that it is alive; a thread beside it looks at what it does when it has not for `longest_s`. That
    thread needs the interpreter's lock, too: while another holds it, the stack is seen only afterwards, the duration is
    right all the same.
    """
    sightings, heart = Sightings(), _Heart(threading.get_ident(), longest_s)
    timer = QTimer(parent, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: heart.beat(sightings))
    timer.start()
    watcher = threading.Thread(target=heart.watch, name="watchdog", daemon=True)
    watcher.start()
    try:
        yield sightings
    finally:
        timer.stop()
        heart.stopped.set()
        watcher.join()


class _Heart:
    """Beats in the GUI thread and is listened to in another."""

    def __init__(self, thread: int, longest_s: float) -> None:
        self.stopped = threading.Event()
        self._thread = thread
        self._longest_s = longest_s
        self._beaten_s = time.monotonic()
        self._busy_s = time.thread_time()
        self._stack = ""

    def beat(self, sightings: Sightings) -> None:
        now_s, busy_s = time.monotonic(), time.thread_time()
        blocked_s, used_s = now_s - self._beaten_s, busy_s - self._busy_s
        self._beaten_s, self._busy_s = now_s, busy_s
        if blocked_s > self._longest_s:
            sightings.blockades.append(Blockade(blocked_s, used_s, self._stack))
            log.warning("the window was blocked for %.0f ms\n%s", 1000 * blocked_s, self._stack)
        self._stack = ""

    def watch(self) -> None:
        while not self.stopped.wait(self._longest_s / 4):
            if time.monotonic() - self._beaten_s > self._longest_s and not self._stack:
                self._stack = _where(self._thread)


def _where(thread: int) -> str:
    """Where a thread is, the latest call last.

    Whoever has hold of a frame keeps what is in its variables, and throws it away in the end, in another thread: a
    painter may be among that, and the program dies. `faulthandler` reads frames without taking hold of them.
    """
    with tempfile.TemporaryFile("w+", encoding="utf8") as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        blocks = file.read().split("\n\n")
    block = next((block for block in blocks if re.match(rf"Thread 0x0*{thread:x} ", block)), "")
    return "\n".join(reversed(block.splitlines()[1:]))
