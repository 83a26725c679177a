"""The refined autoencoder: phases from slopes that are known, and streams that are the same however they are cut."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from engine.errors import ModelError
from engine.models.card import ModelCard, write_card
from engine.musika.backend import ops
from engine.musika.patches import PatchAutoencoder, PatchConfig, levels_of
from engine.musika.refined import (
    FRAMES_AHEAD,
    REFINEMENT_FILE,
    RefinedAutoencoder,
    refined_sizes,
    refinement_config,
)
from engine.musika.refinement import Refinement, RefinementConfig, build_refinement, closed_form
from engine.musika.slopes import PhaseIntegration, centring, nearest, slopes_of
from engine.musika.spectra import InverseStft, stft
from engine.musika.synthesis import load_autoencoder

HOP = 64
CONFIG = PatchConfig(hop=HOP, fft=256, patch_frames=4, mid=6, side=2)
STEP = CONFIG.frames_per_latent
WIDTH = 8


def refinement_of(config: PatchConfig, scale: float) -> Refinement:
    """Networks with random weights, `scale` of what would be usual in the last layers."""
    refinement = build_refinement(refinement_config(config, WIDTH))
    rng = np.random.default_rng(1)
    for network in (refinement.slopes_network, refinement.finish_network):
        for variable in network.weights:
            usual = 1 / np.sqrt(np.prod(variable.shape[:-1]))
            size = scale * usual if "result" in variable.path else usual
            variable.assign(size * rng.standard_normal(tuple(variable.shape)))
    return refinement


def components_of(config: PatchConfig) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    tensors = {name: rng.standard_normal(shape, dtype=np.float32) for name, shape in config.shapes.items()}
    tensors["mid/components"] /= 10
    tensors["mid/mean"] = np.full(config.bins, -40, np.float32)
    tensors["mid/deviations"] = np.geomspace(16, 1, config.mid).astype(np.float32)
    tensors["side/deviations"] = np.geomspace(0.4, 0.1, config.side).astype(np.float32)
    tensors["side/width"] = np.full(config.bands, 0.3, np.float32)
    return tensors


@pytest.fixture(scope="module")
def autoencoder() -> RefinedAutoencoder:
    return RefinedAutoencoder(CONFIG, components_of(CONFIG), refinement_of(CONFIG, 1.0))


@pytest.fixture(scope="module", params=[0, 4], ids=["plain", "lapped"])
def either(request: pytest.FixtureRequest) -> RefinedAutoencoder:
    config = replace(CONFIG, lap=request.param)
    return RefinedAutoencoder(config, components_of(config), refinement_of(config, 1.0))


def sound(seed: int = 0) -> np.ndarray:
    """Two tones, noise, and strokes, (1, samples)."""
    rng = np.random.default_rng(seed)
    samples = np.arange(120 * HOP)
    tones = 0.2 * np.sin(0.21 * samples) + 0.1 * np.sin(0.57 * samples + 1)
    strokes = rng.standard_normal(len(samples)) * np.exp(-(samples % 2000) / 100)
    return (tones + 0.2 * strokes + 0.001 * rng.standard_normal(len(samples))).astype(np.float32)[None]


# --- slopes and what becomes of them ---------------------------------------------------------------------------------


def test_the_slopes_of_a_tone_are_how_far_it_lies_from_the_bins() -> None:
    bin_of_tone = 20.3
    tone = np.cos(2 * np.pi * bin_of_tone / (4 * HOP) * np.arange(40 * HOP)).astype(np.float32)
    time, frequency = slopes_of(stft(tone[None], HOP))
    for k in (19, 20, 21):
        np.testing.assert_allclose(np.angle(time[0, :, k]), (bin_of_tone - k) * np.pi / 2, atol=0.03)
        np.testing.assert_allclose(np.angle(frequency[0, :, 19:21]), 0, atol=0.03)


def test_the_slopes_of_a_click_are_where_in_the_frame_it_lies() -> None:
    click = np.zeros((1, 16 * HOP), np.float32)
    click[0, 8 * HOP + 10] = 1
    _, frequency = slopes_of(stft(click, HOP))
    for frame in (5, 6, 7):
        offset = 8 * HOP + 10 - frame * HOP - 2 * HOP  # samples after the middle of the frame
        np.testing.assert_allclose(np.angle(frequency[0, frame]), -2 * np.pi * offset / (4 * HOP), atol=1e-3)


def test_true_slopes_give_back_the_phases_but_for_one_angle() -> None:
    spectra = stft(sound(), HOP)
    time, frequency = slopes_of(spectra)
    integration = PhaseIntegration(spectra.shape[2])
    first = spectra[:, 0] * centring(spectra.shape[2])
    integration.directions = first / np.abs(first) * np.exp(0.7j)
    found = integration.push(np.abs(spectra[:, 1:]), time, frequency[:, 1:])
    np.testing.assert_allclose(found, spectra[:, 1:] * np.exp(0.7j), atol=1e-3 * np.abs(spectra).max())


def test_sure_slopes_outweigh_vague_ones() -> None:
    """Where all slopes in time are wrong but vague, those in frequency decide how a click lies in its frame."""
    click = np.zeros((1, 16 * HOP), np.float32)
    click[0, 8 * HOP] = 1
    spectra = stft(click, HOP)[:, 6:7]
    _, frequency = slopes_of(spectra)
    wrong = np.exp(1j * np.random.default_rng(0).uniform(-np.pi, np.pi, spectra.shape))
    found = PhaseIntegration(spectra.shape[2]).push(np.abs(spectra), 0.01 * wrong, frequency)
    likeness = np.abs(np.vdot(found, spectra)) / np.linalg.norm(found) / np.linalg.norm(spectra)
    assert likeness > 0.99


def test_several_sounds_at_once_are_each_by_itself() -> None:
    spectra = np.concatenate([stft(sound(0), HOP), stft(sound(1), HOP)])[:, :20]
    time, frequency = slopes_of(spectra)
    both = PhaseIntegration(129, sounds=2).push(np.abs(spectra[:, 1:]), time, frequency[:, 1:])
    for k in range(2):
        one = PhaseIntegration(129).push(np.abs(spectra[k : k + 1, 1:]), time[k : k + 1], frequency[k : k + 1, 1:])
        np.testing.assert_allclose(both[k], one[0], atol=1e-4)


def test_silence_has_phases_too() -> None:
    nothing = np.zeros((1, 5, 129), np.float32)
    found = PhaseIntegration(129).push(nothing, nothing + 0j, nothing[..., 1:] + 0j)
    assert not found.any()


def test_the_spectra_of_a_sound_are_their_own_nearest() -> None:
    spectra = stft(sound(), HOP)
    np.testing.assert_allclose(nearest(spectra, HOP), spectra[:, 3:-3], atol=1e-4)
    turned = spectra * np.exp(1j * np.random.default_rng(0).uniform(-1, 1, spectra.shape)).astype(np.complex64)
    assert np.linalg.norm(nearest(turned, HOP) - turned[:, 3:-3]) > 0.1 * np.linalg.norm(spectra)


def test_the_closed_form_is_right_about_tones_and_clicks() -> None:
    samples = np.arange(40 * HOP)
    tone = stft(np.cos(2 * np.pi * 20.3 / (4 * HOP) * samples).astype(np.float32)[None], HOP)
    time, _ = closed_form(ops.convert_to_tensor(np.log(np.abs(tone) + 1e-6)))
    real, _ = slopes_of(tone)
    near = slice(19, 22)
    np.testing.assert_allclose(np.asarray(time)[0, :, near], np.angle(real[0, :-1, near]), atol=0.35)

    click = np.zeros((1, 16 * HOP), np.float32)
    click[0, 8 * HOP + 10] = 1
    spectra = stft(click, HOP)
    _, frequency = closed_form(ops.convert_to_tensor(np.log(np.abs(spectra) + 1e-6)))
    _, real = slopes_of(spectra)
    np.testing.assert_allclose(np.asarray(frequency)[0, 5], np.angle(real[0, 6]), atol=0.5)  # frame 6: near the middle


def test_untrained_networks_are_the_closed_form_and_the_nearest_phases() -> None:
    refinement = build_refinement(RefinementConfig(bins=129, hop=HOP, width=WIDTH))
    spectra = stft(sound(), HOP)
    levels = (20 * np.log10(np.abs(spectra) / HOP + 1e-4)).astype(np.float32)
    parts = [np.asarray(part) for part in refinement.slopes(levels)]
    time, _ = closed_form(ops.convert_to_tensor(levels[:, 1:-1] * np.float32(np.log(10) / 20)))
    np.testing.assert_allclose(parts[0] + 1j * parts[1], 0.8 * np.exp(1j * np.asarray(time)), atol=1e-5)

    turned = spectra * np.exp(1j * np.random.default_rng(0).uniform(-1, 1, spectra.shape)).astype(np.complex64)
    near, own = nearest(turned, HOP), turned[:, 3:-3]
    real, imaginary = refinement.finish(own.real, own.imag, near.real, near.imag)
    finished = np.asarray(real) + 1j * np.asarray(imaginary)
    expected = (np.abs(own) * near / np.abs(near))[:, 1:-1]
    np.testing.assert_allclose(finished, expected, atol=2e-3 * np.abs(own).max())


# --- the decoder -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [[1] * 23, [23], [4, 9, 10], [0, 5, 0, 18], [22, 1]])
def test_how_latents_are_cut_into_pieces_changes_no_bit(either: RefinedAutoencoder, sizes: list[int]) -> None:
    latents = np.random.default_rng(2).standard_normal((23, either.latent_size)).astype(np.float32)
    decoder = either.decoder()
    whole = np.concatenate([decoder.push(latents), decoder.flush()])
    decoder = either.decoder()
    pieces = [decoder.push(piece) for piece in np.split(latents, np.cumsum(sizes)[:-1])]
    np.testing.assert_array_equal(np.concatenate([*pieces, decoder.flush()]), whole)
    assert np.abs(whole).max() > 0.01


@pytest.mark.parametrize("count", [0, 1, 4, 5, 9, 14])
def test_every_latent_makes_its_frames_exactly(either: RefinedAutoencoder, count: int) -> None:
    decoder = either.decoder()
    latents = np.zeros((count, either.latent_size), np.float32)
    assert len(decoder.push(latents)) + len(decoder.flush()) == count * STEP


def test_what_comes_later_than_the_look_ahead_changes_nothing(either: RefinedAutoencoder) -> None:
    rng = np.random.default_rng(2)
    latents = rng.standard_normal((16, either.latent_size)).astype(np.float32)
    other = latents.copy()
    other[10:] = rng.standard_normal((6, either.latent_size))
    one, two = either.decoder(), either.decoder()
    kept = (10 - either.ahead_latents) // 4 * 4 * STEP - 2 * HOP
    assert kept > 0
    np.testing.assert_array_equal(one.push(latents)[:kept], two.push(other)[:kept])
    assert either.ahead_latents * CONFIG.patch_frames >= FRAMES_AHEAD + either.config.reach_frames


def test_a_steady_sound_shows_no_seams_between_segments() -> None:
    """Level of each hop against its neighbours, at the segments' borders and elsewhere."""
    tensors = components_of(CONFIG)
    tensors["mid/mean"] = np.full(CONFIG.bins, -90, np.float32)
    tensors["mid/mean"][20] = -12
    tensors["mid/mean"][[19, 21]] = -18
    steady = RefinedAutoencoder(CONFIG, tensors, build_refinement(refinement_config(CONFIG, WIDTH)))
    decoder = steady.decoder()
    wave = decoder.push(np.zeros((40, steady.latent_size), np.float32)).mean(axis=1)
    powers = np.square(wave[: len(wave) // HOP * HOP].reshape(-1, HOP)).mean(axis=1)[8:]
    assert powers.min() > 0.8 * powers.max() > 0


def test_segments_are_finished_as_the_whole_would_be(autoencoder: RefinedAutoencoder) -> None:
    """Eight latents as one spectrogram, with the silence around it that the decoder assumes."""
    tensors = {**autoencoder.tensors, "mid/mean": np.full(CONFIG.bins, -75, np.float32)}  # too quiet to be bent
    quiet = RefinedAutoencoder(CONFIG, tensors, autoencoder.refinement)
    latents = 0.5 * np.random.default_rng(3).standard_normal((8, quiet.latent_size)).astype(np.float32)
    magnitudes = np.pad(quiet.magnitudes(latents), ((2, 16), (0, 0)))
    parts = [np.asarray(part) for part in quiet.refinement.slopes(levels_of(magnitudes / HOP, CONFIG)[None])]
    slopes = (parts[0] + 1j * parts[1], parts[2] + 1j * parts[3])
    spectra = PhaseIntegration(CONFIG.bins).push(magnitudes[None, 2:-2], *slopes)
    spectra = np.pad(spectra, ((0, 0), (4, 0), (0, 0)))
    near, own = nearest(spectra, HOP), spectra[:, 3:-3]
    real, imaginary = quiet.refinement.finish(own.real, own.imag, near.real, near.imag)
    finished = (np.asarray(real) + 1j * np.asarray(imaginary))[:, :32].astype(np.complex64)
    expected = InverseStft(HOP, 1).push(finished)[0, (CONFIG.fft - HOP) // 2 :]

    decoder = quiet.decoder()
    wave = np.concatenate([decoder.push(latents), decoder.flush()]).mean(axis=1)
    assert np.abs(wave).max() > 0.01
    np.testing.assert_allclose(wave[: len(expected)], expected, atol=1e-4)


def test_silence_stays_silent(autoencoder: RefinedAutoencoder) -> None:
    quiet = {**autoencoder.tensors, "mid/mean": np.full(CONFIG.bins, -90, np.float32)}
    decoder = RefinedAutoencoder(CONFIG, quiet, autoencoder.refinement).decoder()
    decoder.push(np.zeros((4, autoencoder.latent_size), np.float32))
    assert np.abs(decoder.flush()).max() < 1e-5


def test_absurd_latents_make_finite_sound_in_range(autoencoder: RefinedAutoencoder) -> None:
    decoder = autoencoder.decoder()
    wave = decoder.push(np.full((9, autoencoder.latent_size), 1e4, np.float32))
    assert len(wave)
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() <= 1


# --- what lies on disk -----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(autoencoder: RefinedAutoencoder, tmp_path: Path) -> Path:
    autoencoder.save(tmp_path)
    write_card(ModelCard(name="ear", title="Ear", kind="autoencoder", sizes=refined_sizes(CONFIG, WIDTH)), tmp_path)
    return tmp_path


def state_sizes(folder: Path, **sizes: object) -> None:
    card = json.loads((folder / "card.json").read_text())
    card["sizes"] |= sizes
    (folder / "card.json").write_text(json.dumps(card))


def test_a_saved_autoencoder_is_loaded_by_its_design(autoencoder: RefinedAutoencoder, folder: Path) -> None:
    loaded = load_autoencoder(folder)
    assert isinstance(loaded, RefinedAutoencoder)
    assert loaded.config == CONFIG
    for before, after in zip(autoencoder.refinement.weights, loaded.refinement.weights, strict=True):
        np.testing.assert_allclose(before.numpy(), after.numpy(), rtol=1e-3, atol=1e-4)


def test_latents_are_those_of_the_components(autoencoder: RefinedAutoencoder) -> None:
    wave = np.concatenate([sound(), sound(1)]).T.copy()
    plain = PatchAutoencoder(CONFIG, autoencoder.tensors)
    np.testing.assert_array_equal(autoencoder.encode(wave), plain.encode(wave))


@pytest.mark.parametrize("width", [0, -3, 10**6, 8.0, "8", None])
def test_a_card_with_an_impossible_width_is_refused(folder: Path, width: object) -> None:
    state_sizes(folder, width=width)
    with pytest.raises(ModelError, match="width"):
        RefinedAutoencoder.load(folder)


def test_weights_of_another_width_are_named(folder: Path) -> None:
    state_sizes(folder, width=16)
    with pytest.raises(ModelError, match=rf"{REFINEMENT_FILE}: the tensor .* has the shape"):
        RefinedAutoencoder.load(folder)


def test_missing_damaged_and_strange_weights_are_refused(folder: Path, tmp_path: Path) -> None:
    path = folder / REFINEMENT_FILE
    weights = load_file(path)
    save_file({**weights, "stranger": np.zeros(3, np.float16)}, path)
    with pytest.raises(ModelError, match="stranger"):
        RefinedAutoencoder.load(folder)
    name = next(iter(weights))
    save_file({**weights, name: np.full_like(weights[name], np.nan)}, path)
    with pytest.raises(ModelError, match=name):
        RefinedAutoencoder.load(folder)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ModelError, match="damaged"):
        RefinedAutoencoder.load(folder)
    path.unlink()
    with pytest.raises(ModelError, match=REFINEMENT_FILE):
        RefinedAutoencoder.load(folder)


def test_one_design_is_not_taken_for_the_other(folder: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    shutil.copy(folder / "autoencoder.safetensors", plain)
    write_card(ModelCard(name="ear", title="Ear", kind="autoencoder", sizes=CONFIG.sizes), plain)
    with pytest.raises(ModelError, match="refined-patches"):
        RefinedAutoencoder.load(plain)
    with pytest.raises(ModelError, match="patches"):
        PatchAutoencoder.load(folder)
