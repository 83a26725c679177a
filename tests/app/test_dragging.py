"""What a real mouse drags from a real window into another program: mix, stem, region, a card of the list."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.take import Take
from tests.app.drag_hand import TITLES
from tests.screen import let_a_hand_use_the_window

STEMS = ("drums", "bass", "other", "vocals")
SHORT_S, LONG_S = 4, 60


def make_take(folder: Path, duration_s: int) -> None:
    """Noise: the mix is twice the drums; the other stems are silent."""
    rng = np.random.default_rng(0)
    with closing(Take.create(folder, stem_names=STEMS, recipe={"file": "jam.wav"})) as take:
        for _ in range(duration_s):
            drums = rng.normal(0, 0.05, (SAMPLE_RATE_HZ, 2)).astype(np.float32)
            take.append_mix(2 * drums)
            take.append_stems(np.stack([drums, *3 * [np.zeros_like(drums)]], axis=1))
        take.finish()


@pytest.fixture(scope="module")
def used(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("drag")
    for title, duration_s in zip(TITLES, (SHORT_S, LONG_S), strict=True):
        make_take(folder / "home" / "takes" / title, duration_s)
    let_a_hand_use_the_window("tests.app.drag_hand", folder, "-screen 0 1640x760x24")
    return folder


def test_the_other_program_finds_every_file_whole(used):
    seen = json.loads((used / "seen.json").read_text())
    start_s, end_s = seen["region_s"]
    region_frames = round(end_s * SAMPLE_RATE_HZ) - round(start_s * SAMPLE_RATE_HZ)
    whole, long = SHORT_S * SAMPLE_RATE_HZ, LONG_S * SAMPLE_RATE_HZ
    dropped = [(Path(path).name, frames) for what, path, frames in seen["lines"] if what == "dropped"]
    one_by_one, together = dropped[:5], dropped[5:]
    assert one_by_one == [
        ("Jam - Drums.wav", whole),
        ("Jam - Mix.wav", whole),
        (f"Jam - Mix 0m{start_s:04.1f}s.wav", region_frames),
        ("Long jam - Mix.wav", long),
        ("Jam - Mix 2.wav", whole),
    ]
    assert set(together) == {("Jam - Mix 3.wav", whole), ("Long jam - Mix 2.wav", long)}
    entered = [frames for what, _, frames in seen["lines"] if what == "entered"]
    assert set(entered) == {whole, region_frames, long}  # at first sight already


def test_what_was_dragged_is_what_is_heard(used):
    dragged = used / "music" / "Dragged"
    drums, mix = (soundfile.read(dragged / f"Jam - {part}.wav")[0] for part in ("Drums", "Mix"))
    assert np.abs(drums).max() > 0.1
    np.testing.assert_allclose(mix, 2 * drums, atol=2 / 2**23)


def test_a_take_of_the_list_is_dragged_without_being_played(used):
    seen = json.loads((used / "seen.json").read_text())
    assert (seen["on the stage"], seen["then on the stage"]) == (TITLES[1], TITLES[1])
    dragged = used / "music" / "Dragged"
    loaded, stored = (soundfile.read(dragged / f"Jam - {name}.wav")[0] for name in ("Mix", "Mix 2"))
    np.testing.assert_array_equal(stored, loaded)


def test_what_nobody_took_is_gone_and_what_was_copied_is_there(used):
    seen = json.loads((used / "seen.json").read_text())
    (copied,) = seen["copied"]
    assert Path(copied).is_file()
    taken = {Path(path).name for what, path, _ in seen["lines"] if what == "dropped"}
    assert set(seen["folder"]) == taken | {Path(copied).name}


def test_what_hung_on_the_mouse_when_the_window_was_closed_is_gone_too(used):
    seen = json.loads((used / "seen.json").read_text())
    assert sorted(path.name for path in (used / "music" / "Dragged").iterdir()) == seen["folder"]


def test_a_hand_that_was_quicker_than_the_file_waited_for_it(used):
    seen = json.loads((used / "seen.json").read_text())
    assert not seen["hung at once"]
