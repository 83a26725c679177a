"""Fixtures for tests of the application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.program import make_window
from app.window import Window
from engine.models.catalogue import Catalogue
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


@pytest.fixture
def open_window(qtbot) -> Iterator[Callable[..., Window]]:
    """`open_window(home, prepare)`: a window on the models in a user's home; `prepare` sees it before it is shown."""
    windows: list[Window] = []

    def open_one(home: Path, prepare: Callable[[Window], object] | None = None, device: str | None = None) -> Window:
        window = make_window(lambda: Catalogue([home / "models"]), device)
        windows.append(window)
        if prepare:
            prepare(window)
        window.show()
        window.start()
        return window

    yield open_one
    for window in windows:
        window.close()
        window.deleteLater()
