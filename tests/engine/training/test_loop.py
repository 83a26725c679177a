"""The loop: saving, resuming to the bit, being killed, losses that run away, disks that are full."""

from __future__ import annotations

import csv
import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from PIL import Image

from engine.errors import ModelError, OutputError, UsageError
from engine.models.card import load_card, verify
from engine.models.weights import read_tensors
from engine.training import logbook
from engine.training.logbook import Status, read_losses, read_status, read_training, request_stop
from engine.training.loop import MOST_ROLL_BACKS, Keeping, Plan, Report, train
from engine.training.state import read_state
from tests.engine.training.toy_learner import Toy

ROOT = Path(__file__).resolve().parents[3]
EVERY_STEP = Keeping(report_steps=5, status_s=0, save_s=0, picture_s=math.inf, preview_s=math.inf)
SELDOM = Keeping(report_steps=5, status_s=math.inf, save_s=math.inf, picture_s=math.inf, preview_s=math.inf)


def trained(
    folder: Path, steps: int, *, toy: Toy | None = None, resume: bool = False, keeping: Keeping = SELDOM
) -> list[Report]:
    return list(train(toy or Toy(), folder, Plan(steps=steps), resume=resume, keeping=keeping))


def rows(folder: Path) -> list[dict[str, str]]:
    """The table of losses without the times, which no two runs share."""
    with (folder / logbook.LOSSES_FILE).open() as file:
        return [{name: cell for name, cell in row.items() if name != "trained_s"} for row in csv.DictReader(file)]


def state(folder: Path) -> dict[str, torch.Tensor]:
    tensors = {name: value.clone() for name, value in Toy().tensors().items()}
    read_state(folder / logbook.STATE_FILE, tensors)
    return tensors


def assert_same(one: Path, other: Path) -> None:
    assert rows(one) == rows(other)
    first, second = state(one), state(other)
    for name, value in first.items():
        assert torch.equal(value, second[name]), name


# --- what it does ----------------------------------------------------------------------------------------------------


def test_a_training_learns_and_leaves_a_whole_folder(tmp_path: Path) -> None:
    reports = trained(tmp_path, 203, keeping=Keeping(report_steps=5, colours=("#000000", "#ff0000")))
    assert [report.step for report in reports] == [*range(5, 201, 5), 203]
    assert reports[-1].losses["error"] < 0.1 * reports[0].losses["error"]
    assert reports[-1].done == 1
    assert 0 < reports[3].done < reports[4].done
    assert reports[4].left_s is not None

    columns = read_losses(tmp_path)
    assert columns["step"].tolist() == [*range(5, 201, 5)]
    assert columns["error"][3] == pytest.approx(reports[3].losses["error"], rel=1e-8)
    assert np.isfinite(columns["size"]).all()
    status = read_status(tmp_path)
    assert status is not None
    assert (status.state, status.kind, status.step, status.pid) == ("finished", "autoencoder", 203, os.getpid())
    assert read_training(tmp_path) == Toy().identity

    card = load_card(tmp_path / logbook.MODEL_FOLDER)
    verify(card)
    assert card.trained_for == "203 steps, 0 s"
    weight = read_tensors(card.folder / "toy.safetensors")["weight"]
    np.testing.assert_allclose(weight, state(tmp_path)["average"], atol=1e-3)
    sound, rate_hz = soundfile.read(tmp_path / "previews" / "step-000203.ogg")
    assert (rate_hz, sound.shape) == (44_100, (20_000, 2))
    reds, greens, _ = np.asarray(Image.open(tmp_path / "previews" / "step-000203.png")).transpose(2, 0, 1)
    assert (reds[100:500, 100:1000].max(), greens[100:500, 100:1000].max()) == (255, 0)
    with Image.open(tmp_path / logbook.PICTURE_FILE) as picture:
        assert picture.width > 1000
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_resuming_goes_on_to_the_bit(tmp_path: Path) -> None:
    whole = trained(tmp_path / "whole", 40)
    first = trained(tmp_path / "parts", 17)  # two steps beyond a report, so the third report is in both parts
    later = trained(tmp_path / "parts", 40, resume=True)
    assert [report.losses for report in first[:3] + later] == [report.losses for report in whole]
    assert_same(tmp_path / "whole", tmp_path / "parts")


