"""Fixtures for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The developers' reference data; a user's clone has none, and the tests that need it are passed over there."""
    if not SHARED.is_dir():
        pytest.skip("needs the developers' reference data in ../shared")
    return SHARED
