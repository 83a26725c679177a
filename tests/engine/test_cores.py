"""The networks take no more cores than they may."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from engine import cores

on_linux = pytest.mark.skipif(not cores.AT_ONCE, reason="no processors to confine threads to")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    cores.use(None)


@pytest.fixture
def in_thread() -> Iterator[Callable[[Callable[[], object]], int]]:
    """`in_thread(work)`: a new thread that has done some work and stays; its number."""
    leaving = threading.Event()
    threads = []

    def begin(work: Callable[[], object]) -> int:
        done = threading.Event()
        threads.append(threading.Thread(target=lambda: (work(), done.set(), leaving.wait())))
        threads[-1].start()
        done.wait()
        assert threads[-1].native_id
        return threads[-1].native_id

    yield begin
    leaving.set()
    for thread in threads:
        thread.join()


@pytest.fixture
def computing(in_thread) -> tuple[int, int]:
    """The numbers of a thread that computes and of one that it has started."""
    started: list[int] = []

    def begin() -> None:
        cores.enlist()
        started.append(in_thread(lambda: None))

    return in_thread(begin), started[0]


def processors(thread: int) -> int:
    return len(os.sched_getaffinity(thread))


def test_without_a_wish_there_is_no_limit():
    cores.use(None)
    assert cores.wanted() is None
    assert cores.available() >= 1


@on_linux
def test_what_computes_follows_at_once_with_all_that_it_has_started(computing, in_thread):
    bystander = in_thread(lambda: None)
    cores.hold()
    for wanted in (1, None, 1, cores.available()):
        cores.use(wanted)
        assert {processors(thread) for thread in computing} == {wanted or cores.available()}
        assert {processors(thread) for thread in (0, bystander)} == {cores.available()}
    assert {os.sched_getaffinity(thread) == os.sched_getaffinity(0) for thread in computing} == {True}


@on_linux
def test_what_is_started_later_has_the_limit_too(in_thread):
    started: list[int] = []

    def begin() -> None:
        cores.enlist()
        cores.use(1)
        cores.hold()
        started.append(in_thread(lambda: None))

    in_thread(begin)
    assert processors(started[0]) == 1
    cores.use(None)
    assert processors(started[0]) == cores.available()


@on_linux
def test_a_process_gets_the_limit_that_there_is():
    cores.use(1)
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        cores.hold_process(process.pid)
        assert processors(process.pid) == 1
    finally:
        process.communicate(b"\n")
    cores.hold_process(process.pid)  # it has ended: nobody minds


@pytest.mark.parametrize("at_once", [True, False])
def test_tensorflow_is_told_before_it_begins_where_it_cannot_be_confined(monkeypatch, at_once):
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "5")
    monkeypatch.setattr(cores, "AT_ONCE", at_once)
    cores.use(3)
    assert cores.wanted() == 3
    assert os.environ["TF_NUM_INTRAOP_THREADS"] == ("5" if at_once else "3")
    cores.use(None)
    assert os.environ.get("TF_NUM_INTRAOP_THREADS") == ("5" if at_once else None)


def test_two_processors_of_one_core_come_after_one_of_each(tmp_path, monkeypatch):
    monkeypatch.setattr(cores, "_TOPOLOGY", f"{tmp_path}/{{}}")
    for processor, core in enumerate((0, 0, 1, 1, 2, 3)):  # two cores that do two things at a time, two that do one
        (tmp_path / str(processor)).mkdir()
        (tmp_path / str(processor) / "physical_package_id").write_text("0\n")
        (tmp_path / str(processor) / "core_id").write_text(f"{core}\n")
    assert cores._in_order(range(6)) == [0, 2, 4, 5, 1, 3]
    assert cores._in_order([7, 6]) == [6, 7]  # of which nothing is known


@pytest.mark.parametrize("count", [0, -1])
def test_less_than_one_cannot_be_wished_for(count):
    with pytest.raises(ValueError, match="cores"):
        cores.use(count)
    assert cores.wanted() is None
