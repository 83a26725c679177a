"""Engine thread (or the command line): the loop in which everything learns: it saves, resumes, watches over the losses.

A training folder holds `training.json` (kind, recipe, what it learns from), `state.safetensors` (all that the next
step depends on), what `engine.training.logbook` tells of, `previews/` and `model/`. It may be killed at any moment:
what came after the last save is lost, and resuming goes on from there as if nothing had happened, bit for bit on one
machine.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, Protocol

import numpy as np
import torch

from engine.audio.format import Wave
from engine.errors import ModelError, StudioError, UsageError
from engine.models.card import ModelCard
from engine.training import logbook, parallel
from engine.training.logbook import Status
from engine.training.products import write_model, write_preview
from engine.training.state import is_finite, read_state, write_state
from engine.training.watch import Watch


class Learner(Protocol):
    """Whatever learns. All of it must be decided by its seed, its tensors and its facts.

    Attributes:
        step: steps done; `learn` counts it up, a resumed loop sets it.
        trained_s: seconds trained in all; the loop sets it, for the card.
    """

    step: int
    trained_s: float

    @property
    def identity(self) -> Mapping[str, Any]:
        """JSON-able: "kind" of model, "recipe", and "source", what it learns from.

        A training is resumed only with the kind and the source that it was begun with.
        """
        ...

    def learn(self, done: float) -> Mapping[str, float]:
        """Do one step, `done` (0 to 1) of the plan being behind; returns its losses by name.

        A loss that this step did not measure is left out. One that is not finite leads back to the last good state.
        """
        ...

    def tensors(self) -> dict[str, torch.Tensor]:
        """Everything that learns, by name, complete before the first step; saved states are copied into these."""
        ...

    def facts(self) -> dict[str, Any]:
        """What else the next step depends on, JSON-able: states of random numbers, factors."""
        ...

    def restore(self, facts: Mapping[str, Any]) -> None:
        """Go back to these facts; the tensors have been restored already."""
        ...

    def set_rates(self, factor: float) -> None:
        """Learn at `factor` times the recipe's rates; 1 at first, halved whenever the losses run away."""
        ...

    def preview(self) -> Wave | None:
        """A short example of what it makes now; None if there is nothing to hear. May not change what comes after."""
        ...

    def export(self, folder: Path) -> ModelCard:
        """Write the model that stands now into an empty folder."""
        ...


@dataclass(frozen=True)
class Plan:
    """When a training ends: after so many steps or minutes, whichever comes first, resumed parts counted in.

    Minutes are of the clock while it runs. Without either it goes on until it is stopped.
    """

    steps: float = math.inf
    minutes: float = math.inf

    def __post_init__(self) -> None:
        """Refuse a plan that is over before it begins.

        Raises:
            UsageError: no steps or no minutes.
        """
        if not (self.steps > 0 and self.minutes > 0):
            raise UsageError("A training needs more than no steps and more than no minutes.")

    def done(self, step: int, trained_s: float) -> float:
        """The part of the plan that is behind, 0 to 1."""
        return min(1.0, max(step / self.steps, trained_s / 60 / self.minutes))

    def left_s(self, step: int, trained_s: float, steps_per_s: float) -> float | None:
        """Seconds to its end at this speed; None if it has no end, or as long as the speed is unknown."""
        by_steps = (self.steps - step) / steps_per_s if steps_per_s else math.nan
        left = float(np.fmin(by_steps, self.minutes * 60 - trained_s))
        return max(left, 0.0) if math.isfinite(left) else None


@dataclass(frozen=True)
class Keeping:
    """How a training keeps its folder.

    Attributes:
        report_steps: steps from one report (and row of `losses.csv`) to the next, which it is the average of.
        status_s: seconds from one `status.json` to the next.
        save_s: seconds from one saved state to the next.
        picture_s: seconds from one `training.png` to the next.
        preview_s: seconds from one preview to the next.
        colours: of the previews' spectrograms, "#rrggbb", the quietest first.
    """

    report_steps: int = 20
    status_s: float = 3.0
    save_s: float = 120.0
    picture_s: float = 60.0
    preview_s: float = 600.0
    colours: Sequence[str] = ("#000000", "#ffffff")


