"""What the tests of playback hear: stretches of a recording, and where in a take they are from."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.playback.player import Player
from engine.playback.playout import FADE_FRAMES
from tests.sound import Recording, wait_until

LATENCY_S = 0.3
"""Generous, because the machine may be busy."""


class Players:
    """Makes players, and closes them."""

    def __init__(self) -> None:
        self.made: list[Player] = []

    def __call__(self, **options: Any) -> Player:
        self.made.append(Player(latency_s=LATENCY_S, **options))
        return self.made[-1]

    def close(self) -> None:
        for player in self.made:
            player.close()


def undisturbed(test: Callable[..., None]) -> Callable[..., None]:
    """Repeat a test that fails: the machine may have been so busy that sound was missing, on the sink's side too.

    A player that is itself to blame fails every time.
    """

    @functools.wraps(test)
    def repeated(*, new_player: Players, **fixtures: object) -> None:
        for _ in range(2):
            try:
                return test(new_player=new_player, **fixtures)
            except (AssertionError, ValueError):
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


def heard_at(recording: Recording, mix: Wave, at_least_s: float) -> tuple[int, float]:
    """Where in `mix` the end of a recording is from, and by how many decibels it differs, its level made up for."""
    probe = recording.wave()[-round(at_least_s * SAMPLE_RATE_HZ) :, 0].astype(float)
    size = len(mix) + len(probe)
    correlation = np.fft.irfft(np.fft.rfft(mix[:, 0], size) * np.fft.rfft(probe, size).conj(), size)
    begin = int(np.argmax(correlation))
    expected = mix[begin : begin + len(probe), 0]
    if len(expected) < len(probe):
        return begin, 0.0
    expected = expected * (expected @ probe) / (expected @ expected)
    return begin, float(10 * np.log10(((probe - expected) ** 2).mean() / (expected**2).mean()))
