"""Any activity: how exported files are called: a pattern such as "{take} - {part}", filled in.

A slash in the pattern makes a folder: "{take}/{part}". What a file system would not allow is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from string import Formatter
from typing import Any

from engine.audio.file_names import UNFIT, file_stem
from engine.audio.format import SAMPLE_RATE_HZ

FIELDS = {
    "take": "What the take is called",
    "part": "What is in the file: Mix, Drums, Bass…",
    "model": "The model that made it",
    "seed": "Its style seed, and its variation where that is another",
    "date": "The day on which the take was made",
    "time": "The time at which the take was made",
    "start": "Where in the take the file begins",
}
"""What may stand between braces, and what it means."""

_NOTHING = "\0"
"""Stands for a field that has nothing to say, until what separates it from the others is gone too."""
_GAP = re.compile(r"^(\0\s*[-–_,]*\s*)+|\s*[-–_,]*\s*\0")


def check_pattern(pattern: str) -> None:
    """Check that a pattern names files.

    Raises:
        ValueError: it does not; says why in a sentence for the user.
    """
    try:
        pieces = list(Formatter().parse(pattern))
    except ValueError as cause:
        raise ValueError("A brace is missing: write for instance {take} - {part}.") from cause
    for _, name, form, conversion in pieces:
        if name is not None and (name not in FIELDS or form or conversion):
            raise ValueError(f"There is no {{{name}}}: use {', '.join(f'{{{known}}}' for known in FIELDS)}.")
    ending = pattern.replace("\\", "/").rsplit("/", 1)[-1]
    if not file_stem(ending):
        raise ValueError("Type a name for the file, for instance {take} - {part}.")


def fields_of(
    recipe: Mapping[str, Any], *, title: str, model: str, made_at: datetime, start_frame: int
) -> dict[str, str]:
    """What the fields of a pattern stand for with a take, but for its "part".

    Args:
        recipe: the take's.
        title: what the take is called.
        model: what its model is called; empty for a recording.
        made_at: when it was made.
        start_frame: the first frame that is exported.
    """
    minutes, seconds = divmod(start_frame / SAMPLE_RATE_HZ, 60)
    here = made_at.astimezone()
    return {
        "take": title or "take",
        "model": model,
        "seed": _seed(recipe.get("journey")),
        "date": f"{here:%Y-%m-%d}",
        "time": f"{here:%H.%M}",
        "start": f"{int(minutes)}m{seconds:04.1f}s",
    }


def _seed(journey: object) -> str:
    if not isinstance(journey, Mapping):
        return ""
    style, variation = journey.get("style"), journey.get("variation")
    seeds = [str(style)] if isinstance(style, int) else []
    if variation is not None and variation != style:
        seeds.append(str(variation))
    return "-".join(seeds)


def file_paths(
    pattern: str, fields: Mapping[str, str], parts: Sequence[str], folder: Path, extension: str
) -> dict[str, Path]:
    """Where each part of an export goes: no two to the same place, and none outside of `folder`.

    Raises:
        ValueError: the pattern names no file.
    """
    check_pattern(pattern)
    if len(parts) > 1 and "{part}" not in pattern:
        pattern += " - {part}"
    return {part: folder / _place(pattern, {**fields, "part": part.capitalize()}, extension) for part in parts}


def _place(pattern: str, fields: Mapping[str, str], extension: str) -> Path:
    fit = {name: UNFIT.sub(" ", value) or _NOTHING for name, value in fields.items()}
    filled = pattern.replace("\\", "/").format_map(fit)
    *folders, name = [file_stem(_GAP.sub("", text)) for text in filled.split("/")]
    return Path(*filter(None, folders), (name or "take") + extension)


def free_paths(paths: Mapping[str, Path]) -> dict[str, Path]:
    """The same, but none of which exists: with a number behind the names, the same for all. Looks at the disk."""
    numbered, number = dict(paths), 1
    while any(path.exists() for path in numbered.values()):
        number += 1
        numbered = {part: path.with_name(f"{path.stem} {number}{path.suffix}") for part, path in paths.items()}
    return numbered


def existing(paths: Iterable[Path]) -> list[Path]:
    """Those that exist. Looks at the disk."""
    return [path for path in paths if path.exists()]
