"""The whole studio, on a real X display with a real mouse: from a click on Generate to files on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from tests.screen import let_a_hand_use_the_window
from tests.sound import NullSink
from tests.tiny_models import write_tiny_models

SCREEN = "-screen 0 1440x900x24"


class Visit(NamedTuple):
    """What is left of the hand's visit to the window."""

    folder: Path
    mix: Wave
    stems: np.ndarray
    facts: dict[str, Any]
    recorded: Wave


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory, null_sink: NullSink) -> Visit:
    folder = tmp_path_factory.mktemp("visit")
    write_tiny_models(folder / "home" / "models")
    with null_sink.record() as recording:
        let_a_hand_use_the_window("tests.app.hand", folder, SCREEN)
        recorded = recording.wave()
    arrays = np.load(folder / "take.npz")
    return Visit(folder, arrays["mix"], arrays["stems"], json.loads((folder / "facts.json").read_text()), recorded)


def test_the_take_is_as_long_as_was_asked_for_and_apart(visit):
    assert visit.mix.shape == (5 * SAMPLE_RATE_HZ, 2)
    assert visit.stems.shape == (5 * SAMPLE_RATE_HZ, 4, 2)
    assert visit.facts["title"] == "Tiny Band 7"


def test_it_was_heard_from_its_beginning(visit):
    begins = np.flatnonzero(np.abs(visit.recorded).max(axis=1) > 1e-4)[0]
    fade_in, stretch = 1000, 2205
    heard = visit.recorded[begins + fade_in :][:stretch, 0]
    made = np.lib.stride_tricks.sliding_window_view(visit.mix[: 2 * fade_in + stretch, 0], stretch)
    likeness = made @ heard / np.linalg.norm(made, axis=1) / np.linalg.norm(heard)
    assert likeness.max() > 0.99


def test_the_hand_has_moved_a_fader_and_muted_a_stem(visit):
    drums, bass, other, vocals = visit.facts["mix"]["strips"]
    assert drums["gain_db"] == pytest.approx(-12, abs=1)
    assert vocals == {"gain_db": 0, "muted": True, "soloed": False, "pan": 0}
    assert bass == other == {"gain_db": 0, "muted": False, "soloed": False}


def test_the_exported_mix_is_what_the_faders_say(visit):
    (path,) = visit.folder.glob("*7.wav")
    written, rate_hz = soundfile.read(path, dtype="float32")
    drums_gain = 10 ** (visit.facts["mix"]["strips"][0]["gain_db"] / 20)
    gains = np.array([drums_gain, 1, 1, 0])
    expected = visit.mix + ((gains - 1)[:, None] * visit.stems).sum(axis=1)
    assert rate_hz == SAMPLE_RATE_HZ
    np.testing.assert_allclose(written, expected, atol=1e-5)
    assert np.abs(written - visit.mix).max() > 0.01


@pytest.mark.parametrize(("index", "stem"), list(enumerate(("drums", "bass", "other", "vocals"))))
def test_the_exported_stems_are_those_of_the_take(visit, index, stem):
    written, _ = soundfile.read(visit.folder / f"{stem}.wav", dtype="float32")
    np.testing.assert_array_equal(written, visit.stems[:, index])


def test_nothing_is_left_behind(visit):
    assert not (visit.folder / "home" / "takes").exists()
    assert not [path for path in visit.folder.rglob("*") if path.name.endswith(".part")]
