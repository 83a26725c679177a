"""Trainings as processes: started, found, stopped, continued; by this window or another."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app import itself
from app.training import process as training_process
from app.training.process import LOG_FILE, Training, Trainings
from engine.errors import OutputError, UsageError
from engine.training import logbook
from tests.app.training import trainee
from widgets.training_form import TrainingWish

WAIT_S = 30.0


def wish(title: str, **others) -> TrainingWish:
    values = {"base": "house-band", "minutes": 90.0, "varied": True, "cut_s": 5, **others}
    return TrainingWish(Path("/music/tapes"), title, f"model-{title}", **values)


@pytest.fixture
def trainings(tmp_path, monkeypatch):
    """A folder for trainings; their program is the trainee. What still runs at the end is ended."""
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(itself.PROGRAM.parent))
    monkeypatch.setattr(itself, "PROGRAM", Path(trainee.__file__))
    trainings = Trainings()
    yield trainings
    for process in trainings._processes.values():
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def when(trainings: Trainings, condition: Callable[[Training], bool]) -> Training:
    """Look at the only training until something holds."""
    give_up_s = time.monotonic() + WAIT_S
    while time.monotonic() < give_up_s:
        (training,) = trainings.look()
        if condition(training):
            return training
        time.sleep(0.02)
    raise AssertionError(f"waited in vain: {training}")


def is_learning(training: Training) -> bool:
    return training.state == "running" and training.status.step > 5


def test_a_training_starts_learns_and_is_found(trainings):
    trainings.start(wish("long"))
    (training,) = trainings.look()
    assert training.state == "starting"
    training = when(trainings, is_learning)
    assert training.title == "long"
    assert training.wish == wish("long")
    assert training.status.left_s == 90
    assert training.folder == trainings.folder / "model-long"


def test_it_is_told_all_that_was_wished(trainings):
    trainings.start(wish("ends", base=""))
    when(trainings, lambda training: training.state == "finished")
    arguments = json.loads((trainings.folder / "model-ends" / "arguments.json").read_text())
    options = dict(zip(arguments[3::2], arguments[4::2], strict=True))
    assert arguments[:3] == ["train", "model", "/music/tapes"]
    assert options["--out"] == str(trainings.folder / "model-ends")
    assert (options["--name"], options["--title"]) == ("model-ends", "ends")
    assert (options["--minutes"], options["--cut-start"], options["--cut-end"]) == ("90", "5", "5")
    assert {"--noise", "--cutmix", "--shift", "--speed"} <= options.keys()
    assert "--base" not in options


def test_the_real_command_line_understands_it():
    from app.command_line.arguments import parse

    options = parse(["train", "model", "/music", *training_process._options(wish("tapes")), "--out", "folder"])
    assert (options.base, options.minutes, options.cut_start) == ("house-band", 90, 5)
    assert parse(["train", "model", "--resume", "--out", "folder"]).resume


def test_it_has_a_session_of_its_own_and_a_low_priority(trainings):
    trainings.start(wish("long"))
    pid = when(trainings, is_learning).status.pid
    assert os.getsid(pid) == pid
    assert os.getpriority(os.PRIO_PROCESS, pid) >= os.getpriority(os.PRIO_PROCESS, 0) + training_process.NICENESS


def test_stopped_it_stops_and_continued_it_goes_on(trainings):
    trainings.start(wish("long"))
    trainings.stop(when(trainings, is_learning))
    stopped = when(trainings, lambda training: training.state == "stopped")
    trainings.go_on(stopped)
    (again,) = trainings.look()
    assert again.state == "starting"
    trainings.go_on(again)  # a second press is none
    assert json.loads((again.folder / training_process.WISH_FILE).read_text())["start"]["at_s"] == again.begun_s
    on = when(trainings, is_learning)
    assert on.status.step > stopped.status.step
    assert on.wish == wish("long")


def test_another_window_sees_and_stops_it(trainings):
    trainings.start(wish("long"))
    other = Trainings()
    other.stop(when(other, is_learning))
    when(trainings, lambda training: training.state == "stopped")


def test_a_process_that_was_killed_is_interrupted(trainings):
    trainings.start(wish("long"))
    os.kill(when(trainings, is_learning).status.pid, signal.SIGKILL)
    when(trainings, lambda training: training.state == "interrupted")


def test_one_that_dies_by_itself_too(trainings):
    trainings.start(wish("dies"))
    when(trainings, lambda training: training.state == "interrupted")


def test_a_refusal_is_told_in_its_own_words(trainings):
    trainings.start(wish("refused"))
    training = when(trainings, lambda training: training.state == "failed")
    assert training.sentence == trainee.REFUSED
    assert (training.folder / LOG_FILE).read_text().startswith("deepdeadnet: ")


def test_a_name_is_used_once(trainings):
    trainings.start(wish("refused"))
    with pytest.raises(UsageError, match="choose another name"):
        trainings.start(wish("refused"))


def test_what_is_removed_makes_room_for_another(trainings):
    trainings.start(wish("refused"))
    training = when(trainings, lambda training: training.state == "failed")
    trainings.remove(training)
    assert trainings.look() == []
    assert not training.folder.exists()
    trainings.start(wish("refused"))


def test_what_learns_is_not_removed(trainings):
    trainings.start(wish("long"))
    training = when(trainings, is_learning)
    trainings.remove(training)
    assert (training.folder / logbook.LOSSES_FILE).exists()


def test_a_place_that_cannot_be_written_is_told(trainings):
    trainings.folder.parent.mkdir(parents=True)
    trainings.folder.write_text("in the way")
    with pytest.raises(OutputError, match="part of its path is a file"):
        trainings.start(wish("long"))
    assert trainings.look() == []


def test_one_from_the_command_line_is_found_too(trainings):
    folder = trainings.folder / "by-hand"
    folder.mkdir(parents=True)
    status = logbook.Status(logbook.STOPPED, "generator", step=70, message="Stopped.", written_s=1.0)
    logbook.write_status(folder, status)
    (training,) = trainings.look()
    assert (training.name, training.title, training.state, training.wish) == ("by-hand", "by-hand", "stopped", None)


def test_what_is_no_training_or_damaged_does_no_harm(trainings):
    (trainings.folder / "letters").mkdir(parents=True)
    damaged = trainings.folder / "damaged"
    damaged.mkdir()
    (damaged / training_process.WISH_FILE).write_text('{"wish": 7')
    (damaged / logbook.STATUS_FILE).write_text("no JSON")
    assert [(training.name, training.state) for training in trainings.look()] == [("damaged", "interrupted")]
