"""Trainings in two processes (gloo, on the CPU): the losses are those of one process with the whole batch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import UsageError
from engine.training import parallel
from engine.training.logbook import MODEL_FOLDER, read_losses, read_status
from tests.engine.training.tiny_songs import STEMS

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parallel")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*torchrun, "-m", "tests.engine.training.parallel_trial", str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_a_generators_losses_are_those_of_one_process_with_the_whole_batch(folder: Path) -> None:
    one, two = read_losses(folder / "generator-one"), read_losses(folder / "generator-two")
    assert one["step"].tolist() == two["step"].tolist() == [1, 2, 3, 4, 5, 6]
    for name in ("critic", "generator", "certainty", "penalty", "penalty_factor"):
        np.testing.assert_allclose(two[name], one[name], rtol=2e-3, atol=2e-4, err_msg=name)
    assert np.ptp(one["generator"]) > 0.02  # so that agreeing is no matter of course
    assert np.isfinite(one["penalty"]).tolist() == [True, False] * 3


def test_a_separators_losses_are_those_of_one_process_with_the_whole_batch(folder: Path) -> None:
    one, two = read_losses(folder / "separator-one"), read_losses(folder / "separator-two")
    assert one["step"].tolist() == two["step"].tolist() == [1, 2, 3, 4, 5, 6]
    for name in ("error", *STEMS):
        np.testing.assert_allclose(two[name], one[name], rtol=0, atol=0.02, err_msg=name)  # dB
    assert one["error"][0] - one["error"][-1] > 0.5


@pytest.mark.parametrize("kind", ["generator", "separator"])
def test_one_process_writes_for_both(folder: Path, kind: str) -> None:
    status = read_status(folder / f"{kind}-two")
    assert status is not None
    assert (status.state, status.step) == ("finished", 6)
    assert (folder / f"{kind}-two" / MODEL_FOLDER / "card.json").exists()
    assert not list((folder / f"{kind}-two").glob(".*"))


def test_a_process_by_itself_is_the_whole() -> None:
    assert (parallel.count(), parallel.rank()) == (1, 0)
    batch = np.arange(6)
    assert parallel.share(batch).tolist() == batch.tolist()
    assert parallel.average(torch.tensor([1.0, 2.0])).tolist() == [1, 2]
    assert parallel.same_numbers([0.5]) == [0.5]
    assert parallel.owners([2, 1]) == [0, 0]
    parallel.check_batch(3)
    with pytest.raises(UsageError, match="batch of 0"):
        parallel.check_batch(0)