def test_a_training_that_another_process_kills_goes_on_to_the_bit(tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    for kill in (signal.SIGKILL, signal.SIGTERM):
        with running(folder) as (process, step):
            while step() < 10:
                pass
            process.send_signal(kill)
            process.wait()
    status = read_status(folder)
    assert status is not None
    assert (status.state, status.is_running) == ("stopped", False)
    assert status.step >= 15
    trained(folder, status.step + 10, resume=True)
    trained(tmp_path / "whole", status.step + 10)
    assert_same(tmp_path / "whole", folder)


class running:  # noqa: N801  (used as a function is)
    """The toy as a program of its own, and a function that waits for a report and says how many steps came since."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.engine.training.toy_learner", str(folder)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self.first: int | None = None

    def __enter__(self) -> tuple[subprocess.Popen[str], Callable[[], int]]:
        return self.process, self.step

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def step(self) -> int:
        assert self.process.stdout is not None
        step = int(self.process.stdout.readline())
        self.first = step - 5 if self.first is None else self.first
        return step - self.first


def test_what_was_not_saved_leaves_no_rows(tmp_path: Path) -> None:
    reports = train(Toy(), tmp_path, Plan(), keeping=SELDOM)
    for _ in range(4):
        next(reports)
    saved = (tmp_path / logbook.STATE_FILE).read_bytes()  # still that of the beginning
    reports.close()
    (tmp_path / logbook.STATE_FILE).write_bytes(saved)
    assert len(read_losses(tmp_path)["step"]) == 4
    trained(tmp_path, 10, resume=True)
    assert read_losses(tmp_path)["step"].tolist() == [5, 10]


def test_killed_before_its_first_save_a_training_resumes_from_the_beginning(tmp_path: Path) -> None:
    logbook.write_training(tmp_path, Toy().identity)
    trained(tmp_path, 10, resume=True)
    trained(tmp_path / "whole", 10)
    assert_same(tmp_path / "whole", tmp_path)


# --- ending ----------------------------------------------------------------------------------------------------------


def test_a_plan_ends_with_whichever_comes_first() -> None:
    plan = Plan(steps=100, minutes=2)
    assert [plan.done(50, 30), plan.done(50, 90), plan.done(200, 90)] == [0.5, 0.75, 1]
    assert plan.left_s(50, 30, steps_per_s=1) == 50
    assert plan.left_s(50, 100, steps_per_s=1) == 20
    assert plan.left_s(50, 30, steps_per_s=0) == 90
    assert Plan().left_s(50, 30, 1) is None
    with pytest.raises(UsageError, match="no steps"):
        Plan(steps=0)


def test_minutes_count_what_was_trained_before(tmp_path: Path) -> None:
    assert list(train(Toy(), tmp_path, Plan(minutes=0.003), keeping=SELDOM))
    status = read_status(tmp_path)
    assert status is not None
    assert status.trained_s >= 0.18
    list(train(Toy(), tmp_path, Plan(minutes=0.003), resume=True, keeping=SELDOM))
    again = read_status(tmp_path)
    assert again is not None
    assert (again.state, again.step) == ("finished", status.step)


def test_closing_the_iterator_stops_and_saves(tmp_path: Path) -> None:
    with closing(train(Toy(), tmp_path, Plan(), keeping=SELDOM)) as reports:
        assert next(reports).left_s is None
        status = read_status(tmp_path)
    assert status is not None
    assert status.is_running
    status = read_status(tmp_path)
    assert status is not None
    assert (status.state, status.step) == ("stopped", 5)
    trained(tmp_path / "whole", 5)
    assert_same(tmp_path / "whole", tmp_path)


def test_a_file_called_stop_stops_it(tmp_path: Path) -> None:
    steps = []
    for report in train(Toy(), tmp_path, Plan(), keeping=EVERY_STEP):
        steps.append(report.step)
        if report.step == 15:
            request_stop(tmp_path)
    assert steps == [5, 10, 15]
    status = read_status(tmp_path)
    assert status is not None
    assert status.state == "stopped"
    assert load_card(tmp_path / logbook.MODEL_FOLDER).trained_for.startswith("15 steps")
    assert trained(tmp_path, 20, resume=True)[-1].step == 20  # it does not stop again


def test_the_status_is_read_while_it_runs(tmp_path: Path) -> None:
    reports = train(Toy(), tmp_path, Plan(steps=1000), keeping=EVERY_STEP)
    next(reports)
    next(reports)
    status = read_status(tmp_path)
    assert status is not None
    assert status.is_running
    assert status.step == 9  # written after every step, before the next report
    assert status.left_s is not None
    assert status.losses["error"] > 0
    reports.close()


# --- trouble ---------------------------------------------------------------------------------------------------------


def nan_at(step: int) -> Callable[[Toy], float]:
    """NaN at a step as long as the rates are what they were."""
    return lambda toy: math.nan if toy.step == step and toy.factor == 1 else 0.0


def test_nan_leads_back_to_the_last_state_with_half_the_rates(tmp_path: Path) -> None:
    reports = trained(tmp_path, 30, toy=Toy(trouble=nan_at(12)), keeping=EVERY_STEP)
    told = [report.message for report in reports if report.message]
    assert told == [
        "The loss “error” is no number any more at step 12: back to step 11, with 0.5 of the learning rates."
    ]
    assert read_losses(tmp_path)["step"].tolist() == [5, 10, 15, 20, 25, 30]
    status = read_status(tmp_path)
    assert status is not None
    assert status.message == told[0]
    # As it would have been had the rates been half from there on; and a resumed training still learns at half.
    toy = Toy()
    trained(tmp_path / "other", 11, toy=toy)
    toy.set_rates(0.5)
    for _ in range(19):
        toy.learn(0.0)
    assert torch.equal(toy.network.weight, state(tmp_path)["weight"])
    again = Toy()
    trained(tmp_path, 31, toy=again, resume=True)
    assert again.factor == 0.5


def test_a_loss_that_grows_beyond_measure_leads_back_too(tmp_path: Path) -> None:
    toy = Toy(trouble=lambda toy: 900.0 if toy.step == 70 and toy.factor == 1 else 0.0)
    reports = trained(tmp_path, 80, toy=toy, keeping=EVERY_STEP)
    told = [report.message for report in reports if report.message]
    assert len(told) == 1
    assert told[0].startswith("The loss “error” ran away to 90")


def test_weights_that_are_no_numbers_are_never_saved(tmp_path: Path) -> None:
    def spoil(toy: Toy) -> float:
        if toy.step == 7 and toy.factor == 1:
            toy.average.weight.data.fill_(math.nan)  # which no loss shows
        return 0.0

    reports = trained(tmp_path, 10, toy=Toy(trouble=spoil), keeping=EVERY_STEP)
    assert "A weight is no number any more at step 7: back to step 6" in "".join(report.message for report in reports)
    assert all(value.isfinite().all() for value in state(tmp_path).values())


def test_what_runs_away_again_and_again_is_given_up(tmp_path: Path) -> None:
    toy = Toy(trouble=lambda toy: math.inf if toy.step > 6 else 0.0)
    with pytest.raises(ModelError, match="lower learning rates"):
        trained(tmp_path, 30, toy=toy, keeping=EVERY_STEP)
    assert toy.factor == 0.5**MOST_ROLL_BACKS
    status = read_status(tmp_path)
    assert status is not None
    assert (status.state, status.step) == ("failed", 7)
    assert "lower learning rates" in status.message


@pytest.fixture
def small_files() -> Iterator[Callable[[int], None]]:
    """A function that lets the system refuse files that grow beyond some bytes, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda largest: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_a_clear_error_and_the_last_state_is_whole(
    tmp_path: Path, small_files: Callable[[int], None]
) -> None:
    reports = train(Toy(), tmp_path, Plan(), keeping=SELDOM)
    next(reports)
    before = (tmp_path / logbook.STATE_FILE).read_bytes()
    small_files(500)
    with pytest.raises(OutputError, match=r"state\.safetensors could not be written"):
        reports.close()
    assert (tmp_path / logbook.STATE_FILE).read_bytes() == before
    small_files(resource.RLIM_INFINITY)
    trained(tmp_path, 10, resume=True)
    assert read_losses(tmp_path)["step"].tolist() == [5, 10]


def test_a_step_that_is_interrupted_is_not_saved(tmp_path: Path) -> None:
    def interrupt(toy: Toy) -> float:
        if toy.step == 12:
            raise KeyboardInterrupt
        return 0.0

    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path, 30, toy=Toy(trouble=interrupt), keeping=EVERY_STEP)
    status = read_status(tmp_path)
    assert status is not None
    assert status.state == "stopped"
    assert "last save" in status.message
    trained(tmp_path, 20, resume=True)
    trained(tmp_path / "whole", 20)
    assert_same(tmp_path / "whole", tmp_path)


