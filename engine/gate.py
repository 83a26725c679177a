"""Any activity: the gate that long work passes through, where other threads may halt or end it."""

from __future__ import annotations

import threading
from typing import Protocol


class Cancelled(Exception):  # noqa: N818 (it is no error)
    """The work is not wanted any more. Whoever ordered it knows, and nobody needs to be told."""


class Passage(Protocol):
    """What computing code sees of a gate."""

    def go_through(self) -> None:
        """Return when the work may go on; called at least ten times a second of computing.

        Raises:
            Cancelled: it is not wanted any more.
        """


class Gate:
    """Open at first. Any thread may close, open or end it; the one that computes goes through it."""

    def __init__(self) -> None:
        """Let everything through."""
        self._open = threading.Event()
        self._open.set()
        self._cancelled = False

    def go_through(self) -> None:
        """Return at once while the gate is open; wait while it is closed.

        Raises:
            Cancelled: the work has been cancelled, now or while it waited.
        """
        self._open.wait()
        if self._cancelled:
            raise Cancelled

    def pause(self) -> None:
        """Let whoever comes wait, until `go_on` or `cancel`; nothing once cancelled."""
        if not self._cancelled:
            self._open.clear()
        if self._cancelled:  # cancelled by another thread in between: nobody may be left waiting
            self._open.set()

    def go_on(self) -> None:
        """Let them through again."""
        self._open.set()

    def cancel(self) -> None:
        """Send away whoever comes, and whoever waits."""
        self._cancelled = True
        self._open.set()

    @property
    def paused(self) -> bool:
        """Whether it is closed for now."""
        return not self._open.is_set()

    @property
    def cancelled(self) -> bool:
        """Whether it is closed for good."""
        return self._cancelled


class _Open:
    """No gate at all."""

    def go_through(self) -> None:
        """Return at once."""


OPEN: Passage = _Open()
"""For work that nobody halts."""
