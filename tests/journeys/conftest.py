"""Fixtures for the ways through the window: a home with small models, a sound card, and the journey itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.journeys.hand import FILE, WINDOW_PX
from tests.screen import let_a_hand_use_the_window
from tests.sound import NullSink
from tests.tiny_models import write_tiny_models

LONGEST_BUSY_MS = 50
BACKLOG_SHARE = 0.15
"""While the machine is busy with something else, work piles up for the window: at most so much of what it has to wait.

So much of a processor it takes while music plays.
"""
SCREEN_PX = (WINDOW_PX[0] + 360, WINDOW_PX[1] + 40)
"""There is room for another program beside the window."""


class Journey(NamedTuple):
    """What is left of one."""

    folder: Path
    seen: dict[str, Any]


Travel = Callable[[str, Path], Journey]


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny") / "models"
    write_tiny_models(folder)
    return folder


@pytest.fixture(scope="session")
def travel(tiny_models: Path, null_sink: NullSink) -> Travel:
    """`travel(module, folder)`: lets the hand of a module go its way, with the user's home in `folder`.

    The window must never have been busy for longer than LONGEST_BUSY_MS without looking after the hand.
    """

    def go(module: str, folder: Path) -> Journey:
        models = folder / "home" / "models"
        if not models.exists():
            models.parent.mkdir(parents=True, exist_ok=True)
            models.symlink_to(tiny_models)
        let_a_hand_use_the_window(module, folder, "-screen 0 {}x{}x24".format(*SCREEN_PX))
        seen = json.loads((folder / FILE).read_text())
        long = [
            f"{busy_ms} of {duration_ms} ms\n{stack}"
            for busy_ms, duration_ms, stack in seen["blockades"]
            if busy_ms > LONGEST_BUSY_MS + BACKLOG_SHARE * (duration_ms - busy_ms)
        ]
        assert not long, "\n".join(long)
        return Journey(folder, seen)

    return go
