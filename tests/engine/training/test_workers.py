"""Work in processes of their own: results, errors, faults, processes that are killed, and the end."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import socket
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from engine.errors import StudioError, UsageError
from engine.training.workers import spread
from tests.engine.training import works


def test_every_item_has_its_result_and_a_killed_process_takes_none_with_it(tmp_path: Path) -> None:
    items = ["first", "killed always", "refused", "killed once", "last"]
    environment = dict(os.environ)
    results = dict(spread(partial(works.temperamental, folder=tmp_path), items, jobs=1))
    assert results.keys() == set(items)
    for item in ("first", "killed once", "last"):
        assert results[item] == f"{item}, 1 thread, Keras on torch"
    assert isinstance(results["refused"], UsageError)
    assert str(results["refused"]) == "not this one."
    assert isinstance(results["killed always"], StudioError)
    assert "was killed" in str(results["killed always"])
    assert dict(os.environ) == environment


def test_results_come_in_the_order_in_which_they_are_done(tmp_path: Path) -> None:
    results = spread(partial(works.patient, folder=tmp_path), ["patient", "quick"], jobs=2)
    assert [item for item, _ in results] == ["quick", "patient"]


def test_items_are_taken_as_there_are_hands_for_them() -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in itertools.count(1):
            taken.append(item)
            yield item

    results = spread(works.double, items(), jobs=1)
    assert [next(results), next(results)] == [(1, 2), (2, 4)]
    assert len(taken) <= 3
    results.close()


def test_closing_ends_the_processes_whatever_they_do() -> None:
    results = spread(works.endless, [0, 1], jobs=2)
    assert next(results) == (0, None)
    assert multiprocessing.active_children()
    results.close()
    assert not multiprocessing.active_children()


def test_a_fault_of_the_program_is_no_result() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError: a fault of the program"):
        list(spread(works.fault, [1], jobs=1))
    assert not multiprocessing.active_children()


def test_without_items_nothing_is_started() -> None:
    assert list(spread(works.double, [])) == []


def test_no_jobs_are_refused() -> None:
    with pytest.raises(UsageError, match="at least one"):
        list(spread(works.double, [1], jobs=0))


def test_a_cluster_without_ray_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'deepdeadnet\[cluster\]'"):
        list(spread(works.double, [1], cluster="127.0.0.1:6379"))


def test_an_address_where_nothing_answers_is_named() -> None:
    pytest.importorskip("ray", reason="needs the extra “cluster”")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(UsageError, match=f"No Ray cluster answers at {address}"):
        list(spread(works.double, [1], cluster=address))


def test_an_address_where_something_else_answers_is_named() -> None:
    pytest.importorskip("ray", reason="needs the extra “cluster”")
    with pytest.raises(UsageError, match="No Ray cluster answers at nowhere"):
        list(spread(works.double, [1], cluster="nowhere"))
