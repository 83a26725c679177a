"""Training a generator: a step, what is saved of it, fine-tuning. In a process of its own: Keras on torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trial")


@pytest.fixture(scope="module")
def trial(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.engine.training.generator_trial", str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_coordinates_are_cut_from_lines_between_three_anchors(trial: dict[str, Any], folder: Path) -> None:
    context, line = 128, 192
    found = np.load(folder / "coordinates.npy")
    rng = np.random.default_rng(7)
    starts = context // 4 + rng.integers(3, size=9) * (context // 2)
    assert set(starts.tolist()) == {32, 96, 160}
    assert found.shape == (9, context, 128)
    fraction = np.arange(line)[:, None] / line
    for window, start in zip(found, starts, strict=True):
        moving, style = window[:, :64], window[:, 64:]
        assert (style == style[0]).all()
        # The anchors follow from the line itself: two positions on each line that the window touches fix them.
        ways = []
        for first in range(0, 2 * line, line):
            inside = np.arange(max(start, first), min(start + context, first + line - 1))
            if len(inside) < 2:
                continue
            slope = (moving[inside[-1] - start] - moving[inside[0] - start]) / (inside[-1] - inside[0])
            at_first = moving[inside[0] - start] - slope * (inside[0] + 0.5 - first)
            ways.append((first, at_first, at_first + slope * line))
        for (_, _, end), (_, beginning, _) in pairwise(ways):
            np.testing.assert_allclose(end, beginning, atol=1e-3)
        for first, beginning, end in ways:
            points = beginning * (1 - fraction) + end * fraction
            points = np.concatenate([points, end[None]])
            averaged = (points[:-1] + points[1:]) / 2
            inside = np.arange(max(start, first), min(start + context, first + line))
            np.testing.assert_allclose(moving[inside - start], averaged[inside - first], atol=1e-3)
    assert np.abs(found).max() > 2.5  # not truncated, as takes are
    assert found[:, 0, 64:].std() == pytest.approx(1, abs=0.1)


# --- a step ----------------------------------------------------------------------------------------------------------


def test_a_step_changes_every_weight_that_it_can(trial: dict[str, Any]) -> None:
    changed = trial["first_steps"]["changed"]
    assert changed["generator"] > 0.95
    assert changed["average"] > 0.95
    assert changed["critic"] > 0.95


def test_the_average_keeps_its_share_of_the_old(trial: dict[str, Any]) -> None:
    assert trial["first_steps"]["average_error"] < 1e-6


def test_the_penalty_is_measured_at_every_few_steps_only(trial: dict[str, Any]) -> None:
    assert ["penalty" in losses for losses in trial["first_steps"]["losses"]] == [True, False]


def test_the_penalty_is_the_mean_square_of_the_critics_slope(trial: dict[str, Any]) -> None:
    assert trial["penalty"]["told"] == pytest.approx(trial["penalty"]["found"], rel=0.25)


def test_a_local_critic_learns_beside_the_published_one(trial: dict[str, Any]) -> None:
    local = trial["locally"]
    expected = ["certainty", "critic", "generator", "local", "penalty", "penalty_factor", "rate"]
    assert local["losses"] == expected
    assert local["changed"] > 0.95
    assert local["verdict"] == [4, 32 - 9, 1]  # a number where ten latents have been seen
    assert local["without"]


def test_a_certain_critic_is_penalised_more_and_an_uncertain_one_less(trial: dict[str, Any]) -> None:
    np.testing.assert_allclose(trial["moves"]["factors"], [np.exp(0.1), np.exp(-0.1), 1])


def test_the_rates_follow_the_critics_loss(trial: dict[str, Any]) -> None:
    rates = trial["rates"]
    # Full above the level of 0.5, then in proportion, never below a tenth; and all of it at half after a way back.
    np.testing.assert_allclose(rates["told"], [0.5, 0.5, 0.2, 0.05])
    assert rates["moved"] == pytest.approx(0, abs=1e-9)
    assert rates["off"] == 0.5


def test_what_carries_more_of_the_sound_counts_more(trial: dict[str, Any]) -> None:
    emphasis = np.array(trial["emphasis"])
    assert np.square(emphasis).mean() == pytest.approx(1)
    assert emphasis[0] / emphasis[5] == pytest.approx(4, rel=1e-3)  # deviations 16 and 1, to the power of a half
    assert emphasis[0] == pytest.approx(emphasis[6])  # the first of the side


# --- a training ------------------------------------------------------------------------------------------------------


def test_resuming_goes_on_to_the_bit(trial: dict[str, Any]) -> None:
    assert trial["resuming"]["same_losses"]
    assert trial["resuming"]["same_state"]
    assert trial["resuming"]["losses"] == ["certainty", "critic", "generator", "penalty", "penalty_factor", "rate"]


def test_the_model_plays_and_its_card_says_what_it_is(trial: dict[str, Any]) -> None:
    assert trial["model"] == {
        "needs": ["ear"],
        "files": ["generator.safetensors", "preview.ogg"],
        "sizes": {"context": 128, "base_channels": 4, "latent_size": 8, "small": True},
        "trained": ["0.00 hours of 2 recordings", "6 steps of 4 windows, 0 minutes"],
        "frames": 1000,
    }


def test_training_needs_no_tensorflow(trial: dict[str, Any]) -> None:
    assert trial["no_tensorflow"]


# --- fine-tuning -----------------------------------------------------------------------------------------------------


def test_fine_tuning_begins_with_the_base_and_its_sizes(trial: dict[str, Any]) -> None:
    assert trial["fine_tuning"]["recipe"] == [4, True, 2]
    assert trial["fine_tuning"]["begins_with"]
    fresh, of_model, of_training = trial["fine_tuning"]["began_with"]
    assert not fresh
    assert of_model.startswith("generator (")
    assert of_training == "a training (6 steps, 0 minutes)"


def test_a_new_critic_learns_alone_at_first(trial: dict[str, Any]) -> None:
    tuned = trial["fine_tuning"]
    assert ["generator" in losses for losses in tuned["alone"]] == [False, False]
    assert tuned["generator_waited"]
    assert "generator" in tuned["together"]
    assert tuned["generator_learns"]


def test_a_training_as_the_base_gives_its_critic_too(trial: dict[str, Any]) -> None:
    tuned = trial["fine_tuning"]
    assert tuned["critic_kept"]
    assert tuned["average_kept"]
    kept, wanted = tuned["penalty_kept"]
    assert kept == wanted != 1.0
    assert tuned["learns_at_once"]


def test_what_does_not_belong_together_is_refused(trial: dict[str, Any]) -> None:
    tuned = trial["fine_tuning"]
    assert "makes 8 values a step, and these latents have 7" in tuned["other_size"]
    assert "makes latents of ear, and these are of namesake" in tuned["other_autoencoder"]
    assert "kind autoencoder: choose a generator" in tuned["no_generator"]
    assert "learns from something else" in tuned["resumed_on_others"]


def test_published_latents_and_generators_are_learned_on_too(trial: dict[str, Any]) -> None:
    published = trial["published"]
    assert published["ones"]
    assert published["context"] == 256
    assert "generator" in published["losses"]
    assert published["preview"] == [44_100, 2]
    assert published["model"]["needs"] == ["published-band"]
    assert published["model"]["frames"] == 1000
