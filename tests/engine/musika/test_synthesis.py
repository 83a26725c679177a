"""Takes: exact lengths, seeds, streams against one piece, memory; and models put together from folders."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from benchmarks.random_musika import write_random_musika
from engine.errors import ModelError, UsageError
from engine.models.card import ModelCard, load_card, write_card
from engine.models.catalogue import BUNDLED
from engine.musika.checkpoint import GENERATOR_FILE, save_generator
from engine.musika.coders import CoderConfig
from engine.musika.journey import Journey, windows
from engine.musika.networks import GeneratorConfig, build_generator
from engine.musika.patches import PatchAutoencoder, PatchConfig
from engine.musika.published import GENERATOR_FILE as PUBLISHED_GENERATOR
from engine.musika.published import read_generator
from engine.musika.synthesis import PHRASE_LATENTS, Musika, load_autoencoder
from tests.engine.musika.conftest import TINY_CODERS, TINY_GENERATOR


def take(musika: Musika, frames: int, seed: int = 7) -> np.ndarray:
    return np.concatenate(list(musika.stream(Journey.from_seed(seed), frames)))


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Musika:
    """Small, and only its generator has noise."""
    folder = tmp_path_factory.mktemp("quiet")
    write_random_musika(folder, TINY_GENERATOR, TINY_CODERS, encoders=False)
    musika = Musika.load(folder)
    noisy = tmp_path_factory.mktemp("noisy")
    write_random_musika(noisy, TINY_GENERATOR, TINY_CODERS, encoders=False, noise_weight=0.3)
    return Musika(read_generator(noisy / PUBLISHED_GENERATOR), musika.autoencoder)


@pytest.mark.parametrize("frames", [1, 12_345, 20 * 44_100])
def test_a_take_has_exactly_the_frames_asked_for(tiny: Musika, frames: int) -> None:
    wave = take(tiny, frames)

    assert wave.shape == (frames, 2)
    assert wave.dtype == np.float32
    assert np.isfinite(wave).all()


@pytest.mark.parametrize("frames", [0, -3])
def test_a_take_of_nothing_is_refused_at_once(tiny: Musika, frames: int) -> None:
    with pytest.raises(UsageError, match=f"{frames} were asked for"):
        tiny.stream(Journey.from_seed(1), frames)


def test_the_same_seed_gives_the_same_samples(tiny_folder: Path, tiny: Musika) -> None:
    wave = take(tiny, 100_000)

    assert wave.std() > 1e-4
    np.testing.assert_array_equal(take(tiny, 100_000), wave)
    np.testing.assert_array_equal(take(Musika.load(tiny_folder), 100_000), wave)


def test_another_seed_gives_another_take(tiny: Musika) -> None:
    one, other = take(tiny, 50_000, seed=1), take(tiny, 50_000, seed=2)

    assert np.abs(one - other).max() > 0.1 * np.abs(one).max()


def test_a_longer_take_begins_like_a_shorter_one(tiny: Musika) -> None:
    short = take(tiny, 70_001)

    np.testing.assert_allclose(take(tiny, 200_000)[:70_001], short, atol=1e-5)


def test_the_blocks_together_are_what_one_piece_gives(tiny: Musika) -> None:
    """Noise layers included, across three windows."""
    frames = 2 * tiny.context * tiny.autoencoder.frames_per_latent + 1000
    way = np.stack(list(islice(windows(Journey.from_seed(7), tiny.context), 3)))

    whole = tiny.decode(tiny.latents(way, seed=7), seed=7)

    np.testing.assert_allclose(take(tiny, frames), whole[:frames], atol=1e-5)


def test_the_noise_is_the_takes_own(tiny: Musika) -> None:
    way = np.stack(list(islice(windows(Journey.from_seed(7), tiny.context), 1)))

    latents = tiny.latents(way, seed=7)

    np.testing.assert_array_equal(tiny.latents(way, seed=7), latents)
    assert np.abs(tiny.latents(way, seed=8) - latents).max() > 0.01
    assert np.abs(tiny.decode(latents, seed=8) - tiny.decode(latents, seed=7)).max() > 1e-3


def test_the_first_block_is_short_and_later_ones_are_not(tiny: Musika) -> None:
    latent = tiny.autoencoder.frames_per_latent

    lengths = [len(block) for block in tiny.stream(Journey.from_seed(1), 200 * latent)]

    assert lengths == [8 * latent, 16 * latent, 32 * latent, 64 * latent, 64 * latent, 16 * latent]


def test_memory_does_not_grow_with_the_length(tiny: Musika) -> None:
    peaks = []
    for frames in (200_000, 1_600_000):
        tracemalloc.start()
        for _ in tiny.stream(Journey.from_seed(1), frames):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 1.1 * peaks[0] + 100_000


def test_a_decoder_gives_the_same_sound_however_latents_arrive(tiny: Musika) -> None:
    latents = np.random.default_rng(0).standard_normal((203, tiny.latent_size), dtype=np.float32)
    decoder = tiny.autoencoder.decoder(seed=5)

    cuts = np.split(latents, [1, 3, 3, 50, 57, 190])
    pieces = np.concatenate([*(decoder.push(piece) for piece in cuts), decoder.flush()])

    whole = tiny.decode(latents, seed=5)
    assert whole.shape == (203 * 256 + 3 * 16, 2)
    np.testing.assert_allclose(pieces, whole, atol=1e-5)


def test_no_latents_make_no_sound(tiny: Musika) -> None:
    assert not tiny.decode(np.zeros((0, 128), np.float32)).any()
    assert tiny.latents(np.zeros((0, 256, 128), np.float32)).shape == (0, 128)
    assert tiny.encode(np.zeros((100, 2), np.float32)).shape == (0, 128)


def test_arrays_of_other_shapes_are_refused(tiny: Musika) -> None:
    with pytest.raises(ValueError, match=r"\(n, 256, 128\), not \(2, 100, 128\)"):
        tiny.latents(np.zeros((2, 100, 128), np.float32))
    with pytest.raises(ValueError, match=r"\(m, 128\), not \(8, 64\)"):
        tiny.decode(np.zeros((8, 64), np.float32))
    with pytest.raises(ValueError, match="audio must have the shape"):
        tiny.encode(np.zeros(9000, np.float32))


# --- entering anywhere, and loops -----------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [1, 5_000, 70_000, 150_001])
def test_a_take_entered_later_is_the_same(quiet: Musika, start: int) -> None:
    """Across windows; the generator's noise is that of the place, and the decoder has none here."""
    whole = take(quiet, start + 30_000)

    entered = np.concatenate(list(quiet.stream(Journey.from_seed(7), 30_000, start_frame=start)))

    np.testing.assert_allclose(entered, whole[start:], atol=1e-4)


