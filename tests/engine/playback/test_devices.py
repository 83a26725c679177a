"""Devices that are missing, come, go, or want other rates: the take goes on."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.playback.device import output_devices
from engine.playback.player import Player
from engine.takes.take import Take
from tests.engine.playback.conftest import TakeMaker, append, smooth_tracks
from tests.engine.playback.hearing import LATENCY_S, Players, fades, heard_at, stretches, undisturbed, wait_for_frame
from tests.sound import NullSink, running_daemon, sound_card, wait_until

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.usefixtures("null_sink")
def test_the_default_device_is_listed_first() -> None:
    assert [(device.name, device.is_default) for device in output_devices()] == [("default", True), ("pulse", False)]


def in_fresh_python(code: str, *, path: Path = ROOT) -> str:
    """What a Python of its own says to `code`: one that has loaded nothing and knows no devices yet."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(path), str(ROOT)])}
    run = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_portaudio_stays_in_the_process_that_plays() -> None:
    modules = "engine.playback.settings, engine.playback.mixer, engine.playback.player"
    assert in_fresh_python(f"import sys, {modules}; print('sounddevice' in sys.modules)") == "False\n"


def test_without_portaudio_the_user_is_told_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    told = in_fresh_python(f"from {__name__} import *; play_without_portaudio(Path({str(tmp_path)!r}))", path=tmp_path)
    assert "libportaudio2" in told


