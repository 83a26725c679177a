"""Any activity: a developer's option: what blocks the GUI thread, and for how long.

With DEEPDEADNET_WATCHDOG in the environment the program logs every time the window did not answer for more than 50 ms,
with what the GUI thread was doing then.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import traceback
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
                self._stack = "".join(traceback.StackSummary.from_list(_where(self._thread)).format())


def _where(thread: int) -> list[traceback.FrameSummary]:
    """Where a thread is.

    Whoever has hold of a frame keeps what is in its variables, and throws it away in the end, in another thread: a
    painter may be among that, and the program dies. So the frames are let go before a line of source is looked up.
    """
    places, frame = [], sys._current_frames().get(thread)
    while frame is not None:
        places.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return [traceback.FrameSummary(file, line, name) for file, line, name in reversed(places)]
