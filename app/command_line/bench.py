"""The command line: `python main.py bench`: this machine's figures, each with its goal and how it was measured."""

from __future__ import annotations

import logging
import math
import os
import platform
import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.command_line.parsing import Verbs, add_verb
from app.command_line.training.stopping import restartable
from engine.errors import StudioError, UsageError

if TYPE_CHECKING:
    from benchmarks.parts import Figure, Part

LIBRARIES = ("tensorflow-cpu", "tensorflow", "keras", "torch", "demucs", "PySide6-Essentials", "sounddevice", "numpy")
LEFT_OUT = "It was left out: --only names other parts."
NO_BENCHMARKS = "This copy of the program came without its benchmarks: run bench from a clone."
STOPPED = "Stopped; nothing was left behind."
BUSY = 0.5
"""Of the cores: with more than this share at work on something else, figures come out worse than they are."""

log = logging.getLogger(__name__)


def add_bench(verbs: Verbs) -> None:
    """The verb `bench`."""
    parser = add_verb(verbs, "bench", "measure what this machine can do, in about five minutes")
    parser.add_argument("--only", nargs="+", action="extend", metavar="PART", help="the parts to measure, as: live")


def bench(options: Namespace) -> dict[str, Any]:
    """Measure part by part; what fails is None, with a sentence under "problems".

    Raises:
        UsageError: there is no such part, or there are no benchmarks in this copy.
    """
    try:
        from benchmarks.parts import PARTS
    except ModuleNotFoundError as cause:
        raise UsageError(NO_BENCHMARKS) from cause
    wanted = _chosen([part.name for part in PARTS], options.only)
    began_s, load = time.perf_counter(), _load()
    if load is not None and load > BUSY * (os.cpu_count() or 1):
        _say(f"The machine is busy (load {load:.1f}): figures will come out worse than they are.")
    found: dict[str, Any] = {}
    problems: dict[str, str] = {}
    with restartable(STOPPED):
        end_s = began_s
        for part in PARTS:
            end_s += part.limit_s  # what others have not needed is there for the next
            if part.name in wanted:
                _measure(part, end_s - time.perf_counter(), found, problems)
            else:
                problems |= dict.fromkeys((figure.key for figure in part.figures), LEFT_OUT)
    facts = {**machine(), "bfloat16": found.pop("bfloat16", None), "load_before": load}
    report = _report([figure for part in PARTS for figure in part.figures], found, problems)
    report |= {"machine": facts, "versions": versions(), "took_s": round(time.perf_counter() - began_s, 1)}
    return {**report, "text": table([f for part in PARTS if part.name in wanted for f in part.figures], report)}


def _chosen(names: Sequence[str], only: Iterable[str] | None) -> set[str]:
    """The parts that are wanted, of those that there are."""
    wanted = set(only or names)
    for name in sorted(wanted.difference(names)):
        raise UsageError(f"There is no part “{name}”: choose from {', '.join(names)}.")
    return wanted


def _measure(part: Part, limit_s: float, found: dict[str, Any], problems: dict[str, str]) -> None:
    """Measure one part into `found`; what hinders it goes into `problems`, for each of its figures."""
    from benchmarks.apart import apart

    _say(f"{part.name} …", end="")
    began_s = time.perf_counter()
    problem = part.missing
    try:
        found |= {key: _rounded(value) for key, value in apart(part.measure, limit_s).items()}
    except StudioError as error:
        log.warning("bench, %s: %s", part.name, error)
        problem = str(error)
    finally:
        _say(f" {time.perf_counter() - began_s:.0f} s")
    problems |= {figure.key: problem for figure in part.figures if found.get(figure.key) is None}


def _report(figures: Sequence[Figure], found: dict[str, Any], problems: dict[str, str]) -> dict[str, Any]:
    """All that was found, every promised figure, and what there is to say of them, as JSON values."""
    return {
        **dict.fromkeys(figure.key for figure in figures),
        **found,
        "problems": problems,
        "goals": {figure.key: figure.goal for figure in figures if figure.goal},
        "how": {figure.key: _how(figure, found) for figure in figures},
    }


def _say(text: str, end: str = "\n") -> None:
    print(text, end=end, file=sys.stderr, flush=True)


# --- in words --------------------------------------------------------------------------------------------------------


def table(figures: Sequence[Figure], report: dict[str, Any]) -> str:
    """What was measured, for people: figure, value, goal, how; then what was not, and on what machine."""
    rows = [("figure", "here", "goal", "how it was measured")]
    rows += [
        (figure.title, _value(figure, report), _goal(figure, report), report["how"][figure.key])
        for figure in figures
        if figure.key not in report["problems"]
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)) for row in rows]
    lines = [f"{line}  {row[3]}".rstrip() for line, row in zip(lines, rows, strict=True)]
    lines += [
        f"{figure.title}: not measured. {report['problems'][figure.key]}"
        for figure in figures
        if figure.key in report["problems"]
    ]
    facts = report["machine"]
    bfloat16 = {True: ", bfloat16", False: ", no bfloat16"}.get(facts["bfloat16"], "")
    where = f"{facts['processor']}, {facts['cores']} cores{bfloat16}, {facts['memory_gb']} GB, {facts['system']}"
    return "\n".join([*lines, "", where, ", ".join(f"{name} {number}" for name, number in report["versions"].items())])


def _value(figure: Figure, report: dict[str, Any]) -> str:
    return f"{report[figure.key]:g}{figure.unit}"


def _goal(figure: Figure, report: dict[str, Any]) -> str:
    return figure.goal + (", missed" if figure.is_missed(report[figure.key]) else "")


def _how(figure: Figure, found: dict[str, Any]) -> str:
    """How a figure was measured, with what the measurement itself says of that."""
    hows = {key: value for key, value in found.items() if key.endswith("_how")}
    try:
        return figure.how.format_map(hows)
    except KeyError:  # it was not measured
        return ""


def _rounded(value: Any) -> Any:
    """A number with three digits that count, also within lists; JSON knows no infinities."""
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return round(value, max(0, 2 - math.floor(math.log10(abs(value))))) if value else 0.0


# --- the machine -----------------------------------------------------------------------------------------------------


def machine() -> dict[str, Any]:
    """What the figures were measured on: processor, cores that may be used, memory in GB, system, Python."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": _memory_gb(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "packaged": bool(getattr(sys, "frozen", False)),
    }


def versions() -> dict[str, str]:
    """The versions of the libraries that count, as far as they are known."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, OSError, ValueError):
        return None


def _load() -> float | None:
    """How many processes have wanted a core in the last minute, on average."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None
