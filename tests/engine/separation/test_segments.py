"""Cutting and joining, without a network: what is separated into itself must come out as it went in."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from engine.audio.format import Wave
from engine.separation.segments import Joint, cut, lengths

SEGMENT_FRAMES = 1000


def noise(frames: int) -> Wave:
    return np.random.default_rng(0).standard_normal((frames, 2)).astype(np.float32)


def test_the_first_segments_are_shorter_only_where_stems_are_wanted_soon() -> None:
    assert list(islice(lengths(SEGMENT_FRAMES, soon=False), 3)) == [1000, 1000, 1000]
    assert list(islice(lengths(SEGMENT_FRAMES, soon=True), 4)) == [250, 500, 1000, 1000]


@pytest.mark.parametrize("soon", [False, True])
@pytest.mark.parametrize("frames", [1, 249, 250, 251, 999, 1000, 1001, 3000, 7777])
@pytest.mark.parametrize("block_frames", [64, 10_000])
def test_segments_joined_are_the_mix(frames: int, block_frames: int, soon: bool) -> None:
    mix, joint = noise(frames), Joint(SEGMENT_FRAMES, 3)
    blocks = (mix[start : start + block_frames] for start in range(0, frames, block_frames))
    joined = [
        joint.lay(segment, np.repeat(segment.audio[:, None], 3, axis=1))
        for segment in cut(blocks, SEGMENT_FRAMES, soon)
    ]
    np.testing.assert_allclose(np.concatenate(joined), np.repeat(mix[:, None], 3, axis=1), atol=1e-6)


@pytest.mark.parametrize("soon", [False, True])
def test_two_segments_cross_over_evenly(soon: bool) -> None:
    """Segments that answer 0, 1, 0, 1, …: what comes out never jumps."""
    joint, joined = Joint(SEGMENT_FRAMES, 1), []
    for index, segment in enumerate(cut([noise(10 * SEGMENT_FRAMES)], SEGMENT_FRAMES, soon)):
        joined.append(joint.lay(segment, np.full((len(segment.audio), 1, 2), index % 2, np.float32)))
    curve = np.concatenate(joined)[:, 0, 0]
    assert curve.min() == 0
    assert curve.max() == 1
    assert np.abs(np.diff(curve)).max() < 0.04  # a quarter of the shortest segment has 62 frames


def test_a_short_end_has_the_mix_before_it_and_silence_behind() -> None:
    mix = noise(1750)
    parts = [(segment.first, segment.frames, segment.audio.copy()) for segment in cut([mix], SEGMENT_FRAMES)]
    first, frames, audio = parts[-1]
    assert (first, frames) == (375, 250)
    np.testing.assert_array_equal(audio[: 375 + 250], mix[1500 - 375 :])
    np.testing.assert_array_equal(audio[375 + 250 :], 0)
