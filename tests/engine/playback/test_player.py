"""Playback for real: the player plays into PulseAudio's null sink, and what the sink played is compared with the take.

The takes are noise that never repeats, so that each stretch of a recording has one place in its take, and slow, so that
any click stands out. The device's latency is generous because the machine may be busy; nothing is timed.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import DeviceError, UsageError
from engine.playback.device import output_devices
from engine.playback.mixer import RAMP_FRAMES, Tracks
from engine.playback.player import Player
from engine.playback.playout import FADE_FRAMES
from engine.playback.settings import MixSettings, Strip
from engine.takes.take import Take
from tests.engine.playback.conftest import TakeMaker, append, smooth_tracks
from tests.sound import NullSink, running_daemon, sound_card, wait_until

LATENCY_S = 0.4
ROOT = Path(__file__).resolve().parents[3]


class Players:
    """Makes players, and knows how often any of them was disturbed."""

    def __init__(self) -> None:
        self.made: list[Player] = []

    def __call__(self) -> Player:
        self.made.append(Player(latency_s=LATENCY_S))
        return self.made[-1]

    @property
    def underruns(self) -> int:
        return sum(player.underruns for player in self.made)

    def close(self) -> None:
        for player in self.made:
            player.close()


@pytest.fixture
def new_player(null_sink: NullSink) -> Iterator[Players]:
    players = Players()
    yield players
    players.close()


def undisturbed(test: Callable[..., None]) -> Callable[..., None]:
    """Repeat a test during which the machine was so busy that sound was missing: there is nothing to compare then.

    A player that is itself to blame fails every time.
    """

    @functools.wraps(test)
    def repeated(*, new_player: Players, **fixtures: object) -> None:
        for _ in range(3):
            before = new_player.underruns
            try:
                return test(new_player=new_player, **fixtures)
            except (AssertionError, ValueError):
                if new_player.underruns == before:
                    raise
                new_player.close()
        return test(new_player=new_player, **fixtures)

    return repeated


def wait_for_frame(player: Player, frame: int) -> None:
    wait_until(lambda: player.position_frames >= frame)


def stretches(wave: Wave) -> list[Wave]:
    """What sounded between silences; even one frame of silence is one, for noise has none and each fade ends on it."""
    sounding = np.flatnonzero(wave.any(axis=1))
    return [wave[part[0] : part[-1] + 1] for part in np.split(sounding, np.flatnonzero(np.diff(sounding) > 1) + 1)]


def place(stretch: Wave, mix: Wave) -> int:
    """The frame of `mix` at which `stretch` begins, found where half a second of it, without its fade, fits best."""
    probe = stretch[FADE_FRAMES : FADE_FRAMES + SAMPLE_RATE_HZ // 2, 0]
    size = len(mix) + len(probe)
    correlation = np.fft.irfft(np.fft.rfft(mix[:, 0], size) * np.fft.rfft(probe, size).conj(), size)
    return int(np.argmax(correlation)) - FADE_FRAMES


def fades(frames: int, *, out: bool = True) -> npt.NDArray[np.float64]:
    """The envelope of a stretch that fades in and, perhaps, out: (frames, 1)."""
    ramp = np.interp(np.arange(1, frames + 1), [0, FADE_FRAMES], [0.0, 1.0])
    return (np.minimum(ramp, ramp[::-1]) if out else ramp)[:, None]


def assert_sounds_like(wave: Wave, expected: npt.NDArray[np.floating]) -> None:
    """The difference is 60 dB below: so the level is right to 0.01 dB, and nothing is missing, moved or clicks."""
    assert wave.shape == expected.shape
    error_db = 10 * np.log10(np.mean((wave - expected) ** 2) / np.mean(expected**2) + 1e-30)
    assert error_db < -60
    assert np.abs(wave - expected).max() < 0.01 * np.abs(expected).max()  # nor does a single sample stick out


@undisturbed
def test_a_take_sounds_as_it_is_without_gaps(null_sink: NullSink, new_player: Players, new_take: TakeMaker) -> None:
    player = new_player()
    take = new_take(smooth_tracks(3 * SAMPLE_RATE_HZ))
    mix = take.read_mix(0, take.mix_frames)
    player.load(take)
    with null_sink.record() as recording:
        player.play()
        assert player.state == "playing"
        assert player.output_name == "default"
        assert player.latency_s == pytest.approx(LATENCY_S, rel=0.5)
        wait_until(lambda: player.state == "stopped")
        recording.wait_for_silence()
    assert player.position_frames == 0
    (stretch,) = stretches(recording.wave())
    assert place(stretch, mix) == 0
    assert_sounds_like(stretch, mix[: len(stretch)] * fades(len(stretch), out=False))
    assert len(stretch) >= len(mix) - 1  # the last frame may happen to be silent


@undisturbed
def test_faders_mute_solo_and_master_are_heard_as_ramps(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    tracks = smooth_tracks(10 * SAMPLE_RATE_HZ)
    moves = [
        MixSettings((Strip(-6.0), Strip(), Strip(6.0), Strip())),
        MixSettings((Strip(-6.0), Strip(muted=True), Strip(6.0), Strip())),
        MixSettings((Strip(-6.0), Strip(muted=True), Strip(6.0), Strip(soloed=True))),
        MixSettings((Strip(),) * 4, master_gain_db=-12.0),
        MixSettings.unity(4),
    ]
    player.load(new_take(tracks))
    windows = []
    with null_sink.record() as recording:
        player.play()
        for number, settings in enumerate(moves, start=1):
            wait_for_frame(player, number * SAMPLE_RATE_HZ * 3 // 4)
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
    gains = np.ones((len(tracks), tracks.shape[1]))
    moved_at = []
    for settings in moves:
        frame = _first_departure(np.einsum("ft,ftc->fc", gains, tracks), heard, after=max(moved_at, default=0))
        ramp = np.clip(np.arange(1 - frame, len(tracks) - frame + 1) / RAMP_FRAMES, 0.0, 1.0)[:, None]
        gains += ramp * (settings.gains() - gains)
        moved_at.append(frame)
    return np.einsum("ft,ftc->fc", gains, tracks), moved_at


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
        assert player.state == "playing"
        waits_at = player.position_frames
        assert waits_at <= SAMPLE_RATE_HZ
        append(take, tracks[SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ])
        wait_for_frame(player, waits_at + 1)
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
    expected = gains @ tracks[: len(heard_first)]
    assert_sounds_like(heard_first, expected * fades(len(heard_first)))
    assert_sounds_like(heard_second, gains[-1] * second.read_mix(0, SAMPLE_RATE_HZ) * fades(SAMPLE_RATE_HZ, out=False))


def test_levels_show_what_sounds(new_player: Players, new_take: TakeMaker) -> None:
    player = new_player()
    take = new_take(np.broadcast_to(np.array([0.1, 0.2, 0.3, 0.1, 0.0], np.float32)[:, None], (200_000, 5, 2)))
    player.load(take)
    player.set_mix(MixSettings((Strip(), Strip(muted=True), Strip(-6.0), Strip())))
    np.testing.assert_array_equal(player.levels(), np.zeros((5, 2)))
    player.play()
    wait_for_frame(player, 22_050)
    levels = [0.1, 0.0, 0.3 * 10 ** (-6 / 20), 0.1]
    np.testing.assert_allclose(player.levels()[:, 0], [*levels, sum(levels)], rtol=1e-5)
    player.stop()
    player.levels()
    np.testing.assert_array_equal(player.levels(), np.zeros((5, 2)))


@pytest.mark.usefixtures("null_sink")
def test_the_default_device_is_listed_first() -> None:
    assert [(device.name, device.is_default) for device in output_devices()] == [("default", True), ("pulse", False)]


def test_without_a_take_there_is_nothing_to_play() -> None:
    player = Player()
    player.pause()
    player.seek(5)
    player.stop()
    with pytest.raises(UsageError, match="generate or open"):
        player.play()
    assert player.state == "stopped"
    assert player.levels().shape == (1, 2)
    player.close()


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


def in_fresh_python(code: str, *, path: Path = ROOT) -> str:
    """What a Python of its own says to `code`: one that has loaded nothing and knows no devices yet."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(path), str(ROOT)])}
    run = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_portaudio_is_loaded_by_the_first_play_and_not_before() -> None:
    modules = "engine.playback.settings, engine.playback.mixer, engine.playback.player"
    assert in_fresh_python(f"import sys, {modules}; print('sounddevice' in sys.modules)") == "False\n"


