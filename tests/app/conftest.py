"""Fixtures for tests of the application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.app.telling import Heard
from tests.screen import dressed, gone_afterwards, pytest_configure

__all__ = ["dressed", "gone_afterwards", "pytest_configure"]


@pytest.fixture
def carried_out(heard: Heard, qtbot) -> Callable[..., None]:
    """Makes a request of the thread that the test has `heard`, and waits until it has been carried out."""

    def carry_out(request: Callable[..., None], *arguments: Any) -> None:
        done = len(heard.all("idle"))
        request(*arguments)
        qtbot.waitUntil(lambda: len(heard.all("idle")) > done, timeout=30_000)

    return carry_out
