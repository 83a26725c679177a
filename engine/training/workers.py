"""Engine thread (or the command line): the same work on many items, in processes of their own or on a Ray cluster.

What is handed to `spread` travels between processes: the work is a function of a module (or a `functools.partial` of
one), items and results are plain values. On a cluster every machine has DeepDeadNet installed and sees the same folders
under the same names.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Protocol, Self, TypeVar

from engine.errors import StudioError, UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")

ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    "KERAS_BACKEND": "torch",
}
"""Of the processes: one thread each, since there are as many of them as cores; Keras as in all of the training."""

TRIES = 2
"""How often an item is given to a process before it is given up: a process that is killed may not be to blame."""

CLUSTER_RETRIES = 3
"""How often Ray gives an item to another process when one or its machine is lost."""

ITEMS_PER_CORE = 2
"""Handed to a cluster at once, so that no core waits for its next item."""

ANSWER_S = 5.0
"""How long a cluster may take to answer at all."""


def spread(
    work: Callable[[Item], Result], items: Iterable[Item], jobs: int | None = None, cluster: str | None = None
) -> Generator[tuple[Item, Result | StudioError]]:
    """Do the work on every item, each with its result as soon as it is done; close the iterator to stop.

    Items are taken one by one as there are hands for them, so that any number of them costs no memory. A StudioError
    that the work raises is the item's result, and so is one for an item whose process was killed again and again. Any
    other exception is a fault of the program: it ends all.

    Args:
        work: called with an item.
        items: what it is called with.
        jobs: processes on this machine; by default one a core.
        cluster: address of a Ray cluster that does the work instead: "host:6379" on a machine that has joined it,
            "ray://host:10001" elsewhere.

    Raises:
        UsageError: less than one job; Ray is not installed; nothing answers at that address.
    """
    hands: _Hands = _Processes(work, jobs) if cluster is None else _Cluster(work, cluster)
    with hands:
        for item in items:
            while hands.full:
                yield from hands.finished()
            hands.begin(item)
        while hands.busy:
            yield from hands.finished()


class _Hands(Protocol):
    """Whoever does the work."""

    @property
    def full(self) -> bool:
        """Whether no item can be begun for now."""
        ...

    @property
    def busy(self) -> bool:
        """Whether any item is begun and not finished."""
        ...

    def begin(self, item: Any) -> None:
        """Start the work on an item."""
        ...

    def finished(self) -> Iterator[tuple[Any, Any]]:
        """Wait until something happens, and give what is done by then with its results."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


@dataclass(frozen=True)
class _Fault:
    """An exception that nobody foresaw, as text: it may not be fit to travel itself."""

    text: str


def _attempt(work: Callable[[Any], Any], item: Any) -> Any:
    try:
        return work(item)
    except StudioError as error:
        return error
    except Exception:
        return _Fault(traceback.format_exc())


def _sound(result: Any) -> Any:
    """A result that is no fault."""
    if isinstance(result, _Fault):
        raise RuntimeError(f"a worker failed:\n{result.text}")
    return result


# --- processes on this machine ---------------------------------------------------------------------------------------


class _Processes:
    """As many processes as jobs; each has one item at a time."""

    def __init__(self, work: Callable[[Any], Any], jobs: int | None) -> None:
        if jobs is not None and jobs < 1:
            raise UsageError(f"{jobs} processes can do no work: choose at least one.")
        self._work = work
        self._jobs = jobs or os.cpu_count() or 1
        self._idle: list[_Worker] = []
        self._busy: dict[Any, _Worker] = {}

    @property
    def full(self) -> bool:
        return len(self._busy) >= self._jobs

    @property
    def busy(self) -> bool:
        return bool(self._busy)

    def begin(self, item: Any, tries: int = 1) -> None:
        worker = self._idle.pop() if self._idle else _Worker(self._work)
        worker.give(item, tries)
        self._busy[worker.connection] = worker

    def finished(self) -> Iterator[tuple[Any, Any]]:
        for connection in wait(list(self._busy)):
            worker = self._busy.pop(connection)
            try:
                result = worker.connection.recv()
            except (EOFError, OSError):
                worker.stop()
                if worker.tries < TRIES:
                    self.begin(worker.item, worker.tries + 1)
                else:
                    yield worker.item, _lost()
                continue
            self._idle.append(worker)
            yield worker.item, _sound(result)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in (*self._idle, *self._busy.values()):
            worker.stop()


