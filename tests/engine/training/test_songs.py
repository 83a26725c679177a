"""The pieces that a separator is trained on, from songs made of levels, ramps and tones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import AudioFileError
from engine.training.songs import Pieces, find_songs

STEMS = ("low", "high")
SONG_FRAMES = SAMPLE_RATE_HZ


def level(value: float, frames: int = SONG_FRAMES) -> Wave:
    return np.full((frames, 2), value, np.float32)


def drawn(pieces: Pieces, count: int, frames: int) -> npt.NDArray[np.float32]:
    """As many pieces, (count, stems, 2, frames)."""
    rng = np.random.default_rng(0)
    return np.stack([pieces.piece(frames, rng) for _ in range(count)])


def ratios(batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """How much louder one channel is than the other, (pieces, stems)."""
    peaks = np.abs(batch).mean(3)
    return np.round(peaks.max(2) / peaks.min(2))


def growth(batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How much louder a piece ends than it begins, (pieces, stems): tells its place, whatever its gain."""
    return batch[..., -1].sum(2) / batch[..., 0].sum(2)


def write_song(song: Path, stems: dict[str, Wave], rate_hz: int = SAMPLE_RATE_HZ, subtype: str = "PCM_16") -> None:
    song.mkdir(parents=True)
    for name, wave in stems.items():
        soundfile.write(song / f"{name}.wav", wave, rate_hz, subtype)


def test_half_of_the_pieces_are_of_one_song_and_half_mixed(tmp_path: Path) -> None:
    for number, ratio in enumerate((1, 2, 4)):  # between the channels: tells the song, whatever the gain
        wave = level(0.1) * np.float32([1, ratio])
        write_song(tmp_path / f"song-{number}", {"low": wave, "high": wave})
    shares = {}
    for mixed in (0.0, 0.5, 1.0):
        batch = drawn(Pieces([tmp_path], STEMS, mixed), 400, 10)
        assert batch.shape == (400, 2, 2, 10)
        assert batch.dtype == np.float32
        songs = ratios(batch)
        assert set(songs.ravel()) == {1, 2, 4}
        shares[mixed] = (songs[:, 0] != songs[:, 1]).mean()
    assert shares[0.0] == 0
    assert 0.26 < shares[0.5] < 0.4  # two of three of the half
    assert 0.6 < shares[1.0] < 0.73


