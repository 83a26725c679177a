"""Any activity, one at a time: the takes on the disk: every take that was ever begun, until it is thrown away.

A library is a folder with a folder a take. What the user adds to a take (its name, stars, where the faders stand) lies
beside it in `notes.json`; `take.json` and the sound are left to the take itself. What is thrown away lies in a hidden
folder of the library until the trash is emptied, so that throwing away can be undone.

Takes are begun here by the engine thread, which names them; everything else is for one thread of the program, for notes
are read, changed and written.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from engine.audio.file_names import file_name
from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.audio.writing import output_error, replaced_on_success
from engine.errors import AudioFileError, OutputError
from engine.takes.description import DESCRIPTION_FILE, Description
from engine.takes.take import Take

NOTES_FILE = "notes.json"
TRASH = ".trash"
LEFTOVER_AGE = timedelta(days=1)
"""A take that never got a sound and has lain for so long is not being made any more."""

NAME_LENGTH = 120
MOST_STARS = 5

Kind = Literal["generated", "loop", "radio", "recording"]

_STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d ")
"""What `Library.new_folder` puts before a name."""


@dataclass(frozen=True)
class Entry:
    """One take of a library, as a plain value.

    Attributes:
        folder: where it lies; what tells it from all others.
        name: what the user calls it.
        model: the title of the model that made it; empty for a recording.
        kind: how it came to be.
        created_at: when it was begun, with its time zone.
        length_s: of what exists.
        stem_names: the stems that it has; none if it was not taken apart.
        stars: how well the user likes it, 0 (not said) to MOST_STARS.
        mix: where the faders stood, as JSON values; None if they were never moved.
        size_bytes: what it takes on the disk.
        recipe: whatever is needed to make it again, as JSON values.
    """

    folder: Path
    name: str
    model: str
    kind: Kind
    created_at: datetime
    length_s: float
    stem_names: tuple[str, ...] = ()
    stars: int = 0
    mix: Mapping[str, Any] | None = None
    size_bytes: int = 0
    recipe: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


class Library:
    """The takes in a folder, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new_folder(self, name: str) -> Path:
        """A folder for a take to be made, which does not exist yet: when, and what it is called then."""
        stem = f"{datetime.now():%Y-%m-%d %H.%M.%S} {file_name(name)}"[:NAME_LENGTH].rstrip(" .")
        numbered = (self.folder / (stem if n == 1 else f"{stem} ({n})") for n in range(1, 10_000))
        return next(path for path in numbered if not path.exists() and not (self.folder / TRASH / path.name).exists())

    def begin(self, take: Take, name: str, model: str = "", instead_of: Path | None = None) -> Entry:
        """Give a take that has just been begun its name, and the title of its model; its entry, still without a length.

        Args:
            take: it, which is empty.
            name: what to call it.
            model: the title of what makes it; empty for a recording.
            instead_of: the folder of a take that was broken off and is made anew: what the user has added to that one
                is said of this one.

        Raises:
            OutputError: its folder cannot be written.
        """
        notes = {"name": name, "model": model, **(_notes(instead_of) if instead_of else {})}
        _note(take.folder, **notes)
        return Entry(
            take.folder,
            _text(notes, "name") or name,
            model,
            kind_of(take.recipe),
            take.created_at,
            0.0,
            take.stem_names,
            _stars(notes),
            _mix(notes),
            recipe=take.recipe,
        )

    def name(self, folder: Path, name: str, model: str) -> None:
        """Give a take that has come here its name, and the title of its model.

        Raises:
            OutputError: its folder cannot be written.
        """
        _note(folder, name=name, model=model)

    def entries(self) -> tuple[Entry, ...]:
        """Every take that has a sound, the newest first; folders that hold none are passed over."""
        found = [entry for folder in self._folders() if (entry := self.entry(folder))]
        return tuple(sorted(found, key=lambda entry: (entry.created_at, entry.folder.name), reverse=True))

    def entry(self, folder: Path) -> Entry | None:
        """The take in a folder; None if there is none, or if it has no sound (yet)."""
        try:
            description = Description.read(folder)
            sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
        except (AudioFileError, OSError):
            return None
        frames = _frames(description, sizes.get("mix.f32", 0))
        if not frames:
            return None
        notes = _notes(folder)
        return Entry(
            folder=folder,
            name=_text(notes, "name") or _STAMP.sub("", folder.name),
            model=_text(notes, "model") or str(description.recipe.get("model", "")),
            kind=kind_of(description.recipe),
            created_at=description.created_at.astimezone(UTC),
            length_s=frames / SAMPLE_RATE_HZ,
            stem_names=description.stem_names if sizes.get("stems.f32") else (),
            stars=_stars(notes),
            mix=_mix(notes),
            size_bytes=sum(sizes.values()),
            recipe=description.recipe,
        )

    def rename(self, entry: Entry, name: str) -> Entry:
        """Call a take something else; its folder keeps its name.

        Raises:
            OutputError: it is gone, or its folder cannot be written. So do the others that change something.
        """
        return self._changed(entry, name=name)

    def rate(self, entry: Entry, stars: int) -> Entry:
        """Remember how well a take is liked, 0 to MOST_STARS."""
        return self._changed(entry, stars=stars)

    def save_mix(self, entry: Entry, mix: Mapping[str, Any]) -> Entry:
        """Remember where the faders of a take stand, as JSON values."""
        return self._changed(entry, mix=dict(mix))

    def delete(self, entry: Entry) -> None:
        """Throw a take away: it goes into the trash."""
        self._move(entry.folder, self.folder / TRASH / entry.folder.name)

    def restore(self, entry: Entry) -> Entry:
        """Take a take out of the trash again."""
        self._move(self.folder / TRASH / entry.folder.name, entry.folder)
        return self.entry(entry.folder) or entry

    def empty_trash(self) -> None:
        """Remove what was thrown away, and the leftovers of takes that never got a sound, from the disk for good."""
        shutil.rmtree(self.folder / TRASH, ignore_errors=True)
        for folder in self._folders():
            with suppress(AudioFileError, OSError):
                is_old = datetime.now(UTC) - Description.read(folder).created_at > LEFTOVER_AGE
                if is_old and not (folder / "mix.f32").stat().st_size:
                    shutil.rmtree(folder, ignore_errors=True)

    def trash_bytes(self) -> int:
        """What the trash takes on the disk."""
        total = 0
        for path in (self.folder / TRASH).rglob("*"):
            with suppress(OSError):
                total += path.stat().st_size if path.is_file() else 0
        return total

    def free_bytes(self) -> int:
        """How much room is left on the library's disk."""
        place = next(path for path in (self.folder, *self.folder.parents) if path.exists())
        return shutil.disk_usage(place).free

    def _folders(self) -> Iterator[Path]:
        with suppress(OSError):
            for path in self.folder.iterdir():
                if not path.name.startswith(".") and (path / DESCRIPTION_FILE).exists():
                    yield path

    def _changed(self, entry: Entry, **notes: Any) -> Entry:
        if not (entry.folder / DESCRIPTION_FILE).exists():
            raise OutputError(f"“{entry.name}” is not among the takes any more: it was moved or removed.")
        _note(entry.folder, **notes)
        return self.entry(entry.folder) or entry

    def _move(self, source: Path, target: Path) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
        except FileNotFoundError as cause:
            raise OutputError(f"{source.name} is not there any more: it was moved or removed.") from cause
        except OSError as cause:
            raise output_error(target, cause) from cause