@dataclass(frozen=True)
class Report:
    """How a training goes.

    Attributes:
        step: steps done.
        done: the part of the plan that is behind, 0 to 1.
        steps_per_s: speed.
        trained_s: seconds trained in all.
        left_s: seconds to the end of the plan, None if nobody knows.
        losses: by name, averages over the steps since the last report.
        message: what the user should know; as a rule nothing.
    """

    step: int
    done: float
    steps_per_s: float
    trained_s: float
    left_s: float | None
    losses: Mapping[str, float] = field(default_factory=dict)
    message: str = ""


def train(
    learner: Learner, folder: Path, plan: Plan, *, resume: bool = False, keeping: Keeping | None = None
) -> Generator[Report]:
    """Let a learner learn to the end of the plan, one item every `keeping.report_steps` steps.

    To stop earlier, close the iterator, or let anyone call `logbook.request_stop(folder)` (as a signal may, see
    `logbook.stopping_on_signals`): the state is saved and the model written then as well.

    Args:
        learner: new, of the same recipe and source as before if it resumes.
        folder: of the training.
        plan: counts the whole training, what was done before it was resumed included.
        resume: go on where the state in `folder` stands.
        keeping: how the folder is kept.

    Raises:
        UsageError: there is a training in `folder` already, and it shall not be resumed.
        ModelError: there is none to be resumed; it is another training's or damaged; or the losses run away again and
            again.
        OutputError: the folder cannot be written; the last state is still whole.
    """
    training = _Training(learner, folder, plan, keeping or Keeping())
    training.begin(resume=resume)
    return training.run()


MOST_ROLL_BACKS = 8
"""Each halves the rates; what runs away with a 256th of them will not be cured by less."""

SPEED_OVER_S = 30.0
"""The speed is that of the last so many seconds."""