@pytest.mark.parametrize("mixed", [0.0, 1.0])
def test_places_where_a_stem_is_silent_are_rare(tmp_path: Path, mixed: float) -> None:
    voice = level(0.1)
    voice[SONG_FRAMES // 2 :] = 0
    write_song(tmp_path / "song", {"low": level(0.1), "high": voice})
    batch = drawn(Pieces([tmp_path], STEMS, mixed), 400, 10)
    silent = (batch[:, 1] == 0).all((1, 2)).mean()
    assert 0.08 < silent < 0.18  # three looks at a song whose half is silent
    assert np.abs(batch[:, 0]).min() > 0


def test_stems_of_different_folders_are_never_mixed_and_a_folder_named_twice_counts_twice(tmp_path: Path) -> None:
    for number, ratio in enumerate((1, 2, 4, 8)):
        wave = level(0.1) * np.float32([1, ratio])
        write_song(tmp_path / ("clean" if ratio < 4 else "decoded") / f"song-{number}", dict.fromkeys(STEMS, wave))
    folders = [tmp_path / "clean", tmp_path / "decoded", tmp_path / "decoded"]
    pieces = Pieces(folders, STEMS, mixed=1.0)
    assert len(pieces) == 6
    songs = ratios(drawn(pieces, 600, 10))
    decoded = songs >= 4
    assert (decoded[:, 0] == decoded[:, 1]).all()
    assert 0.6 < decoded.mean() < 0.73


def test_gains_and_signs_vary(tmp_path: Path) -> None:
    write_song(tmp_path / "song", dict.fromkeys(STEMS, level(0.5)))
    levels = drawn(Pieces([tmp_path], STEMS), 200, 1)[:, :, 0, 0]
    gains_db = 20 * np.log10(np.abs(levels) / 0.5)
    assert -6.01 < gains_db.min() < -5.5
    assert 2.5 < gains_db.max() < 3.01
    assert 0.4 < (levels > 0).mean() < 0.6


def test_channels_are_swapped_in_half_of_the_stems_and_both_stems_of_a_song_start_together(tmp_path: Path) -> None:
    ramp = np.linspace(0.1, 0.9, SONG_FRAMES, dtype=np.float32)
    wave = np.stack([ramp, ramp / 2], 1)
    write_song(tmp_path / "song", {"low": wave, "high": wave})
    as_they_are, mixed = (np.abs(drawn(Pieces([tmp_path], STEMS, share), 200, 4000)) for share in (0.0, 1.0))
    swapped = as_they_are[:, :, 0].mean(-1) < as_they_are[:, :, 1].mean(-1)
    assert 0.4 < swapped.mean() < 0.6
    np.testing.assert_allclose(growth(as_they_are)[:, 0], growth(as_they_are)[:, 1], rtol=1e-2)
    assert np.abs(growth(mixed)[:, 0] / growth(mixed)[:, 1] - 1).max() > 0.02


def test_a_song_shorter_than_a_piece_is_followed_by_silence(tmp_path: Path) -> None:
    write_song(tmp_path / "short", dict.fromkeys(STEMS, level(0.5, 100)))
    batch = drawn(Pieces([tmp_path], STEMS), 2, 150)
    assert (batch[..., :100] != 0).all()
    assert (batch[..., 100:] == 0).all()


def test_songs_are_found_anywhere_below_a_folder_with_the_stems_beside_their_mixture(tmp_path: Path) -> None:
    write_song(tmp_path / "barn" / "two", {"low": level(0.2), "high": level(0.3), "mixture": level(0.5)})
    write_song(tmp_path / "one", {"low": level(0.2), "mixture": level(0.2)})
    write_song(tmp_path / ".half" / "written", {"low": level(0.2), "mixture": level(0.2)})
    (tmp_path / "empty").mkdir()
    songs = find_songs(tmp_path)
    assert [(song.folder.name, song.stem_names) for song in songs] == [("two", ("high", "low")), ("one", ("low",))]
    assert [song.folder.name for song in find_songs(tmp_path, STEMS)] == ["two"]

    blocks = list(songs[0].blocks(30_000))
    assert [len(block) for block in blocks] == [30_000, SONG_FRAMES - 30_000]
    np.testing.assert_allclose(blocks[1], np.broadcast_to([[0.3], [0.2]], blocks[1].shape), atol=1e-4)
    assert (songs[0].read(SONG_FRAMES - 5, 10)[5:] == 0).all()


def test_a_folder_without_songs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="holds no songs"):
        find_songs(tmp_path / "nowhere", STEMS)


def test_stems_of_different_lengths_or_another_rate_are_refused(tmp_path: Path) -> None:
    write_song(tmp_path / "one" / "uneven", {"low": level(0.1), "high": level(0.1, 1000)})
    write_song(tmp_path / "two" / "slow", dict.fromkeys(STEMS, level(0.1)), rate_hz=22_050)
    for folder, song in (("one", "uneven"), ("two", "slow")):
        with pytest.raises(AudioFileError, match=song):
            find_songs(tmp_path / folder, STEMS)


def test_a_stem_that_is_no_audio_or_holds_no_numbers_is_refused(tmp_path: Path) -> None:
    write_song(tmp_path / "song", dict.fromkeys(STEMS, level(np.nan)), subtype="FLOAT")
    pieces = Pieces([tmp_path], STEMS)
    with pytest.raises(AudioFileError, match="holds NaN"):
        drawn(pieces, 1, 10)
    (tmp_path / "song" / "low.wav").write_bytes(b"RIFF")
    with pytest.raises(AudioFileError, match="cannot be read"):
        find_songs(tmp_path, STEMS)
