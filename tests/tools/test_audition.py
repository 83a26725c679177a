"""The measuring of models, on signals whose measure is known."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from tests.tiny_models import write_tiny_models
from tools.audition.__main__ import main
from tools.audition.likeness import shows, variety
from tools.audition.originality import PATTERNS, WAVES, Search, excerpts, originality, summary
from tools.audition.pulsing import BLOCK_FRAMES, border_jump, depth_db, pulsing
from tools.audition.recordings import load_yardstick, mixtures
from tools.audition.tables import table

CONTEXT, FRAMES_PER_LATENT = 32, 4096
WINDOW_FRAMES = CONTEXT * FRAMES_PER_LATENT


@pytest.fixture(scope="module")
def yardstick(shared: Path) -> ModuleType:
    return load_yardstick(shared / "tools" / "score.py")


def noise(length_s: float, seed: int) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal((round(length_s * SAMPLE_RATE_HZ), 2))


def tune(length_s: float, seed: int, lowest_hz: float = 110.0) -> np.ndarray:
    """Notes of a random tune, each dying away, over soft noise."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    notes_hz = lowest_hz * 2 ** (rng.integers(0, 24, 1000) / 12)
    index = (time_s * 4).astype(int)
    phase = 2 * np.pi * np.cumsum(notes_hz[index]) / SAMPLE_RATE_HZ
    wave = sum(np.sin(k * phase) / k for k in (1, 2, 3)) * np.exp(-6 * (time_s * 4 - index))
    return 0.2 * np.stack([wave, wave], 1) + noise(length_s, seed) / 50


def write(path: Path, wave: np.ndarray, rate_hz: int = SAMPLE_RATE_HZ) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, wave, rate_hz, "PCM_16")
    return path


def half_rate(path: Path, wave: np.ndarray) -> Path:
    """Write a sound at the rate at which the yardstick looks at it, so that it need not resample."""
    return write(path, wave[::2, :1], SAMPLE_RATE_HZ // 2)


# --- originality ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [WAVES, PATTERNS])
def test_an_excerpt_of_a_training_song_is_found_at_its_place(tmp_path: Path, view: object) -> None:
    for number in range(2):
        write(tmp_path / "training" / f"song-{number}" / "mixture.wav", tune(25, seed=number))
    song = tune(25, seed=1)
    take = tune(20, seed=5)
    start = 7 * SAMPLE_RATE_HZ + 123
    copied = slice(6 * SAMPLE_RATE_HZ, 12 * SAMPLE_RATE_HZ)  # an excerpt in both views
    take[copied] = -0.5 * song[start : start + 6 * SAMPLE_RATE_HZ]
    write(tmp_path / "takes" / "copied.wav", take)
    write(tmp_path / "takes" / "own.wav", tune(20, seed=6))
    first, second = originality(tmp_path / "training", tmp_path / "takes", view)
    assert first.correlation > 0.9
    assert (Path(first.take).stem, Path(first.song).parent.name) == ("copied", "song-1")
    assert first.song_s - first.take_s == pytest.approx(start / SAMPLE_RATE_HZ - 6, abs=0.03)
    assert second.correlation < 0.75
    assert summary([first, second])["highest"]["correlation"] == first.correlation


def test_noise_is_like_nothing(tmp_path: Path) -> None:
    write(tmp_path / "training" / "song.wav", noise(30, seed=0))
    write(tmp_path / "takes" / "take.wav", noise(10, seed=1))
    (match,) = originality(tmp_path / "training", tmp_path / "takes", WAVES)
    assert 0.01 < match.correlation < 0.1


def test_correlations_are_those_of_the_definition() -> None:
    rng = np.random.default_rng(0)
    signal = rng.standard_normal((3, 400)).astype(np.float32) + np.float32([[5], [0], [-3]])
    cut = excerpts(rng.standard_normal((3, 60)).astype(np.float32), 20, 20)
    found, places = Search(cut).against(signal)
    centred = cut - cut.mean(2, keepdims=True)
    for index, excerpt in enumerate(centred):
        at = [signal[:, start : start + 20] for start in range(381)]
        at = [each - each.mean(1, keepdims=True) for each in at]
        wanted = [abs((excerpt * each).sum()) / np.linalg.norm(excerpt) / np.linalg.norm(each) for each in at]
        assert found[index] >= max(wanted) - 1e-5  # there are places between the samples too
        if places[index] == int(places[index]):
            assert found[index] == pytest.approx(wanted[int(places[index])], abs=1e-5)


def test_silence_is_like_nothing() -> None:
    signal = np.zeros((1, 1000), np.float32)
    signal[:, 500:] = np.random.default_rng(0).standard_normal(500)
    found, places = Search(np.full((1, 1, 50), 0.5, np.float32)).against(signal)
    assert found[0] == 0
    found, _ = Search(signal[None, :, 600:650]).against(np.zeros((1, 1000), np.float32))
    assert found[0] == 0
    assert places[0] == 0


def test_a_take_shorter_than_an_excerpt_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "training" / "song.wav", noise(5, seed=0))
    write(tmp_path / "takes" / "take.wav", noise(2, seed=1))
    with pytest.raises(UsageError, match="shorter than an excerpt"):
        originality(tmp_path / "training", tmp_path / "takes", WAVES)


