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
