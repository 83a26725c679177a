"""The file in which the recordings stand that are still to be taken apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.waiting import MOST_BYTES, Waiting, is_there, read_waiting, write_waiting
from engine.errors import OutputError

RECORDINGS = (Waiting(Path("/music/one.wav"), Path("/takes/one")), Waiting(Path("/music/“two”.flac")))


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "home" / "waiting.json"


def test_what_is_written_is_read(path):
    write_waiting(path, RECORDINGS)
    assert read_waiting(path) == list(RECORDINGS)
    assert [each.name for each in path.parent.iterdir()] == [path.name]  # nothing half-written beside it


def test_tries_are_remembered_and_nonsense_is_none(path):
    recordings = [Waiting(Path("/one.wav"), tries=2), Waiting(Path("/two.wav"), Path("/takes/two"), 1)]
    write_waiting(path, recordings)
    assert read_waiting(path) == recordings
    values = [{"file": "/one.wav", "tries": tries} for tries in ("2", -1, 1.5, True, None)]
    path.write_text(json.dumps({"recordings": values}))
    assert read_waiting(path) == [Waiting(Path("/one.wav"))] * 5


def test_where_nothing_waits_there_is_no_file(path):
    write_waiting(path, ())
    assert read_waiting(path) == []
    write_waiting(path, RECORDINGS)
    write_waiting(path, ())
    assert not path.exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '{"recordings": 3}', '{"recordings": {"file": "/one.wav"}}', "\x00\xff", "é" * 3]
)
def test_a_damaged_file_counts_as_nothing(path, text):
    path.parent.mkdir()
    path.write_text(text, encoding="latin1")
    assert read_waiting(path) == []


def test_one_that_makes_no_sense_does_not_cost_the_others(path):
    bad = [3, None, {}, {"file": 3}, {"file": "relative.wav"}, {"file": "/with\0in.wav"}, {"take": "/takes/one"}]
    good = [{"file": "/one.wav", "take": "relative"}, {"file": "/two.wav", "take": ["/takes/two"], "more": 1}]
    path.parent.mkdir()
    path.write_text(json.dumps({"recordings": [*bad, *good]}))
    assert read_waiting(path) == [Waiting(Path("/one.wav")), Waiting(Path("/two.wav"))]


def test_a_file_that_is_far_too_large_is_not_read(path):
    write_waiting(path, RECORDINGS)
    with path.open("a") as file:
        file.write(" " * MOST_BYTES)
    assert read_waiting(path) == []


def test_a_place_where_nothing_can_be_written_is_told_of(tmp_path):
    (tmp_path / "home").write_text("a file")
    with pytest.raises(OutputError):
        write_waiting(tmp_path / "home" / "waiting.json", RECORDINGS)


def test_whether_the_recording_is_there(tmp_path):
    (tmp_path / "one.wav").touch()
    names = ("one.wav", "two.wav", "", "x" * 5000)
    assert [is_there(Waiting(tmp_path / name)) for name in names] == [True, False, False, False]
