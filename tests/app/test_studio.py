"""The whole studio, on a real X display with a real mouse: from a click on Generate to files on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.playback.limiter import LATENCY_FRAMES, Limiter
from engine.playback.settings import MixSettings, Strip
from engine.takes.library import Library
from engine.takes.take import Take
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
    assert bass == other == {"gain_db": 0, "muted": False, "soloed": False, "pan": 0}


def limited(wave: np.ndarray) -> Wave:
    """What the limiter on the master makes of it: random networks are loud."""
    passed = np.concatenate([wave, np.zeros((LATENCY_FRAMES, 2))]).astype(np.float32)
    Limiter().process(passed)
    return passed[LATENCY_FRAMES:]


def test_the_exported_mix_is_what_the_faders_say(visit):
    (path,) = visit.folder.glob("*7 - Mix.wav")
    written, rate_hz = soundfile.read(path, dtype="float32")
    drums_gain = 10 ** (visit.facts["mix"]["strips"][0]["gain_db"] / 20)
    gains = np.array([drums_gain, 1, 1, 0])
    expected = limited(visit.mix + ((gains - 1)[:, None] * visit.stems).sum(axis=1))
    assert rate_hz == SAMPLE_RATE_HZ
    np.testing.assert_allclose(written, expected, atol=1e-5)
    assert np.abs(written - visit.mix).max() > 0.01


@pytest.mark.parametrize(("index", "stem"), list(enumerate(("drums", "bass", "other", "vocals"))))
def test_the_exported_stems_are_those_of_the_take(visit, index, stem):
    written, _ = soundfile.read(visit.folder / f"Tiny Band 7 - {stem.capitalize()}.wav", dtype="float32")
    np.testing.assert_array_equal(written, visit.stems[:, index])


def test_the_take_is_kept_as_it_was_heard_and_nothing_else_is_left(visit):
    [entry] = Library(visit.folder / "home" / "takes").entries()
    assert (entry.name, entry.length_s, entry.kind) == ("Tiny Band 7", 5.0, "generated")
    assert entry.mix == MixSettings(tuple(Strip(**strip) for strip in visit.facts["mix"]["strips"])).to_json()
    assert [path.name for path in (visit.folder / "home" / "takes").iterdir()] == [entry.folder.name]
    assert not [path for path in visit.folder.rglob("*") if path.name.endswith(".part")]


@pytest.fixture(scope="module")
def on_the_radio(tmp_path_factory: pytest.TempPathFactory, null_sink: NullSink) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("radio")
    write_tiny_models(folder / "home" / "models")
    let_a_hand_use_the_window("tests.app.radio_hand", folder, SCREEN)
    return folder, json.loads((folder / "seen.json").read_text())


def test_skip_and_more_like_this_went_where_they_say(on_the_radio):
    _, seen = on_the_radio
    first, skipped, more = seen["styles"]
    assert first != skipped == more
    assert 0 < seen["drift"] < 1


def test_a_seamless_loop_loops_by_itself(on_the_radio):
    _, seen = on_the_radio
    assert seen["looping"]


def test_all_is_kept_and_what_was_kept_of_it_has_its_stems(on_the_radio):
    folder, seen = on_the_radio
    looped, kept, radio = Library(folder / "home" / "takes").entries()
    assert (looped.kind, kept.kind, radio.kind) == ("loop", "radio", "radio")
    assert ", kept " in kept.name
    assert radio.length_s > kept.length_s
    take = Take.open(kept.folder)
    assert take.finished
    assert take.mix_frames > 3 * SAMPLE_RATE_HZ
    assert take.stem_names == ("drums", "bass", "other", "vocals")
    styles = [piece["journey"]["style"] for piece in take.recipe["pieces"]]
    assert styles[:3] == seen["styles"]
    take.close()
