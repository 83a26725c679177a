"""From a take into a feed's ring, at the device's sample rate."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.feed import FEED_BYTES, Feed
from engine.playback.filling import STEMS_AHEAD_FRAMES, WORTHWHILE_FRAMES, Filling
from engine.playback.settings import MixSettings
from engine.playback.tracks import CROSSOVER_FRAMES, Tracks
from engine.takes.take import Take
from tests.engine.playback.conftest import TakeMaker, append, smooth_tracks


def attached(take: Take, rate_hz: int, start: int = 0) -> tuple[Filling, Feed]:
    filling = Filling(take, start)
    gains = MixSettings.unity(len(take.stem_names)).gains()
    return filling, filling.attach(np.zeros(FEED_BYTES, np.uint8), 0, 1, gains, rate_hz)


def drained(filling: Filling, feed: Feed) -> Tracks:
    """All that comes out of the ring until there is nothing to do any more."""
    blocks = []
    while filling.top_up() or feed.ring.buffered_frames:
        blocks.append(feed.ring.peek(777).copy())
        feed.ring.consume(len(blocks[-1]))
    return np.concatenate(blocks)


def sines(rate_hz: int, seconds: float) -> Tracks:
    """Five tracks, each with two tones of its own, (frames, 5, 2), at a sample rate; silent at both ends."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    frequencies_hz = 100.0 * np.arange(1, 11).reshape(5, 2)
    window = np.sin(np.pi * time_s / seconds)[:, None, None] ** 2
    return (0.1 * window * np.sin(2 * np.pi * frequencies_hz * time_s[:, None, None])).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_tracks_come_at_the_device_s_rate_in_step_and_in_full(new_take: TakeMaker, rate_hz: int) -> None:
    filling, feed = attached(new_take(sines(SAMPLE_RATE_HZ, 2.5)), rate_hz)
    heard = drained(filling, feed)
    assert feed.flags.complete
    assert abs(len(heard) - 2.5 * rate_hz) <= 1
    expected = sines(rate_hz, 2.5)
    frames = min(len(heard), len(expected))
    np.testing.assert_allclose(heard[:frames], expected[:frames], atol=2e-5)


def test_the_place_in_the_take_is_counted_in_its_own_frames(new_take: TakeMaker) -> None:
    filling, feed = attached(new_take(smooth_tracks(90_000)), 48_000, start=1_000)
    filling.top_up()
    feed.ring.consume(2_400)
    assert filling.frame_at(filling.consumed_frames) == 1_000 + 2_205
    again = filling.from_here()
    assert (again.start_frame, again.serial) == (3_205, 0)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_it_waits_for_a_growing_take_and_is_complete_with_its_end(new_take: TakeMaker, rate_hz: int) -> None:
    tracks = smooth_tracks(20_000)
    take = new_take(tracks[:9_000], finished=False)
    filling, feed = attached(take, rate_hz)
    heard = [drained(filling, feed)]
    assert (feed.flags.waiting, feed.flags.complete) == (True, False)
    append(take, tracks[9_000:])
    filling.top_up()
    assert not feed.flags.waiting
    take.finish()
    heard.append(drained(filling, feed))
    assert (feed.flags.waiting, feed.flags.complete) == (False, True)
    assert abs(len(np.concatenate(heard)) - 20_000 * rate_hz / 44_100) <= 1


def test_a_full_ring_loses_nothing(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(120_000, stems=1)
    filling, feed = attached(new_take(tracks), SAMPLE_RATE_HZ)
    while filling.top_up():
        pass
    assert feed.ring.free_frames < 4_096
    np.testing.assert_allclose(drained(filling, feed), tracks, atol=1e-6)


def test_stems_that_come_for_what_was_read_already_are_crossed_over_to_from_a_moment_ahead(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(SAMPLE_RATE_HZ)
    take = new_take(tracks[:0], finished=False)
    take.append_mix(tracks.sum(axis=1))
    filling, feed = attached(take, SAMPLE_RATE_HZ)
    while filling.top_up():
        pass
    feed.ring.consume(5_000)
    assert filling.with_new_stems() is None
    take.append_stems(tracks[:, :-1])
    again = filling.with_new_stems()
    assert again is not None
    start = 5_000 + STEMS_AHEAD_FRAMES
    assert (again.start_frame, again.joins) == (start, (filling, start))
    heard = again.passage.read(4_096)
    weights = np.minimum(np.arange(1, 4_097) / CROSSOVER_FRAMES, 1)[:, None, None]
    np.testing.assert_allclose(heard[:, :-1], weights * tracks[start : start + 4_096, :-1], atol=1e-6)
    np.testing.assert_allclose(heard.sum(axis=1), tracks[start : start + 4_096].sum(axis=1), atol=1e-6)


def test_nothing_is_read_again_for_stems_that_were_there_or_are_too_short_to_be_worth_it(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(SAMPLE_RATE_HZ)
    filling, _ = attached(new_take(tracks), SAMPLE_RATE_HZ)
    while filling.top_up():
        pass
    assert filling.with_new_stems() is None
    growing = new_take(tracks[:0], finished=False)
    growing.append_mix(tracks.sum(axis=1))
    filling, _ = attached(growing, SAMPLE_RATE_HZ)
    while filling.top_up():
        pass
    growing.append_stems(tracks[: STEMS_AHEAD_FRAMES + WORTHWHILE_FRAMES - 1, :-1])
    assert filling.with_new_stems() is None
    growing.append_stems(tracks[STEMS_AHEAD_FRAMES + WORTHWHILE_FRAMES - 1 :, :-1])
    assert filling.with_new_stems() is not None
