"""Takes with the spread and the pace of what was learned from. In a process of its own: Keras on torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("calibration")
    command = [sys.executable, "-m", "tests.engine.training.calibration_trial", str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_latents_get_the_moments_of_what_was_learned_and_the_generator_stays(trial: dict[str, Any]) -> None:
    wanted = np.array(trial["wanted"])
    assert 0.4 < wanted[0, 1] < 0.6  # values that have to do with each other
    np.testing.assert_allclose(trial["mean"], 0, atol=0.2)
    np.testing.assert_allclose(trial["covariance"], wanted, atol=0.25)
    np.testing.assert_allclose(np.diag(trial["covariance"]), np.diag(wanted), rtol=0.2)
    assert trial["untouched"]


def test_a_generator_that_has_hardly_learned_is_not_turned_into_noise(trial: dict[str, Any]) -> None:
    assert trial["widest"] == pytest.approx(4, rel=0.05)  # in variance: twice as wide


def test_phrases_are_longer_the_longer_recordings_stay_alike(trial: dict[str, Any]) -> None:
    """Of recordings that stay as they are for 3 and 40 latents; how far a generator follows is its own affair."""
    assert trial["phrases"]["3"] < trial["phrases"]["40"]


def test_too_few_recordings_tell_no_pace(trial: dict[str, Any]) -> None:
    assert trial["of few"] is None


def test_a_generator_that_ran_away_ends_no_training(trial: dict[str, Any]) -> None:
    assert trial["run away"]
