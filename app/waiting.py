"""Any activity: which recordings are still to be taken apart, in a file, so that the next start knows of them.

It is read and written by the library thread.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.audio.writing import output_error, replaced_on_success
from engine.models.catalogue import home_folder

log = logging.getLogger(__name__)

MOST_BYTES = 16_000_000
"""A larger file is none of ours: there is no need to read it."""


@dataclass(frozen=True)
class Waiting:
    """A recording that is to be taken apart.

    Attributes:
        file: where it lies.
        take: the folder of the take that has been begun of it; None where it has only been asked for.
        tries: how many starts of the program have begun with it and come to no orderly end.
    """

    file: Path
    take: Path | None = None
    tries: int = 0


def waiting_path() -> Path:
    """Where they are written down."""
    return home_folder() / "waiting.json"


def read_waiting(path: Path) -> list[Waiting]:
    """What was written down, in its order; what is missing or damaged counts as nothing. Never an exception."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("too large")
        values = json.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        log.warning("recordings that waited not read: %s", error)
        return []
    listed = values.get("recordings") if isinstance(values, Mapping) else None
    return [waiting for value in listed if (waiting := _read(value))] if isinstance(listed, list) else []


def write_waiting(path: Path, recordings: Sequence[Waiting]) -> None:
    """Write them down; where there are none the file goes.

    Raises:
        OutputError: it cannot be written.
    """
    values = [_written(each) for each in recordings]
    if values:
        with replaced_on_success(path) as partial:
            partial.write_text(json.dumps({"recordings": values}, indent=1) + "\n", encoding="utf8")
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as cause:
        raise output_error(path, cause) from cause


def is_there(recording: Waiting) -> bool:
    """Whether its file exists. Looks at the disk."""
    return os.path.isfile(recording.file)  # Path.is_file() raises an error over names that no system allows


def _written(recording: Waiting) -> dict[str, object]:
    """As it stands in the file, without what goes without saying."""
    take = {"take": str(recording.take)} if recording.take is not None else {}
    tries = {"tries": recording.tries} if recording.tries else {}
    return {"file": str(recording.file), **take, **tries}


def _read(value: object) -> Waiting | None:
    """One of them; None where it is none. A take or tries that make no sense cost these only."""
    if not isinstance(value, Mapping) or (file := _path(value.get("file"))) is None:
        log.warning("not a recording that waits: %r", value)
        return None
    tries = value.get("tries")
    return Waiting(file, _path(value.get("take")), max(tries, 0) if type(tries) is int else 0)


def _path(value: object) -> Path | None:
    if not isinstance(value, str) or "\0" in value:
        return None
    path = Path(value)
    return path if path.is_absolute() else None
