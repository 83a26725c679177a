"""Training a generator: steps, state on disk, the way back from NaN. In a process of its own: Keras on torch."""

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

from engine.errors import UsageError
from engine.training.latents import Windows

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trial")


@pytest.fixture(scope="module")
def trial(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.engine.training.generator_trial", str(folder)]
    environment = {**os.environ, "KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"}
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
            assert np.abs(beginning).max() < 2.01
            assert np.abs(end).max() < 2.01


def test_a_step_changes_every_weight_that_it_can(trial: dict[str, Any]) -> None:
    changed = trial["first_steps"]["changed"]
    assert changed["generator"] > 0.95
    assert changed["average"] > 0.95
    assert changed["critic"] > 0.95


def test_the_average_keeps_its_share_of_the_old(trial: dict[str, Any]) -> None:
    assert trial["first_steps"]["average_error"] < 1e-6


def test_resuming_goes_on_to_the_bit(trial: dict[str, Any]) -> None:
    assert trial["resuming"] == {
        "identical": True,
        "same_progress": True,
        "rate_factor": 0.5,
        "trained_s": 12.0,
        "other_latents_refused": True,
    }


def test_nan_leads_back_to_the_last_state_with_half_the_rate(trial: dict[str, Any]) -> None:
    away = trial["running_away"]
    assert away["finite"]
    assert away["rate_factor"] == 0.5
    assert away["step"] == 2


def test_a_certain_critic_is_penalised_more_and_an_uncertain_one_less(trial: dict[str, Any]) -> None:
    np.testing.assert_allclose(trial["penalty_factors"], [np.exp(0.1), np.exp(-0.1)])


def test_what_carries_more_of_the_sound_counts_more(trial: dict[str, Any]) -> None:
    emphasis = np.array(trial["emphasis"])
    assert np.square(emphasis).mean() == pytest.approx(1)
    assert emphasis[0] / emphasis[5] == pytest.approx(4, rel=1e-3)  # deviations 16 and 1, to the power of a half
    assert emphasis[0] == pytest.approx(emphasis[6])  # the first of the side


def test_the_command_trains_refuses_to_overwrite_and_resumes(trial: dict[str, Any]) -> None:
    command = trial["command_line"]
    assert command["codes"] == [0, 2, 0]
    assert command["needs"] == ["ear"]
    assert command["files"] == ["generator.safetensors", "preview.ogg"]
    assert "windows" in command["trained_for"]
    assert command["frames"] == 1000
    assert command["columns"][:4] == ["step", "seconds", "critic", "generator"]
    assert command["steps_rise"]


# --- windows ---------------------------------------------------------------------------------------------------------


def test_every_window_is_as_likely_as_every_other() -> None:
    latents = {"a": np.arange(12.0)[:, None], "b": 100 + np.arange(6.0)[:, None], "short": np.zeros((3, 1))}
    windows = Windows({name: t.astype(np.float32) for name, t in latents.items()}, 4, np.ones(1, np.float32))
    drawn = windows.draw(6000, np.random.default_rng(0))
    np.testing.assert_array_equal(np.diff(drawn[:, :, 0], axis=1), 1)
    starts, counts = np.unique(drawn[:, 0, 0], return_counts=True)
    assert starts.tolist() == [*range(9), 100, 101, 102]
    np.testing.assert_allclose(counts / 6000, 1 / 12, atol=0.02)


def test_left_and_right_change_places_in_every_other_window() -> None:
    latents = {"a": np.tile(np.float32([2, 3]), (8, 1))}
    drawn = Windows(latents, 4, np.float32([1, -1])).draw(1000, np.random.default_rng(0))
    assert (drawn[:, :, 0] == 2).all()
    assert (drawn[:, :, 1] == drawn[:, :1, 1]).all()
    assert np.mean(drawn[:, 0, 1] == -3) == pytest.approx(0.5, abs=0.06)


def test_recordings_shorter_than_a_window_are_refused() -> None:
    with pytest.raises(UsageError, match="128 steps"):
        Windows({"a": np.zeros((100, 2), np.float32)}, 128, np.ones(2, np.float32))
