"""Command line, a process of its own: when the machine itself stood still: `python -m benchmarks.stalls --seconds 60`.

It sleeps 5 ms at a time, in real time and before all else that does. When it wakes late, no program was in its way: a
virtual machine's host gave its processors to others for so long. Sound that is missing then is not the program's fault.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

NAP_S = 0.005
STALL_S = 0.012
"""Later than this it is worth a line: a third of the device's buffer."""

PRIORITY = 60
"""Above the sound server's and the player's."""

NEAR_S = 1.0
"""What happens so soon before or after a stall may come of it: who looks for it has to wait for its turn, too."""


@dataclass(frozen=True)
class Stall:
    """The machine stood still until `at_s` (`time.monotonic`) for `late_s`."""

    at_s: float
    late_s: float


class Stalls:
    """What has been seen of them; complete after the `with` of `watching`."""

    def __init__(self) -> None:
        self.seen: list[Stall] = []
        self.is_possible = True
        """Whether the system let us be before all else; where not, nothing is seen."""

    @property
    def most_ms(self) -> float:
        """The longest."""
        return round(1e3 * max((stall.late_s for stall in self.seen), default=0.0), 1)

    def explains(self, at_s: float) -> bool:
        """Whether one was near."""
        return any(abs(stall.at_s - at_s) < NEAR_S for stall in self.seen)


@contextmanager
def watching() -> Iterator[Stalls]:
    """Watch for stalls in a process of its own until the end of the `with`."""
    stalls = Stalls()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.stalls"], stdout=subprocess.PIPE, text=True)
    try:
        yield stalls
    finally:
        process.terminate()
        output, _ = process.communicate()
        stalls.is_possible = process.returncode <= 0  # 1: it ended by itself, at the beginning
        stalls.seen = [Stall(*map(float, line.split()[:2])) for line in output.splitlines() if line.endswith(".")]


def hurry() -> bool:
    """Run before all else; whether the system allows that."""
    if sys.platform != "linux":
        return False
    parameters: Any = os.sched_param(PRIORITY)
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, parameters)
        return True
    return False


def main() -> int:
    """Print a line for each stall: when it ended (`time.monotonic`) and how long it took, in seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=float("inf"))
    seconds = parser.parse_args().seconds
    if not hurry():
        return 1
    gc.disable()
    end_s = time.monotonic() + seconds
    while (asleep_s := time.monotonic()) < end_s:
        time.sleep(NAP_S)
        now_s = time.monotonic()
        if now_s - asleep_s - NAP_S > STALL_S:
            # The point at the end tells whole lines from one that was cut off.
            print(f"{now_s:.3f} {now_s - asleep_s - NAP_S:.4f} .", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
