"""The mixer under a real mouse and real keys: what was done is heard, and undone it is heard no more."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.playback.settings import MixSettings
from engine.takes.take import Take
from tests.screen import let_a_hand_use_the_window
from tests.sound import NullSink

STEMS = ("drums", "bass", "other", "vocals")
TONES_HZ = (200, 400, 800, 1600)
LEVEL = 0.1
WINDOW_FRAMES = SAMPLE_RATE_HZ // 20
SHUT_DB = -50.0


def tones(seconds: float) -> npt.NDArray[np.float32]:
    """A tone of its own for each stem, (frames, stems, 2)."""
    phases = 2 * np.pi * np.arange(round(seconds * SAMPLE_RATE_HZ))[:, None] / SAMPLE_RATE_HZ * np.array(TONES_HZ)
    return np.repeat((LEVEL * np.sin(phases)).astype(np.float32)[:, :, None], 2, axis=2)


def levels_db(wave: Wave) -> npt.NDArray[np.float64]:
    """How loud the four tones are in each twentieth of a second, against where they began: (windows, stems)."""
    windows = wave[: len(wave) // WINDOW_FRAMES * WINDOW_FRAMES, 0].reshape(-1, WINDOW_FRAMES).astype(np.float64)
    phases = 2j * np.pi * np.arange(WINDOW_FRAMES)[:, None] / SAMPLE_RATE_HZ * np.array(TONES_HZ)
    amplitudes = 2 * np.abs(windows @ np.exp(phases)) / WINDOW_FRAMES
    return 20 * np.log10(np.maximum(amplitudes / LEVEL, 1e-6))


def steady_states(wave: Wave) -> list[npt.NDArray[np.float64]]:
    """The levels that stood still for a third of a second and more, one after the other."""
    states: list[npt.NDArray[np.float64]] = []
    shown = np.maximum(levels_db(wave), SHUT_DB)
    for begin in range(len(shown) - 6):
        stretch = shown[begin : begin + 6]
        if np.ptp(stretch, axis=0).max() < 0.1 and (stretch > SHUT_DB).any():
            state = stretch.mean(axis=0)
            if not states or np.abs(state - states[-1]).max() > 0.5:
                states.append(state)
    return states


def expected_db(mix: MixSettings) -> npt.NDArray[np.float64]:
    return np.maximum(20 * np.log10(np.maximum(mix.gains()[:-1, 0], 1e-6)), SHUT_DB)


def test_every_move_is_heard_and_undone(tmp_path: Path, null_sink: NullSink) -> None:
    take = Take.create(tmp_path / "home" / "takes" / "tones", stem_names=STEMS)
    stems = tones(40.0)
    take.append_mix(stems.sum(axis=1))
    take.append_stems(stems)
    take.finish()
    take.close()
    with null_sink.record() as recording:
        let_a_hand_use_the_window("tests.app.mixing_hand", tmp_path, "-screen 0 1440x900x24")
        heard = steady_states(recording.wave())
    moved = [MixSettings.from_json(values) for values in json.loads((tmp_path / "states.json").read_text())]
    assert moved[:4] == list(reversed(moved))[:4]
    drums, bass, other, vocals = moved[4].strips
    assert (drums.gain_db, bass.gain_db) == (pytest.approx(-12, abs=1), -20)
    assert (other.soloed, vocals.muted) == (True, True)
    assert len(heard) == len(moved)
    for state, mix in zip(heard, moved, strict=True):
        np.testing.assert_allclose(state, expected_db(mix), atol=0.3)