def test_a_start_before_the_beginning_is_refused(tiny: Musika) -> None:
    with pytest.raises(UsageError, match="3 frames before its beginning"):
        tiny.stream(Journey.from_seed(1), 100, start_frame=-3)


def test_without_a_length_it_goes_on_and_on(tiny: Musika) -> None:
    heard = np.concatenate(list(islice(tiny.stream(Journey.from_seed(7)), 20)))

    np.testing.assert_allclose(take(tiny, len(heard)), heard, atol=1e-5)
    assert len(heard) > 3 * tiny.context * tiny.autoencoder.frames_per_latent


def test_a_take_that_changes_is_the_same_before_and_not_after(tiny: Musika) -> None:
    journey = Journey.from_seed(7)
    at_frame = 2 * tiny.context * tiny.autoencoder.frames_per_latent  # windows before this do not know of the change

    changed = np.concatenate(list(tiny.stream(journey.morphing(at_frame / 44_100, 8, 0.1), at_frame + 40_000)))

    whole = take(tiny, at_frame + 40_000)
    np.testing.assert_allclose(changed[: at_frame - 1000], whole[: at_frame - 1000], atol=1e-5)
    assert np.abs(changed - whole)[-20_000:].max() > 0.1 * np.abs(whole).max()


@pytest.mark.parametrize("turn_frames", [1, 500, 44_100, 200_001])
def test_a_loop_is_one_turn_and_can_go_on_for_many(tiny: Musika, turn_frames: int) -> None:
    loop = Journey.from_seed(3).looping(turn_frames)

    turn = np.concatenate(list(tiny.stream(loop)))

    assert turn.shape == (turn_frames, 2)
    assert np.isfinite(turn).all()
    later = np.concatenate(list(tiny.stream(loop, turn_frames + 100, start_frame=turn_frames // 3)))
    np.testing.assert_array_equal(later, np.tile(turn, (103, 1))[turn_frames // 3 :][: turn_frames + 100])


@pytest.mark.parametrize("seed", range(4))
def test_the_step_from_the_end_of_a_loop_to_its_beginning_is_like_others(tiny: Musika, seed: int) -> None:
    turn = np.concatenate(list(tiny.stream(Journey.from_seed(seed).looping(70_007 + 20_011 * seed))))

    steps = np.abs(np.diff(turn, axis=0)).max(axis=1)
    assert np.abs(turn[0] - turn[-1]).max() < np.quantile(steps, 0.999)


def level_db(sound: np.ndarray) -> np.ndarray:
    """Levels of 24 bands, evenly spaced in pitch, of a stretch of sound."""
    frames = np.lib.stride_tricks.sliding_window_view(sound.mean(axis=1), 2048)[::1024]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(2048)))).mean(axis=0)
    return 10 * np.log10(np.add.reduceat(power, np.unique(np.geomspace(2, 1000, 24).astype(int))) + 1e-6)


def change_db(turn: np.ndarray, at: int) -> float:
    """How much the spectrum of the third of a second before a frame of a loop and that of the third after differ."""
    span = 15_000
    around = np.roll(turn, span - at, axis=0)[: 2 * span]
    return float(np.sqrt(np.mean(np.square(level_db(around[:span]) - level_db(around[span:])))))


def test_the_music_goes_on_across_the_seam_of_a_loop_about_as_it_does_elsewhere() -> None:
    """With the bundled band, at lengths that are no multiple of half a window."""
    band = Musika.load(BUNDLED / "house-band")
    at_seams, elsewhere, at_cuts = [], [], []
    for seed in range(12):
        frames = 350_000 + 12_345 * seed
        turn = np.concatenate(list(band.stream(Journey.from_seed(seed).looping(frames))))
        at_seams.append(change_db(turn, 0))
        elsewhere += [change_db(turn, at) for at in range(20_000, frames - 20_000, 20_000)]
        at_cuts.append(change_db(take(band, frames, seed), 0))

    assert np.mean(at_seams) < 1.4 * np.mean(elsewhere)
    assert np.mean(at_seams) < np.mean(at_cuts)  # where a take is merely cut off and begun again


def test_entering_late_costs_no_more_memory(tiny: Musika) -> None:
    hour = 3600 * 44_100
    tracemalloc.start()
    heard = np.concatenate(list(tiny.stream(Journey.from_seed(1), 20_000, start_frame=hour)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(heard) == 20_000
    assert peak < 8e6


# --- models from folders -------------------------------------------------------------------------------------------


def write_generator(folder: Path, config: GeneratorConfig, needs: tuple[str, ...]) -> None:
    folder.mkdir()
    save_generator(build_generator(config), folder / GENERATOR_FILE)
    write_card(ModelCard(name="ours", title="Ours", kind="generator", needs=needs), folder)


def write_patches(folder: Path, config: PatchConfig) -> None:
    rng = np.random.default_rng(0)
    tensors = {name: rng.uniform(0.01, 0.1, shape).astype(np.float32) for name, shape in config.shapes.items()}
    tensors["mid/mean"] -= 40  # dB
    folder.mkdir()
    PatchAutoencoder(config, tensors).save(folder)
    write_card(ModelCard(name="coder", title="Coder", kind="autoencoder", sizes=config.sizes), folder)


def test_our_own_generator_and_autoencoder_make_takes(tmp_path: Path) -> None:
    write_patches(tmp_path / "coder", PatchConfig(hop=128, fft=512, patch_frames=4, mid=10, side=2))
    write_generator(tmp_path / "ours", GeneratorConfig(base_channels=2, latent_size=12, small=True), ("coder",))

    musika = Musika.load(tmp_path / "ours")

    way = np.stack(list(islice(windows(Journey.from_seed(7), musika.context), 2)))
    whole = musika.decode(musika.latents(way))
    wave = take(musika, 90_001)
    assert wave.shape == (90_001, 2)
    assert wave.std() > 1e-4
    np.testing.assert_allclose(wave, whole[:90_001], atol=1e-5)


def test_the_autoencoder_can_be_a_published_one_elsewhere(tmp_path: Path, tiny_folder: Path) -> None:
    write_generator(tmp_path / "ours", GeneratorConfig(base_channels=2), needs=("nowhere",))

    musika = Musika.load(tmp_path / "ours", autoencoder=tiny_folder)

    assert len(take(musika, 1000)) == 1000


def test_an_imported_published_folder_has_a_card_as_well(tmp_path: Path) -> None:
    write_random_musika(tmp_path, GeneratorConfig(base_channels=4), CoderConfig(hop=16))
    write_card(ModelCard(name="old", title="Old", kind="generator", sizes={"design": "published"}), tmp_path)

    assert Musika.load(tmp_path).latent_size == 128
    assert load_autoencoder(tmp_path).frames_per_latent == 256


def test_a_generator_whose_autoencoder_is_missing_says_so(tmp_path: Path) -> None:
    write_generator(tmp_path / "ours", GeneratorConfig(base_channels=2), needs=("coder",))

    with pytest.raises(ModelError, match="ours needs the model coder, which is not there"):
        Musika.load(tmp_path / "ours")


def test_a_generator_that_names_no_autoencoder_is_refused(tmp_path: Path) -> None:
    write_generator(tmp_path / "ours", GeneratorConfig(base_channels=2), needs=())

    with pytest.raises(ModelError, match="does not name its autoencoder"):
        Musika.load(tmp_path / "ours")


def with_phrases(folder: Path, phrase_latents: object) -> Path:
    """A model folder whose card says so."""
    write_generator(folder, GeneratorConfig(base_channels=2), needs=("coder",))
    card = load_card(folder)
    write_card(replace(card, sizes={**card.sizes, PHRASE_LATENTS: phrase_latents}), folder)
    return folder


def test_the_card_of_a_model_says_how_long_its_phrases_are(tmp_path: Path, tiny_folder: Path) -> None:
    assert Musika.load(with_phrases(tmp_path / "ours", 5), autoencoder=tiny_folder).phrase_latents == 5
    assert Musika.load(tiny_folder).phrase_latents is None  # published


def test_a_take_has_the_phrases_of_its_model(tiny: Musika) -> None:
    moving = Musika(tiny.generator, tiny.autoencoder, phrase_latents=5)
    per_latent = tiny.autoencoder.frames_per_latent
    ways = windows(Journey.from_seed(7), tiny.context, frames_per_latent=per_latent, phrase_latents=5)

    wave = take(moving, 1000)

    np.testing.assert_allclose(wave, moving.decode(moving.latents(next(ways)[None], 7), 7)[:1000], atol=1e-5)
    assert np.abs(wave - take(tiny, 1000)).max() > 0.1 * np.abs(wave).max()


@pytest.mark.parametrize("phrase_latents", [0, -1, 1.5, "12", True, 10**9, [12]])
def test_phrases_of_no_possible_length_are_refused(tmp_path: Path, tiny_folder: Path, phrase_latents: object) -> None:
    with pytest.raises(ModelError, match="gives phrases a length of"):
        Musika.load(with_phrases(tmp_path / "ours", phrase_latents), autoencoder=tiny_folder)


def test_a_generator_of_another_latent_size_is_refused(tmp_path: Path, tiny_folder: Path) -> None:
    write_generator(tmp_path / "ours", GeneratorConfig(base_channels=2, latent_size=100), needs=("coder",))

    with pytest.raises(ModelError, match="makes 100 values a step, and the autoencoder takes 128"):
        Musika.load(tmp_path / "ours", autoencoder=tiny_folder)


def test_an_autoencoder_is_no_generator(tmp_path: Path) -> None:
    write_patches(tmp_path / "coder", PatchConfig(hop=128, fft=512, patch_frames=4, mid=10, side=2))

    with pytest.raises(ModelError, match="coder is a model of the kind autoencoder: choose a generator"):
        Musika.load(tmp_path / "coder")


def test_a_published_generator_can_have_its_autoencoder_elsewhere(tmp_path: Path, tiny_folder: Path) -> None:
    write_random_musika(tmp_path, GeneratorConfig(base_channels=2), CoderConfig(hop=16))
    for path in tmp_path.iterdir():
        if path.name != PUBLISHED_GENERATOR:
            path.unlink()

    assert len(take(Musika.load(tmp_path, autoencoder=tiny_folder), 500)) == 500
