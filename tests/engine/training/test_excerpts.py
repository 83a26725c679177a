"""Excerpts from recordings of which every frame is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import AudioFileError, UsageError
from engine.training.collection import Collection
from engine.training.excerpts import Excerpts
from engine.training.recordings import Changes, Recording


def counting(frames: int, first: float) -> np.ndarray:
    """Frames that can be told apart: left counts up, right is its negative."""
    left = first + np.arange(frames, dtype=np.float32) / 2**17
    return np.stack([left, -left], axis=1)


@pytest.fixture
def excerpts(tmp_path: Path) -> Excerpts:
    soundfile.write(tmp_path / "a.wav", counting(20_000, 0.0), SAMPLE_RATE_HZ, subtype="FLOAT")
    soundfile.write(tmp_path / "b.flac", counting(3_000, 0.5), SAMPLE_RATE_HZ, subtype="PCM_24")
    recordings = [
        Recording("a", "a.wav", start=1_000, stop=19_000),
        Recording("b", "b.flac", start=0, stop=3_000, gain=0.5),
        Recording("a again", "a.wav", stop=20_000, changes=Changes(speed=1.1)),
    ]
    return Excerpts(Collection(tmp_path, tmp_path, recordings))


def test_what_is_taken_of_the_recordings_counts_and_no_augmented_ones(excerpts: Excerpts) -> None:
    assert excerpts.frames == 18_000 + 3_000


def test_an_excerpt_is_the_sound_at_its_place(excerpts: Excerpts) -> None:
    np.testing.assert_array_equal(excerpts.read(7_000, 500), counting(20_000, 0.0)[8_000:8_500])
    np.testing.assert_allclose(excerpts.read(18_100, 500), counting(3_000, 0.5)[100:600] * 0.5, atol=1e-6)


def test_an_excerpt_ends_with_its_recording(excerpts: Excerpts) -> None:
    np.testing.assert_array_equal(excerpts.read(17_900, 500), counting(20_000, 0.0)[18_500:19_000])


def test_a_recording_too_short_has_silence_after_it(excerpts: Excerpts) -> None:
    wave = excerpts.read(18_700, 4_000)
    np.testing.assert_allclose(wave[:3_000], counting(3_000, 0.5) * 0.5, atol=1e-6)
    assert not wave[3_000:].any()


def test_the_same_random_numbers_draw_the_same_excerpts(excerpts: Excerpts) -> None:
    first, second = (excerpts.draw(5, 300, np.random.default_rng(3)) for _ in range(2))
    assert first.shape == (5, 300, 2)
    np.testing.assert_array_equal(first, second)
    assert len({float(wave[0, 0]) for wave in first}) > 1


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 1), (22_050, 2)])
def test_other_rates_and_channels_become_the_programs(tmp_path: Path, rate: int, channels: int) -> None:
    hz = 440.0
    tone = 0.5 * np.sin(2 * np.pi * hz * np.arange(2 * rate) / rate)
    soundfile.write(tmp_path / "tone.wav", np.stack([tone] * channels, axis=1), rate, subtype="FLOAT")
    recordings = [Recording("tone", "tone.wav", stop=2 * SAMPLE_RATE_HZ)]
    wave = Excerpts(Collection(tmp_path, tmp_path, recordings)).read(30_000, 8_000)
    expected = 0.5 * np.sin(2 * np.pi * hz * np.arange(30_000, 38_000) / SAMPLE_RATE_HZ)
    np.testing.assert_allclose(wave, np.stack([expected, expected], axis=1), atol=0.02)


def test_a_file_that_is_gone_is_named(excerpts: Excerpts, tmp_path: Path) -> None:
    (tmp_path / "b.flac").unlink()
    with pytest.raises(AudioFileError, match=r"b\.flac"):
        excerpts.read(18_100, 100)


def test_nothing_but_augmented_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="as they were"):
        Excerpts(Collection(tmp_path, tmp_path, [Recording("a", "a.wav", stop=100, changes=Changes(speed=1.1))]))
