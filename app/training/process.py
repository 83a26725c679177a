"""Any activity: trainings as processes of their own, which outlive the window: starting, finding and stopping them.

A training is a folder among the user's trainings. What was wanted lies in it as `window.json`, what its process says
since it was started last as `log.txt`; the rest is the training's own and told by `engine.training.logbook`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from app import itself
from engine.audio.writing import output_error, replaced_on_success
from engine.errors import OutputError, UsageError
from engine.models.catalogue import home_folder
from engine.training import logbook
from engine.training.logbook import Status
from widgets.training_form import TrainingWish

WISH_FILE = "window.json"
LOG_FILE = "log.txt"
LOG_TAIL_BYTES = 4096
NICENESS = 10
VARIATIONS = ("--noise", "0.3", "--cutmix", "0.3", "--shift", "0.5", "--speed", "0.3")
"""Gentle ones: what is learned should still sound like the recordings."""

State = Literal["starting", "running", "stopping", "stopped", "interrupted", "finished", "failed"]
UNDER_WAY = ("starting", "running", "stopping")


@dataclass(frozen=True)
class Training:
    """What is known of a training.

    Attributes:
        name: of its folder, and of the model that it makes.
        folder: where it lies.
        state: what it is doing; "interrupted" if its process is gone without a word.
        wish: what was wanted; None if it was not started from a window.
        status: what it says of itself; None before its first word.
        sentence: why it failed, or the last thing worth telling.
        begun_s: when it was started last, seconds since 1970.
    """

    name: str
    folder: Path
    state: State
    wish: TrainingWish | None = None
    status: Status | None = None
    sentence: str = ""
    begun_s: float = 0.0

    @property
    def title(self) -> str:
        """What its model is called."""
        return self.wish.title if self.wish else self.name

    @property
    def is_under_way(self) -> bool:
        """Whether its process lives."""
        return self.state in UNDER_WAY


@dataclass(frozen=True)
class _Start:
    """The last start of a training: by which process, and when (seconds since 1970)."""

    pid: int
    at_s: float


class Trainings:
    """The trainings in the user's folder. Any number of windows may look at them; any of them may stop one."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or home_folder() / "trainings"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, wish: TrainingWish) -> None:
        """Begin a training.

        Raises:
            UsageError: there is one of that name.
            OutputError: its folder cannot be written.
        """
        folder = self.folder / wish.name
        if _holds_a_training(folder):
            raise UsageError(f"There is a training called “{wish.title}” already: choose another name.")
        self._run(wish, folder, ("train", "model", str(wish.recordings), *_options(wish)))

    def go_on(self, training: Training) -> None:
        """Continue a training that was stopped or interrupted; how long it was to learn it knows by itself.

        Raises:
            OutputError: its folder cannot be written.
        """
        if not look_at(training.folder).is_under_way:  # else a button was pressed twice, or in two windows
            self._run(training.wish, training.folder, ("train", "model", "--resume"))

    def stop(self, training: Training) -> None:
        """Ask a training to save what it knows and stop.

        Raises:
            OutputError: its folder cannot be written.
        """
        logbook.request_stop(training.folder)

    def remove(self, training: Training) -> None:
        """Delete all that belongs to a training that is not under way; a model that came of it stays.

        Raises:
            OutputError: something of it cannot be deleted.
        """
        if look_at(training.folder).is_under_way:
            return
        try:
            shutil.rmtree(training.folder)
        except OSError as cause:
            raise OutputError(f"{training.folder} could not be deleted whole: delete the rest by hand.") from cause

    def look(self) -> list[Training]:
        """What the trainings do now, the newest first."""
        for process in self._processes.values():
            process.poll()  # one that has ended would otherwise stay a zombie, which looks alive
        return sorted(self._look(), key=lambda training: training.begun_s, reverse=True)

    def _look(self) -> Iterator[Training]:
        with suppress(OSError):
            for folder in self.folder.iterdir():
                if _holds_a_training(folder):
                    yield look_at(folder)

    def _run(self, wish: TrainingWish | None, folder: Path, verb: Sequence[str]) -> None:
        logbook.forget_stop(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / LOG_FILE).open("wb") as log:
                process = _detached([*itself.command(), *verb, "--out", str(folder)], log.fileno())
        except OSError as cause:
            raise output_error(folder, cause) from cause
        self._processes[folder.name] = process
        try:
            _write_wish(folder, wish, _Start(process.pid, time.time()))
        except OutputError:
            process.terminate()  # nobody would find it
            raise


