"""Songs through an autoencoder: the stems of what comes out, on tones, and on disk with the bundled autoencoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import AudioFileError
from engine.training.roundtrip import BLOCK_FRAMES, round_trip, stems_through, write_song
from engine.training.songs import find_songs

AUTOENCODER = Path(__file__).parents[3] / "bundled_models" / "house-band-autoencoder"
SONG_FRAMES = 4 * SAMPLE_RATE_HZ + 123
TONES_HZ = {"high": 3000.0, "low": 200.0}


class Unchanged:
    """An autoencoder that changes nothing: a latent is a piece of the sound itself, with the sign that it is given.

    As the published ones it encodes whole windows of 8 latents only, and of the end less than there is.
    """

    frames_per_latent = 512
    latent_size = 2 * 512

    def __init__(self, sign: int = 1) -> None:
        self.sign = sign

    def encode(self, wave: Wave) -> npt.NDArray[np.float32]:
        windows = (len(wave) - 100) // (8 * self.frames_per_latent)
        return wave[: windows * 8 * self.frames_per_latent].reshape(-1, self.latent_size)

    def decoder(self, seed: int = 0) -> Unchanged:
        return self

    def push(self, latents: npt.NDArray[np.float32]) -> Wave:
        return self.sign * latents.reshape(-1, 2)

    def flush(self) -> Wave:
        return np.zeros((0, 2), np.float32)


def tone(frequency_hz: float) -> Wave:
    wave = 0.2 * np.sin(2 * np.pi * frequency_hz * np.arange(SONG_FRAMES) / SAMPLE_RATE_HZ)
    return np.stack([wave, 0.5 * wave], 1).astype(np.float32)


def write_tones(song: Path) -> None:
    song.mkdir(parents=True)
    stems = {name: tone(frequency_hz) for name, frequency_hz in TONES_HZ.items()}
    for name, wave in {**stems, "mixture": np.sum(list(stems.values()), axis=0)}.items():
        soundfile.write(song / f"{name}.wav", wave, SAMPLE_RATE_HZ, "PCM_16")
    (song / "song.json").write_text('{"title": "Tones"}')


def samples(song: Path, name: str) -> npt.NDArray[np.int16]:
    audio, _ = soundfile.read(song / f"{name}.wav", dtype="int16")
    return audio


def error_db(wanted: npt.NDArray[np.float32], found: npt.NDArray[np.float32]) -> float:
    return float(10 * np.log10(((found - wanted) ** 2).sum() / (wanted**2).sum()))


def test_stems_of_an_unchanged_mix_are_the_true_ones(tmp_path: Path) -> None:
    write_tones(tmp_path / "song")
    (song,) = find_songs(tmp_path)
    blocks = list(stems_through(song, Unchanged()))
    assert [len(block) for block in blocks] == [BLOCK_FRAMES, BLOCK_FRAMES, SONG_FRAMES - 2 * BLOCK_FRAMES]
    stems = np.concatenate(blocks)
    mix = song.read(0, song.frames).sum(1)
    encoded = (SONG_FRAMES - 100) // 4096 * 4096
    np.testing.assert_allclose(stems[:encoded].sum(1), mix[:encoded], atol=2e-6)  # at the seams of the pieces too
    assert (stems[encoded + 4096 :] == 0).all()  # the end, which this autoencoder leaves out
    for index, name in enumerate(song.stem_names):
        assert error_db(tone(TONES_HZ[name])[:encoded], stems[:encoded, index]) < -40, name


def test_stems_follow_what_the_autoencoder_changed(tmp_path: Path) -> None:
    write_tones(tmp_path / "song")
    (song,) = find_songs(tmp_path)
    as_it_was, turned_over = (np.concatenate(list(stems_through(song, Unchanged(sign)))) for sign in (1, -1))
    np.testing.assert_array_equal(as_it_was, -turned_over)


def test_silent_stems_share_what_the_autoencoder_adds(tmp_path: Path) -> None:
    write_song(tmp_path, ["a", "b"], [np.zeros((BLOCK_FRAMES, 2, 2), np.float32)])

    class Humming(Unchanged):
        def push(self, latents: npt.NDArray[np.float32]) -> Wave:
            return super().push(latents) + np.float32(0.25)

    (song,) = find_songs(tmp_path)
    stems = next(iter(stems_through(song, Humming())))
    np.testing.assert_allclose(stems[8192:32768], 0.125, atol=1e-6)


def test_the_mixture_is_the_sum_of_the_stems_to_the_sample(tmp_path: Path) -> None:
    stems = np.random.default_rng(0).uniform(-0.9, 0.9, (1000, 2, 2)).astype(np.float32)
    stems[:, 1] -= stems.sum(1) - np.clip(stems.sum(1), -1, 1)  # as loud as a mix can be
    write_song(tmp_path, ["a", "b"], [stems[:300], stems[300:]])
    a, b, mixture = (samples(tmp_path, name).astype(int) for name in ("a", "b", "mixture"))
    np.testing.assert_array_equal(a + b, mixture)
    np.testing.assert_allclose(a / 32768, stems[:, 0] / 2, atol=2e-5)


def test_a_folder_of_songs_comes_back_in_the_same_layout_and_is_not_done_twice(tmp_path: Path) -> None:
    songs, out = tmp_path / "songs", tmp_path / "out"
    for place in ("barn/one", "broken", "done"):
        write_tones(songs / place)
    soundfile.write(songs / "broken" / "low.wav", np.full((SONG_FRAMES, 2), np.nan), SAMPLE_RATE_HZ, "FLOAT")
    (out / "done").mkdir(parents=True)
    results = dict(round_trip(songs, AUTOENCODER, out, jobs=1))
    assert set(results) == {songs / "barn" / "one", songs / "broken"}
    assert isinstance(results[songs / "broken"], AudioFileError)
    assert sorted(path.name for path in out.iterdir()) == ["barn", "done"]

    new = results[songs / "barn" / "one"]
    assert new == out / "barn" / "one"
    assert sorted(path.name for path in new.iterdir()) == ["high.wav", "low.wav", "mixture.wav", "song.json"]
    high, low, mixture = (samples(new, name).astype(int) for name in ("high", "low", "mixture"))
    np.testing.assert_array_equal(high + low, mixture)
    assert len(mixture) == SONG_FRAMES
    boundary = 1000 * SONG_FRAMES // SAMPLE_RATE_HZ  # Hz as bins
    for stem, own in ((low, slice(0, boundary)), (high, slice(boundary, None))):
        power = np.abs(np.fft.rfft(stem[:, 0])) ** 2
        assert power[own].sum() > 0.9 * power.sum() > 0
