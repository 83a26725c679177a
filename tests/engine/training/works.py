"""Work for other processes: they import it from here."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from engine.errors import UsageError


def double(item: int) -> int:
    return 2 * item


def temperamental(item: str, *, folder: Path) -> str:
    """What an item's name says, which is not always well."""
    if item == "refused":
        raise UsageError("not this one.")
    if item == "killed always" or (item == "killed once" and _first_time(folder / item)):
        os.kill(os.getpid(), signal.SIGKILL)
    return f"{item}, {os.environ['OMP_NUM_THREADS']} thread, Keras on {os.environ['KERAS_BACKEND']}"


def fault(item: int) -> int:
    raise ZeroDivisionError("a fault of the program")


def patient(item: str, *, folder: Path) -> str:
    """“patient” waits until “quick” has been."""
    if item == "quick":
        (folder / "quick").touch()
    while item == "patient" and not (folder / "quick").exists():
        time.sleep(0.01)
    return item


def endless(item: int) -> None:
    while item:
        time.sleep(0.1)


def _first_time(marker: Path) -> bool:
    first = not marker.exists()
    marker.touch()
    return first
