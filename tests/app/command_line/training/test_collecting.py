"""The steps that read recordings, typed in: what is taken, what is not and why, and what is refused."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.command_line.commands import run
from engine.models.catalogue import BUNDLED
from engine.training.latents import Latents
from tests.app.command_line.training.conftest import Refused, Typed
from tests.engine.training.small_collection import music

SHORT = ("--cut-start", 0.2, "--cut-end", 0.2, "--shortest", 1, "--jobs", 1)


def test_prepare_ends_with_a_table_of_what_was_taken_what_not_and_why(
    tmp_path: Path, recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "prepare", str(recordings), "--out", str(tmp_path / "out"), *map(str, SHORT)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:1] for line in lines[1:4]] == [["notes.wav"], ["short.wav"], ["silence.wav"]]
    assert "no audio file" in lines[1]
    assert "too short" in lines[2]
    assert "silent" in lines[3]
    assert lines[5].split() == ["taken", "length"]
    assert lines[6] == "1972/night one/c.ogg  0:02"
    assert [line.split() for line in lines[7:9]] == [["a.wav", "0:02"], ["b.flac", "0:02"]]
    assert "3 of 6 recordings taken" in lines[-1]
    with (tmp_path / "out" / "table.csv").open(encoding="utf8") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 7
    assert rows[1] == ["1972/night one/c.ogg", "0:02", "taken"]


def test_a_long_table_is_shortened_and_whole_in_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    for number in range(30):
        (tmp_path / "in" / f"{number:02}.m4a").write_text("")
    assert run(["train", "prepare", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--jobs", "1"]) == 2
    printed = capsys.readouterr()
    assert "… and 10 more" in printed.out
    assert "19.m4a" in printed.out
    assert "20.m4a" not in printed.out
    assert len((tmp_path / "out" / "table.csv").read_text().splitlines()) == 31
    assert len(printed.err.splitlines()) == 1
    assert "None of the 30 recordings" in printed.err


def test_recordings_of_all_rates_become_latents(tmp_path: Path, recordings: Path, ear: Path, typed: Typed) -> None:
    said = typed("prepare", recordings, "--out", tmp_path / "collection", *SHORT)
    assert said["taken"] == 3
    assert sorted(said["refused"]) == ["notes.wav", "short.wav", "silence.wav"]
    assert said["hours"] == pytest.approx(3 * 2.1 / 3600, abs=1e-3)
    varied = typed("augment", tmp_path / "collection", "--out", tmp_path / "varied", "--noise", 0.5, "--copies", 2)
    assert varied["recordings"] == 9
    said = typed("encode", tmp_path / "varied", "--autoencoder", ear, "--out", tmp_path / "latents", "--jobs", 1)
    assert said["recordings"] == 9
    latents = Latents.open(tmp_path / "latents")
    seconds = [len(recording) * 256 / 44_100 for recording in latents.recordings]
    np.testing.assert_allclose(seconds, 2.1, atol=0.01)


def test_only_speech_is_taken_like_any_sound(tmp_path: Path, typed: Typed) -> None:
    """Nobody can tell by the sound what is worth learning: the guide says to cut announcements."""
    rng = np.random.default_rng(0)
    time_s = np.arange(3 * 44_100) / 44_100
    syllables = np.clip(np.sin(2 * np.pi * 4 * time_s), 0, 1)
    voice = syllables * sum(np.sin(2 * np.pi * 120 * k * time_s) / k for k in range(1, 30))
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "talk.wav", 0.2 * voice + 0.001 * rng.standard_normal(len(time_s)), 44_100)
    assert typed("prepare", tmp_path / "in", "--out", tmp_path / "out", *SHORT)["taken"] == 1


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("no folder", "There is no folder"),
        ("empty folder", "no recording"),
        ("only silence", "silent"),
        ("one that is short", "too short"),
    ],
)
def test_recordings_that_give_nothing_are_refused(tmp_path: Path, what: str, words: str, refused: Refused) -> None:
    folder = tmp_path / "in"
    if what != "no folder":
        folder.mkdir()
    if what == "only silence":
        for name in "ab":
            soundfile.write(folder / f"{name}.wav", np.zeros((88_200, 2)), 44_100)
    if what == "one that is short":
        soundfile.write(folder / "a.wav", music(0.5), 44_100)
    said = refused("prepare", folder, "--out", tmp_path / "out", *SHORT)
    assert words in said
    assert not (tmp_path / "out" / "latents.json").exists()


def test_a_folder_that_holds_something_else_is_refused(
    tmp_path: Path, recordings: Path, typed: Typed, refused: Refused
) -> None:
    typed("prepare", recordings, "--out", tmp_path / "out", *SHORT)
    before = (tmp_path / "out" / "recordings.jsonl").read_bytes()
    other = shutil.copytree(recordings, tmp_path / "other")
    assert "other recordings" in refused("prepare", other, "--out", tmp_path / "out", *SHORT)
    assert (tmp_path / "out" / "recordings.jsonl").read_bytes() == before
    assert "holds no collection" in refused("augment", recordings, "--out", tmp_path / "varied", "--noise", 1)
    assert "holds no collection" in refused(
        "encode", recordings, "--autoencoder", "house-band", "--out", tmp_path / "latents"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--cut-start", "-1"], "0 or more"),
        (["--cut-end", "soon"], "no number"),
        (["--shortest", "0"], "more than 0"),
        (["--jobs", "0"], "1 or more"),
        (["--cluster", "localhost:1"], "localhost:1"),
    ],
)
def test_impossible_options_are_refused(
    tmp_path: Path, recordings: Path, options: list[str], words: str, refused: Refused
) -> None:
    assert words in refused("prepare", recordings, "--out", tmp_path / "out", *options)


def test_an_autoencoder_is_found_by_its_name_or_by_the_generator_that_needs_it(
    tmp_path: Path, recordings: Path, typed: Typed, refused: Refused
) -> None:
    typed("prepare", recordings, "--out", tmp_path / "collection", *SHORT)
    encode = ("encode", tmp_path / "collection", "--jobs", 1, "--out", tmp_path / "latents", "--autoencoder")
    typed(*encode, "house-band")
    (needed,) = Latents.open(tmp_path / "latents").autoencoder.relative_to(BUNDLED).parts
    assert needed == "house-band-autoencoder"
    assert "house-band-autoencoder" in refused(*encode, "house-band-autoencodre")
    assert "separator" in refused(*encode, BUNDLED / "house-band-stems")
    assert "no model" in refused(*encode, tmp_path / "collection")


def test_nothing_to_vary_is_refused(tmp_path: Path, recordings: Path, typed: Typed, refused: Refused) -> None:
    typed("prepare", recordings, "--out", tmp_path / "collection", *SHORT)
    augment = ("augment", tmp_path / "collection", "--out", tmp_path / "varied")
    assert "--noise" in refused(*augment)
    assert "between 0 and 1" in refused(*augment, "--speed", 3)
    assert not (tmp_path / "varied").exists()
