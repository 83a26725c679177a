"""Mix and stems in stretches, and how one goes over into the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.playback.tracks import CROSSOVER_FRAMES, TrackReader, read_tracks
from engine.takes.take import Take
from tests.engine.playback.conftest import STEM_NAMES, TakeMaker, smooth_tracks


def with_gap(take: Take, tracks: np.ndarray, begin: int, end: int) -> None:
    """All of the mix, and stems but for the frames from `begin` to `end`."""
    take.append_mix(tracks.sum(axis=1))
    take.append_stems(tracks[:begin, :-1])
    take.skip_stems(end)
    take.append_stems(tracks[end:, :-1])


@pytest.mark.parametrize("block", [64, 1_000, 30_000])
def test_over_a_gap_the_mix_plays_and_crosses_over_on_both_sides(new_take: TakeMaker, block: int) -> None:
    tracks = smooth_tracks(30_000)
    take = new_take(tracks[:0], finished=False)
    with_gap(take, tracks, 10_000, 16_000)
    take.finish()
    reader = TrackReader(take, 0)
    read = np.concatenate([reader.read(block) for _ in range(-(-30_000 // block))])
    down = np.interp(np.arange(30_000), [10_000 - CROSSOVER_FRAMES, 10_000], [1.0, 0.0])
    up = np.interp(np.arange(1, 30_001), [16_000, 16_000 + CROSSOVER_FRAMES], [0.0, 1.0])
    weights = np.where(np.arange(30_000) < 13_000, down, up)[:, None, None]
    np.testing.assert_allclose(read[:, :-1], weights * tracks[:, :-1], atol=1e-6)
    np.testing.assert_allclose(read.sum(axis=1), tracks.sum(axis=1), atol=1e-6)


def test_reading_begins_in_a_gap_with_the_mix(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(20_000)
    take = new_take(tracks[:0], finished=False)
    with_gap(take, tracks, 5_000, 10_000)
    read = read_tracks(take, 7_000, 3_000)
    assert not read[:, :-1].any()
    np.testing.assert_array_equal(read[:, -1], take.read_mix(7_000, 3_000))


def test_what_is_taken_back_while_it_is_read_is_not_read(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(20_000)
    take = new_take(tracks, finished=False)
    reader = TrackReader(take, 0)
    first = reader.read(5_000)
    take.cut(8_000)
    assert [len(first), len(reader.read(5_000)), len(reader.read(5_000))] == [5_000, 3_000, 0]
    take.append_mix(tracks[8_000:].sum(axis=1))
    rest = reader.read(12_000)
    assert not rest[:, :-1].any()
    np.testing.assert_array_equal(rest[:, -1], take.read_mix(8_000, 12_000))


def test_stems_that_are_taken_back_between_question_and_reading_are_a_gap(
    new_take: TakeMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracks = smooth_tracks(6_000)
    take = new_take(tracks, finished=False)
    monkeypatch.setattr(take, "read_stems", lambda start, frames: np.zeros((0, len(STEM_NAMES), 2), np.float32))
    read = read_tracks(take, 0, 6_000)
    np.testing.assert_array_equal(read[:, -1], take.read_mix(0, 6_000))


def test_an_endless_take_is_read_where_it_is(tmp_path: Path) -> None:
    tracks = smooth_tracks(40_000)
    take = Take.create(tmp_path / "endless", stem_names=STEM_NAMES, kept_frames=10_000)
    for start in range(0, 40_000, 5_000):
        take.append_mix(tracks[start : start + 5_000].sum(axis=1))
        take.append_stems(tracks[start : start + 5_000, :-1])
    assert take.first_frame == 30_000
    np.testing.assert_allclose(read_tracks(take, 31_000, 5_000), tracks[31_000:36_000], atol=1e-6)
    take.close()
