"""Garbage goes in the GUI thread."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from app.tidying import Tidying

PLENTY = 100_000
"""Objects: more than Python waits for before it collects."""


class Ring:
    """Garbage that only the collector finds, and which notes where it went."""

    def __init__(self, went_in: list[int]) -> None:
        self._itself, self._went_in = self, went_in

    def __del__(self) -> None:
        self._went_in.append(threading.get_ident())


@pytest.fixture
def tidying(qapp) -> Iterator[Tidying]:
    parent = QObject()
    tidying = Tidying(parent)
    tidying.start()
    yield tidying
    tidying.end()
    assert gc.isenabled()


def make_plenty_elsewhere() -> list[list[object]]:
    made: list[list[object]] = []
    thread = threading.Thread(target=lambda: made.extend([] for _ in range(PLENTY)))
    thread.start()
    thread.join()
    return made


def test_garbage_goes_here_however_much_is_made_elsewhere(tidying):
    went_in: list[int] = []
    Ring(went_in)
    made = make_plenty_elsewhere()
    assert went_in == []
    tidying.tidy()
    assert len(made) == PLENTY
    assert went_in == [threading.get_ident()]


def test_without_it_garbage_goes_where_something_is_made(qapp):
    gc.enable()
    went_in: list[int] = []
    Ring(went_in)
    assert len(make_plenty_elsewhere()) == PLENTY
    assert went_in
    assert went_in[0] != threading.get_ident()


def test_where_there_is_little_nothing_is_looked_through(tidying):
    gc.collect()
    counts = gc.get_stats()
    tidying.tidy()
    assert [now["collections"] - before["collections"] for before, now in zip(counts, gc.get_stats(), strict=True)] == [
        0,
        0,
        0,
    ]


def test_it_is_done_again_and_again(tidying, qtbot):
    went_in: list[int] = []
    Ring(went_in)
    kept = [[] for _ in range(PLENTY)]
    qtbot.waitUntil(lambda: bool(went_in), timeout=10_000)
    assert went_in == [threading.get_ident()]
    assert len(kept) == PLENTY
