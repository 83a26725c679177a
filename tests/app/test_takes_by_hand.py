"""The list of takes, on a real X display with a real mouse and real keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.takes.library import Library
from tests.app.test_library import add
from tests.screen import let_a_hand_use_the_window
from tests.sound import NullSink

SCREEN = "-screen 0 1440x900x24"


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory, null_sink: NullSink) -> Path:
    folder = tmp_path_factory.mktemp("takes")
    library = Library(folder / "home" / "takes")
    add(library, "Slow burn", 0.1, seconds=60.0)
    add(library, "Dark corner", 0.2, seconds=60.0)
    let_a_hand_use_the_window("tests.app.takes_hand", folder, SCREEN)
    return folder


def test_what_the_hand_did_is_on_the_disk(visited):
    newer, older = Library(visited / "home" / "takes").entries()
    assert (newer.name, newer.stars) == ("Dark corner", 0)
    assert (older.name, older.stars) == ("Quick burn", 4)


def test_the_two_were_equally_loud(visited):
    assert json.loads((visited / "seen.json").read_text())["note"] == "Equally loud: A is turned down by 6.0 dB."
