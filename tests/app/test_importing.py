"""What a model is looked at with takes no more of the machine than it may."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.importing import _answer
from engine import cores
from engine.gate import OPEN

AWAIT_ONE_CORE = """
import json, os
while len(os.sched_getaffinity(0)) > 1: pass
print(json.dumps({"name": "one core"}))
"""


@pytest.mark.skipif(not cores.AT_ONCE, reason="it has the limit from the environment")
def test_the_process_that_looks_at_a_model_has_the_limit_too():
    cores.use(1)
    try:
        assert _answer([sys.executable, "-c", AWAIT_ONE_CORE], Path("model"), OPEN) == "one core"
    finally:
        cores.use(None)
