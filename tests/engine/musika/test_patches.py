"""The patch autoencoder on signals whose spectra and panning are known."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import ModelError
from engine.models.card import ModelCard, load_card, write_card
from engine.models.weights import write_tensors
from engine.musika.lapping import cut_patches, join_patches, lap_window
from engine.musika.patch_decoder import soften
from engine.musika.patches import WEIGHTS_FILE, PatchAutoencoder, PatchConfig, bin_weights, describe
from engine.musika.phase import PhaseRecovery, follow_peaks
from engine.musika.spectra import stft
from engine.training.components import Patches, fit

CONFIG = PatchConfig(mid=24, side=4)
LAPPED = PatchConfig(mid=24, side=4, lap=8)
STEP = CONFIG.frames_per_latent
CHORD_HZ = (220.0, 277.18, 329.63, 1318.5)


def chord(frames: int, hz: tuple[float, ...] = CHORD_HZ, level: float = 0.1) -> np.ndarray:
    seconds = np.arange(frames) / SAMPLE_RATE_HZ
    return sum(level * np.sin(2 * np.pi * f * seconds + k) for k, f in enumerate(hz)).astype(np.float32)


def panned(mono: np.ndarray, left: float, right: float) -> Wave:
    return np.stack([left * mono, right * mono], axis=1).astype(np.float32)


def music() -> Wave:
    """Eight seconds: chords at changing levels and places, with bursts of noise."""
    rng = np.random.default_rng(0)
    parts = []
    for k in range(16):
        part = chord(22_050, tuple(f * 2 ** (k % 5 / 12) for f in CHORD_HZ), 0.02 * (1 + k % 4))
        part[:4000] += 0.05 * rng.standard_normal(4000).astype(np.float32) * np.linspace(1, 0, 4000, dtype=np.float32)
        parts.append(panned(part, 0.4 + 0.2 * (k % 4), 1.0 - 0.2 * (k % 4)))
    return np.concatenate(parts)


def fitted(config: PatchConfig) -> PatchAutoencoder:
    described = list(describe(music(), config))
    levels = np.concatenate([d.levels for d in described]).reshape(-1, config.span_frames * config.bins)
    balances = np.concatenate([d.balances for d in described])
    return fit(Patches(levels, balances, np.zeros(config.bands, np.float32), (len(levels),)), config)


@pytest.fixture(scope="module")
def plain() -> PatchAutoencoder:
    return fitted(CONFIG)


@pytest.fixture(scope="module")
def lapped() -> PatchAutoencoder:
    return fitted(LAPPED)


@pytest.fixture(params=["plain", "lapped"])
def autoencoder(request: pytest.FixtureRequest) -> PatchAutoencoder:
    """Whatever an autoencoder promises, it promises with patches that reach into their neighbours too."""
    found: PatchAutoencoder = request.getfixturevalue(request.param)
    return found


def round_trip(autoencoder: PatchAutoencoder, wave: Wave) -> Wave:
    decoder = autoencoder.decoder()
    return np.concatenate([decoder.push(autoencoder.encode(wave)), decoder.flush()])


def spectrum_db(mono: np.ndarray) -> np.ndarray:
    window = np.hanning(len(mono))
    return 20 * np.log10(np.abs(np.fft.rfft(mono * window)) * 2 / window.sum() + 1e-9)


def test_a_chord_keeps_its_tones_and_their_levels(autoencoder: PatchAutoencoder) -> None:
    wave = panned(chord(12 * STEP), 1.0, 1.0)
    decoded = round_trip(autoencoder, wave)
    middle = slice(2 * STEP, 10 * STEP)
    before, after = spectrum_db(wave[middle].mean(axis=1)), spectrum_db(decoded[middle].mean(axis=1))
    hz = np.fft.rfftfreq(8 * STEP, 1 / SAMPLE_RATE_HZ)
    for tone in CHORD_HZ:
        near = np.abs(hz - tone) < 12
        assert abs(hz[near][after[near].argmax()] - tone) < 2.5
        assert abs(after[near].max() - before[near].max()) < 3.0


def test_where_a_sound_lies_between_left_and_right_survives(autoencoder: PatchAutoencoder) -> None:
    wave = panned(chord(12 * STEP), 1.0, 0.4)
    decoded = round_trip(autoencoder, wave)[2 * STEP : 10 * STEP]
    ratio = np.sqrt(np.square(decoded[:, 1]).mean() / np.square(decoded[:, 0]).mean())
    assert ratio == pytest.approx(0.4, abs=0.08)


def test_a_wide_sound_stays_wide_and_its_mono_sum_clean(autoencoder: PatchAutoencoder) -> None:
    width = np.full(CONFIG.bands, 0.5, np.float32)
    wide = PatchAutoencoder(autoencoder.config, {**autoencoder.tensors, "side/width": width})
    wave = music()
    narrow_sound, wide_sound = round_trip(autoencoder, wave) * 0.5, round_trip(wide, wave) * 0.5
    np.testing.assert_allclose(wide_sound.sum(axis=1), narrow_sound.sum(axis=1), atol=1e-5)
    mid, side = wide_sound.sum(axis=1), wide_sound[:, 0] - wide_sound[:, 1]
    assert np.square(side).mean() / np.square(mid).mean() == pytest.approx(0.25, abs=0.08)
    assert abs(np.corrcoef(mid, side)[0, 1]) < 0.4


def test_what_panning_does_not_explain_is_the_width() -> None:
    """Two independent noises left and right: the side has the power of the mid, and no place."""
    noise = np.random.default_rng(0).standard_normal((20 * STEP, 2)).astype(np.float32) * np.float32(0.1)
    (description,) = describe(noise, CONFIG)
    quotient = description.spread_power.sum() / description.mid_power.sum()
    assert quotient == pytest.approx(1, abs=0.05)
    (description,) = describe(panned(noise[:, 0], 1.0, 0.3), CONFIG)
    assert description.spread_power.sum() / description.mid_power.sum() < 1e-4


def test_exchanging_left_and_right_mirrors_the_latents(autoencoder: PatchAutoencoder) -> None:
    wave = music()[: 8 * STEP]
    mirrored = autoencoder.encode(np.ascontiguousarray(wave[:, ::-1]))
    np.testing.assert_allclose(mirrored, autoencoder.mirrored(autoencoder.encode(wave)), atol=2e-3)


def test_latents_of_the_fitted_music_are_whitened(autoencoder: PatchAutoencoder) -> None:
    latents = autoencoder.encode(music())
    np.testing.assert_allclose(latents[:, : CONFIG.mid].mean(axis=0), 0, atol=0.3)
    np.testing.assert_allclose(np.square(latents[:, : CONFIG.mid]).mean(axis=0), 1, atol=0.05)


@pytest.mark.parametrize("sizes", [[1] * 23, [23], [4, 9, 10], [0, 5, 0, 18], [22, 1]])
def test_how_latents_are_cut_into_pieces_changes_no_bit(autoencoder: PatchAutoencoder, sizes: list[int]) -> None:
    latents = autoencoder.encode(music())[:23]
    decoder = autoencoder.decoder()
    whole = np.concatenate([decoder.push(latents), decoder.flush()])
    decoder = autoencoder.decoder()
    pieces = [decoder.push(piece) for piece in np.split(latents, np.cumsum(sizes)[:-1])]
    np.testing.assert_array_equal(np.concatenate([*pieces, decoder.flush()]), whole)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 9])
def test_every_latent_makes_its_frames_exactly(autoencoder: PatchAutoencoder, count: int) -> None:
    decoder = autoencoder.decoder()
    latents = np.zeros((count, autoencoder.latent_size), np.float32)
    assert len(decoder.push(latents)) + len(decoder.flush()) == count * STEP


@pytest.mark.parametrize(("frames", "latents"), [(1, 1), (STEP, 1), (STEP + 1, 2), (70 * STEP, 70)])
def test_a_recording_is_filled_up_to_whole_latents(autoencoder: PatchAutoencoder, frames: int, latents: int) -> None:
    assert autoencoder.encode(np.zeros((frames, 2), np.float32)).shape == (latents, autoencoder.latent_size)


def test_the_pieces_of_the_analysis_join_without_a_seam(autoencoder: PatchAutoencoder) -> None:
    wave = music()
    late = autoencoder.encode(wave[3 * STEP :])
    np.testing.assert_allclose(late[1:], autoencoder.encode(wave)[4:], atol=1e-3)  # the first hears a beginning


def test_silence_stays_silent(autoencoder: PatchAutoencoder) -> None:
    floor = np.full(CONFIG.bins, -90, np.float32)
    quiet = PatchAutoencoder(autoencoder.config, {**autoencoder.tensors, "mid/mean": floor})
    decoder = quiet.decoder()
    decoder.push(np.zeros((4, quiet.latent_size), np.float32))
    assert np.abs(decoder.flush()).max() < (1e-3 if quiet.config.lap else 1e-6)  # trimmed by some dB, at -90 dB


def test_absurd_latents_make_finite_sound_in_range(autoencoder: PatchAutoencoder) -> None:
    decoder = autoencoder.decoder()
    wave = decoder.push(np.full((6, autoencoder.latent_size), 1e4, np.float32))
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() <= 1


def levels_db(autoencoder: PatchAutoencoder, latents: np.ndarray) -> np.ndarray:
    """Of the magnitudes that are decoded, (frames, bins)."""
    hop = autoencoder.config.hop
    return 20 * np.log10(autoencoder.magnitudes(latents.astype(np.float32)) / hop + 10 ** (-90 / 20))


@pytest.fixture
def amid(autoencoder: PatchAutoencoder) -> PatchAutoencoder:
    """Its levels lie far from the floor, and from what is too loud for any bin."""
    mean = np.full(autoencoder.config.bins, -50, np.float32)
    return PatchAutoencoder(autoencoder.config, {**autoencoder.tensors, "mid/mean": mean})


def test_no_bin_gets_louder_than_music_has_it(amid: PatchAutoencoder) -> None:
    rng = np.random.default_rng(0)
    usual = levels_db(amid, rng.standard_normal((400, amid.latent_size)))
    loudest = levels_db(amid, 30 * rng.standard_normal((400, amid.latent_size))).max(axis=0)
    bound = np.minimum(6, -50 + 4 * usual.std(axis=0) + 6)
    assert (loudest <= bound + 2).all()  # deviations of 400 patches are estimates
    assert abs(np.mean(loudest - bound)) < 1.5
    assert (usual.max(axis=0) <= bound + 1e-3).all()


def test_what_is_louder_than_was_measured_is_bent_and_the_rest_left_alone(amid: PatchAutoencoder) -> None:
    config = replace(amid.config, measured=True)
    loudest = np.linspace(-45, -35, config.bins, dtype=np.float32)
    measured = {"mid/loudest": loudest, "mid/noise": np.zeros(config.bins, np.float32)}
    bending = PatchAutoencoder(config, {**amid.tensors, **measured})
    latents = 3 * np.random.default_rng(0).standard_normal((400, amid.latent_size)).astype(np.float32)
    asked, bent = bending.levels(latents), levels_db(bending, latents)
    quiet = asked <= loudest - 5
    np.testing.assert_allclose(bent[quiet], np.maximum(asked, -90)[quiet], atol=0.1)
    much = asked > loudest - 3
    assert (bent[much] < asked[much]).all()
    assert (bent <= loudest + 4 + 1e-3).all()
    order = np.argsort(asked, axis=0)
    assert np.diff(np.take_along_axis(bent, order, axis=0), axis=0).min() > -1e-3  # louder stays louder


def test_loud_samples_are_bent_and_others_left_alone() -> None:
    sound = np.linspace(-3, 3, 6001, dtype=np.float32)
    softened = soften(sound)
    quiet = np.abs(sound) <= 0.8
    np.testing.assert_array_equal(softened[quiet], sound[quiet])
    assert np.abs(softened).max() <= 1
    assert np.diff(softened).min() >= 0
    assert np.abs(np.diff(softened, 2)).max() < 2e-5  # no corner: the slope goes over without a step


# --- lapped patches --------------------------------------------------------------------------------------------------


def test_patches_that_are_cut_out_and_joined_are_the_frames_again() -> None:
    frames = np.random.default_rng(0).standard_normal((5 * 8 + 6, 3)).astype(np.float32)
    window = lap_window(8, 6)
    np.testing.assert_allclose(np.square(window[:6]) + np.square(window[8:]), 1, atol=1e-6)
    patches = cut_patches(frames, 8, 6)
    assert patches.shape == (5, 14, 3)
    np.testing.assert_allclose(join_patches(patches * np.square(window)[:, None], window, 8), frames[3:-3], atol=1e-5)


def test_without_a_lap_levels_are_the_components_to_the_bit(plain: PatchAutoencoder) -> None:
    latents = plain.encode(music())[:9]
    tensors, weights = plain.tensors, np.tile(bin_weights(CONFIG), CONFIG.patch_frames)
    axes = tensors["mid/components"] * tensors["mid/deviations"][:, None] / weights
    levels = (latents[:, : CONFIG.mid] @ axes).reshape(-1, CONFIG.bins) + tensors["mid/mean"]
    magnitudes = np.maximum(10 ** (np.minimum(levels, 6.0) / 20) - np.float32(10 ** (-90 / 20)), 0) * np.float32(512)
    np.testing.assert_array_equal(plain.magnitudes(latents), magnitudes)


def steps_of(magnitudes: np.ndarray) -> tuple[float, float]:
    """How much levels change from frame to frame where two steps meet, and elsewhere, dB."""
    changes = np.abs(np.diff(20 * np.log10(magnitudes + 0.01), axis=0)).mean(axis=1)
    at_borders = np.arange(1, len(magnitudes)) % CONFIG.patch_frames == 0
    return float(changes[at_borders].mean()), float(changes[~at_borders].mean())


def test_what_is_wrong_in_a_latent_begins_and_ends_gradually(plain: PatchAutoencoder, lapped: PatchAutoencoder) -> None:
    ratios = {}
    for autoencoder in (plain, lapped):
        latents = autoencoder.encode(music())
        latents += 0.5 * np.random.default_rng(1).standard_normal(latents.shape).astype(np.float32)
        at_borders, elsewhere = steps_of(autoencoder.magnitudes(latents))
        ratios[autoencoder.config.lap] = at_borders / elsewhere
    assert ratios[0] > 1.6
    assert ratios[8] < 1.2


def test_a_latent_reaches_half_a_lap_into_its_neighbours(lapped: PatchAutoencoder) -> None:
    latents = np.zeros((5, lapped.latent_size), np.float32)
    other = latents.copy()
    other[2] = 1
    differ = (lapped.magnitudes(latents) != lapped.magnitudes(other)).any(axis=1)
    assert np.flatnonzero(differ).tolist() == list(range(16 - 4, 24 + 4))


def test_a_sound_glides_from_one_place_to_the_next(plain: PatchAutoencoder, lapped: PatchAutoencoder) -> None:
    wave = np.concatenate([panned(chord(8 * STEP), 1.0, 0.3), panned(chord(8 * STEP), 0.3, 1.0)])
    tone = round(CHORD_HZ[0] * CONFIG.fft / SAMPLE_RATE_HZ)
    largest = []
    for autoencoder in (plain, lapped):
        places = autoencoder.places(autoencoder.encode(wave))[:, tone]
        assert places[32] > 0.3
        assert places[-32] < -0.3
        largest.append(np.abs(np.diff(places)).max() / np.ptp(places))
    assert largest[0] > 0.8
    assert largest[1] < 0.3


def test_lapped_patches_of_later_frames_are_the_same_however_long_the_sound() -> None:
    """The pieces in which a long recording is described do not show, but at the ends of the sound."""
    wave = np.tile(music(), (2, 1))  # more patches than are described at once
    pieces = np.concatenate([description.levels for description in describe(wave, LAPPED)])
    later = np.concatenate([description.levels for description in describe(wave[60 * STEP :], LAPPED)])
    np.testing.assert_array_equal(pieces[61:], later[1:])
    np.testing.assert_array_equal(pieces[1:, :8], pieces[:-1, 8:])  # neighbours share frames
    np.testing.assert_array_equal(pieces[0, :4], np.repeat(pieces[:1, 4], 4, axis=0))  # the first goes on backwards


# --- phase ---------------------------------------------------------------------------------------------------------


def test_a_peak_between_bins_turns_as_far_as_its_sinusoid() -> None:
    hop, hz = 512, 1003.7
    magnitudes = np.abs(stft(chord(40 * hop, (hz,))[None], hop)[0])
    owners, advances = follow_peaks(magnitudes, hop)
    peak = round(hz * 4 * hop / SAMPLE_RATE_HZ)
    assert (owners[:, peak - 1 : peak + 2] == peak).all()
    np.testing.assert_allclose(advances[:, peak], 2 * np.pi * hz * hop / SAMPLE_RATE_HZ, atol=0.05)


def test_recovered_phases_fit_the_magnitudes() -> None:
    """Spectral convergence, |magnitude of what sounds - magnitude asked for|, against phases that are all zero."""
    hop = 512
    magnitudes = np.abs(stft(np.ascontiguousarray(music()[: 120 * hop, 0])[None], hop)[0])
    recovery = PhaseRecovery(hop, iterations=4)
    spectra = np.concatenate([recovery.push(magnitudes[k : k + 40], 32) for k in range(0, 96, 32)])

    def inconsistency(spectra: np.ndarray) -> float:
        wave = np.zeros(len(spectra) * hop + 3 * hop, np.float32)
        window = np.hanning(4 * hop + 1)[:-1]
        for k, frame in enumerate(np.fft.irfft(spectra, axis=1) * window / 1.5):
            wave[k * hop : k * hop + 4 * hop] += frame
        found = np.abs(stft(wave[None], hop)[0])[4:-4]
        wanted = np.abs(spectra)[4:-4]
        return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))

    assert inconsistency(spectra) < 0.15
    assert inconsistency(magnitudes[:96].astype(np.complex64)) > 0.4


# --- what lies on disk -----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(autoencoder: PatchAutoencoder, tmp_path: Path) -> Path:
    autoencoder.save(tmp_path)
    write_card(ModelCard(name="ear", title="Ear", kind="autoencoder", sizes=autoencoder.config.sizes), tmp_path)
    return tmp_path


def test_a_saved_autoencoder_sounds_the_same_to_half_precision(autoencoder: PatchAutoencoder, folder: Path) -> None:
    loaded = PatchAutoencoder.load(folder)
    assert loaded.config == autoencoder.config
    wave = music()[: 12 * STEP]
    np.testing.assert_allclose(loaded.encode(wave), autoencoder.encode(wave), atol=0.02)


def test_a_missing_weight_file_is_named(folder: Path) -> None:
    (folder / WEIGHTS_FILE).unlink()
    with pytest.raises(ModelError, match=WEIGHTS_FILE):
        PatchAutoencoder.load(folder)


def test_sizes_that_the_tensors_do_not_have_are_refused(folder: Path) -> None:
    sizes = {**load_card(folder).sizes, "mid": 20}
    write_card(ModelCard(name="ear", title="Ear", kind="autoencoder", sizes=sizes), folder)
    with pytest.raises(ModelError, match="mid/components"):
        PatchAutoencoder.load(folder)


@pytest.mark.parametrize(
    "change",
    [{"hop": 0}, {"fft": 1024}, {"mid": "many"}, {"side": 1000}, {"floor_db": "low"}, {"floor_db": float("nan")},
     {"patch_frames": 10**9}, {"mid": True}, {"lap": 3}, {"lap": -2}, {"lap": 10}, {"lap": "wide"}, {"lap": True},
     {"measured": 1}, {"measured": "some"}],
)  # fmt: skip
def test_impossible_sizes_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ModelError):
        PatchConfig.from_sizes({**CONFIG.sizes, **change})


def test_a_card_without_a_size_is_refused() -> None:
    sizes = CONFIG.sizes
    del sizes["patch_frames"]
    with pytest.raises(ModelError):
        PatchConfig.from_sizes(sizes)


def test_a_card_of_before_patches_were_lapped_and_bins_measured_says_neither() -> None:
    sizes = CONFIG.sizes
    del sizes["lap"], sizes["measured"]
    assert PatchConfig.from_sizes(sizes) == CONFIG


@pytest.mark.parametrize(("name", "value"), [("mid/noise", -0.1), ("mid/noise", 1.1), ("mid/loudest", 6.1)])
def test_measurements_that_cannot_be_are_refused(folder: Path, name: str, value: float) -> None:
    config = replace(CONFIG, measured=True)
    autoencoder = fitted(config)
    write_card(replace(load_card(folder), sizes=config.sizes), folder)
    write_tensors(folder / WEIGHTS_FILE, {**autoencoder.tensors, name: np.full(config.bins, value, np.float32)})
    with pytest.raises(ModelError, match=name):
        PatchAutoencoder.load(folder)


def test_deviations_that_are_not_positive_are_refused(autoencoder: PatchAutoencoder, folder: Path) -> None:
    broken = {**autoencoder.tensors, "mid/deviations": np.zeros(CONFIG.mid, np.float32)}
    write_tensors(folder / WEIGHTS_FILE, broken)
    with pytest.raises(ModelError, match="mid/deviations"):
        PatchAutoencoder.load(folder)


def test_a_model_of_another_design_is_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other, ignore=shutil.ignore_patterns("other"))
    write_card(ModelCard(name="ear", title="Ear", kind="autoencoder", sizes={"design": "waves"}), other)
    with pytest.raises(ModelError, match="design"):
        PatchAutoencoder.load(other)
