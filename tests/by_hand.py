"""Runs a hand, `python -m tests.by_hand MODULE FOLDER`, as `main.py` runs the program: by a door that imports little.

The process that plays begins by importing what was started here: a hand, with all of the program, takes it seconds.
"""

from __future__ import annotations

import runpy
import sys

if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__")
