"""Feeder thread: keeps what sounds supplied, a second ahead, and looks after the process that plays it."""

from __future__ import annotations

import logging
import sys
import threading
import time

from engine.playback.filling import Filling
from engine.playback.link import Link
from engine.playback.mixer import Gains
from engine.playback.outlet import Outcome, Wish
from engine.playback.sounding import SLOTS, SWITCH_INTERVAL_S, Begin, Measure, Mix, Sound, slot_memory

POLL_S = 0.02

RESTART_S = 2.0
"""A process that has died is replaced, but not more often than this."""

STARTING_AGAIN = Outcome(problem="What plays the sound has stopped and is being started again.")
CANNOT_START = Outcome(problem="Sound needs a process of its own, and the system allows none: close other programs.")

log = logging.getLogger(__name__)


class Feeder(threading.Thread):
    """Keeps the rings of the fillings in use full: the one wanted last, what still sounds, and what is leaving.

    `outcome` is what the process said last of its device; `wanted` the filling that is to sound.
    """

    def __init__(self, wish: Wish) -> None:
        """Prepare the thread; `start` runs it. The process begins with `begin`."""
        super().__init__(name="playback feeder", daemon=True)
        self.link = Link()
        self.outcome = Outcome()
        self.wanted: Filling | None = None
        self._wish = wish
        self._gains: Gains | None = None
        self._playing = False
        self._given: list[Filling] = []  # those that have a place, the last one last
        self._topped_up: Filling | None = None  # what is being read: nobody may close its take meanwhile
        self._serial = self._dropped = 0  # of the filling that was given a place last, and when all were dropped
        self._changing = threading.Lock()  # `wanted` and its gains, and that the process knows of both
        self._woken = threading.Event()
        self._wanted_process = False
        self._switch_interval_s = sys.getswitchinterval()
        self._started_s = 0.0
        self._closing = False

    def begin(self) -> None:
        """Start the process that plays, in this thread and in good time before it is needed."""
        if not self._wanted_process:
            sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._wanted_process = True
        self._woken.set()

    def give(self, filling: Filling, gains: Gains) -> None:
        """Let `filling` sound from now on, under `gains` (stems + 1, 2)."""
        with self._changing:
            self.wanted, self._gains = filling, gains
        self._woken.set()

    def drop(self) -> None:
        """Let nothing sound any more; what sounds now still fades."""
        with self._changing:
            self.wanted = None
            self._dropped = self._serial

    def set_gains(self, gains: Gains) -> None:
        """Move the faders of what is wanted."""
        with self._changing:
            self._gains = gains
            if self.wanted and self.wanted.feed:
                self.link.send(Mix(gains))

    def set_playing(self, playing: bool) -> None:
        """Whether anything is to sound."""
        with self._changing:
            self._playing = playing
            self.link.send(Sound(playing))

    def measure_anew(self) -> None:
        """Forget how loud it has been so far."""
        self.link.send(Measure())

    def set_device(self, wish: Wish) -> None:
        """On what it is to sound."""
        with self._changing:
            self._wish = wish
            self.link.send(wish)

    def uses(self, take: object) -> bool:
        """Whether a take still sounds or is to sound, or is being read."""
        fillings = [self.wanted, *(filling for filling in self._given if self._is_heard(filling)), self._topped_up]
        return any(filling.take is take for filling in fillings if filling)

    def close(self) -> None:
        """Fall silent, end the process and the thread, and wait for both."""
        self._closing = True
        self._woken.set()
        if self.is_alive():
            self.join()
        if self._wanted_process:
            sys.setswitchinterval(self._switch_interval_s)
            self._wanted_process = False

    def run(self) -> None:
        """Top up, sleep a little, and again."""
        while not self._closing:
            self._woken.clear()
            self._look_after_process()
            self._let_stems_in()
            self._place_wanted()
            self._forget_unused()
            if not any(self._top_up(filling) for filling in reversed(self._given)):
                self._woken.wait(POLL_S)
        self.link.close()

    def _top_up(self, filling: Filling) -> bool:
        """Whether there was something to do: more of it is wanted, and there was room."""
        self._topped_up = filling  # said before it is asked whether it is wanted: from here on its take stays open
        try:
            return self._is_heard(filling) and filling.top_up()
        finally:
            self._topped_up = None

    def _look_after_process(self) -> None:
        outcome = self.link.outcome()
        if outcome is not None:
            self._accept(outcome)
        if not self._wanted_process or self.link.running or time.monotonic() - self._started_s < RESTART_S:
            return
        if self.link.begun:
            self.outcome = STARTING_AGAIN
        self._started_s = time.monotonic()
        try:
            self.link.start()
        except OSError:
            log.exception("the process that plays cannot be started")
            self.outcome = CANNOT_START
            return
        with self._changing:
            self._given.clear()
            self.link.send(self._wish)
            self.link.send(Sound(self._playing))
            if self.wanted and self.wanted.feed:
                self.wanted = self.wanted.from_here()

    def _accept(self, outcome: Outcome) -> None:
        """Note what the process says; at another sample rate all begins anew where it is."""
        self.outcome = outcome
        with self._changing:
            if self.wanted and self.wanted.feed and self.wanted.rate_hz != outcome.rate_hz and not self.wanted.ended:
                self.wanted = self.wanted.from_here()

    def _let_stems_in(self) -> None:
        """Read what is in the feed once more if stems have come for it: they are heard a second sooner."""
        with self._changing:
            wanted = self.wanted
            if self._playing and wanted and wanted.feed and wanted.serial == self.link.board.sounding:
                self.wanted = wanted.with_new_stems() or wanted

    def _place_wanted(self) -> None:
        """Give the filling that is wanted a place in the shared memory, and tell the process."""
        with self._changing:
            wanted, slot = self.wanted, self._free_slot()
            if not self.link.begun or wanted is None or wanted.feed or slot is None or self._gains is None:
                return
            self._serial += 1
            memory = slot_memory(self.link.memory, slot)
            feed = wanted.attach(memory, slot, self._serial, self._gains, self.outcome.rate_hz)
            self._given.append(wanted)
            self.link.send(Begin(slot, feed.serial, feed.gains, feed.crossfade_frames, feed.joins_at))

    def _forget_unused(self) -> None:
        self._given = [filling for filling in self._given if self._is_used(filling)]

    def _is_used(self, filling: Filling) -> bool:
        """Whether the callback has it, or may yet take it: it tells what it has taken only at the end of its block."""
        board = self.link.board
        return filling.serial in (board.sounding, board.leaving) or filling.serial >= board.accepted - 1

    def _is_heard(self, filling: Filling) -> bool:
        """Whether more of it may be wanted; once nothing is, what has been read is enough to fade on."""
        if filling is self.wanted:
            return True
        board = self.link.board
        return filling.serial > self._dropped and filling.serial in (board.sounding, board.leaving)

    def _free_slot(self) -> int | None:
        used = {filling.slot for filling in self._given if self._is_used(filling)}
        return next((slot for slot in range(SLOTS) if slot not in used), None)