# --- pulsing -------------------------------------------------------------------------------------------------------


def modulated(period_frames: int, depth_db: float, seed: int) -> np.ndarray:
    wave = noise(8 * WINDOW_FRAMES / SAMPLE_RATE_HZ, seed)
    phase = 2 * np.pi * np.arange(len(wave)) / period_frames
    return wave * 10 ** (depth_db / 2 * np.sin(phase) / 20)[:, None]


def test_a_level_that_follows_windows_or_latents_is_found(tmp_path: Path) -> None:
    for seed in range(2):
        write(tmp_path / "even" / f"{seed}.wav", noise(8 * WINDOW_FRAMES / SAMPLE_RATE_HZ, seed))
        write(tmp_path / "window" / f"{seed}.wav", modulated(WINDOW_FRAMES, 6, seed))
        write(tmp_path / "latent" / f"{seed}.wav", modulated(FRAMES_PER_LATENT, 3, seed))
    even, window, latent = (
        pulsing(tmp_path / name, CONTEXT, FRAMES_PER_LATENT) for name in ("even", "window", "latent")
    )
    assert even["window_db"] < 0.5
    assert even["latent_db"] < 0.2
    assert window["window_db"] == pytest.approx(6, abs=0.5)
    assert window["latent_db"] < 0.3
    assert latent["latent_db"] == pytest.approx(3, abs=0.2)
    assert latent["window_db"] < 0.5


def test_clicks_at_the_borders_of_windows_are_found() -> None:
    rng = np.random.default_rng(0)
    levels = rng.standard_normal(10 * 512)
    assert border_jump([levels], 512) == pytest.approx(1, abs=0.35)
    levels[512::512] += 20
    assert border_jump([levels], 512) > 5
    shifted = np.roll(levels, 100)
    assert border_jump([shifted], 512) == pytest.approx(1, abs=0.35)


def test_the_depth_is_the_swing_of_the_mean_course() -> None:
    course = np.tile(np.repeat([0.0, 3.0, -1.0, 0.5], 2), 5)
    assert depth_db([course, course + 10], 8, 4) == pytest.approx(4.0)


def test_recordings_without_two_windows_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "take.wav", noise(1, 0))
    with pytest.raises(UsageError, match="two windows"):
        pulsing(tmp_path, 128, 16 * BLOCK_FRAMES)


# --- likeness ------------------------------------------------------------------------------------------------------


