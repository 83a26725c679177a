"""Any activity: how many of the machine's cores the networks may take.

The libraries size their pools of threads once, and nothing makes TensorFlow's smaller or larger later. So on Linux the
pools stay as large as the machine, and the threads that compute are confined to some of its processors. Which threads
these are can be seen: one that computes is in the scheduler's class for such, SCHED_BATCH, and what it starts inherits
its class as well as its processors. Elsewhere TensorFlow is told before it begins: a limit holds from the next start.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

AT_ONCE = sys.platform == "linux"
"""Whether another limit holds from the moment on in which it is set, for all that computes."""

_AT_THE_BEGINNING = "TF_NUM_INTRAOP_THREADS"
"""TensorFlow reads it once, when it computes for the first time; its threads are as many for good then."""

_THREADS = Path("/proc/self/task")
_TOPOLOGY = "/sys/devices/system/cpu/cpu{}/topology"

_wanted: int | None = None
_holds = False


def available() -> int:
    """How many this process may have at all."""
    return len(_ALL) or os.cpu_count() or 1


def use(count: int | None) -> None:
    """Take no more than `count` from now on, or all that there are for None.

    Separation follows within a layer of its network; generation at once or, unless AT_ONCE, with the next start.

    Raises:
        ValueError: less than one.
    """
    global _wanted
    if count is not None and count < 1:
        raise ValueError(f"{count} cores cannot compute anything")
    _wanted = count
    if AT_ONCE:
        if _holds:
            _confine()
    elif count is None:
        os.environ.pop(_AT_THE_BEGINNING, None)
    else:
        os.environ[_AT_THE_BEGINNING] = str(count)


def wanted() -> int | None:
    """What `use` was told last; None for all."""
    return _wanted


def enlist() -> None:
    """Say that this thread computes, and so will all those that it starts from now on."""
    if not AT_ONCE:
        return
    try:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    except OSError:
        log.warning("the networks take all cores: this system does not let threads be told apart", exc_info=True)


def hold() -> None:
    """Let the limit hold from now on: the libraries have made their pools, as large as the machine."""
    global _holds
    _holds = True
    if AT_ONCE:
        _confine()


def hold_process(pid: int) -> None:
    """Let the limit that there is now hold for a process that has just been started, and for all that it starts.

    Unless AT_ONCE, it has it from the environment.
    """
    if AT_ONCE:
        with suppress(ProcessLookupError):
            os.sched_setaffinity(pid, _allowed())


def _confine() -> None:
    """Confine the threads that compute; those too that were being started by one that was not confined yet."""
    allowed = _allowed()
    confined: set[int] = set()
    while new := {thread for thread in _threads() if _computes(thread)} - confined:
        for thread in new:
            with suppress(OSError):  # it has ended meanwhile
                os.sched_setaffinity(thread, allowed)
        confined |= new


def _threads() -> Iterator[int]:
    return (int(thread.name) for thread in _THREADS.iterdir())


def _computes(thread: int) -> bool:
    try:
        return os.sched_getscheduler(thread) == os.SCHED_BATCH
    except OSError:
        return False


def _allowed() -> frozenset[int]:
    return frozenset(_ORDER[:_wanted])


def _all() -> frozenset[int]:
    return frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()


def _in_order(processors: Iterable[int]) -> list[int]:
    """One of every core first, then the others, which share a core with one of those."""
    met: Counter[str] = Counter()
    turns = {}
    for processor in sorted(processors):
        core = _core_of(processor)
        turns[processor] = met[core]
        met[core] += 1
    return sorted(turns, key=lambda processor: turns[processor])


def _core_of(processor: int) -> str:
    """What processors of one core have in common."""
    topology = Path(_TOPOLOGY.format(processor))
    try:
        return f"{(topology / 'physical_package_id').read_text()} {(topology / 'core_id').read_text()}"
    except OSError:
        return str(processor)


_ALL = _all()
_ORDER = _in_order(_ALL)
"""Found before any limit holds: a thread that asks is told of its own processors only."""
