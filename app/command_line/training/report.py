"""The command line: what a training says of itself, as values and in words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.command_line.training.narration import Narration, clock
from engine.errors import UsageError
from engine.training import logbook
from engine.training.logbook import Status

if TYPE_CHECKING:
    from engine.training.loop import Report

Said = Mapping[str, Any]
"""What a verb has to say: printed as JSON, or its "text" for people."""


def tell(narration: Narration, report: Report) -> None:
    """The line of a training: step, speed, time left, losses."""
    if report.message:
        narration.note(report.message)
    losses = "  ".join(f"{name} {value:.3g}" for name, value in report.losses.items())
    left = f"{clock(report.left_s)} left" if report.left_s is not None else "until it is stopped"
    narration.progress(report.done, f"step {report.step}  {report.steps_per_s:.1f}/s  {left}  {losses}")


def status_in(folder: Path) -> Status:
    """How the training in a folder goes.

    Raises:
        UsageError: there is none.
    """
    found = logbook.read_status(folder)
    if found is None:
        raise UsageError(f"There is no training in {folder}: give the folder that was its --out.")
    return found


def facts(folder: Path, status: Status) -> dict[str, Any]:
    """A status as plain values; "interrupted" is the state of one whose process is gone without a word."""
    state = status.state if status.state != logbook.RUNNING or status.is_running else "interrupted"
    return {
        "out": str(folder),
        "state": state,
        "kind": status.kind,
        "step": status.step,
        "done": round(status.done, 4),
        "steps_per_s": round(status.steps_per_s, 3),
        "trained_s": round(status.trained_s, 1),
        "left_s": None if status.left_s is None else round(status.left_s, 1),
        "losses": dict(status.losses),
        "message": status.message,
    }


def in_words(status: Status) -> str:
    """A status for people."""
    if status.state == logbook.RUNNING and not status.is_running:
        lines = ["interrupted: it was ended from outside; go on with --resume"]
    else:
        left = f", {clock(status.left_s)} left" if status.left_s is not None else ""
        lines = [f"{status.state}, {status.done:.0%}{left}"]
    if status.message:
        lines.append(status.message)
    if status.step:
        lines.append(f"step {status.step}, {status.steps_per_s:.1f} steps/s, trained for {clock(status.trained_s)}")
    return "\n".join([*lines, *(f"{name:<20} {value:.4g}" for name, value in status.losses.items())])
