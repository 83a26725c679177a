"""Any activity: how this program is started once more, as a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1] / "main.py"


def command() -> list[str]:
    """The beginning of the command line, before the verb; frozen, the executable is the program."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, str(PROGRAM)]
