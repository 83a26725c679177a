"""Who presses a preview's button waits for no picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.preview_thread import PreviewThread
from engine.audio.format import SAMPLE_RATE_HZ
from engine.gate import Cancelled
from engine.models import preview
from engine.models.preview import PREVIEW_FILE, write_sound


@pytest.fixture
def previews(tmp_path) -> dict[str, Path]:
    noise = 0.1 * np.random.default_rng(1).standard_normal((SAMPLE_RATE_HZ, 2)).astype(np.float32)
    paths = {name: tmp_path / name / PREVIEW_FILE for name in ("barn", "field", "house")}
    for path in paths.values():
        path.parent.mkdir()
        write_sound(path, noise)
    return paths


@pytest.fixture
def thread(qtbot):
    """One that has not begun yet, and what it tells, in order."""
    made, told = PreviewThread(), []
    made.pictured.connect(lambda name, levels: told.append(f"picture of {name}"))
    made.opened.connect(lambda name, take: told.append(f"sound of {name}"))
    made.looked.connect(lambda: told.append("all"))
    yield made, told
    made.close()


def test_a_sound_goes_before_pictures_that_were_wished_for_earlier(thread, previews, qtbot):
    made, told = thread
    made.look_at(previews)
    made.open("house", previews["house"])
    made.start()
    qtbot.waitUntil(lambda: "all" in told, timeout=60_000)
    assert told == ["sound of house", "picture of barn", "picture of field", "picture of house", "all"]


def test_a_sound_goes_before_the_rest_of_a_picture(thread, previews, qtbot, monkeypatch):
    made, told = thread
    columns = []
    look = preview.levels_of

    def press_in_the_middle(windows):
        columns.append(0)
        if len(columns) == 5:
            made.open("house", previews["house"])
        return look(windows)

    monkeypatch.setattr(preview, "levels_of", press_in_the_middle)
    made.look_at({"barn": previews["barn"]})
    made.start()
    qtbot.waitUntil(lambda: "all" in told, timeout=60_000)
    assert told == ["sound of house", "picture of barn", "all"]


def test_a_picture_ends_when_the_thread_is_to_end(thread, previews):
    made, _ = thread
    made.look_at(previews)
    made.start()
    made.close()
    with pytest.raises(Cancelled):
        made.go_through()
