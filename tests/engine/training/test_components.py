"""Fitting the principal components: against a full decomposition, on known patches, and what is taken of recordings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio.files import wave_writer
from engine.audio.format import Wave
from engine.errors import UsageError
from engine.musika.lapping import lap_window
from engine.musika.patches import PatchAutoencoder, PatchConfig, bin_weights, describe
from engine.training import components
from engine.training.collection import Collection
from engine.training.components import EXCERPT_PATCHES, STRAY, Patches, collect, fit, fit_components, loudest_levels
from engine.training.excerpts import Excerpts
from engine.training.latents import encoded_pieces
from engine.training.recordings import Recording

SMALL = PatchConfig(hop=64, fft=256, patch_frames=4, mid=6, side=3)
LAPPED = replace(SMALL, lap=4)
STEP = SMALL.frames_per_latent
both = pytest.mark.parametrize("config", [SMALL, LAPPED], ids=["plain", "lapped"])


def noise_with_a_beat(frames: int, seed: int) -> Wave:
    rng = np.random.default_rng(seed)
    swell = 0.1 + 0.4 * (np.arange(frames) // 1000 % 3 == 0)
    return (rng.standard_normal((frames, 2)) * swell[:, None] * 0.1).astype(np.float32)


def excerpts_of(folder: Path, lengths: list[int]) -> Excerpts:
    recordings = []
    for k, frames in enumerate(lengths):
        with wave_writer(folder / f"{k}.wav") as writer:
            writer.write(noise_with_a_beat(frames, seed=k))
        recordings.append(Recording(f"{k}", f"{k}.wav", stop=frames))
    return Excerpts(Collection(folder, folder, recordings))


def random_patches(count: int, config: PatchConfig = SMALL) -> Patches:
    rng = np.random.default_rng(0)
    width = config.span_frames * config.bins
    basis = rng.standard_normal((10, width)) * np.geomspace(30, 1, 10)[:, None]
    levels = rng.standard_normal((count, 10)) @ basis - 50
    balances = rng.uniform(-1, 1, (count, SMALL.bands)).astype(np.float32)
    return Patches(levels.astype(np.float32), balances, np.full(SMALL.bands, 0.5, np.float32), (count,))


@both
def test_components_are_those_of_a_full_decomposition(config: PatchConfig) -> None:
    patches = random_patches(300, config)
    fitted = fit(patches, config)
    mean = np.tile(patches.levels.reshape(300, config.span_frames, -1).mean(axis=(0, 1)), config.span_frames)
    window = np.repeat(lap_window(config.patch_frames, config.lap), config.bins)
    weighted = (patches.levels - mean) * np.tile(bin_weights(config), config.span_frames) * window
    _, deviations, axes = np.linalg.svd(weighted, full_matrices=False)
    np.testing.assert_allclose(fitted.tensors["mid/deviations"], deviations[:6] / np.sqrt(300), rtol=1e-3)
    agreement = np.abs(np.sum(fitted.tensors["mid/components"] * axes[:6], axis=1))
    np.testing.assert_allclose(agreement, 1, atol=1e-3)


@both
def test_the_same_patches_give_the_same_components(config: PatchConfig) -> None:
    first, second = (fit(random_patches(200, config), config) for _ in range(2))
    for name, tensor in first.tensors.items():
        np.testing.assert_array_equal(tensor, second.tensors[name])


@both
def test_patches_are_those_of_the_sound_without_the_ends(tmp_path: Path, config: PatchConfig) -> None:
    waves = [noise_with_a_beat(30 * STEP, seed) for seed in range(3)]
    patches = collect(waves, 100, config, tmp_path)
    assert len(patches.levels) == 3 * 28
    assert patches.runs == (28, 28, 28)
    (description,) = describe(waves[1], config)
    np.testing.assert_array_equal(patches.levels[28:56], description.levels[1:-1].reshape(28, -1))
    np.testing.assert_array_equal(patches.balances[28:56], description.balances[1:-1])


def course_db(autoencoder: PatchAutoencoder, waves: list[Wave], stray: float) -> np.ndarray:
    """The mean power of each frame of a step, all bins together, over that of all frames."""
    powers = np.zeros(SMALL.patch_frames)
    for seed, wave in enumerate(waves):
        latents = autoencoder.encode(wave)
        latents += stray * np.random.default_rng(seed).standard_normal(latents.shape).astype(np.float32)
        magnitudes = autoencoder.magnitudes(latents).reshape(-1, SMALL.patch_frames, SMALL.bins)
        powers += np.square(magnitudes[2:-2]).mean(axis=(0, 2))
    return 10 * np.log10(powers / powers.mean())


def test_the_frames_of_a_lapped_step_are_equally_loud(tmp_path: Path) -> None:
    """Of latents somewhat astray: without the trim, the frames where patches fade into each other are softer."""
    waves = [noise_with_a_beat(60 * STEP, seed) for seed in range(12)]
    fitted = fit(collect(waves, 900, LAPPED, tmp_path), LAPPED)
    untrimmed = PatchAutoencoder(LAPPED, fitted.tensors | {"mid/trim": np.zeros_like(fitted.tensors["mid/trim"])})
    before, after = (course_db(each, waves, STRAY) for each in (untrimmed, fitted))
    assert before[[1, 2]].mean() > before[[0, 3]].mean() + 0.15
    assert np.ptp(after) < 0.4 * np.ptp(before)
    np.testing.assert_allclose(fitted.tensors["mid/trim"].mean(axis=0), 0, atol=1e-5)  # no bin gets louder or softer


def test_latents_of_pieces_are_those_of_the_whole(tmp_path: Path) -> None:
    waves = [noise_with_a_beat(60 * STEP, seed) for seed in range(3)]
    fitted = fit(collect(waves, 200, LAPPED, tmp_path), LAPPED)
    long = noise_with_a_beat(600 * STEP + 100, 7)
    pieces = np.concatenate(list(encoded_pieces(fitted, np.array_split(long, 9))))
    np.testing.assert_allclose(pieces, fitted.encode(long), atol=1e-4)


def test_a_short_collection_is_taken_whole_and_a_long_one_evenly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    excerpts = excerpts_of(tmp_path, [64 * STEP, 64 * STEP, 64 * STEP])
    seen: list[list[int]] = []
    spread = Excerpts.spread
    monkeypatch.setattr(Excerpts, "spread", lambda self, count: seen.append(spread(self, count)) or seen[-1])
    fit_components(excerpts, SMALL)
    assert np.diff(seen[0]).tolist() == [EXCERPT_PATCHES * STEP] * 11
    monkeypatch.setattr(components, "LARGEST_PATCHES", 64)
    fit_components(excerpts, SMALL)
    assert seen[1] == [0, 48 * STEP, 96 * STEP, 144 * STEP]


def test_independent_channels_are_as_wide_as_the_mid(tmp_path: Path) -> None:
    waves = [noise_with_a_beat(60 * STEP, seed) for seed in range(3)]
    np.testing.assert_allclose(collect(waves, 200, SMALL, tmp_path).width, 1, atol=0.2)


def test_too_little_music_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="too few"):
        fit_components(excerpts_of(tmp_path, [10 * STEP]), SMALL)


@pytest.mark.parametrize(("louder", "loudest_db"), [(9, -40.0), (11, -15.0)])
def test_how_loud_a_bin_gets_is_what_it_exceeds_in_less_than_one_moment_of_a_thousand(louder, loudest_db):
    histogram = np.zeros((SMALL.bins, 193), np.int64)
    histogram[:, 100], histogram[:, 150] = 10_000 - louder, louder  # 50 and 75 dB above the floor, at -90 dB
    np.testing.assert_allclose(loudest_levels(histogram, SMALL), loudest_db)
