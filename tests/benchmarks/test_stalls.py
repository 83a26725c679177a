"""When the machine stood still, as a benchmark sees it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from benchmarks.stalls import STALL_S, Stall, Stalls, watching


@pytest.fixture
def real_time() -> None:
    """Only where a process may run before all others."""
    allowed = subprocess.run([sys.executable, "-c", "from benchmarks.stalls import hurry; exit(not hurry())"])
    if allowed.returncode:
        pytest.skip("needs leave to run in real time (rtprio)")


@pytest.mark.usefixtures("real_time")
def test_standing_still_is_seen() -> None:
    command = [sys.executable, "-m", "benchmarks.stalls"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(10):  # by then it has begun, however busy the machine is
            time.sleep(0.2)
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.3)
            process.send_signal(signal.SIGCONT)
        continued_s = time.monotonic()
        time.sleep(0.2)
        process.terminate()
        output, _ = process.communicate()
    stalls = [tuple(map(float, line.split()[:2])) for line in output.splitlines()]
    assert max(late_s for _, late_s in stalls) >= 0.2
    assert all(at_s < continued_s + 1.0 for at_s, _ in stalls)


@pytest.mark.usefixtures("real_time")
def test_the_watch_ends_and_tells_what_it_saw() -> None:
    with watching() as stalls:
        time.sleep(1.0)
    assert stalls.is_possible
    assert all(stall.late_s > STALL_S for stall in stalls.seen)


def test_what_is_near_a_stall_is_explained_by_it() -> None:
    stalls = Stalls()
    assert not stalls.explains(10.0)
    stalls.seen = [Stall(10.0, 0.05), Stall(20.0, 0.02)]
    assert stalls.most_ms == 50.0
    assert stalls.explains(9.5)
    assert stalls.explains(20.9)
    assert not stalls.explains(15.0)
