"""Agreement with what the published code computes: the developers' reference, hop 64, 16 base channels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.musika import spectra
from engine.musika.checkpoint import fill
from engine.musika.coders import CoderConfig, SpectrumEncoder
from engine.musika.hdf5 import read_layers
from engine.musika.precision import BFLOAT16, FLOAT32, forced
from engine.musika.published import in_order
from engine.musika.synthesis import Musika


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "musika-reference"


@pytest.fixture(scope="module")
def reference(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "reference.npz", allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def musika(folder: Path) -> Musika:
    with forced(FLOAT32):
        return Musika.load(folder)


def error_db(wave: np.ndarray, expected: np.ndarray) -> float:
    """Energy of the difference over energy of the reference, dB."""
    difference = wave.astype(np.float64) - expected
    return float(10 * np.log10(np.square(difference).sum() / np.square(expected.astype(np.float64)).sum()))


def test_latents(musika: Musika, reference: dict[str, np.ndarray]) -> None:
    latents = musika.latents(reference["noise"])

    np.testing.assert_allclose(latents, reference["latents"].reshape(-1, 128), atol=1e-4)


def test_wave(musika: Musika, reference: dict[str, np.ndarray]) -> None:
    wave = musika.decode(musika.latents(reference["noise"]))

    assert wave.shape == reference["wave"].shape
    assert error_db(wave, reference["wave"]) < -100


def test_wave_in_bfloat16(folder: Path, reference: dict[str, np.ndarray]) -> None:
    """On any processor, however slowly: what is promised is −45 dB."""
    with forced(BFLOAT16):
        musika = Musika.load(folder)

    wave = musika.decode(musika.latents(reference["noise"]))

    assert -100 < error_db(wave, reference["wave"]) < -45


def test_wave_of_the_references_latents(musika: Musika, reference: dict[str, np.ndarray]) -> None:
    assert error_db(musika.decode(reference["latents"].reshape(-1, 128)), reference["wave"]) < -100


def test_spectrogram(reference: dict[str, np.ndarray]) -> None:
    levels = spectra.level(spectra.stft(reference["signal"][None], hop=64))[0]

    np.testing.assert_allclose(levels, reference["spectrogram"], atol=1e-4)


def test_first_encoder(folder: Path, reference: dict[str, np.ndarray]) -> None:
    encoder = SpectrumEncoder(CoderConfig(hop=64))
    encoder.build(None)
    fill(encoder, folder / "enc.h5", in_order(folder / "enc.h5", read_layers(folder / "enc.h5")))

    code = np.asarray(encoder(reference["spectrogram"][None]))[0]

    np.testing.assert_allclose(code, reference["enc1"], atol=1e-5)


def test_latents_of_a_recording(musika: Musika, reference: dict[str, np.ndarray]) -> None:
    left = reference["signal"]
    latents = musika.encode(np.stack([left, np.zeros_like(left)], axis=1))

    assert latents.shape == (32, 128)
    np.testing.assert_allclose(latents[:, :64], reference["enc2"], atol=1e-5)
    assert np.ptp(latents[:, 64:], axis=0).max() < 1e-5  # silence on the right: one latent throughout


def test_a_recording_in_several_batches_has_the_latents_of_its_parts(
    musika: Musika, reference: dict[str, np.ndarray]
) -> None:
    window = 128 * 64  # samples of an encoder window
    left = reference["signal"][: 4 * window]
    sound = np.tile(left, 6)  # 24 windows: more than are computed at once
    latents = musika.encode(np.stack([sound, sound], axis=1))

    assert latents.shape == (23 * 8, 128)  # the last window lacks the three hops beyond its end
    inner = slice(0, 3 * 8)
    for start in range(0, 20 * 8, 4 * 8):
        np.testing.assert_allclose(latents[start:][inner], latents[inner], atol=1e-4)
    np.testing.assert_allclose(latents[inner, :64], reference["enc2"][inner], atol=1e-5)
