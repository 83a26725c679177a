"""What learns to separate, on tiny networks and songs made of tones."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import AudioFileError, ModelError
from engine.models.card import ModelCard, load_card, verify, write_card
from engine.separation.network import build_network
from engine.separation.separator import Separator
from engine.training.logbook import MODEL_FOLDER
from engine.training.loop import Keeping, Plan, Report, train
from engine.training.separator import Recipe, SeparatorLearner, errors_db
from tests.engine.training.tiny_songs import RECIPE, STEMS, make_songs, tone

DEMUCS_RECIPE = replace(
    RECIPE,
    sizes={
        "sources": list(STEMS),
        "channels": 8,
        "depth": 2,
        "t_layers": 0,
        "dconv_mode": 0,
        "nfft": 512,
        "segment": 0.1,
    },
    learning_rate=2e-2,
)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Networks as small as these lose more by waiting for a second thread than it computes for them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_songs(tmp_path_factory.mktemp("songs"))


@pytest.fixture(scope="module")
def training(songs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Report], Path]:
    """What a training of 80 steps reported, and the model that came of it."""
    folder = tmp_path_factory.mktemp("trained") / "training"
    return trained(learner(songs), folder, 80), folder / MODEL_FOLDER


@pytest.fixture(scope="module")
def demucs_training(songs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Report], Path]:
    """The same for an HTDemucs."""
    folder = tmp_path_factory.mktemp("trained") / "training"
    return trained(learner(songs, DEMUCS_RECIPE), folder, 80), folder / MODEL_FOLDER


def learner(songs: Path, recipe: Recipe = RECIPE, base: Path | None = None) -> SeparatorLearner:
    return SeparatorLearner([songs], recipe, base, device="cpu")


def trained(learning: SeparatorLearner, out: Path, steps: int, *, resume: bool = False) -> list[Report]:
    return list(train(learning, out, Plan(steps=steps), resume=resume, keeping=Keeping(report_steps=1)))


def sdr_db(stem: Wave, found: Wave) -> float:
    return 10 * math.log10((stem**2).sum() / ((found - stem) ** 2).sum())


@pytest.mark.parametrize(("kind", "recipe"), [("training", RECIPE), ("demucs_training", DEMUCS_RECIPE)])
def test_it_learns_to_tell_low_from_high_and_the_model_folder_does_so(
    request: pytest.FixtureRequest, kind: str, recipe: Recipe
) -> None:
    reports, model = request.getfixturevalue(kind)
    assert list(reports[0].losses) == ["error", *STEMS]
    errors = [report.losses["error"] for report in reports]
    assert np.mean(errors[:5]) > -7
    assert np.mean(errors[-5:]) < -10
    assert reports[-1].losses["error"] == pytest.approx(np.mean([reports[-1].losses[name] for name in STEMS]))

    card = load_card(model)
    verify(card)
    assert card.sizes == recipe.sizes
    assert "3 songs" in card.trained_on
    assert "80 steps" in card.trained_for
    stems = {"low": tone(125), "high": tone(6000)}
    separator = Separator.load(card.folder)
    found = np.concatenate(list(separator.stream([stems["low"] + stems["high"]])))
    for index, name in enumerate(separator.stem_names):
        assert sdr_db(stems[name], found[:, index]) > 6, name


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(songs: Path, tmp_path: Path) -> None:
    whole, parts = learner(songs), learner(songs)
    rows = trained(whole, tmp_path / "whole", 4)

    stopped = train(parts, tmp_path / "parts", Plan(steps=4), keeping=Keeping(report_steps=1))
    next(stopped)
    next(stopped)
    stopped.close()
    resumed = learner(songs)
    later_rows = trained(resumed, tmp_path / "parts", 4, resume=True)

    assert [row.losses for row in rows[2:]] == [row.losses for row in later_rows]
    for name, value in whole.tensors().items():
        assert torch.equal(value, resumed.tensors()[name]), name


def test_everything_that_learns_is_saved(songs: Path) -> None:
    learning = learner(songs)
    before = {name: value.clone() for name, value in learning.tensors().items()}
    for _ in range(2):  # some weights begin at zero, and hide those before them from the first step
        learning.learn(0.0)
    changed = {name for name, value in learning.tensors().items() if not torch.equal(value, before[name])}
    names = [name for name, _ in learning.network.named_parameters()]
    assert changed >= {f"{part}.{name}" for part in ("network", "average") for name in names}
    assert set(learning.network.state_dict()) == set(names)  # no buffers, of which nothing would be averaged
    json.dumps([learning.identity, learning.facts()])


def test_pieces_are_as_long_as_the_recipe_says_but_no_longer_than_a_segment(songs: Path) -> None:
    for piece_s, expected_frames in ((0.05, 2205), (2.0, 4410)):
        learning = learner(songs, replace(RECIPE, piece_s=piece_s))
        assert learning._draw(0).shape == (RECIPE.batch, len(STEMS), 2, expected_frames)


def test_it_goes_on_from_a_model_with_the_sizes_of_that(songs: Path, training: tuple[list[Report], Path]) -> None:
    _, base = training
    other_sizes = replace(RECIPE, sizes={**RECIPE.sizes, "width": 20}, seed=2)
    fresh, further = learner(songs, other_sizes), learner(songs, other_sizes, base)
    assert further.recipe == replace(other_sizes, sizes=RECIPE.sizes)
    assert further.identity["recipe"]["sizes"] == RECIPE.sizes
    assert further.learn(0.0)["error"] < fresh.learn(0.0)["error"] - 3


def test_the_card_says_what_it_went_on_from(songs: Path, training: tuple[list[Report], Path], tmp_path: Path) -> None:
    _, base = training
    card = load_card(base)
    assert not card.began_with
    words = f"separator ({card.trained_on}; {card.trained_for})"
    further = learner(songs, replace(RECIPE, seed=2), base)
    list(train(further, tmp_path / "further", Plan(steps=1)))
    resumed = learner(songs, replace(RECIPE, seed=2))
    list(train(resumed, tmp_path / "further", Plan(steps=2), resume=True))
    assert load_card(tmp_path / "further" / MODEL_FOLDER).began_with == words

    twice = learner(songs, replace(RECIPE, seed=3), tmp_path / "further" / MODEL_FOLDER).export(tmp_path / "twice")
    assert twice.began_with.endswith(f"; began with {words})")


def test_it_goes_on_larger_than_its_base_and_from_what_that_has_learned(
    songs: Path, training: tuple[list[Report], Path], tmp_path: Path
) -> None:
    _, base = training
    larger = replace(RECIPE, more_layers=1, more_reach=1, seed=2)
    further, same = learner(songs, larger, base), learner(songs, replace(RECIPE, seed=2), base)
    assert further.recipe.sizes == {**RECIPE.sizes, "layers": RECIPE.sizes["layers"] + 1, "reach": 2}
    assert further.learn(0.0)["error"] == pytest.approx(same.learn(0.0)["error"], abs=1e-4)
    card = further.export(tmp_path / "model")
    verify(card)
    assert Separator.load(card.folder).stem_names == STEMS

    resumed = learner(songs, further.recipe)  # a training that goes on knows its sizes, and no base
    assert resumed.recipe == further.recipe
    resumed_names, names = resumed.tensors().keys(), further.tensors().keys()
    assert resumed_names == names

    with pytest.raises(ModelError, match="layers"):  # before memory is taken
        learner(songs, replace(RECIPE, more_layers=10**12), base)


def test_a_base_without_bands_is_not_made_larger(songs: Path, demucs_training: tuple[list[Report], Path]) -> None:
    _, base = demucs_training
    with pytest.raises(ModelError, match="only these can be made larger"):
        learner(songs, replace(DEMUCS_RECIPE, more_layers=1), base)


def test_a_base_of_another_kind_or_shape_or_with_stems_that_the_songs_lack_is_refused(
    songs: Path, tmp_path: Path
) -> None:
    base = tmp_path / "base"
    card = learner(songs).export(base)
    write_card(replace(card, sizes={**card.sizes, "width": 20}), base)
    with pytest.raises(ModelError, match="has the shape"):
        learner(songs, RECIPE, base)
    write_card(replace(card, sizes={**card.sizes, "sources": ["low", "middle"]}), base)
    with pytest.raises(AudioFileError, match=r"each must be a folder with low, middle"):
        learner(songs, RECIPE, base)
    write_card(ModelCard(name="noise", title="Noise", kind="generator"), base)
    with pytest.raises(ModelError, match="choose a separator"):
        learner(songs, RECIPE, base)


def test_the_rate_rises_and_falls_and_follows_its_factor(songs: Path) -> None:
    learning = learner(songs)
    first = learning._learning_rate(0.0)
    learning.step = 10
    top = learning._learning_rate(0.0)
    assert first == pytest.approx(top / 5)
    assert top == RECIPE.learning_rate
    assert learning._learning_rate(0.5) == pytest.approx(0.505 * top)
    assert learning._learning_rate(1.0) == pytest.approx(0.01 * top)
    learning.set_rates(0.5)
    assert learning._learning_rate(0.0) == top / 2


def test_the_preview_is_a_mix_and_its_stems_and_changes_nothing(songs: Path) -> None:
    learning, undisturbed = learner(songs), learner(songs)
    learning.learn(0.0)
    undisturbed.learn(0.0)
    preview = learning.preview()
    assert preview.shape == (3 * 4 * SAMPLE_RATE_HZ, 2)
    assert preview.dtype == np.float32
    mix = preview[: SAMPLE_RATE_HZ // 2, 0]
    spectrum = np.abs(np.fft.rfft(mix))
    assert set(np.flatnonzero(spectrum > spectrum.max() / 10) * 2) & {80, 110, 140}
    assert learning.learn(0.5) == undisturbed.learn(0.5)


def test_the_loss_is_the_error_below_the_mix_in_db() -> None:
    rng = torch.Generator().manual_seed(0)
    stems = torch.randn(2, 2, 2, 10_000, generator=rng) * torch.tensor([0.01, 1.0])[:, None, None, None]
    nothing, tenth = errors_db(torch.zeros_like(stems), stems), errors_db(stems * 0.9, stems)
    np.testing.assert_allclose(nothing, -3, atol=0.2)  # each stem is half of the mix, in the quiet and the loud piece
    np.testing.assert_allclose(tenth, -18.2, atol=0.3)  # -23 dB, and the error below which nothing counts any more
    np.testing.assert_allclose(errors_db(stems, stems), -20, atol=0.1)


def test_silence_gives_the_loss_no_infinity() -> None:
    silence = torch.zeros(1, 2, 2, 100, requires_grad=True)
    loss = errors_db(silence, torch.zeros(1, 2, 2, 100)).mean()
    loss.backward()
    assert loss.item() == pytest.approx(-20)
    assert silence.grad is not None
    assert silence.grad.isfinite().all()


def test_the_recipe_is_for_a_small_network() -> None:
    network = build_network(Recipe().sizes)
    assert network.sources == ["drums", "bass", "other", "vocals"]
    assert 2 * sum(parameter.numel() for parameter in network.parameters()) < 20e6  # bytes of the model's file
