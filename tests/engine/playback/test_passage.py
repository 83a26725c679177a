"""Regions that are played round and round, and what is passed over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import UsageError
from engine.playback.passage import SPLICE_FRAMES, Passage, Region
from engine.playback.tracks import Tracks
from engine.takes.take import Take
from tests.engine.playback.conftest import TakeMaker, smooth_tracks


def read(passage: Passage, frames: int, block: int = 700) -> Tracks:
    blocks: list[Tracks] = []
    while sum(map(len, blocks)) < frames:
        blocks.append(passage.read(min(block, frames - sum(map(len, blocks)))))
        assert len(blocks[-1])
    return np.concatenate(blocks)


def loop_take(folder: Path, tracks: Tracks, **recipe: object) -> Take:
    take = Take.create(folder, recipe=recipe)
    take.append_mix(tracks.sum(axis=1))
    take.finish()
    return take


def steepest(tracks: Tracks) -> float:
    return float(np.abs(np.diff(tracks, axis=0)).max())


def test_without_a_region_it_reads_on(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(10_000)
    passage = Passage(new_take(tracks), 2_000)
    np.testing.assert_allclose(read(passage, 8_000), tracks[2_000:], atol=1e-6)
    assert len(passage.read(100)) == 0
    assert passage.read_frame == 10_000


@pytest.mark.parametrize("block", [100, 701, 4_096])
def test_a_region_turns_in_a_crossfade_with_what_lies_before_it(new_take: TakeMaker, block: int) -> None:
    tracks = smooth_tracks(30_000)
    start, end = 5_000, 12_000
    heard = read(Passage(new_take(tracks), 6_000, Region(start, end)), 20_000, block)
    turn = tracks[start:end].copy()
    weights = (np.arange(1, SPLICE_FRAMES + 1) / SPLICE_FRAMES)[:, None, None]
    turn[-SPLICE_FRAMES:] = (1 - weights) * turn[-SPLICE_FRAMES:] + weights * tracks[start - SPLICE_FRAMES : start]
    expected = np.concatenate([turn[1_000:], turn, turn])[:20_000]
    np.testing.assert_allclose(heard, expected, atol=1e-6)


def test_a_region_at_the_beginning_of_a_take_fades_out_and_in(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(10_000) + np.float32(0.1)
    heard = read(Passage(new_take(tracks), 0, Region(0, 10_000)), 25_000)
    rise = np.interp(np.arange(1, 10_001), [0, SPLICE_FRAMES], [0.0, 1.0])[:, None, None]
    fall = np.interp(np.arange(1, 10_001), [10_000 - SPLICE_FRAMES, 10_000], [1.0, 0.0])[:, None, None]
    expected = np.concatenate([tracks * fall, tracks * fall * rise, tracks * rise])[:25_000]
    np.testing.assert_allclose(heard[:20_000], expected[:20_000], atol=1e-6)
    assert steepest(heard) <= steepest(tracks) + np.abs(tracks).max() / SPLICE_FRAMES + 1e-6


def test_a_take_that_was_made_as_a_loop_turns_to_the_sample(tmp_path: Path) -> None:
    tracks = smooth_tracks(10_000, stems=0)
    take = loop_take(tmp_path / "loop", tracks, journey={"loop_frames": 10_000})
    heard = read(Passage(take, 0, Region(0, 10_000)), 25_000)
    np.testing.assert_array_equal(heard, np.tile(tracks, (3, 1, 1))[:25_000])
    part = read(Passage(take, 0, Region(0, 9_000)), 10_000)
    assert not np.array_equal(part[9_000 - SPLICE_FRAMES : 9_000], tracks[9_000 - SPLICE_FRAMES : 9_000])
    take.close()


def test_a_region_is_reached_from_before_it_and_waits_for_what_is_not_made_yet(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(20_000, stems=0)
    take = new_take(tracks[:8_000], finished=False)
    passage = Passage(take, 0, Region(5_000, 10_000))
    np.testing.assert_array_equal(read(passage, 8_000), tracks[:8_000])
    assert len(passage.read(500)) == 0
    take.append_mix(tracks[8_000:].sum(axis=1))
    assert len(read(passage, 2_000)) == 2_000
    assert passage.read_frame == 5_000


def test_the_place_in_the_take_is_known_across_turns(new_take: TakeMaker) -> None:
    passage = Passage(new_take(smooth_tracks(30_000)), 6_000, Region(5_000, 12_000))
    read(passage, 20_000)
    for played, frame in [(0, 6_000), (5_999, 11_999), (6_000, 5_000), (13_000, 5_000), (19_000, 11_000)]:
        assert passage.frame_at(played) == frame


def test_what_an_endless_take_has_let_go_is_passed_over_without_a_click(tmp_path: Path) -> None:
    tracks = smooth_tracks(60_000, stems=0) + np.float32(0.2)
    take = Take.create(tmp_path / "endless", kept_frames=10_000)
    take.append_mix(tracks[:10_000].sum(axis=1))
    passage = Passage(take, 0)
    before = read(passage, 5_000)
    for start in range(10_000, 60_000, 10_000):
        take.append_mix(tracks[start : start + 10_000].sum(axis=1))
    heard = np.concatenate([before, read(passage, 8_000)])
    np.testing.assert_array_equal(heard[5_000 + SPLICE_FRAMES :], tracks[50_000 + SPLICE_FRAMES : 58_000])
    assert passage.frame_at(6_000) == 51_000
    assert steepest(heard) <= steepest(tracks) + 2 * np.abs(tracks).max() / SPLICE_FRAMES
    take.close()


def test_a_region_must_be_a_tenth_of_a_second_long() -> None:
    for start, end in [(0, 4_000), (10_000, 5_000), (-1, 50_000)]:
        with pytest.raises(UsageError, match="tenth of a second"):
            Region(start, end)
