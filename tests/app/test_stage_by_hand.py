"""The stage under a real mouse: come closer, choose a region, loop it, look at a stem, go elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.take import Take
from tests.app.stage_hand import TONES_HZ
from tests.screen import let_a_hand_use_the_window
from tests.widgets.picture_trial import colour_at

STEMS = ("drums", "bass", "other", "vocals")
LENGTH_S = 60


def write_take(folder: Path) -> None:
    """A minute of which each stem is a tone of its own."""
    phases = 2 * np.pi * np.arange(SAMPLE_RATE_HZ)[:, None] / SAMPLE_RATE_HZ * np.array(TONES_HZ)
    second = np.repeat((0.1 * np.sin(phases)).astype(np.float32)[:, :, None], 2, axis=2)
    take = Take.create(folder, stem_names=STEMS, planned_frames=LENGTH_S * SAMPLE_RATE_HZ)
    for _ in range(LENGTH_S):
        take.append_mix(second.sum(1))
        take.append_stems(second)
    take.finish()
    take.close()


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stage by hand")
    write_take(folder / "home" / "takes" / "Four tones")
    let_a_hand_use_the_window("tests.app.stage_hand", folder, "-screen 0 1280x800x24")
    return folder


@pytest.fixture(scope="module")
def seen(used: Path) -> dict:
    return json.loads((used / "seen.json").read_text())


def test_the_wheel_leaves_what_is_under_the_mouse_where_it_is(seen: dict) -> None:
    assert abs(seen["moved_px"]) <= 1
    assert 0 < seen["scrolled_s"] < 2


def test_a_region_is_chosen_and_its_edge_moved(seen: dict) -> None:
    assert seen["dragged"] == pytest.approx([28.5, 30.0], abs=0.02)
    assert seen["region"] == pytest.approx([28.5, 31.0], abs=0.02)


def test_the_region_is_looped_and_one_plays_from_elsewhere(seen: dict) -> None:
    assert seen["loop_s"] == pytest.approx(seen["region"], abs=0.001)
    assert seen["sought_s"] == pytest.approx(45.0, abs=1.0)


@pytest.mark.parametrize(("name", "heard"), [("all", (0, 1, 2, 3)), ("bass", (1,))])
def test_the_picture_is_that_of_what_is_chosen(used: Path, seen: dict, name: str, heard: tuple[int, ...]) -> None:
    picture = QImage(str(used / f"{name}.png"))
    x_px = picture.width() // 4
    lights = [max(sum(colour_at(picture, x_px, y_px + near)) for near in (-1, 0, 1)) for y_px in seen[name]]
    assert [index for index, light in enumerate(lights) if light > 400] == list(heard)
