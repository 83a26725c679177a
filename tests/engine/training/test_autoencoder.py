"""Learning an autoencoder, in a process of its own (Keras on torch), and its model as TensorFlow decodes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.audio.files import wave_writer
from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.models.card import load_card, verify
from engine.musika.patches import PatchAutoencoder
from engine.musika.phase import PhaseRecovery
from engine.musika.refined import RefinedAutoencoder
from engine.musika.synthesis import load_autoencoder
from engine.training.preparation import Preparation, prepare

ROOT = Path(__file__).resolve().parents[3]
HOP = 64
SONG_FRAMES = 12_000


def song(seed: int, frames: int) -> Wave:
    """Two tones at a time, of changing pitch and level, now and then struck: what a short training can learn."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(-(-frames // 4_000)):
        samples = np.arange(4_000)
        low, high = rng.uniform(0.05, 0.15), rng.uniform(0.25, 0.5)
        tones = 0.3 * np.sin(low * samples + rng.uniform(0, 6)) + 0.2 * np.sin(high * samples + rng.uniform(0, 6))
        stroke = 0.3 * rng.standard_normal(4_000) * np.exp(-samples / 60)
        parts.append(rng.uniform(0.5, 1) * tones + stroke + 0.0005 * rng.standard_normal(4_000))
    mono = np.concatenate(parts)[:frames]
    return np.stack([0.7 * mono, mono], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trial")
    (folder / "songs").mkdir()
    for seed in range(4):
        with wave_writer(folder / "songs" / f"{seed}.wav") as writer:
            writer.write(song(seed, 30_000))
    list(prepare(folder / "songs", folder / "collection", Preparation(0, 0, 0.1), jobs=1))
    np.save(folder / "song.npy", song(99, SONG_FRAMES))
    return folder


@pytest.fixture(scope="module")
def trial(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.engine.training.autoencoder_trial", str(folder)]
    environment = {**os.environ, "KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_the_first_step_fits_the_components(trial: dict[str, Any]) -> None:
    first = trial["first"]
    assert first["fitted"] == [False, True, True, True]
    assert "not been fitted" in first["before"]
    assert "components" in first["slopes"]["changed"]


def test_what_learns_joins_when_its_part_of_the_plan_has_come(trial: dict[str, Any]) -> None:
    first = trial["first"]
    assert list(first["slopes"]["losses"]) == ["slopes"]
    assert list(first["finish"]["losses"]) == ["slopes", "spectral", "turns"]
    assert list(first["critic"]["losses"]) == [*first["finish"]["losses"], "critic", "adversarial", "features"]
    networks = ["average", "network", "network adam"]
    assert first["finish"]["changed"] == networks
    assert first["critic"]["changed"] == sorted([*networks, "critic", "critic adam"])


def test_losses_fall(trial: dict[str, Any]) -> None:
    losses = trial["learned"]["losses"]
    for name, part in (("slopes", 0.8), ("spectral", 0.9), ("turns", 0.95)):
        begin, end = (np.mean([row[name] for row in rows]) for rows in (losses[:5], losses[-10:]))
        assert end < part * begin, name


def test_a_training_goes_on_exactly(trial: dict[str, Any]) -> None:
    assert trial["gone on"]["differing"] == []
    assert trial["gone on"]["rest"][-1] == trial["gone on"]["rows"][-1]
    assert "critic" in trial["gone on"]["rows"][-1]


def test_training_loads_no_tensorflow(trial: dict[str, Any]) -> None:
    assert not trial["tensorflow"]


def test_a_base_gives_sizes_and_components_that_stay(trial: dict[str, Any]) -> None:
    assert trial["based"]["sizes"] == [HOP, 4, 12, 2, 0, 8]
    assert all(trial["based"]["same"])


def test_without_refinement_there_are_components_alone(trial: dict[str, Any]) -> None:
    assert (trial["plain"]["latent_size"], trial["plain"]["lap"], trial["plain"]["measured"]) == (14, 4, True)
    assert not any(trial["plain"]["losses"])


def test_a_base_of_before_bins_were_measured_keeps_its_components_and_they_are(trial: dict[str, Any]) -> None:
    measured = trial["measured"]
    assert [(facts["begun"], facts["fitted"]) for facts in measured["facts"]] == [(True, False), (True, True)]
    assert measured["facts"][1]["began_with"].startswith("autoencoder (")
    assert measured["same"]
    assert 0.1 < measured["noise"] <= 1
    assert measured["noise off"] < 0.01  # it was fitted to the same collection; weights are kept in half precision
    assert measured["loudest off dB"] < 0.5
    quietest_db, loudest_db = measured["loudest dB"]
    assert -90 <= quietest_db < loudest_db - 20
    assert loudest_db < 0  # its recordings peak at half of full scale


def test_a_preview_is_an_excerpt_that_can_be_heard(trial: dict[str, Any]) -> None:
    frames, loudest = trial["learned"]["preview"]
    assert frames == SAMPLE_RATE_HZ
    assert 0.05 < loudest <= 1


@pytest.mark.parametrize(
    ("what", "words"), [("collection", "no collection"), ("short", "too short"), ("sizes", "sizes")]
)
def test_bad_input_is_told_in_a_sentence(trial: dict[str, Any], what: str, words: str) -> None:
    assert words in trial["bad"][what]


# --- the model that came of it ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(trial: dict[str, Any], folder: Path) -> RefinedAutoencoder:
    autoencoder = load_autoencoder(folder / "model")
    assert isinstance(autoencoder, RefinedAutoencoder)
    return autoencoder


def decoded(autoencoder: PatchAutoencoder, latents: np.ndarray) -> np.ndarray:
    decoder = autoencoder.decoder()
    return np.concatenate([decoder.push(latents), decoder.flush()])


def test_the_card_is_whole(model: RefinedAutoencoder, folder: Path) -> None:
    card = load_card(folder / "model")
    verify(card)
    assert (card.kind, card.sizes["design"], card.sizes["width"]) == ("autoencoder", "refined-patches", 8)
    assert "4 recordings" in card.trained_on
    assert "60 steps of 4" in card.trained_for


def test_tensorflow_decodes_what_torch_did(model: RefinedAutoencoder, folder: Path) -> None:
    """Both with the weights that lie on the disk."""
    with np.load(folder / "decoded.npz") as torchs:
        wave = decoded(model, torchs["latents"])
        error = np.sqrt(np.square(wave - torchs["wave"]).mean() / np.square(torchs["wave"]).mean())
    assert error < 1e-3


def likeness(sound: np.ndarray, real: np.ndarray) -> float:
    """How like the waveform of a sound is to the real one, piece by piece, each shifted to where it fits best: to 1."""
    size, found = 512, []
    for start in range(1024, len(real) - 1024, 256):
        wanted, around = real[start : start + size], sound[start - 128 : start + size + 128]
        windows = np.lib.stride_tricks.sliding_window_view(around, size)
        fits = windows @ wanted / (np.linalg.norm(windows, axis=1) * np.linalg.norm(wanted) + 1e-9)
        found.append(fits.max())
    return float(np.mean(found))


def test_learned_phases_are_nearer_to_the_waveform_than_following_peaks(
    model: RefinedAutoencoder, folder: Path
) -> None:
    real = np.load(folder / "song.npy")
    latents = model.encode(real)
    followed = PatchAutoencoder(model.config, model.tensors)
    followed.phase = lambda _: PhaseRecovery(HOP, iterations=0)  # type: ignore[method-assign]
    mids = [decoded(each, latents).mean(axis=1)[:SONG_FRAMES] for each in (model, followed)]
    learned_likeness, peaks_likeness = (likeness(mid, real.mean(axis=1)) for mid in mids)
    assert learned_likeness > peaks_likeness + 0.015
