"""The thread behind requests: one Python thread from beginning to end."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from app.worker import Worker, follow
from engine.gate import Cancelled, Gate


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


def test_progress_is_told_as_often_as_it_matters_and_the_result_comes_back():
    def work() -> Generator[float, None, str]:
        for step in range(1, 10_001):
            yield step / 10_000
        return "done"

    told: list[float] = []
    assert follow(work(), Gate(), told.append) == "done"
    assert 100 < len(told) <= 202
    assert told == sorted(told)
    assert told[-1] == 1


def test_work_that_is_cancelled_is_closed():
    gate, closed = Gate(), []

    def work() -> Generator[float, None, None]:
        try:
            yield 0.1
            yield 0.2
        finally:
            closed.append(True)

    with pytest.raises(Cancelled):
        follow(work(), gate, lambda _: gate.cancel())
    assert closed == [True]
