"""The last stage before the device."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.feed import FEED_BYTES
from engine.playback.filling import Filling
from engine.playback.limiter import CEILING, LATENCY_FRAMES
from engine.playback.master import Master
from engine.playback.playout import FADE_FRAMES, Playout
from engine.playback.settings import MixSettings
from engine.takes.take import Take
from tests.engine.playback.conftest import TakeMaker, smooth_tracks

FRAMES = 20_000


def playing(take: Take) -> Playout:
    """A playout that begins to play a take, all of which is there."""
    filling, playout = Filling(take, 0), Playout()
    memory = np.zeros(FEED_BYTES, np.uint8)
    playout.feed = filling.attach(memory, 0, 1, MixSettings.unity(4).gains(), SAMPLE_RATE_HZ)
    playout.playing = True
    while filling.top_up():
        pass
    return playout


@pytest.mark.parametrize("channels", [1, 2])
def test_a_device_gets_as_many_channels_as_it_has(new_take: TakeMaker, channels: int) -> None:
    take = new_take(smooth_tracks(FRAMES))
    playout = playing(take)
    out = np.full((FRAMES + LATENCY_FRAMES, channels), np.nan, np.float32)
    master = Master(playout, SAMPLE_RATE_HZ, channels)
    begin = 0
    while begin < len(out):
        master.fill(out[begin : begin + 1_001], heard_at_s=5.0 + begin / SAMPLE_RATE_HZ)
        begin += 1_001
    mix = take.read_mix(0, FRAMES)
    expected = (mix if channels == 2 else mix.mean(axis=1, keepdims=True)).copy()
    expected[:FADE_FRAMES] *= np.arange(1, FADE_FRAMES + 1)[:, None] / FADE_FRAMES
    np.testing.assert_allclose(out[LATENCY_FRAMES:], expected, atol=1e-6)
    assert playout.board.origin_s == pytest.approx(5.0 + LATENCY_FRAMES / SAMPLE_RATE_HZ, abs=1e-4)
    assert playout.board.limiting_db == 0.0


@pytest.mark.parametrize("block_frames", [64, 1_001, 9_000])
def test_its_meter_shows_what_leaves_the_limiter(new_take: TakeMaker, block_frames: int) -> None:
    playout = playing(new_take(np.full((FRAMES, 5, 2), [0.5, -0.1], np.float32)))  # 2.5 and −0.5 in all
    master, out = Master(playout, SAMPLE_RATE_HZ, 2), np.empty((18_000, 2), np.float32)
    for begin in range(0, len(out), block_frames):
        master.fill(out[begin : begin + block_frames], heard_at_s=0.0)
    peaks, rms = playout.board.meter.take()
    np.testing.assert_allclose(peaks, np.abs(out).max(axis=0)[None], rtol=1e-6)
    np.testing.assert_allclose(rms, np.sqrt(np.square(out).mean(axis=0))[None], rtol=1e-4)
    assert peaks.max() <= np.float32(CEILING)
    assert playout.board.limiting_db > 8.0
    np.testing.assert_array_equal(playout.board.meter.take(), np.zeros((2, 1, 2)))


def test_metering_takes_no_memory(new_take: TakeMaker) -> None:
    playout = playing(new_take(smooth_tracks(FRAMES)))
    master, out = Master(playout, SAMPLE_RATE_HZ, 2), np.empty((1_001, 2), np.float32)
    master.fill(out, heard_at_s=0.0)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for _ in range(5):
        master.fill(out, heard_at_s=0.0)
    now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert now - before < 1_000  # bytes: but for the numbers that Python keeps
    assert most - before < 4_000  # no copy of the sound: it would take 8 000
