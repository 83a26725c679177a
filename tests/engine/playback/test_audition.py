"""Another take, heard in between: the loaded one stands still meanwhile, and goes on as if nothing had been."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.playback.player import Player
from engine.playback.playout import FADE_FRAMES
from engine.playback.settings import MixSettings, Strip
from tests.engine.playback.conftest import TakeMaker, smooth_tracks
from tests.engine.playback.hearing import (
    Players,
    assert_sounds_like,
    fades,
    place,
    stretches,
    undisturbed,
    wait_for_frame,
)
from tests.sound import NullSink, wait_until

SETTINGS = MixSettings((Strip(-6.0), Strip(muted=True), Strip(), Strip()), master_gain_db=-3.0)
MASTER = SETTINGS.gains()[-1]


@undisturbed
def test_a_paused_take_is_paused_where_it_was(null_sink: NullSink, new_player: Players, new_take: TakeMaker) -> None:
    player = new_player()
    take, other = new_take(smooth_tracks(4 * SAMPLE_RATE_HZ)), new_take(smooth_tracks(SAMPLE_RATE_HZ, stems=0, seed=2))
    player.load(take)
    player.set_mix(SETTINGS)
    with null_sink.record() as recording:
        player.play()
        wait_for_frame(player, SAMPLE_RATE_HZ // 2)
        player.pause()
        recording.wait_for_silence()
        stood_at, read = player.position_frames, player.read_frame
        player.audition(other, crossfade_s=0.5)
        wait_until(lambda: (player.audition_frame or 0) > 10_000)
        assert (player.state, player.playing, player.waiting) == ("stopped", False, False)
        assert (player.position_frames, player.heard_frame, player.read_frame) == (stood_at, stood_at, read)
        assert player.mix == SETTINGS
        assert player.levels().shape == (2, 5, 2)
        assert player.uses(take)
        assert player.uses(other)
        wait_until(lambda: player.audition_frame is None)
        recording.wait_for_silence()
        assert (player.state, player.position_frames) == ("paused", stood_at)
        player.play()
        wait_until(lambda: player.state == "stopped")
        recording.wait_for_silence()
    before, heard_other, after = stretches(recording.wave())
    assert_sounds_like(heard_other, MASTER * other.read_mix(0, len(heard_other)) * fades(len(heard_other), out=False))
    tracks = np.concatenate([take.read_stems(0, take.mix_frames), np.zeros((take.mix_frames, 1, 2))], axis=1)
    tracks[:, -1] = take.read_mix(0, take.mix_frames) - tracks.sum(axis=1)
    expected = np.einsum("tc,ftc->fc", SETTINGS.gains(), tracks)
    assert_sounds_like(after, expected[stood_at:] * fades(len(after), out=False))
    assert len(before) + 1 == stood_at


@undisturbed
def test_a_take_that_plays_makes_way_and_comes_back_without_a_silence(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    take, other = new_take(smooth_tracks(6 * SAMPLE_RATE_HZ)), new_take(smooth_tracks(3 * SAMPLE_RATE_HZ, seed=2))
    player.load(take)
    with null_sink.record() as recording:
        player.play()
        wait_for_frame(player, SAMPLE_RATE_HZ)
        player.audition(other, crossfade_s=0.2)
        stood_at = player.position_frames
        wait_until(lambda: (player.audition_frame or 0) > SAMPLE_RATE_HZ)
        player.end_audition()
        assert player.state == "playing"
        wait_for_frame(player, stood_at + SAMPLE_RATE_HZ)
        player.stop()
        recording.wait_for_silence()
    (stretch,) = stretches(recording.wave())
    mix = take.read_mix(0, take.mix_frames)
    assert place(stretch, mix) == 0
    assert abs(place(stretch[-SAMPLE_RATE_HZ:], mix) - (stood_at + SAMPLE_RATE_HZ)) < 2 * SAMPLE_RATE_HZ
    wait_until(lambda: not player.uses(other))


def test_whoever_wishes_something_of_the_loaded_take_has_it_back(new_take: TakeMaker) -> None:
    player = Player()
    take, other = new_take(smooth_tracks(60_000)), new_take(smooth_tracks(60_000, stems=0))
    player.load(take)
    for wish in (player.pause, player.stop, lambda: player.seek(20_000), lambda: player.set_loop(None)):
        player.audition(other)
        assert player.audition_frame == 0
        wish()
        assert player.audition_frame is None
        wait_until(lambda: not player.uses(other))
    assert player.position_frames == 20_000
    player.close()


def test_without_a_loaded_take_nothing_is_left_of_an_audition(new_take: TakeMaker) -> None:
    player = Player()
    other = new_take(smooth_tracks(60_000, stems=0))
    player.audition(other)
    assert player.position_frames == 0
    player.end_audition()
    assert (player.state, player.position_frames, player.read_frame) == ("stopped", 0, 0)
    wait_until(lambda: not player.uses(other))
    player.close()


@pytest.mark.parametrize("goes_over", [False, True])
def test_loading_another_take_ends_it(new_take: TakeMaker, goes_over: bool) -> None:
    player = Player()
    take, other = new_take(smooth_tracks(60_000)), new_take(smooth_tracks(60_000, stems=0))
    player.audition(other)
    player.load(take, crossfade_s=1.0 if goes_over else 0.0)
    assert player.audition_frame is None
    assert player.uses(take)
    player.play()
    assert player.state == "playing"
    player.close()


@undisturbed
def test_one_that_was_heard_is_let_go_though_nothing_follows(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    other = new_take(smooth_tracks(2 * SAMPLE_RATE_HZ, stems=0))
    with null_sink.record() as recording:
        player.audition(other)
        wait_until(lambda: (player.audition_frame or 0) > 20_000)
        player.end_audition()
        wait_until(lambda: not player.uses(other))
        other.close()
        recording.wait_for_silence()
    (stretch,) = stretches(recording.wave())
    assert np.abs(np.diff(stretch[-FADE_FRAMES:], axis=0)).max() < 0.05  # it faded


def test_one_that_is_being_read_stays_open_though_it_is_wanted_no_longer(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = new_player()
    other = new_take(smooth_tracks(60_000, stems=0))
    read, used = other.read_mix, []

    def changed_ones_mind_meanwhile(start: int, frames: int) -> Wave:
        player.end_audition()
        used.append(player.uses(other))
        return read(start, frames)

    monkeypatch.setattr(other, "read_mix", changed_ones_mind_meanwhile)
    player.audition(other)
    wait_until(lambda: bool(used))
    assert used == [True]
    wait_until(lambda: not player.uses(other))


def test_one_that_was_let_go_is_not_read_when_another_follows(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker, caplog: pytest.LogCaptureFixture
) -> None:
    player = new_player()
    first = new_take(smooth_tracks(30_000, stems=0), finished=False)  # so there is always more to be read
    second = new_take(smooth_tracks(4 * SAMPLE_RATE_HZ, stems=0))
    player.audition(first)
    wait_until(lambda: (player.audition_frame or 0) > 20_000)
    player.end_audition()
    wait_until(lambda: not player.uses(first))
    first.close()
    player.audition(second)
    wait_until(lambda: (player.audition_frame or 0) > 20_000)
    assert not caplog.records
