"""How a training goes, and stopping it, typed in."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.command_line.commands import run
from engine.training import logbook
from engine.training.logbook import Status
from tests.app.command_line.training.conftest import Refused, Typed

RUNNING = Status(
    logbook.RUNNING,
    kind="generator",
    pid=os.getpid(),
    step=1200,
    done=0.25,
    steps_per_s=4.0,
    trained_s=300.0,
    left_s=900.0,
    losses={"critic": 0.8},
    message="Learning.",
    written_s=time.time(),
)


def test_status_says_how_far_it_is(tmp_path: Path, typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    logbook.write_status(tmp_path, RUNNING)
    said = typed("status", tmp_path)
    assert {name: said[name] for name in ("state", "step", "left_s", "losses")} == {
        "state": "running",
        "step": 1200,
        "left_s": 900.0,
        "losses": {"critic": 0.8},
    }
    assert run(["train", "status", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "running, 25%, 15:00 left"
    assert lines[1] == "Learning."
    assert lines[2] == "step 1200, 4.0 steps/s, trained for 5:00"
    assert lines[3].split() == ["critic", "0.8"]


def test_one_that_was_killed_does_not_pretend_to_run(
    tmp_path: Path, typed: Typed, capsys: pytest.CaptureFixture[str], refused: Refused
) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    logbook.write_status(tmp_path, Status(logbook.RUNNING, pid=int(gone.stdout)))
    assert typed("status", tmp_path)["state"] == "interrupted"
    assert run(["train", "status", str(tmp_path)]) == 0
    assert "--resume" in capsys.readouterr().out
    assert "does not run" in refused("stop", tmp_path)
    assert not logbook.stop_requested(tmp_path)


def test_one_that_runs_is_asked_to_stop(tmp_path: Path, typed: Typed) -> None:
    logbook.write_status(tmp_path, RUNNING)
    typed("stop", tmp_path)
    assert logbook.stop_requested(tmp_path)


def test_a_folder_without_a_training_is_refused(tmp_path: Path, refused: Refused) -> None:
    for verb in ("status", "stop"):
        assert "no training" in refused(verb, tmp_path)
