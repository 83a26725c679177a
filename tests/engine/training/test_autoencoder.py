"""Fitting the autoencoder: against a full decomposition, on known patches, and its command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.audio.files import wave_writer
from engine.audio.format import Wave
from engine.errors import UsageError
from engine.models.card import load_card, verify
from engine.musika.patches import PatchAutoencoder, PatchConfig, bin_weights
from engine.training import autoencoder as training
from engine.training.autoencoder import Patches, collect, fit, main
from engine.training.recordings import find_recordings

SMALL = PatchConfig(hop=64, fft=256, patch_frames=4, mid=6, side=3)


def noise_with_a_beat(frames: int, seed: int) -> Wave:
    rng = np.random.default_rng(seed)
    swell = 0.1 + 0.4 * (np.arange(frames) // 1000 % 3 == 0)
    return (rng.standard_normal((frames, 2)) * swell[:, None] * 0.1).astype(np.float32)


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    folder = tmp_path / "songs"
    for k in range(3):
        path = folder / f"{k}.wav"
        path.parent.mkdir(exist_ok=True)
        with wave_writer(path) as writer:
            writer.write(noise_with_a_beat(60 * SMALL.frames_per_latent + 17 * k, seed=k))
    return folder


def random_patches(count: int) -> Patches:
    rng = np.random.default_rng(0)
    width = SMALL.patch_frames * SMALL.bins
    basis = rng.standard_normal((10, width)) * np.geomspace(30, 1, 10)[:, None]
    levels = rng.standard_normal((count, 10)) @ basis - 50
    balances = rng.uniform(-1, 1, (count, SMALL.bands))
    return Patches(levels.astype(np.float32), balances.astype(np.float32), np.full(SMALL.bands, 0.5, np.float32))


def test_components_are_those_of_a_full_decomposition() -> None:
    patches = random_patches(300)
    fitted = fit(patches, SMALL)
    mean = np.tile(patches.levels.reshape(300, SMALL.patch_frames, -1).mean(axis=(0, 1)), SMALL.patch_frames)
    weighted = (patches.levels - mean) * np.tile(bin_weights(SMALL), SMALL.patch_frames)
    _, deviations, axes = np.linalg.svd(weighted, full_matrices=False)
    np.testing.assert_allclose(fitted.tensors["mid/deviations"], deviations[:6] / np.sqrt(300), rtol=1e-3)
    agreement = np.abs(np.sum(fitted.tensors["mid/components"] * axes[:6], axis=1))
    np.testing.assert_allclose(agreement, 1, atol=1e-3)


def test_the_same_patches_give_the_same_components() -> None:
    first, second = fit(random_patches(200), SMALL), fit(random_patches(200), SMALL)
    for name, tensor in first.tensors.items():
        np.testing.assert_array_equal(tensor, second.tensors[name])


def test_every_kth_patch_of_all_recordings_is_taken(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings = find_recordings(songs)
    everything = collect(recordings, SMALL, tmp_path)
    assert len(everything.levels) == 60 + 61 + 61
    all_levels = everything.levels.copy()
    monkeypatch.setattr(training, "LARGEST_PATCHES", 70)
    some = collect(recordings, SMALL, tmp_path)
    np.testing.assert_array_equal(some.levels, all_levels[::3])
    np.testing.assert_array_equal(some.balances, everything.balances[::3])


def test_independent_channels_are_as_wide_as_the_mid(songs: Path, tmp_path: Path) -> None:
    patches = collect(find_recordings(songs), SMALL, tmp_path)
    np.testing.assert_allclose(patches.width, 1, atol=0.2)


def test_too_little_music_is_refused(tmp_path: Path) -> None:
    with wave_writer(tmp_path / "short.wav") as writer:
        writer.write(noise_with_a_beat(10 * SMALL.frames_per_latent, seed=0))
    with pytest.raises(UsageError, match="too few"):
        collect([tmp_path / "short.wav"], SMALL, tmp_path)


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no recording"):
        find_recordings(tmp_path)


def test_stems_beside_a_mixture_are_left_out(songs: Path) -> None:
    song = songs / "song"
    song.mkdir()
    for name in ("mixture", "drums", "bass"):
        (song / f"{name}.wav").write_bytes((songs / "0.wav").read_bytes())
    assert [p.name for p in find_recordings(songs)] == ["0.wav", "1.wav", "2.wav", "mixture.wav"]


def test_the_command_writes_a_model_that_loads(tmp_path: Path) -> None:
    songs = tmp_path / "songs"
    songs.mkdir()
    with wave_writer(songs / "a.wav") as writer:
        writer.write(noise_with_a_beat(60 * 4096, seed=0))
    out = tmp_path / "model"
    assert main(["--songs", str(songs), "--out", str(out), "--name", "ear", "--mid", "8", "--side", "2"]) == 0
    card = load_card(out)
    verify(card)
    assert (card.name, card.kind, card.sizes["mid"]) == ("ear", "autoencoder", 8)
    assert PatchAutoencoder.load(out).latent_size == 10


def test_the_command_says_what_is_wrong_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--songs", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "no recording" in captured.err
    assert not (tmp_path / "out").exists()
