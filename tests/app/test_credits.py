"""Whoever the studio is built on is credited."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from app.credits import CREDITS

ROOT = Path(__file__).resolve().parents[2]
DEPENDENCIES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]["dependencies"]
NAMES = sorted({re.match(r"[a-z0-9]+", requirement)[0] for requirement in DEPENDENCIES})
"""As far as their first dash: what belongs to a name is credited with it."""


@pytest.mark.parametrize("name", NAMES)
def test_every_library_is_credited(name):
    spelled = {"torch": "pytorch"}.get(name, name)
    assert any(spelled in f"{what} {whose}".lower() for what, whose, _ in CREDITS)
