"""The libraries come into the process without the interpreter's lock being held for long."""

from __future__ import annotations

import gc
import subprocess
import sys

from app.preloading import PARTS, import_networks
from tests.screen import ROOT

LOAD = """
import gc, sys
from app import preloading
collections = []
gc.callbacks.append(lambda phase, info: collections.append(phase) if loading else None)
loading = True
parts = sum(1 for _ in preloading.import_networks())
loading = False
assert parts == len(preloading.PARTS)
assert not collections, "the garbage collector ran"
assert gc.isenabled() and gc.get_freeze_count() > 100_000
assert set(preloading.PARTS) <= sys.modules.keys()
print("all there")
"""


def test_all_is_imported_without_a_collection():
    done = subprocess.run([sys.executable, "-c", LOAD], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "all there\n", done.stderr


def test_what_is_there_is_not_touched():
    list(import_networks())  # at the latest now
    frozen = gc.get_freeze_count()
    assert len(list(import_networks())) == len(PARTS)
    assert gc.get_freeze_count() == frozen


TIDY_MEANWHILE = """
import gc, threading, time
from PySide6.QtCore import QCoreApplication
from app import preloading
from app.tidying import Tidying
application = QCoreApplication([])
tidying = Tidying(application)
tidying.start()
walked = [0]
gc.callbacks.append(lambda phase, info: walked.append(gc.get_count()[0]) if phase == "start" else None)
importing = threading.Thread(target=lambda: list(preloading.import_networks()))
importing.start()
while importing.is_alive():
    tidying.tidy()
    time.sleep(0.5)
print(max(walked))
"""


def test_the_window_does_not_walk_what_is_being_imported():
    done = subprocess.run([sys.executable, "-c", TIDY_MEANWHILE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert int(done.stdout) < 20_000, done.stderr