# --- what is refused -------------------------------------------------------------------------------------------------


def test_a_folder_with_a_training_is_not_begun_anew(tmp_path: Path) -> None:
    trained(tmp_path, 5)
    with pytest.raises(UsageError, match="holds a training already"):
        train(Toy(), tmp_path, Plan())


def test_a_training_that_runs_elsewhere_is_not_gone_on_with(tmp_path: Path) -> None:
    trained(tmp_path, 5)
    elsewhere = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        running = Status(state="running", pid=elsewhere.pid, written_s=time.time())
        logbook.write_status(tmp_path, running)
        with pytest.raises(UsageError, match="is running"):
            trained(tmp_path, 10, resume=True)
    finally:
        elsewhere.communicate(b"\n")
    trained(tmp_path, 10, resume=True)  # it has gone


def test_only_the_same_training_is_resumed(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no training"):
        train(Toy(), tmp_path, Plan(), resume=True)
    trained(tmp_path, 5)
    with pytest.raises(ModelError, match="learns from something else"):
        train(Toy(source="music"), tmp_path, Plan(), resume=True)
    with pytest.raises(ModelError, match="other sizes"):
        train(Toy(size=5), tmp_path, Plan(), resume=True)
    identity = json.loads((tmp_path / logbook.TRAINING_FILE).read_text())
    logbook.write_training(tmp_path, identity | {"kind": "separator"})
    with pytest.raises(ModelError, match="kind separator"):
        train(Toy(), tmp_path, Plan(), resume=True)


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    trained(tmp_path, 5)
    path = tmp_path / logbook.STATE_FILE
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ModelError, match="damaged"):
        train(Toy(), tmp_path, Plan(), resume=True)
