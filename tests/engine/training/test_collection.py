"""Collections on disk, and the sound of what is in them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.training.collection import Collection, line_of, recording_of
from engine.training.preparation import Preparation
from engine.training.recordings import Changes, Recording, between, find_recordings, pieces
from tests.engine.training.small_collection import collect, music, write_recordings_into


def test_blocks_are_the_part_that_is_taken_at_full_scale(tmp_path: Path) -> None:
    wave = music(4)
    (tmp_path / "songs").mkdir()
    soundfile.write(tmp_path / "songs" / "song.wav", wave, SAMPLE_RATE_HZ, subtype="FLOAT")
    collection = collect(tmp_path / "songs", tmp_path / "out", Preparation(1, 0.5, 1))
    kept = wave[SAMPLE_RATE_HZ : -SAMPLE_RATE_HZ // 2]
    heard = np.concatenate(list(collection.blocks(collection.recordings[0])))
    np.testing.assert_allclose(heard, kept / np.abs(kept).max(), atol=1e-6)


def test_a_recording_is_written_and_read_as_it_was() -> None:
    other = Recording("b", "b.wav", 5, 6, 7, 8, 0.1, -20.5)
    changes = Changes(((1, 2), (3, 4)), other, 1.05, 17, -40.25, True, 2**31)
    for recording in (other, replace(other, name="\udcff ünï", refused="Not this."), replace(other, changes=changes)):
        line = line_of(recording)
        assert line.endswith("\n")
        assert line.isascii()
        assert recording_of(json.loads(line)) == recording


def test_a_folder_without_a_collection_is_no_collection(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="prepare one first"):
        Collection.open(tmp_path)


@pytest.mark.parametrize("name", ["collection.json", "recordings.jsonl"])
@pytest.mark.parametrize("contents", ["", "{", '{"version": 1}\n', "[]\n", "null\n"])
def test_a_damaged_collection_is_named(tmp_path: Path, name: str, contents: str) -> None:
    write_recordings_into(tmp_path / "songs", 1, seconds=0.5)
    collect(tmp_path / "songs", tmp_path / "out")
    (tmp_path / "out" / name).write_text(contents)
    words = "Nothing was taken" if name.endswith("l") and contents in ("", "{") else f"{name} is damaged"
    with pytest.raises(UsageError, match=words):
        Collection.open(tmp_path / "out")


def test_a_collection_of_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "collection.json").write_text('{"version": 2}')
    with pytest.raises(UsageError, match="another version"):
        Collection.open(tmp_path)


def test_stems_beside_their_mixture_are_no_recordings(tmp_path: Path) -> None:
    for name in ("song/mixture.wav", "song/drums.wav", "alone/drums.wav", "alone/.hidden.wav", "alone/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in find_recordings(tmp_path)]
    assert found == ["alone/drums.wav", "song/mixture.wav"]


# --- sound in pieces -------------------------------------------------------------------------------------------------

RAMP = np.repeat(np.arange(1000, dtype=np.float32)[:, None], 2, axis=1)


@pytest.mark.parametrize("block", [1, 7, 64, 1000])
@pytest.mark.parametrize("margin", [0, 10, 100])
def test_pieces_with_their_margins_are_cut_from_the_sound(block: int, margin: int) -> None:
    blocks = [RAMP[first : first + block] for first in range(0, len(RAMP), block)]
    position = 0
    for piece in pieces(blocks, 90, margin):
        first = position - piece.before
        np.testing.assert_array_equal(piece.wave, RAMP[first : first + len(piece.wave)])
        assert piece.before == min(margin, position)
        assert piece.frames == 90 or position + piece.frames == len(RAMP)
        after = len(piece.wave) - piece.before - piece.frames
        assert after == (0 if position + piece.frames == len(RAMP) else margin)
        position += piece.frames
    assert position == len(RAMP)


@pytest.mark.parametrize("block", [1, 64, 1000])
def test_what_lies_between_two_frames(block: int) -> None:
    blocks = [RAMP[first : first + block] for first in range(0, len(RAMP), block)]
    np.testing.assert_array_equal(np.concatenate(list(between(blocks, 130, 257))), RAMP[130:257])
    np.testing.assert_array_equal(np.concatenate(list(between(blocks, 900, 2000))), RAMP[900:])
    assert list(between(blocks, 2000, 3000)) == []
