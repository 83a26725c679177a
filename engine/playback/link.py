"""Feeder thread: the process that plays, seen from the program: starting it, telling it, listening to it."""

from __future__ import annotations

import multiprocessing
import threading
from contextlib import suppress

import numpy as np

from engine.playback.board import Board
from engine.playback.outlet import Outcome
from engine.playback.sounding import SHARED_BYTES, Message, run

PARTING_S = 3.0
"""How long the process may take to fall silent and end."""


class Link:
    """One end of the shared memory and of the pipe to the process; `send` may be called from any thread."""

    def __init__(self) -> None:
        """Take the memory; the process begins with `start`."""
        self._spawning = multiprocessing.get_context("spawn")
        self._shared = self._spawning.RawArray("b", SHARED_BYTES)
        self.memory = np.frombuffer(self._shared, np.uint8)
        self.board = Board(self.memory)
        self._sending = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.is_alive()

    @property
    def begun(self) -> bool:
        """Whether it has ever been started."""
        return self._process is not None

    def start(self) -> None:
        """Begin a process, after another one if that has died."""
        ours, theirs = self._spawning.Pipe()
        process = self._spawning.Process(target=run, args=(self._shared, theirs), name="playback", daemon=True)
        process.start()
        theirs.close()
        self.board.accepted = self.board.sounding = self.board.leaving = 0
        with self._sending:
            self._connection = ours
            self._process = process

    def send(self, message: Message | None) -> None:
        """Tell the process something; nothing happens where there is none."""
        with self._sending, suppress(OSError):
            if self._process is not None:
                self._connection.send(message)

    def outcome(self) -> Outcome | None:
        """What the process has said since last asked."""
        outcome = None
        with suppress(EOFError, OSError):
            while self._process is not None and self._connection.poll():
                outcome = self._connection.recv()
        return outcome

    def close(self) -> None:
        """End the process, after its fade-out."""
        if self._process is None:
            return
        self.send(None)
        self._process.join(PARTING_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._connection.close()