def test_without_portaudio_the_user_is_told_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    told = in_fresh_python(f"from {__name__} import *; play_without_portaudio(Path({str(tmp_path)!r}))", path=tmp_path)
    assert "libportaudio2" in told


def play_without_portaudio(folder: Path) -> None:
    """Runs in a Python of its own."""
    assert output_devices() == []
    print(refusal(loaded_player(folder)))


@pytest.mark.usefixtures("null_sink")
def test_a_device_may_be_missing_come_go_and_come_again(tmp_path: Path) -> None:
    in_fresh_python(f"from {__name__} import *; play_on_devices_that_come_and_go(Path({str(tmp_path)!r}))")


def play_on_devices_that_come_and_go(folder: Path) -> None:
    """Runs in a Python of its own."""
    os.environ |= sound_card(folder)  # with no daemon yet
    player = loaded_player(folder)
    assert output_devices() == []
    assert refusal(player).startswith("There is no audio output. Connect or choose")
    assert (player.state, player.position_frames) == ("stopped", 0)
    player.seek(1_000)
    player.set_mix(MixSettings(master_gain_db=-6.0))
    assert player.position_frames == 1_000

    with running_daemon(folder, sound_card(folder)):
        player.play()
        assert player.state == "playing"
        wait_for_frame(player, 2_000)
    wait_until(lambda: player.state == "paused")
    paused_at = player.position_frames
    assert "audio output" in refusal(player)
    assert (player.state, player.position_frames) == ("paused", paused_at)
    with running_daemon(folder, sound_card(folder)):
        player.play()
        wait_for_frame(player, paused_at + 1_000)
        player.close()


def loaded_player(folder: Path) -> Player:
    take = Take.create(folder / "take")
    append(take, smooth_tracks(10 * SAMPLE_RATE_HZ, stems=0))
    take.finish()
    player = Player(latency_s=LATENCY_S)
    player.load(take)
    return player


def refusal(player: Player) -> str:
    """What `play()` says when it cannot."""
    with pytest.raises(DeviceError) as caught:
        player.play()
    return str(caught.value)
