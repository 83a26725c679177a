"""The take: what is appended is what is read, from any thread, whatever its length."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from engine.errors import AudioFileError, OutputError
from engine.takes.take import Take

STEMS = ("drums", "bass", "other", "vocals")


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 0.1, shape).astype(np.float32)


def test_blocks_come_back_to_the_bit_after_closing_and_opening(tmp_path: Path) -> None:
    mix, stems = noise(1_000, 2), noise(600, 4, 2)
    take = Take.create(tmp_path / "take", stem_names=STEMS, planned_frames=1_000, recipe={"seed": 7})
    take.append_mix(mix[:300])
    take.append_mix(mix[300:])
    take.append_stems(stems)
    assert (take.mix_frames, take.stem_frames, take.finished) == (1_000, 600, False)
    take.finish()
    take.close()
    again = Take.open(tmp_path / "take")
    assert (again.finished, again.recipe, again.stem_names) == (True, {"seed": 7}, STEMS)
    np.testing.assert_array_equal(again.read_mix(0, 2_000), mix)
    np.testing.assert_array_equal(again.read_stems(100, 50), stems[100:150])
    np.testing.assert_array_equal(again.read_stems(590, 50), stems[590:])


def test_reading_beyond_the_end_gives_nothing(tmp_path: Path) -> None:
    take = Take.create(tmp_path / "take", stem_names=STEMS)
    take.append_mix(noise(10, 2))
    assert take.read_mix(10, 5).shape == (0, 2)
    assert take.read_mix(99, 5).shape == (0, 2)
    assert take.read_stems(5, 5).shape == (0, 4, 2)


def test_a_take_without_stems_has_none(tmp_path: Path) -> None:
    take = Take.create(tmp_path / "take")
    take.append_mix(noise(10, 2))
    assert take.stem_frames == 0
    with pytest.raises(ValueError, match="0 stems"):
        take.append_stems(noise(10, 4, 2))


def test_an_unfinished_take_opens_with_what_was_written_whole(tmp_path: Path) -> None:
    take = Take.create(tmp_path / "take")
    take.append_mix(noise(10, 2))
    take.close()
    with (tmp_path / "take" / "mix.f32").open("ab") as file:
        file.write(b"half")
    again = Take.open(tmp_path / "take")
    assert (again.mix_frames, again.planned_frames, again.finished) == (10, 10, True)  # as far as it will ever be


def test_readers_in_other_threads_see_only_whole_blocks(tmp_path: Path) -> None:
    take = Take.create(tmp_path / "take")
    wrong: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            frames = take.mix_frames
            expected = np.arange(max(0, frames - 500), frames)
            block = take.read_mix(frames - len(expected), len(expected))
            if len(block) != len(expected) or (block[:, 0] != expected).any():
                wrong.append(frames)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for start in range(0, 200_000, 1_000):
        take.append_mix(np.repeat(np.arange(start, start + 1_000, dtype=np.float32)[:, None], 2, axis=1))
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert take.mix_frames == 200_000


def test_a_take_never_overwrites_another(tmp_path: Path) -> None:
    Take.create(tmp_path / "take").close()
    with pytest.raises(OutputError):
        Take.create(tmp_path / "take")


def test_bad_audio_is_refused_at_the_border(tmp_path: Path) -> None:
    take = Take.create(tmp_path / "take")
    for bad in (np.full((10, 2), np.nan, np.float32), np.zeros((10, 3), np.float32), np.zeros(10, np.float32)):
        with pytest.raises(ValueError, match="audio"):
            take.append_mix(bad)
    assert take.mix_frames == 0


@pytest.mark.parametrize("damage", ["nothing there", "no description", "broken description"])
def test_a_damaged_take_is_said_in_one_sentence(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "take"
    if damage != "nothing there":
        Take.create(folder).close()
        (folder / "take.json").unlink()
    if damage == "broken description":
        (folder / "take.json").write_text("{")
    with pytest.raises(AudioFileError, match="holds no take"):
        Take.open(folder)
