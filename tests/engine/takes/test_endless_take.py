"""Endless takes: files of fixed size, frames counted for ever; cuts; stems in stretches."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.takes import take as takes
from engine.takes.take import Take

STEMS = ("low", "high")


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Take]:
    """A take that keeps 1 000 frames, in files of 1 300."""
    monkeypatch.setattr(takes, "GRACE_FRAMES", 300)
    take = Take.create(tmp_path / "take", stem_names=STEMS, kept_frames=1_000)
    yield take
    take.close()


def mix_of(start: int, end: int) -> np.ndarray:
    """Every frame holds its own number."""
    return np.repeat(np.arange(start, end, dtype=np.float32)[:, None], 2, axis=1)


def stems_of(start: int, end: int) -> np.ndarray:
    return np.stack([mix_of(start, end), -mix_of(start, end)], axis=1)


def test_the_files_stay_as_small_as_they_were_promised(endless: Take) -> None:
    for start in range(0, 100_000, 700):
        endless.append_mix(mix_of(start, start + 700))
        endless.append_stems(stems_of(start, start + 700))
        end = start + 700
        assert (endless.mix_frames, endless.stem_frames) == (end, end)
        assert endless.first_frame == max(0, end - 1_000)
        first, kept = endless.first_frame, end - endless.first_frame
        np.testing.assert_array_equal(endless.read_mix(first, 5_000), mix_of(first, end))
        np.testing.assert_array_equal(endless.read_stems(first, 5_000), stems_of(first, end))
        assert kept <= 1_000
    assert (endless.folder / "mix.f32").stat().st_size == 1_300 * 2 * 4
    assert (endless.folder / "stems.f32").stat().st_size == 1_300 * 4 * 4


def test_what_is_gone_is_silence_and_positions_stay_right(endless: Take) -> None:
    endless.append_mix(mix_of(0, 1_200))
    endless.append_mix(mix_of(1_200, 2_000))
    endless.append_stems(stems_of(0, 1_200))
    endless.append_stems(stems_of(1_200, 2_000))
    assert endless.first_frame == 1_000
    read = endless.read_mix(600, 500)
    np.testing.assert_array_equal(read[:100], 0)  # 700 and after are still in the files, for who has begun to read
    np.testing.assert_array_equal(read[100:], mix_of(700, 1_100))
    stems = endless.read_stems(0, 2_000)
    np.testing.assert_array_equal(stems[:700], 0)
    np.testing.assert_array_equal(stems[700:], stems_of(700, 2_000))


def test_stems_exist_in_stretches(endless: Take) -> None:
    endless.append_mix(mix_of(0, 900))
    endless.append_stems(stems_of(0, 100))
    endless.skip_stems(400)
    assert endless.next_stem_frame == 400
    endless.append_stems(stems_of(400, 500))
    assert [endless.stems_from(frame) for frame in (0, 99, 100, 399, 450, 500)] == [0, 99, 400, 400, 450, 900]
    assert [endless.stems_end(frame) for frame in (0, 99, 100, 399, 450, 500)] == [100, 100, 100, 399, 500, 500]
    read = endless.read_stems(50, 600)
    np.testing.assert_array_equal(read[:50], stems_of(50, 100))
    np.testing.assert_array_equal(read[50:350], 0)
    np.testing.assert_array_equal(read[350:], stems_of(400, 500))


def test_gaps_are_silent_although_older_stems_lay_there(endless: Take) -> None:
    for start in range(0, 2_600, 650):
        endless.append_mix(mix_of(start, start + 650))
        endless.append_stems(stems_of(start, start + 650))
    endless.append_mix(mix_of(2_600, 2_900))
    endless.skip_stems(2_800)
    endless.append_stems(stems_of(2_800, 2_900))
    np.testing.assert_array_equal(endless.read_stems(2_600, 200), 0)


def test_a_gap_can_be_filled_later(endless: Take) -> None:
    endless.append_mix(mix_of(0, 300))
    endless.skip_stems(200)
    endless.append_stems(stems_of(200, 300))
    endless.skip_stems(0)
    endless.append_stems(stems_of(0, 200))
    assert endless.stems_end(0) == 300
    np.testing.assert_array_equal(endless.read_stems(0, 300), stems_of(0, 300))


def test_old_stretches_are_forgotten(endless: Take) -> None:
    for start in range(0, 200_000, 100):
        endless.append_mix(mix_of(start, start + 100))
        endless.skip_stems(start + 50)
        endless.append_stems(stems_of(start + 50, start + 100))
    assert len(endless._stretches.spans) <= 11


@pytest.mark.parametrize("kept_frames", [None, 1_000])
def test_what_is_cut_away_can_be_made_anew(tmp_path: Path, kept_frames: int | None) -> None:
    take = Take.create(tmp_path / "take", stem_names=STEMS, kept_frames=kept_frames)
    take.append_mix(mix_of(0, 800))
    take.append_stems(stems_of(0, 700))
    take.cut(500)
    assert (take.mix_frames, take.stem_frames, take.next_stem_frame) == (500, 500, 500)
    assert take.read_mix(400, 400).shape == (100, 2)
    take.append_mix(-mix_of(500, 600))
    take.append_stems(-stems_of(500, 550))
    np.testing.assert_array_equal(take.read_mix(499, 200), np.concatenate([mix_of(499, 500), -mix_of(500, 600)]))
    np.testing.assert_array_equal(take.read_stems(500, 99), -stems_of(500, 550))
    take.finish()
    take.close()
    again = Take.open(take.folder)
    assert (again.mix_frames, again.stem_frames) == (600, 550)
    again.close()


def test_a_cut_before_the_stems_end_and_one_behind_it(endless: Take) -> None:
    endless.append_mix(mix_of(0, 800))
    endless.append_stems(stems_of(0, 300))
    endless.cut(500)
    assert (endless.stem_frames, endless.next_stem_frame) == (300, 300)
    endless.append_mix(mix_of(500, 1_900))
    with pytest.raises(ValueError, match="frame 100 is gone"):
        endless.cut(100)


def test_the_oldest_frame_never_comes_back(endless: Take) -> None:
    endless.append_mix(mix_of(0, 1_250))
    endless.cut(1_100)
    assert endless.first_frame == 250


def test_an_endless_take_opens_again_as_what_was_kept_of_it(endless: Take) -> None:
    endless.recipe = {"pieces": [{"model": "m", "from_frame": n, "journey_frame": 0} for n in (0, 3_000, 4_500)]}
    for start in range(0, 5_000, 500):
        endless.append_mix(mix_of(start, start + 500))
    endless.skip_stems(4_100)
    endless.append_stems(stems_of(4_100, 4_700))
    endless.finish()
    again = Take.open(endless.folder)
    assert (again.first_frame, again.mix_frames, again.planned_frames, again.kept_frames) == (0, 1_000, 1_000, None)
    assert (again.stems_from(0), again.stems_end(100), again.stem_frames) == (100, 700, 700)
    np.testing.assert_array_equal(again.read_mix(0, 2_000), mix_of(4_000, 5_000))
    np.testing.assert_array_equal(again.read_stems(100, 2_000), stems_of(4_100, 4_700))
    assert [(piece["from_frame"], piece["journey_frame"]) for piece in again.recipe["pieces"]] == [(0, 1_000), (500, 0)]
    again.close()


def test_an_endless_take_that_is_broken_off_has_what_was_written_down_last(endless: Take, monkeypatch) -> None:
    monkeypatch.setattr(takes, "DESCRIBED_FRAMES", 200)
    fresh = Take.open(endless.folder)
    assert fresh.mix_frames == 0
    fresh.close()
    for start in range(0, 3_200, 100):
        endless.append_mix(mix_of(start, start + 100))
        endless.append_stems(stems_of(start, start + 100))
        again = Take.open(endless.folder)
        end = (start + 100) // 200 * 200
        begin = max(0, end - 1_000)
        np.testing.assert_array_equal(again.read_mix(0, 2_000), mix_of(begin, end))
        there = again.stem_frames
        np.testing.assert_array_equal(again.read_stems(0, 2_000), stems_of(begin, begin + there))
        again.close()


def test_what_was_cut_is_not_opened_again(endless: Take, monkeypatch) -> None:
    monkeypatch.setattr(takes, "DESCRIBED_FRAMES", 200)
    endless.append_mix(mix_of(0, 800))
    endless.cut(500)
    again = Take.open(endless.folder)
    np.testing.assert_array_equal(again.read_mix(0, 2_000), mix_of(0, 500))
    again.close()


def test_gaps_are_remembered_by_takes_that_were_never_finished(tmp_path: Path) -> None:
    take = Take.create(tmp_path / "take", stem_names=STEMS)
    take.append_mix(mix_of(0, 500))
    take.append_stems(stems_of(0, 100))
    take.skip_stems(300)
    take.append_stems(stems_of(300, 400))
    take.close()
    again = Take.open(take.folder)
    assert again.mix_frames == 500
    assert (again.stems_end(0), again.stems_from(100)) == (100, 500)  # what came after the gap is not known
    again.close()


def test_takes_of_earlier_versions_open(tmp_path: Path) -> None:
    take = Take.create(tmp_path / "take", stem_names=STEMS)
    take.append_mix(mix_of(0, 500))
    take.append_stems(stems_of(0, 400))
    take.close()
    old = {"stem_names": list(STEMS), "planned_frames": 500, "recipe": {}, "finished": True}
    (take.folder / "take.json").write_text(json.dumps(old))
    again = Take.open(take.folder)
    assert (again.mix_frames, again.stem_frames, again.kept_frames, again.first_frame) == (500, 400, None, 0)
    again.close()


def test_readers_in_other_threads_are_never_told_wrong(endless: Take) -> None:
    """A reader at the oldest frame, which the producer overtakes again and again, gets the right frames or silence."""
    wrong: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            first = endless.first_frame
            wave = endless.read_mix(first, 700)[:, 0]
            expected = np.arange(first, first + len(wave))
            if ((wave != expected) & (wave != 0)).any():
                wrong.append(first)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for start, end in itertools.pairwise(range(0, 200_000, 97)):
        endless.append_mix(mix_of(start, end))
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong


def test_an_endless_take_keeps_something(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        Take.create(tmp_path / "take", kept_frames=0)
