"""Audio callback (its process): the process that plays: what it is told, and what it does about it.

Sound has a process of its own, because it must never wait for the interpreter lock of a program that imports
TensorFlow, separates stems or draws a window. It knows no takes: the program's feeder writes tracks into shared
memory, a second ahead; here they are mixed, under the newest faders, when the device asks for them.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.playback.board import Board
from engine.playback.feed import FEED_BYTES, Feed
from engine.playback.mixer import Gains
from engine.playback.outlet import Outlet, Wish
from engine.playback.playout import Playout

SLOTS = 5
"""Places for feeds: one that sounds, one that leaves, one that is given, the one given before it, and a free one."""

SHARED_BYTES = Board.BYTES + SLOTS * FEED_BYTES

SWITCH_INTERVAL_S = 0.000_5
"""A fader and the callback wait for Python's interpreter lock like any thread: while there is sound, others are asked
for it, in both processes, after so much rather than after Python's 5 ms."""

REAL_TIME_PRIORITY = 5


@dataclass(frozen=True)
class Begin:
    """Play this feed now; see `Feed`."""

    slot: int
    serial: int
    gains: Gains
    crossfade_frames: int = 0
    joins_at: int | None = None


@dataclass(frozen=True)
class Mix:
    """Move the faders of the feed given last."""

    gains: Gains


@dataclass(frozen=True)
class Sound:
    """Whether anything is to sound."""

    playing: bool


@dataclass(frozen=True)
class Measure:
    """Forget how loud it has been so far."""


Message = Begin | Mix | Sound | Measure | Wish
"""What the process is told; None ends it."""


def slot_memory(memory: npt.NDArray[np.uint8], slot: int) -> npt.NDArray[np.uint8]:
    """Where a feed lies in the shared memory (SHARED_BYTES,)."""
    begin = Board.BYTES + slot * FEED_BYTES
    return memory[begin : begin + FEED_BYTES]


def run(shared: Any, connection: Connection) -> None:
    """Play until told to end, or until the program that tells us is gone.

    Args:
        shared: the memory, SHARED_BYTES of a `multiprocessing` array.
        connection: messages in, `Outcome`s out.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a whole terminal: the program ends us when it has fallen silent
    _hurry()
    memory = np.frombuffer(shared, np.uint8)
    playout = Playout(Board(memory))
    outlet = Outlet(playout, _teller(connection))
    outlet.start()
    with suppress(EOFError, OSError):
        while (message := connection.recv()) is not None:
            _obey(message, playout, outlet, memory)
    outlet.close()


def _obey(message: Message, playout: Playout, outlet: Outlet, memory: npt.NDArray[np.uint8]) -> None:
    match message:
        case Begin():
            playout.feed = Feed(
                message.gains,
                slot_memory(memory, message.slot),
                serial=message.serial,
                fresh=False,
                crossfade_frames=message.crossfade_frames,
                joins_at=message.joins_at,
            )
            playout.board.accepted = message.serial
        case Mix():
            if playout.feed:
                playout.feed.gains = message.gains
                if playout.feed.joins_at is not None and playout.sounding:  # the same take until then
                    playout.sounding.gains = message.gains
        case Sound():
            playout.playing = message.playing
        case Measure():
            outlet.measure_anew()
        case Wish():
            outlet.wish(message)


def _teller(connection: Connection) -> Callable[[object], None]:
    def tell(outcome: object) -> None:
        with suppress(OSError):  # nobody listens any more
            connection.send(outcome)

    return tell


def _hurry() -> None:
    """Be preferred to what only computes, as far as the system lets us; threads that begin later inherit it."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    gc.disable()  # nothing here has cycles
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REAL_TIME_PRIORITY))
    elif hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(-10)
