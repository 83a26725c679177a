"""Takes that a test has begun or opened let go of their files when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.takes.take import Take


@pytest.fixture(autouse=True)
def takes_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close every take, also those that a failure has left open."""
    takes: list[Take] = []
    begin = Take.__init__

    def noted(take: Take, *arguments: Any) -> None:
        begin(take, *arguments)
        takes.append(take)

    monkeypatch.setattr(Take, "__init__", noted)
    yield
    for take in takes:
        take.close()
