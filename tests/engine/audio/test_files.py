"""Audio in and out: every rate and channel count, exact lengths, damaged files, files that appear whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.files import downmix_matrix, probe, read_blocks, wave_writer
from engine.errors import AudioFileError, OutputError

ROOT = Path(__file__).resolve().parents[3]


def tone(frames: int, rate_hz: int, channels: int, hz: float = 441.0) -> np.ndarray:
    """The same sine of amplitude 0.5 in every channel; 100 samples a period at 44.1 kHz."""
    wave = 0.5 * np.sin(2 * np.pi * hz * np.arange(frames) / rate_hz)
    return np.repeat(wave[:, None], channels, axis=1)


def read_whole(path: Path) -> np.ndarray:
    return np.concatenate(list(read_blocks(path, 10_007)))


@pytest.mark.parametrize(("suffix", "tolerance"), [("wav", 1e-4), ("flac", 1e-4), ("ogg", 0.05), ("mp3", 0.05)])
def test_every_format_comes_in_as_program_audio(tmp_path: Path, suffix: str, tolerance: float) -> None:
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, tone(44_100, 44_100, 2), 44_100)
    wave = read_whole(path)
    assert wave.dtype == np.float32
    assert wave.shape == (probe(path).frames, 2)
    middle = slice(10_000, 30_000)
    lag = np.argmax([wave[10_000 + k : 30_000 + k, 0] @ tone(44_100, 44_100, 1)[middle, 0] for k in range(100)])
    assert np.abs(wave[10_000 + lag : 30_000 + lag, 0] - tone(44_100, 44_100, 1)[middle, 0]).max() < tolerance


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (48_000, 2), (192_000, 2), (44_100, 8), (22_050, 3)])
def test_other_rates_and_channels_keep_level_pitch_and_length(tmp_path: Path, rate_hz: int, channels: int) -> None:
    path = tmp_path / "tone.wav"
    frames = rate_hz * 2 + 1
    soundfile.write(path, tone(frames, rate_hz, channels), rate_hz, subtype="FLOAT")
    wave = read_whole(path)
    assert len(wave) == round(frames * 44_100 / rate_hz) == probe(path).frames
    expected = tone(len(wave), 44_100, 2)
    assert np.abs(wave - expected)[2_000:-2_000].max() < 2e-3


def test_a_single_sample_is_audio(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "one.wav", np.array([0.25]), 44_100)
    np.testing.assert_allclose(read_whole(tmp_path / "one.wav"), [[0.25, 0.25]], atol=1e-4)


@pytest.mark.parametrize("channels", range(1, 11))
def test_downmix_cannot_clip(channels: int) -> None:
    np.testing.assert_allclose(downmix_matrix(channels).sum(0), [1, 1], rtol=1e-6)


def make_bad_file(path: Path, kind: str) -> None:
    soundfile.write(path, tone(44_100, 44_100, 2), 44_100, format="FLAC" if "flac" in kind else "WAV")
    whole = path.read_bytes()
    match kind:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("no sound at all\n" * 100)
        case "truncated wav" | "truncated flac":
            path.write_bytes(whole[: len(whole) // 2])
        case "header only":
            path.write_bytes(whole[:40])
        case "nan":
            soundfile.write(path, np.array([[0.0, np.nan]] * 100), 44_100, format="WAV", subtype="FLOAT")
        case "no frames":
            soundfile.write(path, np.zeros((0, 2)), 44_100, format="WAV")


@pytest.mark.parametrize(
    "kind", ["missing", "empty", "text", "truncated wav", "truncated flac", "header only", "nan", "no frames"]
)
def test_a_bad_file_gets_one_clear_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bad.wav"
    make_bad_file(path, kind)
    with pytest.raises(AudioFileError) as caught:
        read_whole(path)
    sentence = str(caught.value)
    assert "bad.wav" in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")


def test_a_folder_is_no_audio_file(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="is a folder"):
        probe(tmp_path)


def test_written_samples_come_back_to_the_bit_and_the_same_samples_make_the_same_file(tmp_path: Path) -> None:
    wave = np.random.default_rng(1).normal(0, 1, (5_000, 2)).astype(np.float32)
    for name in ("a.wav", "b.wav"):
        with wave_writer(tmp_path / name) as writer:
            writer.write(wave[:1_234])
            writer.write(wave[1_234:])
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert b"PEAK" not in (tmp_path / "a.wav").read_bytes()  # it would hold the time of day
    read, rate_hz = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert rate_hz == 44_100
    np.testing.assert_array_equal(read, wave)


def test_an_interrupted_file_never_bears_its_name_and_the_old_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "mix.wav"
    path.write_bytes(b"the old one")

    def break_off() -> None:
        with wave_writer(path) as writer:
            writer.write(np.zeros((10_000, 2), np.float32))
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        break_off()
    assert [p.name for p in tmp_path.iterdir()] == ["mix.wav"]
    assert path.read_bytes() == b"the old one"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError, match="a part of its path is a file"), wave_writer(tmp_path / "file" / "mix.wav"):
        raise AssertionError("the block must not be entered")


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    program = f"""
import resource, sys
sys.path.insert(0, {str(ROOT)!r})
import numpy as np
from pathlib import Path
from engine.audio.files import wave_writer
from engine.errors import OutputError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with wave_writer(Path({str(tmp_path)!r}) / "mix.wav") as writer:
        for _ in range(10):
            writer.write(np.zeros((10_000, 2), np.float32))
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "disk is full" in done.stdout
    assert not list(tmp_path.iterdir())