def look_at(folder: Path) -> Training:
    """What the training in a folder does now."""
    wish, start = _read_wish(folder)
    status = logbook.read_status(folder)
    begun_s = start.at_s if start else folder.stat().st_mtime
    training = Training(folder.name, folder, "interrupted", wish, status, begun_s=begun_s)
    started_since = start is not None and (status is None or status.written_s < start.at_s)
    if started_since and start is not None:  # nothing has been said since it was started
        begun = Status(logbook.RUNNING, pid=start.pid, written_s=start.at_s)
        if begun.is_running:
            return replace(training, state="starting", status=None)
        return replace(training, state="failed", sentence=_last_words(folder))
    if status is None:
        return training
    if status.is_running:
        asked = logbook.stop_requested(folder)
        return replace(training, state="stopping" if asked else "running", sentence=status.message)
    if status.state == logbook.RUNNING:
        return training
    return replace(training, state=_STATES[status.state], sentence=status.message)


_STATES: dict[str, State] = {
    logbook.STOPPED: "stopped",
    logbook.FINISHED: "finished",
    logbook.FAILED: "failed",
}


def _options(wish: TrainingWish) -> list[str]:
    options = ["--name", wish.name, "--title", wish.title, "--minutes", f"{wish.minutes:g}"]
    options += ["--cut-start", str(wish.cut_s), "--cut-end", str(wish.cut_s)]
    if wish.base:
        options += ["--base", wish.base]
    if wish.varied:
        options += VARIATIONS
    return options


def _detached(command: list[str], log: int) -> subprocess.Popen[bytes]:
    """Start a process that ends neither with the window nor with its terminal, and leaves the processor to others."""
    common: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
    if sys.platform == "win32":
        quiet = subprocess.DETACHED_PROCESS | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        return subprocess.Popen(command, creationflags=quiet, **common)
    nice = shutil.which("nice")
    humble = [nice, "-n", str(NICENESS)] if nice else []  # it becomes the command: the pid is the training's
    return subprocess.Popen([*humble, *command], start_new_session=True, **common)


def _holds_a_training(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (WISH_FILE, logbook.STATUS_FILE, logbook.TRAINING_FILE))


def _write_wish(folder: Path, wish: TrainingWish | None, start: _Start) -> None:
    values = {"start": asdict(start)}
    if wish is not None:
        values["wish"] = {**asdict(wish), "recordings": str(wish.recordings)}
    with replaced_on_success(folder / WISH_FILE) as partial:
        partial.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf8")


def _read_wish(folder: Path) -> tuple[TrainingWish | None, _Start | None]:
    """What was wanted and when it was started; None for what is not (legibly) written down."""
    try:
        values = json.loads((folder / WISH_FILE).read_text(encoding="utf8"))
        start = _Start(int(values["start"]["pid"]), float(values["start"]["at_s"]))
        wanted = values.get("wish")
        wish = TrainingWish(**{f.name: wanted[f.name] for f in fields(TrainingWish)}) if wanted else None
    except (OSError, ValueError, TypeError, KeyError):
        return None, None
    return replace(wish, recordings=Path(wish.recordings)) if wish else None, start


def _last_words(folder: Path) -> str:
    """The last line of a training's log, where the command line says what went wrong."""
    try:
        with (folder / LOG_FILE).open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - LOG_TAIL_BYTES))
            lines = file.read().decode("utf8", "replace").splitlines()
    except OSError:
        lines = []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return last.removeprefix("deepdeadnet: ") or "It ended without a word: continue it, or start anew."
