"""Latents with the mean and the spread of those that were learned from. In a process of its own: Keras on torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]


def test_latents_get_the_moments_of_what_was_learned_and_the_generator_stays(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.engine.training.calibration_trial", str(tmp_path)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    trial = json.loads(done.stdout.splitlines()[-1])

    np.testing.assert_allclose(trial["mean"], 0, atol=0.2)
    np.testing.assert_allclose(trial["deviation"], 1, rtol=0.1)
    assert trial["untouched"]
    np.testing.assert_allclose(trial["bounded"], 0.2, rtol=0.1)  # at most twice what it was
