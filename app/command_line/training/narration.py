"""The command line: what a training says while it runs, and what was taken of the recordings."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from engine.audio.writing import output_error, replaced_on_success

LINE_S = 30.0
"""Where there is no terminal, and in a log file, a line every so many seconds is enough."""

LONGEST_TABLE = 20
LONGEST_NAME = 60


class Narration:
    """Says how far the work is; made by `narrating`."""

    def __init__(self, bar: tqdm[None], outs: Sequence[TextIO]) -> None:
        self._bar = bar
        self._outs = outs
        self._said_s = time.monotonic()

    def progress(self, done: float, text: str) -> None:
        """Say what is being done and which part (0 to 1) of it is behind."""
        self._bar.set_description_str(text, refresh=False)
        self._bar.update(done - self._bar.n)
        if time.monotonic() - self._said_s >= LINE_S:
            self._said_s = time.monotonic()
            self._print(f"{done:4.0%} {text}")

    def note(self, sentence: str) -> None:
        """Say something that has to be read."""
        if not self._bar.disable:
            self._bar.write(sentence, file=sys.stderr)
        self._print(sentence)

    def _print(self, line: str) -> None:
        for out in self._outs:
            print(line, file=out, flush=True)


@contextmanager
def narrating(log: Path | None = None, *, quiet: bool = False) -> Iterator[Narration]:
    """Show progress: as a line that stays in its place on a terminal, as a line now and then elsewhere.

    Args:
        log: file to which lines are added as well.
        quiet: say nothing (as all but one of several processes that train together).

    Raises:
        OutputError: the log cannot be written.
    """
    with _opened(log) as file:
        on_terminal = sys.stderr.isatty() and not quiet
        outs = [out for out in (file, None if on_terminal or quiet else sys.stderr) if out is not None]
        layout = "{percentage:3.0f}% {bar:20} {desc}"
        with tqdm(total=1.0, bar_format=layout, disable=not on_terminal, leave=False) as bar:
            yield Narration(bar, outs)


@contextmanager
def _opened(log: Path | None) -> Iterator[TextIO | None]:
    if log is None:
        yield None
        return
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        file = log.open("a", encoding="utf8")
    except OSError as cause:
        raise output_error(log, cause) from cause
    with file:
        yield file


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first LONGEST_TABLE rows under their columns' names; of long names in the first column the end is shown."""
    shown = [list(columns), *([_shortened(row[0]), *row[1:]] for row in rows[:LONGEST_TABLE])]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
    if len(rows) > LONGEST_TABLE:
        lines.append(f"… and {len(rows) - LONGEST_TABLE} more")
    return "\n".join(lines)


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}"


def write_rows(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table whole, as CSV.

    Raises:
        OutputError: it cannot be written.
    """
    with replaced_on_success(path) as partial, partial.open("w", newline="", encoding="utf8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def clock(seconds: float) -> str:
    """A length of time for people: "45 s", "12:30", "3:05:00"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
