"""Command line: how the cost of a take grows with its length: `python -m benchmarks.growth [--lengths 10 60 600 3600]`.

The bundled generator and separator, chained as the studio chains them, each length in a process of its own. What comes
out is counted and dropped, since on disk a take of three hours with stems would be 19 GB (40 bytes a frame). Each row
goes into `docs/growth.csv` as soon as it is measured, in place of an older one of that length; `docs/growth.png` shows
all rows: processor time, what all cores together have worked, since on a busy machine the clock tells nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.apart import Figures, apart, peak_memory_mb
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.writing import replaced_on_success

LENGTHS_S = (10.0, 60.0, 600.0, 3600.0, 10_800.0)
COLUMNS = ("length_s", "took_s", "processor_s", "peak_memory_mb")
LIMIT_S = 6 * 3600.0
DOCS = Path(__file__).resolve().parents[1] / "docs"
COLOUR = "#c2571a"

Row = dict[str, float]


def cost(length_s: float) -> Figures:
    """Generate and separate so many seconds; to be called in a fresh process.

    Returns:
        `length_s`; `took_s`, by the clock, and `processor_s`, of all cores, both without loading; `peak_memory_mb`.
    """
    from engine.musika.journey import Journey
    from engine.studio import Studio

    studio = Studio()
    musika = studio.musika(studio.catalogue.cards("generator")[0].name)
    separator = studio.separator(studio.default_separator())
    begin_s, processor_begin_s = time.perf_counter(), time.process_time()
    frames = round(length_s * SAMPLE_RATE_HZ)
    separated = sum(len(stems) for stems in separator.stream(musika.stream(Journey.from_seed(0), frames)))
    assert separated == frames
    return {
        "length_s": length_s,
        "took_s": round(time.perf_counter() - begin_s, 2),
        "processor_s": round(time.process_time() - processor_begin_s, 2),
        "peak_memory_mb": round(peak_memory_mb(), 1),
    }


def read_rows(path: Path) -> list[Row]:
    """The rows that have been measured so far."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write all rows, the shortest take first."""
    with replaced_on_success(path) as partial_path, partial_path.open("w", newline="", encoding="utf8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: row["length_s"]))


def plot(rows: list[Row], path: Path) -> None:
    """Draw processor time and memory over the length into a PNG file."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    times, memory = figure.subplots(1, 2)
    lengths_s = [row["length_s"] for row in rows]
    times.loglog(lengths_s, [row["processor_s"] for row in rows], "o-", color=COLOUR)
    times.loglog(lengths_s, lengths_s, ":", color="grey", label="as long as it plays")
    times.set(title="processor time, all cores together, in s")
    times.legend(frameon=False)
    peaks_mb = [row["peak_memory_mb"] for row in rows]
    memory.semilogx(lengths_s, peaks_mb, "o-", color=COLOUR)
    memory.set(title="most memory at once, in MB", ylim=(0, 1.2 * max(peaks_mb)))
    for axes in (times, memory):
        axes.set_xticks(lengths_s, [_in_words(length_s) for length_s in lengths_s])
        axes.minorticks_off()
        axes.set_xlabel("length of the take")
        axes.spines[["top", "right"]].set_visible(False)
    with replaced_on_success(path) as partial_path:
        figure.savefig(partial_path, format="png", dpi=120)


def _in_words(length_s: float) -> str:
    """A length for people: 10 s, 1 min, 3 h."""
    for unit, unit_s in (("h", 3600), ("min", 60)):
        if length_s >= unit_s:
            return f"{length_s / unit_s:g} {unit}"
    return f"{length_s:g} s"


def main() -> None:
    """Measure, print a JSON object a row, write table and plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lengths", type=float, nargs="+", default=LENGTHS_S, metavar="SECONDS")
    parser.add_argument("--out", type=Path, default=DOCS, metavar="DIR", help="where table and plot go")
    options = parser.parse_args()
    table = options.out / "growth.csv"
    for length_s in options.lengths:
        row: dict[str, Any] = apart(partial(cost, length_s), LIMIT_S)
        print(json.dumps(row), flush=True)
        rows = [*(known for known in read_rows(table) if known["length_s"] != length_s), row]
        write_rows(table, rows)
        plot(read_rows(table), options.out / "growth.png")


if __name__ == "__main__":
    main()
