"""Playback for real: the player plays into PulseAudio's null sink, and what the sink played is compared with the take.

The takes are noise that never repeats, so that each stretch of a recording has one place in its take, and slow, so that
any click stands out. The device's latency is generous because the machine may be busy; nothing is timed.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.audio.loudness import Loudness, loudness_of
from engine.errors import UsageError
from engine.playback.limiter import CEILING
from engine.playback.mixer import RAMP_FRAMES
from engine.playback.passage import SPLICE_FRAMES
from engine.playback.player import Player
from engine.playback.playout import FADE_FRAMES
from engine.playback.settings import MixSettings, Strip
from engine.playback.tracks import Tracks
from engine.takes.roles import Listener
from engine.takes.take import Take
from tests.engine.playback.conftest import TakeMaker, append, smooth_tracks
from tests.engine.playback.hearing import (
    LATENCY_S,
    Players,
    assert_sounds_like,
    fades,
    place,
    stretches,
    undisturbed,
    wait_for_frame,
)
from tests.sound import NullSink, wait_until


@undisturbed
def test_a_take_sounds_as_it_is_without_gaps(null_sink: NullSink, new_player: Players, new_take: TakeMaker) -> None:
    player = new_player()
    take = new_take(smooth_tracks(2 * SAMPLE_RATE_HZ))
    mix = take.read_mix(0, take.mix_frames)
    player.load(take)
    with null_sink.record() as recording:
        player.play()
        assert player.state == "playing"
        wait_until(lambda: player.output_name is not None)
        assert (player.output_name, player.output_rate_hz, player.output_problem) == ("default", SAMPLE_RATE_HZ, None)
        assert player.latency_s == pytest.approx(LATENCY_S, rel=0.5)
        wait_until(lambda: player.state == "stopped")
        recording.wait_for_silence()
    assert player.position_frames == 0
    (stretch,) = stretches(recording.wave())
    assert place(stretch, mix) == 0
    assert_sounds_like(stretch, mix[: len(stretch)] * fades(len(stretch), out=False))
    assert len(stretch) >= len(mix) - 1  # the last frame may happen to be silent


@undisturbed
def test_faders_mute_solo_pan_and_master_are_heard_as_ramps(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    tracks = smooth_tracks(10 * SAMPLE_RATE_HZ)
    moves = [
        MixSettings((Strip(-6.0), Strip(), Strip(6.0), Strip())),
        MixSettings((Strip(-6.0), Strip(muted=True), Strip(6.0), Strip())),
        MixSettings((Strip(-6.0), Strip(muted=True), Strip(6.0), Strip(soloed=True))),
        MixSettings((Strip(), Strip(pan=-0.7), Strip(), Strip(pan=1.0)), master_gain_db=-12.0),
        MixSettings.unity(4),
    ]
    player.load(new_take(tracks))
    windows = []
    with null_sink.record() as recording:
        player.play()
        for number, settings in enumerate(moves, start=1):
            wait_for_frame(player, number * SAMPLE_RATE_HZ * 2 // 3)
            before = player.position_frames
            player.set_mix(settings)
            windows.append((before, player.position_frames + round(2 * player.latency_s * SAMPLE_RATE_HZ)))
        wait_for_frame(player, windows[-1][1] + RAMP_FRAMES)
        player.stop()
        recording.wait_for_silence()
    (stretch,) = stretches(recording.wave())
    expected, moved_at = mixed_with_moves(tracks, moves, stretch)
    assert_sounds_like(stretch, expected * fades(len(stretch)))
    for (earliest, latest), frame in zip(windows, moved_at, strict=True):
        assert earliest <= frame <= latest


def mixed_with_moves(
    tracks: Tracks, moves: list[MixSettings], heard: Wave
) -> tuple[npt.NDArray[np.float64], list[int]]:
    """What should sound if each move is a ramp, and the frames at which `heard` says that the moves began."""
    tracks = tracks[: len(heard)]
    gains = np.ones((len(tracks), tracks.shape[1], 2))
    moved_at = []
    for settings in moves:
        frame = _first_departure(np.einsum("ftc,ftc->fc", gains, tracks), heard, after=max(moved_at, default=0))
        ramp = np.clip(np.arange(1 - frame, len(tracks) - frame + 1) / RAMP_FRAMES, 0.0, 1.0)[:, None, None]
        gains += ramp * (settings.gains() - gains)
        moved_at.append(frame)
    return np.einsum("ftc,ftc->fc", gains, tracks), moved_at


def _first_departure(expected: npt.NDArray[np.float64], heard: Wave, after: int) -> int:
    begin = after + 2 * FADE_FRAMES
    return begin + int(np.argmax(np.abs(heard - expected)[begin:].max(axis=1) > 2e-6))


@undisturbed
def test_seek_and_pause_fade_and_go_on_at_the_right_frame(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    take = new_take(smooth_tracks(12 * SAMPLE_RATE_HZ))
    mix = take.read_mix(0, take.mix_frames)
    target = 5 * SAMPLE_RATE_HZ
    player.load(take)
    with null_sink.record() as recording:
        player.play()
        wait_for_frame(player, SAMPLE_RATE_HZ)
        player.seek(target)
        assert player.position_frames == target
        assert player.state == "playing"
        wait_for_frame(player, target + SAMPLE_RATE_HZ)
        player.pause()
        assert player.state == "paused"
        recording.wait_for_silence()
        paused_at = player.position_frames
        player.play()
        wait_for_frame(player, paused_at + SAMPLE_RATE_HZ)
        player.stop()
        recording.wait_for_silence()
    assert player.state == "stopped"
    assert player.position_frames == 0
    before_seek, after_seek, after_pause = stretches(recording.wave())
    assert_sounds_like(before_seek, mix[: len(before_seek)] * fades(len(before_seek)))
    assert_sounds_like(after_seek, mix[target : target + len(after_seek)] * fades(len(after_seek)))
    assert target + len(after_seek) + 1 == paused_at  # the fade's last frame is 0
    assert_sounds_like(after_pause, mix[paused_at : paused_at + len(after_pause)] * fades(len(after_pause)))


@undisturbed
def test_a_growing_take_plays_on_after_a_stall(null_sink: NullSink, new_player: Players, new_take: TakeMaker) -> None:
    player = new_player()
    tracks = smooth_tracks(4 * SAMPLE_RATE_HZ)
    take = new_take(tracks[:SAMPLE_RATE_HZ], finished=False)
    player.load(take)
    with null_sink.record() as recording:
        player.play()
        recording.wait_for_silence()
        assert (player.state, player.waiting) == ("playing", True)
        waits_at = player.position_frames
        assert waits_at <= SAMPLE_RATE_HZ
        append(take, tracks[SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ])
        wait_for_frame(player, waits_at + 1)
        assert not player.waiting
        append(take, tracks[2 * SAMPLE_RATE_HZ :])
        take.finish()
        wait_until(lambda: player.state == "stopped")
        recording.wait_for_silence()
    mix = take.read_mix(0, take.mix_frames)
    before, after = stretches(recording.wave())
    assert len(before) + 1 == waits_at  # the fade's last frame is 0
    assert_sounds_like(before, mix[: len(before)] * fades(len(before)))
    assert_sounds_like(after, mix[waits_at:] * fades(len(after), out=False))


@undisturbed
def test_stems_that_come_late_are_on_the_faders_before_what_was_read_has_been_played(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    tracks = smooth_tracks(4 * SAMPLE_RATE_HZ)
    take = new_take(tracks[:0], finished=False)
    take.append_mix(tracks.sum(axis=1))
    player.load(take)
    with null_sink.record() as recording:
        player.play()
        wait_until(lambda: player.read_frame > SAMPLE_RATE_HZ)
        read_frame = player.read_frame
        player.levels()
        take.append_stems(tracks[:, :-1])
        take.finish()
        wait_until(lambda: player.levels()[0, :-1].all())
        assert player.position_frames < read_frame
        wait_until(lambda: player.state == "stopped")
        recording.wait_for_silence()
    (stretch,) = stretches(recording.wave())
    assert_sounds_like(stretch, tracks.sum(axis=1)[: len(stretch)] * fades(len(stretch), out=False))


@undisturbed
def test_closing_while_it_plays_fades_out(null_sink: NullSink, new_player: Players, new_take: TakeMaker) -> None:
    player = new_player()
    take = new_take(smooth_tracks(4 * SAMPLE_RATE_HZ))
    player.load(take)
    with null_sink.record() as recording:
        player.play()
        wait_for_frame(player, SAMPLE_RATE_HZ // 2)
        player.close()
        recording.wait_for_silence()
    (stretch,) = stretches(recording.wave())
    assert_sounds_like(stretch, take.read_mix(0, len(stretch)) * fades(len(stretch)))


@undisturbed
def test_another_take_follows_on_the_same_device(null_sink: NullSink, new_player: Players, new_take: TakeMaker) -> None:
    player = new_player()
    tracks = smooth_tracks(4 * SAMPLE_RATE_HZ)
    first, second = new_take(tracks), new_take(smooth_tracks(SAMPLE_RATE_HZ, stems=0, seed=2))
    settings = MixSettings((Strip(-6.0),) * 4, master_gain_db=-3.0)
    player.load(first)
    player.set_mix(settings)
    with null_sink.record() as recording:
        player.play()
        wait_for_frame(player, 4_410)
        player.load(second)
        assert player.state == "stopped"
        assert player.mix == MixSettings((), master_gain_db=-3.0)
        recording.wait_for_silence()
        player.play()
        wait_until(lambda: player.state == "stopped")
        recording.wait_for_silence()
    heard_first, heard_second = stretches(recording.wave())
    gains = settings.gains()
    expected = np.einsum("tc,ftc->fc", gains, tracks[: len(heard_first)])
    assert_sounds_like(heard_first, expected * fades(len(heard_first)))
    assert_sounds_like(heard_second, gains[-1] * second.read_mix(0, SAMPLE_RATE_HZ) * fades(SAMPLE_RATE_HZ, out=False))


@undisturbed
def test_a_region_goes_round_and_is_left_again_without_a_break(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    tracks = smooth_tracks(2 * SAMPLE_RATE_HZ)
    start, end = SAMPLE_RATE_HZ // 4, SAMPLE_RATE_HZ
    player.load(new_take(tracks))
    with null_sink.record() as recording:
        player.play()
        wait_for_frame(player, start + 1_000)
        player.set_loop(start, end)
        assert player.loop == (start, end)
        wait_for_frame(player, end - 10_000)
        for _ in range(2):
            wait_until(lambda: player.position_frames < start + 15_000)
            wait_for_frame(player, end - 12_000)
        player.set_loop(None)
        wait_until(lambda: player.state == "stopped")
        recording.wait_for_silence()
    (stretch,) = stretches(recording.wave())
    mix = tracks.sum(axis=1)
    weights = (np.arange(1, SPLICE_FRAMES + 1) / SPLICE_FRAMES)[:, None]
    turn = mix[start:end].copy()
    turn[-SPLICE_FRAMES:] = (1 - weights) * turn[-SPLICE_FRAMES:] + weights * mix[start - SPLICE_FRAMES : start]
    turns = round((len(stretch) - len(mix)) / (end - start))
    assert turns in (2, 3)
    expected = np.concatenate([mix[:start], *[turn] * turns, mix[start:]])
    assert_sounds_like(stretch, expected[: len(stretch)] * fades(len(stretch), out=False))


def test_a_region_elsewhere_is_gone_to(new_take: TakeMaker) -> None:
    player = Player()
    player.load(new_take(smooth_tracks(60_000), finished=False))
    player.set_loop(20_000, 40_000)
    assert player.position_frames == 20_000
    player.seek(50_000)
    player.set_loop(None)
    assert (player.position_frames, player.loop) == (50_000, None)
    with pytest.raises(UsageError, match="longer region"):
        player.set_loop(20_000, 20_100)
    player.close()


@undisturbed
def test_going_over_to_another_take_has_both_sound_at_equal_power(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    first, second = new_take(smooth_tracks(4 * SAMPLE_RATE_HZ)), new_take(smooth_tracks(99_000, stems=0, seed=2))
    player.load(first)
    with null_sink.record() as recording:
        player.play()
        wait_for_frame(player, SAMPLE_RATE_HZ)
        player.load(second, crossfade_s=0.5)
        assert (player.state, player.uses(first), player.uses(second)) == ("playing", True, True)
        wait_until(lambda: not player.uses(first))
        first.close()
        wait_until(lambda: player.state == "stopped")
        recording.wait_for_silence()
    (stretch,) = stretches(recording.wave())
    begin = len(stretch) - 99_000
    angle = np.clip(np.arange(1, 99_001) / (SAMPLE_RATE_HZ // 2), 0.0, 1.0)[:, None] * np.pi / 2
    expected = np.zeros((len(stretch), 2))
    leaving = smooth_tracks(4 * SAMPLE_RATE_HZ).sum(axis=1)[: len(stretch)]
    expected[:begin] = leaving[:begin]
    expected[begin:] = np.sin(angle) * second.read_mix(0, 99_000)
    expected[begin : len(leaving)] += (np.cos(angle) * (angle < np.pi / 2))[: len(leaving) - begin] * leaving[begin:]
    assert_sounds_like(stretch, expected * fades(len(stretch), out=False))


@undisturbed
def test_what_is_too_loud_meets_the_limiter_and_shows(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    player.load(new_take(20 * smooth_tracks(2 * SAMPLE_RATE_HZ, stems=0)))
    with null_sink.record() as recording:
        player.play()
        wait_for_frame(player, SAMPLE_RATE_HZ)
        assert player.limiting_db > 0.1
        assert 0.9 < player.levels()[0, -1].max() <= np.float32(CEILING)
        player.pause()
        recording.wait_for_silence()
    assert 0.9 < np.abs(recording.wave()).max() <= np.float32(CEILING)


def test_levels_show_what_sounds(new_player: Players, new_take: TakeMaker) -> None:
    player = new_player()
    take = new_take(np.broadcast_to(np.array([0.1, 0.2, 0.3, 0.1, 0.0], np.float32)[:, None], (200_000, 5, 2)))
    player.load(take)
    player.set_mix(MixSettings((Strip(), Strip(muted=True), Strip(-6.0), Strip())))
    np.testing.assert_array_equal(player.levels(), np.zeros((2, 5, 2)))
    player.play()
    wait_for_frame(player, 11_025)
    player.levels()
    wait_for_frame(player, 22_050)
    levels = [0.1, 0.0, 0.3 * 10 ** (-6 / 20), 0.1]
    peaks, rms = player.levels()
    np.testing.assert_allclose(peaks[:, 0], [*levels, sum(levels)], rtol=1e-5)
    np.testing.assert_allclose(rms, peaks, rtol=1e-4)  # of what stands still
    player.stop()
    wait_until(lambda: not player.levels().any())


@undisturbed
def test_loudness_is_that_of_what_is_heard(null_sink: NullSink, new_player: Players, new_take: TakeMaker) -> None:
    player = new_player()
    player.load(new_take(smooth_tracks(16 * SAMPLE_RATE_HZ)))
    assert player.loudness == Loudness()
    with null_sink.record() as recording:
        player.play()
        wait_for_frame(player, 3 * SAMPLE_RATE_HZ)
        player.pause()
        recording.wait_for_silence()
    heard_lufs = loudness_of([recording.wave()])
    assert player.loudness.integrated_lufs == pytest.approx(heard_lufs, abs=0.2)
    player.set_mix(MixSettings((Strip(),) * 4, master_gain_db=-12.0))
    player.play()
    wait_for_frame(player, 7 * SAMPLE_RATE_HZ)
    assert player.loudness.short_term_lufs == pytest.approx(heard_lufs - 12.0, abs=0.5)
    assert player.loudness.integrated_lufs > heard_lufs - 8.0
    player.measure_loudness_anew()
    wait_until(lambda: player.loudness.integrated_lufs < heard_lufs - 11.0)
    player.close()


def test_without_a_take_there_is_nothing_to_play() -> None:
    player = Player()
    player.pause()
    player.seek(5)
    player.stop()
    with pytest.raises(UsageError, match="generate or open"):
        player.play()
    assert player.state == "stopped"
    assert player.levels().shape == (2, 1, 2)
    assert (player.heard_frame, player.read_frame, player.playing, player.waiting) == (0, 0, False, False)
    player.close()


def test_a_player_is_a_listener_that_has_read_further_than_is_heard(null_sink: NullSink, new_take: TakeMaker) -> None:
    player = Player(latency_s=LATENCY_S)
    player.load(new_take(smooth_tracks(4 * SAMPLE_RATE_HZ), finished=False))
    listener: Listener = player
    assert (listener.heard_frame, listener.read_frame, listener.playing) == (0, 0, False)
    player.play()
    wait_for_frame(player, SAMPLE_RATE_HZ)
    assert listener.playing
    assert listener.heard_frame + SAMPLE_RATE_HZ // 2 < listener.read_frame <= listener.heard_frame + 2 * SAMPLE_RATE_HZ
    player.close()


def test_what_an_endless_take_has_let_go_is_passed_over(null_sink: NullSink, tmp_path: Path) -> None:
    take = Take.create(tmp_path / "endless", kept_frames=10_000)
    take.append_mix(smooth_tracks(10_000, stems=0)[:, 0])
    player = Player()
    player.load(take)
    take.append_mix(smooth_tracks(10_000, stems=0)[:, 0])
    assert take.first_frame == 10_000
    player.play()
    assert player.position_frames >= 10_000
    player.seek(0)
    assert player.position_frames >= 10_000
    player.close()
    take.close()


def test_a_seek_stays_within_what_exists_and_needs_no_device(new_take: TakeMaker) -> None:
    player = Player()
    player.load(new_take(smooth_tracks(5_000), finished=False))
    for frame, stays_at in [(3_000, 3_000), (10**12, 5_000), (-1, 0)]:
        player.seek(frame)
        assert player.position_frames == stays_at
    assert player.state == "stopped"
    player.close()


def test_settings_for_another_take_are_refused(new_take: TakeMaker) -> None:
    player = Player()
    player.load(new_take(smooth_tracks(100)))
    with pytest.raises(ValueError, match="3 strips do not fit a take of 4 stems"):
        player.set_mix(MixSettings.unity(3))
    assert player.mix == MixSettings.unity(4)
    player.close()


def test_the_feeder_ends_with_the_player() -> None:
    player = Player()
    assert "playback feeder" in [thread.name for thread in threading.enumerate()]
    player.close()
    assert "playback feeder" not in [thread.name for thread in threading.enumerate()]


def test_a_take_that_cannot_be_read_any_more_ends(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker, caplog: pytest.LogCaptureFixture
) -> None:
    player = new_player()
    take = new_take(smooth_tracks(4 * SAMPLE_RATE_HZ))
    player.load(take)
    player.play()
    wait_for_frame(player, 1)
    take.close()
    wait_until(lambda: player.state == "stopped")
    assert "cannot read its take" in caplog.text
