"""Any activity: what a training folder says of itself, and the file that asks a training to stop. Light: no torch.

The training writes, anyone reads at any time: files are replaced whole, or grow by whole lines.
"""

from __future__ import annotations

import json
import math
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.audio.writing import output_error, replaced_on_success
from engine.errors import ModelError

TRAINING_FILE = "training.json"
STATE_FILE = "state.safetensors"
LOSSES_FILE = "losses.csv"
PICTURE_FILE = "training.png"
STATUS_FILE = "status.json"
STOP_FILE = "stop"
PREVIEWS_FOLDER = "previews"
MODEL_FOLDER = "model"

RUNNING, STOPPED, FINISHED, FAILED = STATES = ("running", "stopped", "finished", "failed")

SILENT_S = 600.0
"""A training that has said nothing for so long does not run any more (where its process cannot be asked)."""

STEP, TRAINED_S = "step", "trained_s"
"""The first two columns of `losses.csv`; after them comes a column a loss."""

Column = npt.NDArray[np.float64]


# --- what it is ----------------------------------------------------------------------------------------------------


def write_training(folder: Path, identity: Mapping[str, Any]) -> None:
    """Write down what a training is: its "kind", its "recipe" and its "source", what it learns from.

    Raises:
        OutputError: the folder cannot be written.
    """
    _write_json(folder / TRAINING_FILE, dict(identity))


def read_training(folder: Path) -> dict[str, Any]:
    """What `write_training` wrote: with its "recipe" a training is gone on with.

    Raises:
        ModelError: there is no training in `folder`, or its description is damaged.
    """
    try:
        identity = json.loads((folder / TRAINING_FILE).read_text(encoding="utf8"))
        if not isinstance(identity, dict) or not {"kind", "recipe", "source"} <= identity.keys():
            raise ValueError("no description of a training")
    except FileNotFoundError as cause:
        raise ModelError(f"There is no training in {folder}: begin one, without --resume.") from cause
    except (OSError, ValueError, RecursionError) as cause:
        raise ModelError(f"{folder / TRAINING_FILE} is damaged: begin the training anew in another folder.") from cause
    return identity


# --- how it goes ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Status:
    """How a training goes.

    Attributes:
        state: one of STATES, as the training itself said last; see `is_running`.
        kind: what is trained: generator, autoencoder or separator.
        pid: of the process that trains.
        step: steps done.
        done: the part of its plan that is behind, 0 to 1.
        steps_per_s: speed.
        trained_s: seconds trained in all.
        left_s: seconds to the end of the plan, None if nobody knows.
        losses: the last losses by name.
        message: the last thing worth telling the user, in a sentence; often empty.
        written_s: when this was written, seconds since 1970.
    """

    state: str
    kind: str = ""
    pid: int = 0
    step: int = 0
    done: float = 0.0
    steps_per_s: float = 0.0
    trained_s: float = 0.0
    left_s: float | None = None
    losses: Mapping[str, float] = field(default_factory=dict)
    message: str = ""
    written_s: float = 0.0

    @property
    def is_running(self) -> bool:
        """Whether it says that it runs and does so: a process that was killed could not say that it stopped."""
        return self.state == RUNNING and _lives(self.pid, self.written_s)


def write_status(folder: Path, status: Status) -> None:
    """Replace what the folder says of its training.

    Raises:
        OutputError: it cannot be written.
    """
    _write_json(folder / STATUS_FILE, asdict(status))


def read_status(folder: Path) -> Status | None:
    """How the training in `folder` goes; None where nothing (legible) is said."""
    try:
        values = json.loads((folder / STATUS_FILE).read_text(encoding="utf8"))
        status = Status(**{f.name: values[f.name] for f in fields(Status) if f.name in values})
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return status if status.state in STATES else None


def _lives(pid: int, written_s: float) -> bool:
    if os.name != "posix":  # elsewhere signal 0 is no question
        return time.time() - written_s < SILENT_S
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    with replaced_on_success(path) as partial:
        partial.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf8")


# --- stopping ------------------------------------------------------------------------------------------------------


def request_stop(folder: Path) -> None:
    """Ask the training in `folder` to save and stop; it does after its current step.

    Raises:
        OutputError: the folder cannot be written.
    """
    try:
        (folder / STOP_FILE).touch()
    except OSError as cause:
        raise output_error(folder / STOP_FILE, cause) from cause


def stop_requested(folder: Path) -> bool:
    """Whether someone asked."""
    return (folder / STOP_FILE).exists()


def forget_stop(folder: Path) -> None:
    """Nobody asks any more."""
    with suppress(OSError):
        (folder / STOP_FILE).unlink(missing_ok=True)


@contextmanager
def stopping_on_signals(folder: Path) -> Iterator[None]:
    """Inside, Ctrl-C and SIGTERM ask the training in `folder` to stop; the same again is a KeyboardInterrupt.

    Only in the main thread, as with all signals.
    """

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.default_int_handler)
        request_stop(folder)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# --- losses --------------------------------------------------------------------------------------------------------


