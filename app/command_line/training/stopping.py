"""The command line: Ctrl-C and SIGTERM, and what is said when they have stopped something."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(KeyboardInterrupt):
    """Somebody has stopped a command; `str` says how to go on.

    Attributes:
        status: of the process: 128 and the number of the signal, as shells have it; 130 for Ctrl-C, 143 for SIGTERM.
    """

    def __init__(self, sentence: str, number: int = signal.SIGINT) -> None:
        super().__init__(sentence)
        self.status = 128 + number


@contextmanager
def restartable(sentence: str) -> Iterator[None]:
    """Inside, Ctrl-C and SIGTERM end the command at once, which then says `sentence`."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped(sentence, number)

    with _handling(stop):
        yield


@contextmanager
def noting_signals() -> Iterator[list[int]]:
    """Inside, Ctrl-C and SIGTERM do what they did before; what was received is in the list."""
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    with _handling(note):
        yield received


@contextmanager
def _handling(handler: object) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in SIGNALS}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
