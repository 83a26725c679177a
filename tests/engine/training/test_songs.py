"""The pieces that a separator is trained on, from songs made of levels, ramps and tones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import AudioFileError
from engine.training.songs import Songs

STEMS = ("low", "high")
SONG_FRAMES = SAMPLE_RATE_HZ


def level(value: float, frames: int = SONG_FRAMES) -> Wave:
    return np.full((frames, 2), value, np.float32)


def write_song(song: Path, stems: dict[str, Wave], rate_hz: int = SAMPLE_RATE_HZ, subtype: str = "PCM_16") -> None:
    song.mkdir(parents=True)
    for name, wave in stems.items():
        soundfile.write(song / f"{name}.wav", wave, rate_hz, subtype)


def test_a_batch_is_half_songs_as_they_are_and_half_mixed(tmp_path: Path) -> None:
    for number, ratio in enumerate((1, 2, 4)):  # between the channels: tells the song, whatever the gain
        wave = level(0.1) * np.float32([1, ratio])
        write_song(tmp_path / f"song-{number}", {"low": wave, "high": wave})
    batch = Songs(tmp_path, STEMS).batch(200, 10, np.random.default_rng(0))
    assert batch.shape == (200, 2, 2, 10)
    assert batch.dtype == np.float32
    peaks = np.abs(batch).mean(3)
    songs = np.round(peaks.max(2) / peaks.min(2))
    assert set(songs.ravel()) == {1, 2, 4}
    assert (songs[0::2, 0] == songs[0::2, 1]).all()
    assert 0.5 < (songs[1::2, 0] != songs[1::2, 1]).mean() < 0.8  # two of three


def test_gains_and_signs_vary(tmp_path: Path) -> None:
    write_song(tmp_path / "song", dict.fromkeys(STEMS, level(0.5)))
    drawn = Songs(tmp_path, STEMS).batch(200, 1, np.random.default_rng(0))[:, :, 0, 0]
    gains_db = 20 * np.log10(np.abs(drawn) / 0.5)
    assert -6.01 < gains_db.min() < -5.5
    assert 2.5 < gains_db.max() < 3.01
    assert 0.4 < (drawn > 0).mean() < 0.6


def test_channels_are_swapped_in_half_of_the_stems_and_both_stems_of_a_song_start_together(tmp_path: Path) -> None:
    ramp = np.linspace(0.1, 0.9, SONG_FRAMES, dtype=np.float32)
    wave = np.stack([ramp, ramp / 2], 1)
    write_song(tmp_path / "song", {"low": wave, "high": wave})
    batch = np.abs(Songs(tmp_path, STEMS).batch(200, 4000, np.random.default_rng(0)))
    swapped = batch[:, :, 0].mean(-1) < batch[:, :, 1].mean(-1)
    assert 0.4 < swapped.mean() < 0.6
    growth = batch[..., -1].sum(2) / batch[..., 0].sum(2)  # tells the place, whatever the gain
    np.testing.assert_allclose(growth[0::2, 0], growth[0::2, 1], rtol=1e-2)
    assert np.abs(growth[1::2, 0] / growth[1::2, 1] - 1).max() > 0.02


def test_a_song_shorter_than_a_piece_is_followed_by_silence(tmp_path: Path) -> None:
    write_song(tmp_path / "short", dict.fromkeys(STEMS, level(0.5, 100)))
    batch = Songs(tmp_path, STEMS).batch(2, 150, np.random.default_rng(0))
    assert (batch[..., :100] != 0).all()
    assert (batch[..., 100:] == 0).all()


def test_songs_may_be_added_while_it_is_in_use(tmp_path: Path) -> None:
    write_song(tmp_path / "first", dict.fromkeys(STEMS, level(0.1)))
    songs = Songs(tmp_path, STEMS)
    write_song(tmp_path / "later", dict.fromkeys(STEMS, level(0.1)))
    (tmp_path / "unfinished").mkdir()
    assert len(songs) == 1
    songs.rescan()
    assert len(songs) == 2


def test_a_folder_without_songs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="holds no songs"):
        Songs(tmp_path / "nowhere", STEMS)


def test_stems_of_different_lengths_or_another_rate_are_refused(tmp_path: Path) -> None:
    write_song(tmp_path / "one" / "uneven", {"low": level(0.1), "high": level(0.1, 1000)})
    write_song(tmp_path / "two" / "slow", dict.fromkeys(STEMS, level(0.1)), rate_hz=22_050)
    for folder, song in (("one", "uneven"), ("two", "slow")):
        with pytest.raises(AudioFileError, match=song):
            Songs(tmp_path / folder, STEMS)


def test_a_stem_that_is_no_audio_or_holds_no_numbers_is_refused(tmp_path: Path) -> None:
    write_song(tmp_path / "song", dict.fromkeys(STEMS, level(np.nan)), subtype="FLOAT")
    songs = Songs(tmp_path, STEMS)
    with pytest.raises(AudioFileError, match="holds NaN"):
        songs.batch(1, 10, np.random.default_rng(0))
    (tmp_path / "song" / "low.wav").write_bytes(b"RIFF")
    with pytest.raises(AudioFileError, match="cannot be read"):
        Songs(tmp_path, STEMS)
