"""The last stage before the device."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.feed import FEED_BYTES
from engine.playback.filling import Filling
from engine.playback.limiter import LATENCY_FRAMES
from engine.playback.master import Master
from engine.playback.playout import FADE_FRAMES, Playout
from engine.playback.settings import MixSettings
from tests.engine.playback.conftest import TakeMaker, smooth_tracks

FRAMES = 20_000


@pytest.mark.parametrize("channels", [1, 2])
def test_a_device_gets_as_many_channels_as_it_has(new_take: TakeMaker, channels: int) -> None:
    take = new_take(smooth_tracks(FRAMES))
    filling, playout = Filling(take, 0), Playout()
    memory = np.zeros(FEED_BYTES, np.uint8)
    playout.feed = filling.attach(memory, 0, 1, MixSettings.unity(4).gains(), SAMPLE_RATE_HZ)
    playout.playing = True
    while filling.top_up():
        pass
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
