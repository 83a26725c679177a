"""Any activity: how many of the machine's cores the networks may take."""

from __future__ import annotations

import os

_wanted: int | None = None

_AT_THE_BEGINNING = "TF_NUM_INTRAOP_THREADS"
"""TensorFlow reads it once, when it computes for the first time; its threads are as many for good then."""


def available() -> int:
    """How many this process may have at all."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use(count: int | None) -> None:
    """Take no more than `count` from now on, or all that there are for None.

    Separation follows within a layer of its network; generation when the program is started the next time.

    Raises:
        ValueError: less than one.
    """
    global _wanted
    if count is not None and count < 1:
        raise ValueError(f"{count} cores cannot compute anything")
    _wanted = count
    if count is None:
        os.environ.pop(_AT_THE_BEGINNING, None)
    else:
        os.environ[_AT_THE_BEGINNING] = str(count)


def wanted() -> int | None:
    """What `use` was told last; None for all."""
    return _wanted