class _Training:
    """A training in its folder; see `train`.

    Several processes that train together take the same decisions, because process 0 alone looks at clocks and files.
    """

    def __init__(self, learner: Learner, folder: Path, plan: Plan, keeping: Keeping) -> None:
        self._learner = learner
        self._folder = folder
        self._plan = plan
        self._keeping = keeping
        self._kind = ""
        self._writes = parallel.rank() == 0
        self._watch = Watch()
        self._pending: list[dict[str, float]] = []  # the losses of each step since the last report
        self._losses: dict[str, float] = {}  # as reported last
        self._rate_factor = 1.0
        self._roll_backs = 0
        self._news = self._message = ""  # for the next report; the last one that there was
        self._began = time.monotonic()
        self._before_s = 0.0  # trained before that
        self._last_s: dict[str, float] = {}  # when each thing was done last
        self._passed: deque[tuple[float, int]] = deque()  # the last times and steps, for the speed

    # --- beginning

    def begin(self, *, resume: bool) -> None:
        """Begin, or go on where the state stands; raises what `train` says."""
        identity = json.loads(json.dumps(self._learner.identity))
        self._kind = identity["kind"]
        (restores,) = parallel.same_numbers([self._look_into(identity, resume=resume) if self._writes else False])
        if restores:
            self._restore()
        if self._writes:
            logbook.write_training(self._folder, identity)
            logbook.forget_stop(self._folder)
        self._open_table()
        if not restores and not self._save():
            raise ModelError("The training would begin with weights that are no numbers: choose another base model.")

    def _look_into(self, identity: Mapping[str, Any], *, resume: bool) -> bool:
        """Whether there is a state to go on from; raises where the folder is not what it should be."""
        state_exists = (self._folder / logbook.STATE_FILE).exists()
        status = logbook.read_status(self._folder)
        if status is not None and status.is_running and status.pid != os.getpid():
            raise UsageError(f"The training in {self._folder} is running: stop it first, or wait for its end.")
        if resume:
            _check_identity(self._folder, logbook.read_training(self._folder), identity)
        elif state_exists or (self._folder / logbook.TRAINING_FILE).exists():
            raise UsageError(f"{self._folder} holds a training already: resume it, or choose another folder.")
        return state_exists

    def _open_table(self) -> None:
        if self._writes:
            self._table = logbook.LossTable(self._folder, self._learner.step)

    def _restore(self) -> None:
        """Go back to the saved state."""
        path, tensors = self._folder / logbook.STATE_FILE, self._learner.tensors()
        facts = parallel.same_facts(read_state(path, tensors) if self._writes else {})
        parallel.same_tensors(tensors)
        try:
            self._learner.step = int(facts["step"])
            self._learner.restore(facts["learner"])
            self._pending = list(facts["pending"])
            self._learner.trained_s = self._before_s = float(facts["trained_s"])
            self._began = time.monotonic()
            self._rate_factor, self._roll_backs = float(facts["rate_factor"]), int(facts["roll_backs"])
        except (KeyError, TypeError, ValueError) as cause:
            raise ModelError(f"{path} is of another version: begin the training anew in another folder.") from cause
        self._learner.set_rates(self._rate_factor)

    # --- learning

    def run(self) -> Generator[Report]:
        """The whole training; see `train`."""
        try:
            try:
                ending = yield from self._learn()
            except GeneratorExit:  # whoever closes the iterator stops the training, always between two steps
                ending = logbook.STOPPED
            self._end(ending)
        except BaseException as error:
            self._fail(error)
            raise

    def _learn(self) -> Generator[Report, None, str]:
        """Step after step; returns how it ended."""
        self._say(logbook.RUNNING, self._plan.done(self._learner.step, self._learner.trained_s))
        while True:
            done, stop, save = self._decide()
            if save and not self._save():
                self._roll_back("A weight is no number any more")
            if done >= 1 or stop:
                break
            self._step(done)
            if self._news or len(self._pending) >= self._keeping.report_steps:
                yield self._report(done)
            self._keep(done)
        if self._pending:  # what remains is told, but its row waits for its last step, should the training go on
            self._losses = _averages(self._pending)
            yield self._told(done)
        return logbook.FINISHED if done >= 1 else logbook.STOPPED

    def _decide(self) -> tuple[float, bool, bool]:
        """How much of the plan is done, whether to stop, whether to save: what process 0 says."""
        now_s = time.monotonic()
        trained_s = self._before_s + now_s - self._began
        done = self._plan.done(self._learner.step, trained_s)
        stop, save = logbook.stop_requested(self._folder), self._is_due("save", self._keeping.save_s)
        done, trained_s, *wishes = parallel.same_numbers([done, trained_s, stop, save])
        self._learner.trained_s = trained_s
        self._passed.append((now_s, self._learner.step))
        while len(self._passed) > 2 and self._passed[0][0] < now_s - SPEED_OVER_S:
            self._passed.popleft()
        return done, bool(wishes[0]), bool(wishes[1])

    def _step(self, done: float) -> None:
        losses = dict(self._learner.learn(done))
        if problem := self._watch.problem(losses):
            self._roll_back(problem)
        else:
            self._pending.append(losses)

    def _roll_back(self, problem: str) -> None:
        """Back to the last saved state, with half its rates; saved at once, so that a kill cannot undo the halving."""
        step, trained_s, roll_backs = self._learner.step, self._learner.trained_s, self._roll_backs + 1
        if roll_backs > MOST_ROLL_BACKS:
            raise ModelError(
                f"{problem} at step {step}, after {MOST_ROLL_BACKS} ways back: begin anew with lower learning rates."
            )
        self._restore()
        self._before_s, self._roll_backs, self._rate_factor = trained_s, roll_backs, self._rate_factor / 2
        self._learner.set_rates(self._rate_factor)
        self._save()
        self._open_table()
        self._passed.clear()
        now = self._learner.step
        self._news = f"{problem} at step {step}: back to step {now}, with {self._rate_factor:g} of the learning rates."
        self._message = self._news

    # --- telling and keeping

    def _speed(self) -> float:
        """Steps a second."""
        if len(self._passed) < 2:
            return 0.0
        (first_s, first), (last_s, last) = self._passed[0], self._passed[-1]
        return (last - first) / max(last_s - first_s, 1e-9)

    def _report(self, done: float) -> Report:
        """A report, and its row in the table if it is complete."""
        if len(self._pending) >= self._keeping.report_steps:
            self._losses, self._pending = _averages(self._pending), []
            if self._writes:
                self._table.append(self._learner.step, self._learner.trained_s, self._losses)
        return self._told(done)

    def _told(self, done: float) -> Report:
        step, trained_s, speed = self._learner.step, self._learner.trained_s, self._speed()
        left_s = self._plan.left_s(step, trained_s, speed)
        message, self._news = self._news, ""
        return Report(step, done, speed, trained_s, left_s, self._losses, message)

    def _say(self, state: str, done: float) -> None:
        step, trained_s, speed = self._learner.step, self._learner.trained_s, self._speed()
        left_s = self._plan.left_s(step, trained_s, speed) if state == logbook.RUNNING else None
        losses = _averages(self._pending) or self._losses
        said = Status(
            state, self._kind, os.getpid(), step, done, speed, trained_s, left_s, losses, self._message, time.time()
        )
        if self._writes:
            logbook.write_status(self._folder, said)

    def _is_due(self, what: str, every_s: float) -> bool:
        """Whether `every_s` have passed since it was due last, or since the beginning."""
        now_s = time.monotonic()
        due = now_s - self._last_s.setdefault(what, now_s) >= every_s
        if due:
            self._last_s[what] = now_s
        return due

    def _keep(self, done: float) -> None:
        """Write whatever it is time for."""
        keeping = self._keeping
        if self._is_due("status", keeping.status_s):
            self._say(logbook.RUNNING, done)
        if self._writes and self._is_due("picture", keeping.picture_s):
            logbook.draw_losses(self._folder)
        if self._writes and self._is_due("preview", keeping.preview_s):
            self._preview()

    def _preview(self) -> None:
        wave = self._learner.preview()
        if wave is not None:
            write_preview(self._folder, self._learner.step, wave, self._keeping.colours)

    def _save(self) -> bool:
        """Save the state if it is finite; returns whether it is."""
        tensors = self._learner.tensors()
        if not is_finite(tensors):
            return False
        facts = {
            "step": self._learner.step,
            "learner": self._learner.facts(),
            "pending": self._pending,
            "trained_s": self._learner.trained_s,
            "rate_factor": self._rate_factor,
            "roll_backs": self._roll_backs,
        }
        if self._writes:
            write_state(self._folder / logbook.STATE_FILE, tensors, facts)
        return True

    # --- ending

    def _end(self, ending: str) -> None:
        """Save, and write the model, its picture and what can be heard."""
        if not self._save():
            self._roll_back("A weight is no number any more")
        if self._writes:
            logbook.forget_stop(self._folder)
            logbook.draw_losses(self._folder)
            self._preview()
            write_model(self._folder, self._learner.export)
        self._say(ending, self._plan.done(self._learner.step, self._learner.trained_s))

    def _fail(self, error: BaseException) -> None:
        """Say why it ended; the state is that of the last save, for a step may be half done."""
        ending = logbook.STOPPED if isinstance(error, KeyboardInterrupt) else logbook.FAILED
        told = str(error) if isinstance(error, StudioError) else f"{type(error).__name__}: {error}"
        self._message = "Interrupted: what came after the last save is lost." if ending == logbook.STOPPED else told
        with suppress(StudioError):  # the disk may be full
            self._say(ending, self._plan.done(self._learner.step, self._learner.trained_s))


def _check_identity(folder: Path, begun: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    """See that a training goes on as what it was begun as."""
    if begun["kind"] != identity["kind"]:
        raise ModelError(f"{folder} holds the training of a model of the kind {begun['kind']}: choose another folder.")
    if begun["source"] != identity["source"]:
        raise ModelError(
            f"The training in {folder} learns from something else: give it what it was begun with, or begin anew in "
            "another folder."
        )


def _averages(losses: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Each loss averaged over the steps that measured it, by name."""
    names = dict.fromkeys(name for measured in losses for name in measured)
    return {name: fmean(measured[name] for measured in losses if name in measured) for name in names}
