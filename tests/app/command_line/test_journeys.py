"""What the options that decide what a take does mean, and takes rendered with them."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from app.command_line.arguments import parse
from app.command_line.commands import run
from app.command_line.journeys import journey_of
from engine.errors import UsageError
from engine.musika.journey import Journey, Morph


def options(*typed: object) -> Namespace:
    return parse(["generate", "--model", "m", "--length", "20", "--out", "x.wav", *map(str, typed)])


def journey(*typed: object) -> Journey:
    return journey_of(options(*typed))


def test_a_seed_alone_means_what_it_always_has() -> None:
    assert journey("--seed", 7) == Journey.from_seed(7)
    assert journey("--seed", 7, "--truncation", 0.5) == Journey.from_seed(7, 0.5)


def test_style_and_variation_have_seeds_of_their_own() -> None:
    assert journey("--seed", 7, "--style-seed", 1) == Journey(1, 7)
    assert journey("--seed", 7, "--variation-seed", 2) == Journey(7, 2)
    assert journey("--style-seed", 0, "--variation-seed", 0) == Journey(0, 0)


def test_a_morph_takes_the_whole_take_unless_told_otherwise() -> None:
    assert journey("--seed", 7, "--morph-to", 3).morphs == (Morph(0.0, 3, 20.0),)
    assert journey("--seed", 7, "--morph-to", 3, "--morph-at", 5).morphs == (Morph(5.0, 3, 15.0),)
    both = journey("--seed", 7, "--morph-to", 3, "--morph-at", 5, "--morph-seconds", 2.5, "--drift", 0.3)
    assert both == Journey(7, 7, drift=0.3, morphs=(Morph(5.0, 3, 2.5),))


def test_a_loop_is_as_long_as_the_take() -> None:
    assert journey("--seed", 7, "--loop") == Journey.from_seed(7).looping(882_000)


@pytest.fixture
def described(tmp_path: Path) -> Any:
    """Writes a take.json."""

    def write(**recipe: object) -> Path:
        path = tmp_path / "take.json"
        path.write_text(json.dumps(recipe))
        return path

    return write


def test_like_keeps_the_style_of_a_take(described: Any) -> None:
    old = Journey(1, 2, 1.5, drift=0.6)
    path = described(model="m", journey=old.to_json(), frames=100)

    assert journey("--like", path, "--seed", 9) == Journey(1, 9, 1.5, drift=0.6)
    assert journey("--like", path, "--seed", 9, "--like-at", 30, "--drift", 0) == Journey(old.style_at(30), 9, 1.5)
    tamer = journey("--like", path, "--seed", 9, "--truncation", 0.5)
    assert (tamer.truncation, tamer.style) == (0.5, old.style_at(0))


def test_like_knows_takes_from_the_radio_and_from_before_there_were_journeys(described: Any) -> None:
    assert journey("--like", described(model="m", seed=4, truncation=1.0), "--seed", 9) == Journey(4, 9, 1.0)

    first, second = Journey(1, 2), Journey(3, 4, drift=1.0)
    pieces = [
        {"model": "m", "journey": first.to_json(), "from_frame": 0, "journey_frame": 441_000},
        {"model": "m", "journey": second.to_json(), "from_frame": 441_000, "journey_frame": 0},
    ]
    path = described(pieces=pieces, journey=second.to_json())
    assert journey("--like", path, "--seed", 9) == Journey(1, 9)
    late = journey("--like", path, "--seed", 9, "--like-at", 25)
    assert late == Journey(second.style_at(15), 9, drift=1.0)


@pytest.mark.parametrize("text", ["", "[]", "{}", "3", '{"journey": 3}', '{"seed": 3}', '{"pieces": [1]}', "\xff"])
def test_like_a_file_that_is_no_take_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "take.json"
    path.write_bytes(text.encode("latin1"))

    with pytest.raises(UsageError, match="choose"):
        journey("--like", path)


# --- rendered ------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, and an empty home for the user's models and logs in it."""
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path


def generated(out: Path, *typed: object) -> np.ndarray:
    assert run(["generate", "--model", "house-band", "--out", str(out), *map(str, typed)]) == 0
    sound: np.ndarray = soundfile.read(out, dtype="float32")[0]
    return sound


def test_a_generated_loop_has_its_exact_length_and_ends_where_it_begins(home: Path) -> None:
    loop = generated(home / "loop.wav", "--length", "2.5", "--seed", 3, "--loop")

    assert loop.shape == (110_250, 2)
    steps = np.abs(np.diff(loop, axis=0)).max(axis=1)
    assert np.abs(loop[0] - loop[-1]).max() < np.quantile(steps, 0.999)


def test_a_morph_begins_as_the_one_and_becomes_another(home: Path) -> None:
    plain, morphed = (
        generated(home / "x.wav", "--length", 14, "--seed", 3, *morph)
        for morph in ((), ("--morph-to", 8, "--morph-at", 12, "--morph-seconds", 0.5))
    )

    difference = np.abs(plain - morphed).max(axis=1)
    assert difference[: 11 * 44_100].max() < 1e-4  # in the window of 11.9 s before that of the morph
    assert difference[-44_100:].max() > 0.05 * np.abs(plain).max()


def test_what_render_describes_can_be_made_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed = ["--model", "house-band", "--length", "1", "--seed", "5", "--drift", "0.5", "--morph-to", "6"]
    assert run(["render", *typed, "--out", str(home / "a"), "--json"]) == 0

    said = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    recipe = json.loads((home / "a" / "take.json").read_text())
    assert Journey.from_json(recipe["journey"]) == Journey(5, 5, drift=0.5).morphing(0, 6, 1)
    assert said["journey"] == recipe["journey"]
    alike = generated(home / "x.wav", "--length", 1, "--like", home / "a" / "take.json", "--seed", 5, "--drift", 0)
    plain = generated(home / "y.wav", "--length", 1, "--seed", 5)
    np.testing.assert_array_equal(alike, plain)  # the style of 5, and the variation of 5


def test_the_radio_is_recorded_with_its_pieces(home: Path) -> None:
    typed = ["--model", "house-band", "--length", "30.5", "--seed", "5", "--drift", "0.5", "--every", "14"]
    assert run(["radio", *typed, "--out", str(home / "radio")]) == 0

    sound = soundfile.read(home / "radio" / "mix.wav", dtype="float32")[0]
    pieces = json.loads((home / "radio" / "take.json").read_text())["pieces"]
    assert sound.shape == (1_345_050, 2)
    assert sorted(path.name for path in (home / "radio").iterdir()) == ["mix.wav", "take.json"]
    journeys = [Journey.from_json(piece["journey"]) for piece in pieces]
    assert journeys[0] == Journey(5, 5, drift=0.5)
    assert {one.drift for one in journeys} == {0.5}
    assert len({one.style for one in journeys}) == len(pieces) == 3
    begins_s = [piece["from_frame"] / 44_100 for piece in pieces]
    assert begins_s == pytest.approx([0, 14, 28], abs=1)
    alone = generated(home / "x.wav", "--length", 13, "--seed", 5, "--drift", 0.5)
    np.testing.assert_allclose(sound[: len(alone)], alone, atol=1e-4)
    peaks = [np.abs(twentieth_s).max() for twentieth_s in np.array_split(sound, 610)]
    assert min(peaks) > 1e-3  # quiet music, but no gap


def test_a_loop_is_nothing_for_the_radio(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["radio", "--model", "house-band", "--length", "3", "--loop", "--out", str(home / "radio")]) == 2
    assert "loop" in capsys.readouterr().err
    assert not (home / "radio").exists()
