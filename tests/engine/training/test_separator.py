"""The separator's training, on tiny networks and songs made of tones and noise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import ModelError
from engine.models.card import ModelCard, load_card, verify
from engine.separation.separator import Separator
from engine.training.separator import STATE_FILE, Plan, Progress, Recipe, Songs, Trainer, error_db, train

STEMS = ("low", "high")
SONG_FRAMES = SAMPLE_RATE_HZ
RECIPE = Recipe(
    sizes={
        "sources": list(STEMS),
        "channels": 8,
        "depth": 2,
        "t_layers": 0,
        "dconv_mode": 0,
        "nfft": 512,
        "segment": 0.1,
    },
    batch=2,
    learning_rate=1e-2,
    warm_up_steps=5,
    average=0.8,
)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Networks as small as these lose more by waiting for a second thread than it computes for them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three songs, each of a low and a high tone."""
    for number, (low_hz, high_hz) in enumerate([(80, 5000), (110, 6000), (140, 7000)]):
        write_song(tmp_path / "songs" / f"song-{number}", {"low": tone(low_hz), "high": tone(high_hz)})
    return tmp_path / "songs"


def tone(frequency_hz: float, frames: int = SONG_FRAMES) -> Wave:
    """A tone on the left, another level of it on the right."""
    wave = 0.3 * np.sin(2 * np.pi * frequency_hz * np.arange(frames) / SAMPLE_RATE_HZ)
    return np.stack([wave, 0.5 * wave], 1).astype(np.float32)


def write_song(song: Path, stems: dict[str, Wave], rate_hz: int = SAMPLE_RATE_HZ) -> None:
    song.mkdir(parents=True)
    for name, wave in stems.items():
        soundfile.write(song / f"{name}.wav", wave, rate_hz, "PCM_16")


def trained(songs: Path, out: Path, steps: int, trainer: Trainer | None = None) -> tuple[Trainer, list[Progress]]:
    trainer = trainer or Trainer(RECIPE)
    return trainer, list(train(Songs(songs, STEMS), trainer, Plan(steps=steps), out))


def assert_same_state(one: Trainer, other: Trainer) -> None:
    for name, value in one.network.state_dict().items():
        assert torch.equal(value, other.network.state_dict()[name]), name
        assert torch.equal(one.average[name], other.average[name]), name


def test_it_learns_to_tell_low_from_high_and_the_model_folder_does_so(folder: Path, tmp_path: Path) -> None:
    trainer, progress = trained(folder, tmp_path / "out", 80)
    assert np.mean([step.loss for step in progress[:5]]) > -5
    assert np.mean([step.loss for step in progress[-5:]]) < -10
    card = trainer.write_model(ModelCard(name="tones", title="Tones", kind="separator"), tmp_path / "model")
    verify(load_card(tmp_path / "model"))
    assert card.sizes == RECIPE.sizes

    stems = {"low": tone(125), "high": tone(6000)}
    separator = Separator.load(tmp_path / "model")
    found = np.concatenate(list(separator.stream([stems["low"] + stems["high"]])))
    for index, name in enumerate(separator.stem_names):
        error = found[:, index] - stems[name]
        assert 10 * math.log10((stems[name] ** 2).sum() / (error**2).sum()) > 6, name


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(folder: Path, tmp_path: Path) -> None:
    whole, rows = trained(folder, tmp_path / "whole", 4)

    stopped = train(Songs(folder, STEMS), Trainer(RECIPE), Plan(steps=4), tmp_path / "parts")
    next(stopped)
    next(stopped)
    stopped.close()
    resumed = Trainer.resume(tmp_path / "parts")
    assert (resumed.step, resumed.recipe) == (2, RECIPE)
    resumed, later_rows = trained(folder, tmp_path / "parts", 4, resumed)

    assert [row.loss for row in rows[2:]] == [row.loss for row in later_rows]
    assert_same_state(whole, resumed)


def test_the_log_has_a_row_a_step_also_after_a_crash(folder: Path, tmp_path: Path) -> None:
    trained(folder, tmp_path, 2)
    with (tmp_path / "log.csv").open("a") as log:
        log.write("3,0.5,9.9\n4,0.4,12.0\n")  # steps whose state was never saved
    trained(folder, tmp_path, 3, Trainer.resume(tmp_path))
    rows = np.genfromtxt(tmp_path / "log.csv", delimiter=",", names=True)
    assert rows.dtype.names == ("step", "loss", "seconds")
    np.testing.assert_array_equal(rows["step"], [1, 2, 3])
    assert rows["seconds"][2] < 9.9


def test_steps_without_a_number_are_passed_over_but_not_for_ever() -> None:
    trainer = Trainer(RECIPE)
    before = Trainer(RECIPE)
    broken = torch.full((1, 2, 2, RECIPE.piece_frames), 3e38)  # their sum is infinite
    for _ in range(20):
        trainer.learn(broken, 0.0)
    assert_same_state(trainer, before)
    with pytest.raises(ModelError, match="broken down"):
        trainer.learn(broken, 0.0)


def test_a_damaged_or_missing_state_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="without --resume"):
        Trainer.resume(tmp_path)
    trained(folder, tmp_path, 1)
    state = tmp_path / STATE_FILE
    state.write_bytes(state.read_bytes()[:-10])
    with pytest.raises(ModelError, match="damaged"):
        Trainer.resume(tmp_path)


def test_the_loss_is_the_error_below_the_mix_in_db() -> None:
    rng = torch.Generator().manual_seed(0)
    stems = torch.randn(2, 2, 2, 10_000, generator=rng) * torch.tensor([0.01, 1.0])[:, None, None, None]
    nothing = error_db(torch.zeros_like(stems), stems).item()
    tenth = error_db(stems * 0.9, stems).item()
    assert nothing == pytest.approx(-3, abs=0.2)  # each stem is half of the mix, in the quiet and in the loud piece
    assert tenth == pytest.approx(-22.2, abs=0.3)  # -23 dB, and the error below which nothing counts any more
    assert error_db(stems, stems).item() == pytest.approx(-30, abs=0.1)


def test_silence_gives_the_loss_no_infinity() -> None:
    silence = torch.zeros(1, 2, 2, 100, requires_grad=True)
    loss = error_db(silence, torch.zeros(1, 2, 2, 100))
    loss.backward()
    assert loss.item() == pytest.approx(-30)
    assert silence.grad is not None
    assert silence.grad.isfinite().all()


def test_a_plan_ends_with_whichever_comes_first() -> None:
    plan = Plan(steps=100, minutes=2)
    assert plan.done(0, 0) == 0
    assert plan.done(50, 30) == 0.5
    assert plan.done(50, 90) == 0.75
    assert plan.done(200, 90) == 1
    assert Plan(minutes=1).done(10**9, 30) == 0.5
