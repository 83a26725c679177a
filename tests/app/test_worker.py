"""The thread behind requests: one Python thread from beginning to end."""

from __future__ import annotations

import threading

from app.worker import Worker
from engine.gate import Gate


class Notes(Worker):
    """Notes what its thread remembers."""

    def __init__(self) -> None:
        super().__init__("notes")
        self.memory = threading.local()
        self.seen: list[int] = []

    def note(self, number: int) -> None:
        self._request("Noting…", lambda gate: self._note(gate, number))

    def _note(self, gate: Gate, number: int) -> None:
        gate.go_through()
        self.seen.append(getattr(self.memory, "last", 0))
        self.memory.last = number


def test_requests_are_carried_out_in_one_python_thread_state(qtbot):
    """What is local to a Python thread lasts from request to request; bindings of libraries depend on it."""
    notes = Notes()
    notes.start()
    try:
        for number in (7, 8, 9):
            with qtbot.waitSignal(notes.idle):
                notes.note(number)
    finally:
        notes.close()
    assert notes.seen == [0, 7, 8]