def kind_of(recipe: Mapping[str, Any]) -> Kind:
    """How a take came to be, by its recipe."""
    if "pieces" in recipe:
        return "radio"
    journey = recipe.get("journey")
    if isinstance(journey, dict) and journey.get("loop_frames"):
        return "loop"
    return "generated" if "model" in recipe else "recording"


def _frames(description: Description, mix_bytes: int) -> int:
    if description.kept_frames is not None:
        return (description.mix_frames or 0) - description.first_frame
    return description.mix_frames if description.mix_frames is not None else mix_bytes // (4 * CHANNELS)


def _notes(folder: Path) -> dict[str, Any]:
    """What the user has added to a take; notes that are missing or damaged cost their content, not the take."""
    try:
        notes = json.loads((folder / NOTES_FILE).read_text(encoding="utf8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _note(folder: Path, **notes: Any) -> None:
    with replaced_on_success(folder / NOTES_FILE) as partial:
        partial.write_text(json.dumps({**_notes(folder), **notes}, indent=2) + "\n", encoding="utf8")


def _stars(notes: Mapping[str, Any]) -> int:
    """Of takes that were marked when there was one star to give, the user thought as well as one could."""
    if "stars" not in notes:
        return MOST_STARS if notes.get("starred") is True else 0
    stars = notes["stars"]
    return stars if type(stars) is int and 0 <= stars <= MOST_STARS else 0


def _mix(notes: Mapping[str, Any]) -> Mapping[str, Any] | None:
    mix = notes.get("mix")
    return mix if isinstance(mix, dict) else None


def _text(notes: Mapping[str, Any], name: str) -> str:
    value = notes.get(name)
    return value if isinstance(value, str) else ""