class LossTable:
    """`losses.csv`, row after row: averages over some steps; losses that were not measured are left empty."""

    def __init__(self, folder: Path, last_step: int) -> None:
        """Go on after the row of `last_step`: later ones belong to steps whose state was never saved, and go.

        Raises:
            OutputError: the file cannot be written.
        """
        self._path = folder / LOSSES_FILE
        self._names: list[str] = []
        columns = read_losses(folder)
        if columns:
            self._names = [name for name in columns if name not in (STEP, TRAINED_S)]
            kept = columns[STEP] <= last_step
            self._write({name: column[kept] for name, column in columns.items()})

    def append(self, step: int, trained_s: float, losses: Mapping[str, float]) -> None:
        """Write a row, and a new column for every loss that is measured for the first time.

        Raises:
            OutputError: the file cannot be written.
        """
        if new := [name for name in losses if name not in self._names]:
            self._widen(new)
        row = _row([step, round(trained_s, 1), *(losses.get(name, math.nan) for name in self._names)])
        try:
            with self._path.open("a", encoding="utf8") as file:
                file.write(row)
        except OSError as cause:
            raise output_error(self._path, cause) from cause

    def _widen(self, new: Sequence[str]) -> None:
        columns = read_losses(self._path.parent)
        rows = len(columns.get(STEP, ()))
        self._names += new
        empty = np.full(rows, math.nan)
        self._write({name: columns.get(name, empty) for name in (STEP, TRAINED_S, *self._names)})

    def _write(self, columns: Mapping[str, Column]) -> None:
        rows = zip(*columns.values(), strict=True)
        with replaced_on_success(self._path) as partial:
            partial.write_text(",".join(columns) + "\n" + "".join(map(_row, rows)), encoding="utf8")


def _row(values: Sequence[float]) -> str:
    return ",".join("" if math.isnan(value) else f"{value:.9g}" for value in values) + "\n"


def read_losses(folder: Path, most_rows: int | None = None) -> dict[str, Column]:
    """The columns of `losses.csv` by name, all of one length; none before the first row.

    Args:
        folder: of the training.
        most_rows: give about that many, evenly spread, where there are more; it takes as much less time.

    Returns:
        "step", "trained_s", then the losses; NaN where one was not measured.
    """
    try:
        text = (folder / LOSSES_FILE).read_text(encoding="utf8")
    except OSError:
        return {}
    header, *rows = text[: text.rfind("\n") + 1].splitlines() or [""]  # a line that is being written has no end yet
    if most_rows:
        rows = rows[:: max(1, len(rows) // most_rows)]
    names = header.split(",")
    cells = [row.split(",") for row in rows]
    try:
        table = [[float(cell or "nan") for cell in row] for row in cells if len(row) == len(names)]
    except ValueError:
        return {}
    return dict(zip(names, np.array(table).T, strict=True)) if table else {}


# --- the picture ---------------------------------------------------------------------------------------------------

GROUND, INK, FAINT, LINE = "#0f1217", "#98a4b3", "#2a313c", "#e8b04a"
ROWS_DRAWN = 4000
SMOOTHED_PART = 50
"""The smooth line averages over one part in so many of all rows."""

WIDE_RATIO = 30.0
"""A loss whose values lie further apart than this ratio is drawn on a logarithmic axis."""


def draw_losses(folder: Path) -> None:
    """Draw every loss over the steps as `training.png`, faint as measured and bright when smoothed.

    Raises:
        OutputError: the picture cannot be written.
    """
    columns = read_losses(folder, ROWS_DRAWN)
    names = [name for name in columns if name not in (STEP, TRAINED_S)]
    if not names:
        return

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    across = min(2, len(names))
    down = -(-len(names) // across)
    figure = Figure(figsize=(7 * across, 2.6 * down + 0.4), facecolor=GROUND, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for panel, name in zip(axes, names, strict=False):
        _draw_loss(panel, name, columns[STEP], columns[name])
    axes[len(names) - 1].set_xlabel("steps", color=INK, loc="right", fontsize=8)
    for panel in axes[len(names) :]:
        panel.set_axis_off()
    with replaced_on_success(folder / PICTURE_FILE) as partial:
        figure.savefig(partial, format="png", dpi=100)


def _draw_loss(panel: Any, name: str, steps: Column, values: Column) -> None:
    measured = np.isfinite(values)
    steps, values = steps[measured], values[measured]
    panel.set_facecolor(GROUND)
    panel.set_title(name.replace("_", " "), color=INK, loc="left", fontsize=10)
    panel.tick_params(colors=INK, labelsize=8)
    panel.grid(color=FAINT, linewidth=0.6)
    for spine in panel.spines.values():
        spine.set_color(FAINT)
    if not len(values):
        return
    panel.plot(steps, values, color=LINE, alpha=0.3, linewidth=0.7)
    panel.plot(steps, _smooth(values), color=LINE, linewidth=1.6)
    if values.min() > 0 and values.max() > WIDE_RATIO * values.min():
        panel.set_yscale("log")


def _smooth(values: Column) -> Column:
    """Averages over a stretch of rows around each; shorter towards the ends."""
    half = len(values) // (2 * SMOOTHED_PART)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    first, last = np.maximum(places - half, 0), np.minimum(places + half + 1, len(values))
    smooth: Column = (sums[last] - sums[first]) / (last - first)
    return smooth
