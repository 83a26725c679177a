"""How loud it is what is played."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.audio.loudness import loudness_of
from engine.playback.board import Board
from engine.playback.monitor import RING_FRAMES, Monitor

STEREO_TONE_LUFS = -23.0


def tone(seconds: float, level_db: float = STEREO_TONE_LUFS, rate_hz: int = SAMPLE_RATE_HZ) -> Wave:
    t_s = np.arange(round(seconds * rate_hz)) / rate_hz
    sine = 10 ** (level_db / 20) * np.sin(2 * np.pi * 1000 * t_s)
    return np.stack([sine, sine], axis=1).astype(np.float32)


def play(monitor: Monitor, wave: Wave, block_frames: int = 512, every: int = 4) -> None:
    """Note blocks, and measure after every few."""
    for number, begin in enumerate(range(0, len(wave), block_frames)):
        monitor.note(wave[begin : begin + block_frames])
        if number % every == 0:
            monitor.measure()
    monitor.measure()


def test_before_anything_it_is_silent() -> None:
    board = Board()
    Monitor(board, SAMPLE_RATE_HZ).measure()
    assert board.measuring
    assert (board.momentary_lufs, board.short_term_lufs, board.integrated_lufs) == (-math.inf,) * 3


@pytest.mark.parametrize(("rate_hz", "block_frames"), [(44_100, 512), (48_000, 1_001), (96_000, 64)])
def test_the_board_tells_how_loud_it_is(rate_hz: int, block_frames: int) -> None:
    board = Board()
    monitor = Monitor(board, rate_hz)
    play(monitor, tone(4.0, rate_hz=rate_hz), block_frames)
    told = [board.momentary_lufs, board.short_term_lufs, board.integrated_lufs]
    assert told == pytest.approx([STEREO_TONE_LUFS] * 3, abs=0.1)


def test_not_a_frame_is_missed() -> None:
    board, wave = Board(), np.random.default_rng(1).standard_normal((90_000, 2)).astype(np.float32)
    monitor = Monitor(board, SAMPLE_RATE_HZ)
    play(monitor, wave, block_frames=777, every=7)
    assert board.integrated_lufs == loudness_of([wave])


def test_it_begins_anew_when_asked() -> None:
    board = Board()
    monitor = Monitor(board, SAMPLE_RATE_HZ)
    play(monitor, tone(3.0, -10.0))
    monitor.note(tone(0.05, -10.0))
    monitor.begin_anew()
    assert board.integrated_lufs == -math.inf
    play(monitor, tone(2.0))
    assert board.integrated_lufs == pytest.approx(STEREO_TONE_LUFS, abs=0.1)


def test_what_there_is_no_room_for_is_left_out_and_it_goes_on() -> None:
    board = Board()
    monitor = Monitor(board, SAMPLE_RATE_HZ)
    monitor.note(tone(2 * RING_FRAMES / SAMPLE_RATE_HZ))
    play(monitor, tone(4.0))
    assert board.short_term_lufs == pytest.approx(STEREO_TONE_LUFS, abs=0.1)