def play_without_portaudio(folder: Path) -> None:
    """Runs in a Python of its own."""
    assert output_devices() == []
    player = loaded_player(folder)
    player.play()
    wait_for_frame(player, SAMPLE_RATE_HZ // 2)
    print(player.output_problem)
    player.close()


@pytest.mark.usefixtures("null_sink")
def test_a_device_may_be_missing_come_go_and_come_again(tmp_path: Path) -> None:
    in_fresh_python(f"from {__name__} import *; play_on_devices_that_come_and_go(Path({str(tmp_path)!r}))")


def play_on_devices_that_come_and_go(folder: Path) -> None:
    """Runs in a Python of its own."""
    os.environ |= sound_card(folder)  # with no daemon yet
    player = loaded_player(folder)
    assert output_devices() == []
    player.play()
    wait_for_frame(player, 2_000)  # it goes on, silently
    wait_until(lambda: player.loudness.momentary_lufs > -40.0)  # and is measured
    assert str(player.output_problem).startswith("There is no audio output. Connect or choose")
    assert (player.state, player.output_name) == ("playing", None)
    for _ in range(2):
        with running_daemon(folder, sound_card(folder)):
            wait_until(lambda: player.output_problem is None)
            wait_for_frame(player, player.position_frames + 2_000)
            assert player.output_name == "default"
        wait_until(lambda: player.output_name is None)
        wait_for_frame(player, player.position_frames + 2_000)
        assert "audio output" in str(player.output_problem)
        assert player.state == "playing"
    player.close()


@pytest.mark.parametrize(("rate_hz", "channels"), [(48_000, 2), (96_000, 1)])
@undisturbed
def test_a_device_that_refuses_the_program_s_rate_is_played_on_at_its_own(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker, rate_hz: int, channels: int
) -> None:
    impossible_hz = 10_000_000
    mono = np.repeat(smooth_tracks(6 * SAMPLE_RATE_HZ, stems=0)[..., :1], 2, axis=2)
    take = new_take(mono)
    with null_sink.another("studio2", rate_hz, channels), null_sink.record("studio2") as recording:
        player = new_player(rates_hz=(impossible_hz, rate_hz))
        player.load(take)
        player.play()
        wait_for_frame(player, 2 * SAMPLE_RATE_HZ)
        assert (player.output_rate_hz, player.output_problem) == (rate_hz, None)
        _, error_db = heard_at(recording, take.read_mix(0, take.mix_frames), 1.0)
        player.close()
    assert error_db < -30  # PulseAudio resamples for the recorder as well, and not by whole frames


@undisturbed
def test_a_device_that_is_unplugged_gives_way_to_the_new_default(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    take = new_take(smooth_tracks(20 * SAMPLE_RATE_HZ, stems=0))
    mix = take.read_mix(0, take.mix_frames)
    player.load(take)
    with null_sink.another("studio2"):
        player.play()
        wait_for_frame(player, SAMPLE_RATE_HZ)
    unplugged_at = player.position_frames
    with null_sink.record() as recording:
        wait_for_frame(player, unplugged_at + 2 * SAMPLE_RATE_HZ)
        begin, error_db = heard_at(recording, mix, 0.5)
    assert (player.state, player.output_problem) == ("playing", None)
    assert error_db < -60
    assert begin > unplugged_at


@undisturbed
def test_another_device_can_be_chosen_while_it_plays(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    take = new_take(smooth_tracks(10 * SAMPLE_RATE_HZ, stems=0))
    mix = take.read_mix(0, take.mix_frames)
    player.load(take)
    with null_sink.record() as recording:
        player.play()
        wait_until(lambda: player.output_name == "default")
        wait_for_frame(player, SAMPLE_RATE_HZ)
        assert [device.name for device in player.devices] == ["default", "pulse"]
        player.set_device("pulse")
        wait_until(lambda: player.output_name == "pulse")
        wait_for_frame(player, player.position_frames + SAMPLE_RATE_HZ)
        player.set_device("no such device")
        wait_until(lambda: player.output_problem is not None)
        assert player.output_name == "default"
        assert "'no such device'" in str(player.output_problem)
        wait_for_frame(player, player.position_frames + SAMPLE_RATE_HZ)
        player.stop()
        recording.wait_for_silence()
    heard = stretches(recording.wave())
    assert len(heard) == 3
    at = 0
    for stretch in heard:
        np.testing.assert_allclose(stretch, mix[at : at + len(stretch)] * fades(len(stretch)), atol=1e-4)
        at += len(stretch) + 1  # the fade's last frame is 0


@undisturbed
def test_another_buffer_can_be_chosen_while_it_plays(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    take = new_take(smooth_tracks(10 * SAMPLE_RATE_HZ, stems=0))
    mix = take.read_mix(0, take.mix_frames)
    player.load(take)
    with null_sink.record() as recording:
        player.play()
        wait_for_frame(player, SAMPLE_RATE_HZ)
        before_s = player.latency_s
        player.set_buffer(120.0)
        wait_until(lambda: player.latency_s != before_s)
        assert player.latency_s == pytest.approx(0.12, rel=0.5)
        wait_for_frame(player, player.position_frames + SAMPLE_RATE_HZ)
        player.stop()
        recording.wait_for_silence()
    assert before_s == pytest.approx(LATENCY_S, rel=0.5)
    heard = stretches(recording.wave())
    assert len(heard) == 2
    at = 0
    for stretch in heard:
        np.testing.assert_allclose(stretch, mix[at : at + len(stretch)] * fades(len(stretch)), atol=1e-4)
        at += len(stretch) + 1  # the fade's last frame is 0


@pytest.mark.parametrize("buffer_ms", [0.0, -1.0, 501.0, float("nan")])
def test_a_buffer_that_no_device_can_have_is_refused(buffer_ms: float) -> None:
    player = Player()
    with pytest.raises(UsageError, match="5 to 500 ms"):
        player.set_buffer(buffer_ms)
    player.close()


def test_a_process_that_dies_is_replaced_and_the_take_goes_on(
    null_sink: NullSink, new_player: Players, new_take: TakeMaker
) -> None:
    player = new_player()
    player.load(new_take(smooth_tracks(20 * SAMPLE_RATE_HZ, stems=0)))
    player.play()
    wait_for_frame(player, SAMPLE_RATE_HZ)
    (process,) = multiprocessing.active_children()
    process.kill()
    wait_until(lambda: player.output_problem is not None)
    assert "started again" in str(player.output_problem)
    wait_until(lambda: player.output_problem is None)
    before = player.position_frames
    assert before >= SAMPLE_RATE_HZ
    with null_sink.record() as recording:
        wait_for_frame(player, before + SAMPLE_RATE_HZ // 2)
        assert recording.wave().any()


def loaded_player(folder: Path) -> Player:
    take = Take.create(folder / "take")
    append(take, smooth_tracks(60 * SAMPLE_RATE_HZ, stems=0))
    take.finish()
    player = Player(latency_s=LATENCY_S)
    player.load(take)
    return player