def test_identical_takes_have_no_variety_and_different_ones_as_much_as_songs(
    tmp_path: Path, yardstick: ModuleType
) -> None:
    for seed in range(2):
        half_rate(tmp_path / "songs" / f"{seed}.wav", tune(20, seed, 110 * 2**seed))
        half_rate(tmp_path / "same" / f"{seed}.wav", tune(19, 9))
        half_rate(tmp_path / "other" / f"{seed}.wav", tune(19, 10 + seed, 110 * 2**seed))
    same, other = (variety(yardstick, tmp_path / "songs", tmp_path / name) for name in ("same", "other"))
    assert same["takes"] == pytest.approx(0, abs=1e-3)
    assert same["closest takes"]["distance"] == pytest.approx(0, abs=1e-3)
    assert 0.6 < other["takes"] < 1.5
    assert other["closest songs"]["distance"] == pytest.approx(1)  # there is one pair
    for seed in range(2):
        half_rate(tmp_path / "short" / f"{seed}.wav", tune(10, seed))
    with pytest.raises(UsageError, match="at least 20 s"):
        variety(yardstick, tmp_path / "songs", tmp_path / "short")


def test_takes_are_nearest_to_the_show_that_they_are_like(tmp_path: Path, yardstick: ModuleType) -> None:
    for number, show in enumerate(("low", "high")):
        for seed in range(2):
            half_rate(tmp_path / "songs" / show / f"{seed}.wav", tune(20, seed, 80 * 4**number))
            half_rate(tmp_path / "takes" / show / f"{seed}.wav", tune(20, 10 + seed, 80 * 4**number))
    held_out, takes = ({show: tmp_path / side / show for show in ("low", "high")} for side in ("songs", "takes"))
    found = shows(yardstick, held_out, takes)
    assert found["nearest"] == {"low": "low", "high": "high"}
    assert found["shows"]["low"]["low"] == pytest.approx(0, abs=1e-3)
    assert found["shows"]["low"]["high"] == pytest.approx(1, abs=1e-6)
    assert found["takes"]["low"]["low"] < 0.5 < found["takes"]["low"]["high"]
    groups = [found["groups"][group]["high"]["low"] for group in ("timbre", "rhythm", "tone")]
    assert found["takes"]["high"]["low"] == pytest.approx(np.mean(groups))
    with pytest.raises(UsageError, match="at least two"):
        shows(yardstick, {"low": held_out["low"]}, takes)


def test_of_songs_in_stems_the_mixtures_are_measured(tmp_path: Path) -> None:
    for name in ("drums", "mixture"):
        write(tmp_path / "barn" / "song-1" / f"{name}.wav", noise(0.1, 0))
    write(tmp_path / "take.wav", noise(0.1, 0))
    with mixtures(tmp_path) as folder:
        assert sorted(path.name for path in folder.iterdir()) == ["barn--song-1--mixture.wav", "take.wav"]
    assert not folder.exists()


def test_what_is_no_yardstick_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("GROUPS = {}\n")  # has the first thing that is asked for, and no more
    with pytest.raises(UsageError, match="no yardstick"):
        load_yardstick(tmp_path / "nowhere.py")
    with pytest.raises(UsageError, match="has no “chroma_matrix”"):
        load_yardstick(tmp_path / "other.py")


# --- the command line ----------------------------------------------------------------------------------------------


