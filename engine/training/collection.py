"""Engine thread (or the command line): a collection: recordings as they have been prepared, in a list; no audio.

A folder with `collection.json` (where the recordings lie, how they were looked at) and `recordings.jsonl` (a line a
recording). The second is a journal while recordings are being looked at, and in order once all have been.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.audio.writing import replaced_on_success
from engine.errors import UsageError
from engine.training.changes import sound
from engine.training.recordings import Changes, Recording

COLLECTION_FILE = "collection.json"
RECORDINGS_FILE = "recordings.jsonl"
VERSION = 1


@dataclass(frozen=True)
class Collection:
    """What was prepared.

    Attributes:
        folder: of the collection.
        source: of the recordings.
        recordings: that are taken, in the order of their names.
        refused: those that are not.
    """

    folder: Path
    source: Path
    recordings: Sequence[Recording]
    refused: Sequence[Recording] = ()

    @classmethod
    def open(cls, folder: Path) -> Collection:
        """The collection in a folder.

        Raises:
            UsageError: there is none, it is damaged, not finished, or nothing was taken.
        """
        about = read_about(folder)
        if about is None:
            raise UsageError(f"{folder} holds no collection: prepare one first.")
        if not about["finished"]:
            raise UsageError(f"Preparing {folder} was broken off: prepare it again, and it goes on where it stood.")
        everything = list(read_recordings(folder))
        taken = [recording for recording in everything if not recording.refused]
        refused = [recording for recording in everything if recording.refused]
        if not taken:
            raise UsageError(f"Nothing was taken into the collection {folder}: prepare one of other recordings.")
        return cls(folder, Path(about["source"]), taken, refused)

    @property
    def hours(self) -> float:
        """Of sound that is taken."""
        return sum(recording.frames for recording in self.recordings) / SAMPLE_RATE_HZ / 3600

    def blocks(self, recording: Recording) -> Iterator[Wave]:
        """The sound of a recording, block by block (frames, 2): cut, with its peak at full scale, and changed.

        Raises:
            AudioFileError: its file cannot be read.
        """
        return sound(self.source, recording)

    def table(self) -> list[tuple[str, str, str]]:
        """A row a recording: its name, its length (minutes:seconds), and “taken” or why not; the taken ones first."""
        rows = [(recording.name, _length(recording), "taken") for recording in self.recordings]
        return rows + [(recording.name, _length(recording), recording.refused) for recording in self.refused]


def _length(recording: Recording) -> str:
    minutes, seconds = divmod(round(recording.duration_s), 60)
    return f"{minutes}:{seconds:02}" if recording.frames else "–"


def read_about(folder: Path) -> dict[str, Any] | None:
    """What `write_about` wrote: source, settings, finished; None if there is none.

    Raises:
        UsageError: it is damaged.
    """
    path = folder / COLLECTION_FILE
    try:
        about = json.loads(path.read_text(encoding="utf8"))
        if about["version"] != VERSION:
            raise UsageError(f"{folder} was prepared by another version of DeepDeadNet: prepare it anew elsewhere.")
        return {"source": str(about["source"]), "settings": about["settings"], "finished": bool(about["finished"])}
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise _damaged(path) from cause


def write_about(folder: Path, source: Path, settings: dict[str, Any], *, finished: bool) -> None:
    """Write `collection.json`.

    Raises:
        OutputError: it cannot be written.
    """
    about = {"version": VERSION, "source": str(source), "settings": settings, "finished": finished}
    with replaced_on_success(folder / COLLECTION_FILE) as partial:
        partial.write_text(json.dumps(about, indent=2) + "\n", encoding="utf8")


def read_recordings(folder: Path) -> Iterator[Recording]:
    """The recordings that are listed, without a last line that was not written to its end.

    Raises:
        UsageError: the list is missing or damaged.
    """
    path = folder / RECORDINGS_FILE
    try:
        with path.open(encoding="utf8") as file:
            for line in file:
                if line.endswith("\n"):
                    yield recording_of(json.loads(line))
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise _damaged(path) from cause


def write_recordings(folder: Path, recordings: Iterable[Recording]) -> None:
    """Write the list, whole.

    Raises:
        OutputError: it cannot be written.
    """
    with replaced_on_success(folder / RECORDINGS_FILE) as partial, partial.open("w", encoding="utf8") as file:
        file.writelines(line_of(recording) for recording in recordings)


def line_of(recording: Recording) -> str:
    """A recording as a line of JSON; the same recording makes the same line."""
    return json.dumps(asdict(recording)) + "\n"


def recording_of(values: dict[str, Any]) -> Recording:
    """A recording from what `line_of` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is no such thing.
    """
    changes = values["changes"]
    if changes is not None:
        cuts = tuple((int(first), int(last)) for first, last in changes["cuts"])
        other = changes["other"] and recording_of(changes["other"])
        changes = Changes(**{**changes, "cuts": cuts, "other": other})
    return Recording(**{**values, "changes": changes})


def _damaged(path: Path) -> UsageError:
    return UsageError(f"{path} is damaged or cannot be read: delete the folder and prepare it anew.")
