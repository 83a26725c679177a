"""The limit of cores holds for all that the engine thread has started, at once, whether it is set before or after."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine import cores
from tests.screen import ROOT

LIMIT = """
import os, sys
from PySide6.QtCore import QCoreApplication
from app.engine_thread import EngineThread
from engine import cores

def computing():
    threads = [int(name) for name in os.listdir("/proc/self/task")]
    return [thread for thread in threads if os.sched_getscheduler(thread) == os.SCHED_BATCH]

def processors():
    return {len(os.sched_getaffinity(thread)) for thread in computing()}

cores.use(int(sys.argv[1]) or None)
application = QCoreApplication([])
engine = EngineThread()
engine.readied.connect(lambda loading: None if loading else application.quit())
engine.start()
engine.warm_up("no model: the libraries will do")
application.exec()
assert processors() == {cores.wanted() or cores.available()}
for wanted in (1, None):
    cores.use(wanted)
    assert processors() == {wanted or cores.available()}
    assert len(os.sched_getaffinity(0)) == cores.available(), "the window's thread was meant too"
print(len(computing()))
engine.close()
"""


@pytest.mark.skipif(not cores.AT_ONCE, reason="no processors to confine threads to")
def test_pools_are_confined_at_once_and_as_large_as_ever_when_the_limit_goes():
    computing = []
    for limit in (0, 1):
        command = [sys.executable, "-c", LIMIT, str(limit)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        computing.append(int(done.stdout))
    assert computing[0] == computing[1] > 1