@pytest.fixture
def tiny_models(home: Path) -> Iterator[Path]:
    write_tiny_models(home / "models")
    yield home / "models"
    shutil.rmtree(home / "models")


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[str, dict[str, Any]]:
    """The table and the object that a command prints."""
    assert main([str(argument) for argument in arguments]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    return "\n".join(lines), json.loads(last)


def test_takes_are_rendered_once_and_drawn_beside_songs(
    tmp_path: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "takes"
    command = ("takes", "--models", "tiny-band", "--count", 2, "--length", 1.5, "--out", out)
    _, found = said(capsys, *command)
    paths = [out / "tiny-band" / f"seed-000{seed}.wav" for seed in range(2)]
    assert found == {"takes": [str(path) for path in paths]}
    sounds = [soundfile.read(path)[0] for path in paths]
    assert [sound.shape for sound in sounds] == [(66_150, 2)] * 2
    assert np.abs(sounds[0] - sounds[1]).max() > 0
    written = paths[0].stat().st_mtime_ns
    assert said(capsys, *command)[1] == found
    assert paths[0].stat().st_mtime_ns == written

    for name in "ab":
        write(tmp_path / "songs" / f"{name}.wav", tune(2, 0))
    picture = tmp_path / "picture.webp"
    said(capsys, "picture", tmp_path / "songs", out, "--length", 1, "--out", picture)
    with Image.open(picture) as image:
        assert image.size == (1280, 600)
        assert len(image.convert("RGB").getcolors(2**20)) > 100


def test_a_separator_is_scored_on_songs(
    tmp_path: Path, tiny_models: Path, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("drums", "bass", "other", "vocals"):
        write(tmp_path / "songs" / "barn" / "one" / f"{name}.wav", noise(2, len(name)))
    out, yardstick = tmp_path / "out", shared / "tools" / "score.py"
    arguments = (tmp_path / "songs", "--models", "tiny-splitter", "--out", out, "--yardstick", yardstick)
    text, found = said(capsys, "separation", *arguments)
    (scores,) = found.values()
    assert set(scores["stems"]) == {"drums", "bass", "other", "vocals"}
    assert scores["mean_sdr_db"] == pytest.approx(np.mean([each["sdr_db"] for each in scores["stems"].values()]))
    assert "tiny-splitter, songs" in text
    estimate, _ = soundfile.read(out / "tiny-splitter" / "songs" / "barn--one" / "drums.wav")
    true, _ = soundfile.read(tmp_path / "songs" / "barn" / "one" / "drums.wav")
    sdr_db = 10 * np.log10((true**2).sum() / ((true - estimate) ** 2).sum())
    assert scores["stems"]["drums"]["sdr_db"] == pytest.approx(sdr_db, abs=0.01)


def test_figures_come_as_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in range(2):
        write(tmp_path / "songs" / f"{seed}.wav", noise(7, seed))
        write(tmp_path / "takes" / f"{seed}.wav", noise(7, 10 + seed))
    text, found = said(capsys, "pulsing", tmp_path / "songs", tmp_path / "takes", "--context", 32)
    assert text.splitlines()[0].split() == ["latent_db", "window_db", "border"]
    assert f"{found['takes']['window_db']:.3f}" in text
    text, found = said(capsys, "originality", tmp_path / "songs", tmp_path / "takes", "--beside", tmp_path / "songs")
    assert found["beside, waves"]["highest"]["correlation"] == pytest.approx(1, abs=1e-3)  # a song is itself
    assert found["takes, waves"]["highest"]["correlation"] < 0.1
    assert "beside, patterns" in text


def test_bad_input_is_one_line(tmp_path: Path, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [str(tmp_path / "nothing"), str(tmp_path / "here")]
    assert main(["variety", *folders, "--yardstick", str(shared / "tools" / "score.py")]) == 2
    assert "There is no recording in" in capsys.readouterr().err
    for folder in folders:
        for seed in range(2):
            write(Path(folder) / f"{seed}.wav", noise(5, seed))
    with pytest.raises(SystemExit, match="too little audio"):  # the yardstick's own word
        main(["closeness", *folders, "--yardstick", str(shared / "tools" / "score.py")])


def test_a_table_has_columns() -> None:
    assert table(["of", "dB"], [["drums", 6.12345], ["bass", -10]]) == "of        dB\ndrums  6.123\nbass     -10"


def test_excerpts_are_as_loud_as_if_the_whole_recording_reached_full_scale(tmp_path, capsys):
    wave = noise(3.0, 1)
    wave[100, 0] = 0.5
    write(tmp_path / "songs" / "one" / "mixture.wav", wave)
    arguments = ["excerpts", tmp_path / "songs", "--start", 1, "--length", 1.5, "--out", tmp_path / "out"]
    assert main([str(argument) for argument in arguments]) == 0
    (path,) = json.loads(capsys.readouterr().out.splitlines()[-1])["excerpts"]
    heard, _ = soundfile.read(path)
    np.testing.assert_allclose(heard, wave[SAMPLE_RATE_HZ : round(2.5 * SAMPLE_RATE_HZ)] / 0.5, atol=1e-3)
    assert main([str(argument) for argument in [*arguments[:4], "--length", 2.5, *arguments[6:]]]) == 2  # too short
