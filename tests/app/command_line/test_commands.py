"""The command line, with the bundled models: exact lengths, the same take for the same seed, clear refusals."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from app.command_line.commands import run
from engine.models.catalogue import BUNDLED

ROOT = Path(__file__).resolve().parents[3]
GENERATOR = "house-band"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for the user's models and logs."""
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def report(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """Run a verb that must succeed; what its --json says."""
    status = run([*map(str, arguments), "--json"])
    printed = capsys.readouterr()
    assert status == 0, printed.err
    said: dict[str, Any] = json.loads(printed.out.strip().splitlines()[-1])
    return said


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a verb that must fail with status 2; its one line."""
    try:
        status = run([*map(str, arguments)])
    except SystemExit as stopped:  # argparse's way
        status = int(stopped.code or 0)
    printed = capsys.readouterr()
    assert status == 2
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1, printed.err
    return printed.err


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_models_lists_what_is_bundled(capsys: pytest.CaptureFixture[str]) -> None:
    models = report(capsys, "models")["models"]
    kinds = {row["name"]: row["kind"] for row in models}
    assert kinds[GENERATOR] == "generator"
    assert {"generator", "autoencoder", "separator"} <= set(kinds.values())


@pytest.mark.parametrize("length_s", ["0.001", "3.21"])
def test_generate_writes_exactly_the_length_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], length_s: str
) -> None:
    out = tmp_path / "new" / "music.wav"
    said = report(capsys, "generate", "--model", GENERATOR, "--length", length_s, "--seed", 7, "--out", out)
    frames = round(float(length_s) * 44_100)
    info = soundfile.info(out)
    assert (said["frames"], info.frames, info.samplerate, info.channels) == (frames, frames, 44_100, 2)
    assert [p.name for p in out.parent.iterdir()] == ["music.wav"]


def test_the_same_seed_renders_the_same_files_and_faders_change_the_mix_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = ("drums=-12", "bass=-12", "other=-12", "vocals=-12")  # so that the limiter has nothing to do
    common = ("render", "--model", GENERATOR, "--length", "4", "--seed", 7, "--truncation", 2, "--gain", *quiet)
    report(capsys, *common, "--out", tmp_path / "a")
    report(capsys, *common, "--out", tmp_path / "b")
    report(capsys, *common, "--out", tmp_path / "c", "--gain", "drums=-18", "bass=-inf", "--mute", "vocals")
    first, second, third = (files_below(tmp_path / name) for name in "abc")
    stems = [f"stems/{name}.wav" for name in ("bass", "drums", "other", "vocals")]
    assert sorted(first) == sorted(["mix.wav", "spectrogram.png", "take.json", *stems])
    assert first == second
    assert all(first[name] == third[name] for name in stems)
    assert first["mix.wav"] != third["mix.wav"]

    def wave(folder: str, name: str) -> np.ndarray:
        return soundfile.read(tmp_path / folder / name, dtype="float32")[0]

    drums, bass, vocals = (wave("a", f"stems/{name}.wav") for name in ("drums", "bass", "vocals"))
    quarter, eighth = 10 ** (-12 / 20), 10 ** (-18 / 20)
    expected = wave("a", "mix.wav") - (quarter - eighth) * drums - quarter * (bass + vocals)
    # The mix crosses over to its stems, if at all, in the first 20 ms.
    np.testing.assert_allclose(wave("c", "mix.wav")[2_000:], expected[2_000:], atol=1e-5)
    assert np.sqrt((wave("a", "mix.wav") ** 2).mean()) > 0.01


def test_separate_writes_one_file_a_stem_as_long_as_the_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rate_hz = 48_000
    hum = 0.2 * np.sin(2 * np.pi * 110 * np.arange(rate_hz * 2) / rate_hz)
    soundfile.write(tmp_path / "hum.flac", hum, rate_hz)
    said = report(capsys, "separate", tmp_path / "hum.flac", "--out", tmp_path / "out")
    assert said["stems"] == ["drums", "bass", "other", "vocals"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["bass.wav", "drums.wav", "other.wav", "vocals.wav"]
    for path in (tmp_path / "out").iterdir():
        assert soundfile.info(path).frames == 2 * 44_100


@pytest.mark.parametrize(
    ("length", "word"), [("0", "not possible"), ("-3", "not possible"), ("1e9", "not possible"), ("abc", "no number")]
)
def test_an_impossible_length_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], length: str, word: str
) -> None:
    said = refusal(capsys, "generate", "--model", GENERATOR, "--length", length, "--out", tmp_path / "no" / "x.wav")
    assert word in said
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("option", "word"),
    [
        (["--seed", "-1"], "seed"),
        (["--seed", "x"], "whole number"),
        (["--truncation", "40"], "truncation"),
        (["--style-seed", "-1"], "seed"),
        (["--variation-seed", "5000000000"], "seed"),
        (["--drift", "1.5"], "drift"),
        (["--morph-seconds", "3"], "--morph-to"),
        (["--morph-to", "3", "--morph-at", "2"], "morph"),
        (["--morph-to", "-3"], "seed"),
        (["--loop", "--drift", "0.5"], "loop"),
        (["--like", "nowhere.json"], "cannot be read"),
        (["--like", "nowhere.json", "--style-seed", "3"], "not allowed with"),
        (["--gain", "drums=+7"], "+6 dB"),
        (["--gain", "drums"], "no number"),
        (["--gain", "tuba=-3"], "no stem “tuba”"),
        (["--mute", "tuba"], "no stem “tuba”"),
    ],
)
def test_impossible_options_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str], word: str
) -> None:
    said = refusal(capsys, "render", "--model", GENERATOR, "--length", "1", "--out", tmp_path / "out", *option)
    assert word in said
    assert not (tmp_path / "out").exists()


def test_an_unknown_model_brings_the_near_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refusal(capsys, "generate", "--model", "house-bnad", "--length", "1", "--out", tmp_path / "x.wav")
    assert GENERATOR in said


def test_a_file_that_is_no_audio_is_refused_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "song.mp3").write_text("la la la")
    assert "song.mp3" in refusal(capsys, "separate", tmp_path / "song.mp3", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_output_place_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "x.wav"
    assert "not a folder" in refusal(capsys, "generate", "--model", GENERATOR, "--length", "1", "--out", out)


def test_a_model_folder_is_imported_and_generates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = report(capsys, "import", BUNDLED / GENERATOR, "--name", "my-band")
    assert said["name"] == "my-band"
    report(capsys, "generate", "--model", "my-band", "--length", "0.1", "--out", tmp_path / "x.wav")
    assert "already" in refusal(capsys, "import", BUNDLED / GENERATOR, "--name", "my-band")


def test_a_published_folder_is_imported_and_generates(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(capsys, "import", shared / "musika-reference", "--name", "reference")
    report(capsys, "generate", "--model", "reference", "--length", "0.1", "--out", tmp_path / "x.wav")
    assert soundfile.info(tmp_path / "x.wav").frames == 4_410


@pytest.mark.parametrize("damage", ["missing file", "wrong hash", "wrong shape", "no model", "no folder"])
def test_a_damaged_model_is_not_imported(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUNDLED / GENERATOR, folder)
    card = json.loads((folder / "card.json").read_text())
    weights = next(folder / name for name in card["files"] if name.endswith(".safetensors"))
    match damage:
        case "missing file":
            weights.unlink()
        case "wrong hash":
            weights.write_bytes(weights.read_bytes()[:-1] + b"!")
        case "wrong shape":
            from engine.models.card import load_card, write_card
            from engine.models.weights import read_tensors, write_tensors

            tensors = read_tensors(weights)
            name = next(iter(tensors))
            write_tensors(weights, tensors | {name: tensors[name][..., :-1]})
            write_card(load_card(folder), folder)
        case "no model":
            (folder / "card.json").unlink()
        case "no folder":
            shutil.rmtree(folder)
    said = refusal(capsys, "import", folder)
    assert said.startswith("deepdeadnet: ")
    assert not list((home / "models").glob("*"))


def test_as_a_program_it_says_one_line_and_exits_with_2(tmp_path: Path) -> None:
    arguments = ["generate", "--model", "nobody", "--length", "1", "--out", str(tmp_path / "x.wav")]
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