class _Worker:
    """A process that waits for an item, works on it, answers, and waits again."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy torch's and Qt's threads half
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, work), daemon=True)
        with _environment():
            self._process.start()
        theirs.close()
        self.item: Any = None
        self.tries = 0

    def give(self, item: Any, tries: int) -> None:
        self.item, self.tries = item, tries
        with suppress(OSError):  # that it is dead by now shows when its answer is waited for
            self.connection.send(item)

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self.connection.close()


@contextmanager
def _environment() -> Iterator[None]:
    """What a process is started with: some libraries read it when they are imported, before any code of ours runs."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(connection: Any, work: Callable[[Any], Any]) -> None:
    """What a worker's process does all its life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of the terminal; the first process ends the rest
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            item = connection.recv()
        except EOFError:
            return
        connection.send(_attempt(work, item))


def _end_with_parent() -> None:
    """Do not go on writing files when the process that asked for them has been killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _lost() -> StudioError:
    return StudioError("The process that worked on it was killed, again and again; if memory is short, run fewer jobs.")


# --- a cluster -------------------------------------------------------------------------------------------------------


class _Cluster:
    """Tasks on a Ray cluster; Ray itself gives those of a lost machine to another one."""

    def __init__(self, work: Callable[[Any], Any], address: str) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing tells others what is done here
        try:
            import ray
        except ImportError as cause:
            raise UsageError("A cluster needs Ray: install it with pip install 'deepdeadnet[cluster]'.") from cause
        self._ray: Any = ray
        self._work = work
        self._address = address
        self._running: dict[Any, Any] = {}

    @property
    def full(self) -> bool:
        cores = self._ray.cluster_resources().get("CPU", 0)  # machines come and go
        return len(self._running) >= max(1, ITEMS_PER_CORE * int(cores))

    @property
    def busy(self) -> bool:
        return bool(self._running)

    def begin(self, item: Any) -> None:
        self._running[self._task.remote(self._there, item)] = item

    def finished(self) -> Iterator[tuple[Any, Any]]:
        errors = self._ray.exceptions
        done, _ = self._ray.wait(list(self._running), num_returns=1)
        for reference in done:
            item = self._running.pop(reference)
            try:
                yield item, _sound(self._ray.get(reference))
            except errors.RayTaskError as cause:  # before any of our own code ran there
                raise UsageError(
                    "A machine of the cluster cannot do the work: install the same DeepDeadNet on all of them."
                ) from cause
            except errors.RayError:
                yield item, _lost()

    def __enter__(self) -> Self:
        _check_that_it_answers(self._address)
        try:
            self._ray.init(
                self._address,
                runtime_env={"env_vars": ENVIRONMENT},
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except (ConnectionError, OSError, RuntimeError, ValueError, AssertionError) as cause:
            raise _no_answer(self._address) from cause
        self._task = self._ray.remote(num_cpus=1, max_retries=CLUSTER_RETRIES)(_attempt)
        self._there = self._ray.put(self._work)
        return self

    def __exit__(self, *_: object) -> None:
        self._ray.shutdown()  # ends the tasks that are still running, too


def _check_that_it_answers(address: str) -> None:
    """Ray itself would try for minutes."""
    host, separator, port = address.removeprefix("ray://").rpartition(":")
    if not separator:
        return  # "auto" or "local", which Ray knows to find
    try:
        socket.create_connection((host, int(port)), ANSWER_S).close()
    except (OSError, ValueError) as cause:
        raise _no_answer(address) from cause


def _no_answer(address: str) -> UsageError:
    return UsageError(
        f"No Ray cluster answers at {address}: check the address; where the machine has not joined the cluster, it is "
        "ray://HOST:10001."
    )
