"""GUI thread's side of the work with the library of takes: looking, opening, names and stars, throwing away.

It has a thread of its own, so that a take is open at once whatever is being made or exported.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

from PySide6.QtCore import Signal

from app.leaving import mix_of
from app.waiting import Waiting, is_there, read_waiting, waiting_path, write_waiting
from app.wording import take_card
from app.worker import Worker
from engine.audio.files import EXTENSIONS
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.loudness import LoudnessMeter
from engine.errors import AudioFileError
from engine.gate import Gate
from engine.playback.mixer import render
from engine.playback.settings import MixSettings
from engine.takes.description import DESCRIPTION_FILE
from engine.takes.library import Entry, Library
from engine.takes.take import Take

MEASURED_FRAMES = 60 * SAMPLE_RATE_HZ
"""So much of a take, from its middle, is enough to say how loud it is."""


class LibraryThread(Worker):
    """Works with the library, away from the GUI thread and from the engine's."""

    found = Signal(object, object, object)
    """Every `Entry` of the library, a tuple, the newest first; the `TakeCard` of each; the day for which they are."""
    changed = Signal(object)
    """An `Entry` that is in the library, as it is now."""
    removed = Signal(object)
    """An `Entry` that has gone into the trash."""
    opened = Signal(object, object)
    """A `Take` and its `Entry`."""
    measured = Signal(object, float)
    """The folder of a take, and how loud it is, in LUFS; minus infinity for silence."""
    room_found = Signal(object, object)
    """How many bytes lie in the trash, and how many are free on the disk."""
    waiting_found = Signal(object, object)
    """What was still to be taken apart when the program ended: the `Waiting` whose files are there, a list, and the
    paths of those that are not."""
    recordings_found = Signal(object, object)
    """What of the things that were dropped can be taken apart, and which of them are takes: two lists of paths."""

    def __init__(self, library: Library) -> None:
        """Use a library."""
        super().__init__("library")
        self.library = library
        self._open: WeakSet[Take] = WeakSet()

    def use_library(self, library: Library) -> None:
        """Use another library from now on; `found` follows."""
        self.library = library
        self.look()

    def look(self) -> None:
        """See which takes there are; `found` follows, then `room_found`."""
        self._post(self._look)

    def tidy(self) -> None:
        """Empty the trash; `room_found` follows."""
        self._post(self._tidy)

    def look_at(self, folder: Path) -> None:
        """See how a take is now; `changed` follows."""
        self._post(partial(self._look_at, folder))

    def find_room(self) -> None:
        """See how much room is taken and left; `room_found` follows."""
        self._post(self._find_room)

    def open_take(self, folder: Path) -> None:
        """Open a take; `opened` follows. Whatever was to be opened or measured before is not wanted any more."""
        self.cancel()
        self._request("", partial(self._open_take, folder))

    def rename(self, entry: Entry, name: str) -> None:
        """Call a take something else; `changed` follows."""
        self._post(lambda: self.changed.emit(self.library.rename(entry, name)))

    def rate(self, entry: Entry, stars: int) -> None:
        """Give a take stars; `changed` follows."""
        self._post(lambda: self.changed.emit(self.library.rate(entry, stars)))

    def save_mix(self, entry: Entry, mix: Mapping[str, Any]) -> None:
        """Remember where the faders of a take stand."""
        self._post(lambda: self.changed.emit(self.library.save_mix(entry, mix)))

    def delete(self, entry: Entry) -> None:
        """Throw a take away; `removed` follows, then `room_found`."""
        self._post(partial(self._delete, entry))

    def delete_folder(self, folder: Path) -> None:
        """Throw away what lies in a folder; `removed` follows."""
        self._post(partial(self._delete_folder, folder))

    def adopt(self, folder: Path, name: str, model: str) -> None:
        """Give a take that has come into the library its name, and the title of its model; `changed` follows."""
        self._post(partial(self._adopt, folder, name, model))

    def restore(self, entry: Entry) -> None:
        """Take a take out of the trash; `changed` follows, then `room_found`."""
        self._post(partial(self._restore, entry))

    def measure(self, folder: Path, mix: MixSettings) -> None:
        """Find out how loud a take is as the faders stand; `measured` follows."""
        self._post(partial(self._go_on, self._measuring(folder, mix)))

    def look_for_recordings(self, paths: Sequence[Path]) -> None:
        """Find the recordings and takes among files and folders; `recordings_found` follows."""
        self._post(partial(self._look_for_recordings, tuple(paths)))

    def look_for_waiting(self) -> None:
        """See which recordings were still to be taken apart when the program ended; `waiting_found` follows."""
        self._post(self._look_for_waiting)

    def write_waiting(self, recordings: Sequence[Waiting]) -> None:
        """Write down which recordings are to be taken apart, for the next start."""
        self._post(partial(write_waiting, waiting_path(), tuple(recordings)))

    def _post(self, work: Callable[[], None]) -> None:
        self._posted.emit(partial(self._guarded, work))

    def _look(self) -> None:
        entries, today = self.library.entries(), date.today()
        self.found.emit(entries, [take_card(entry, today) for entry in entries], today)
        self._find_room()

    def _tidy(self) -> None:
        self.library.empty_trash()
        self._find_room()

    def _look_at(self, folder: Path) -> None:
        if entry := self.library.entry(folder):
            self.changed.emit(entry)

    def _find_room(self) -> None:
        self.room_found.emit(self.library.trash_bytes(), self.library.free_bytes())

    def _open_take(self, folder: Path, gate: Gate) -> None:
        gate.go_through()
        entry = self.library.entry(folder)
        if entry is None:
            raise AudioFileError(f"{folder.name} holds no take any more, or a damaged one.")
        take = Take.open(folder)
        self._open.add(take)
        self.opened.emit(take, entry)

    def _end(self) -> None:
        for take in list(self._open):
            take.close()

    def _delete(self, entry: Entry) -> None:
        self.library.delete(entry)
        self.removed.emit(entry)
        self._find_room()

    def _delete_folder(self, folder: Path) -> None:
        if entry := self.library.entry(folder):
            self._delete(entry)

    def _adopt(self, folder: Path, name: str, model: str) -> None:
        self.library.name(folder, name, model)
        self._look_at(folder)
        self._find_room()

    def _restore(self, entry: Entry) -> None:
        self.changed.emit(self.library.restore(entry))
        self._find_room()

    def _measuring(self, folder: Path, mix: MixSettings) -> Iterator[bool]:
        meter = LoudnessMeter(SAMPLE_RATE_HZ)
        with closing(Take.open(folder)) as take:
            mix = mix_of(mix.to_json(), len(take.stem_names))  # those of a take that has only the names of its stems
            frames = min(take.mix_frames, MEASURED_FRAMES)
            for block in render(take, mix, (take.mix_frames - frames) // 2, frames):
                meter.push(block)
                yield True
        self.measured.emit(folder, meter.integrated_lufs)

    def _go_on(self, steps: Iterator[bool]) -> None:
        """Take a step of long work; whatever has been asked for in the meantime comes before the next."""
        if next(steps, False):
            self._post(partial(self._go_on, steps))

    def _look_for_waiting(self) -> None:
        there, gone = [], []
        for waiting in read_waiting(waiting_path()):
            if is_there(waiting):
                there.append(waiting)
            else:
                gone.append(waiting.file)
        self.waiting_found.emit(there, gone)

    def _look_for_recordings(self, paths: Sequence[Path]) -> None:
        recordings: list[Path] = []
        takes: list[Path] = []
        for path in paths:
            place = path.parent if path.name == DESCRIPTION_FILE else path
            found = _found_in(place) if place.is_dir() else [place]
            for each in found:
                (takes if (each / DESCRIPTION_FILE).is_file() else recordings).append(each)
        self.recordings_found.emit(recordings, takes)


def _found_in(folder: Path) -> list[Path]:
    """A folder that is a take itself; or else the takes and recordings below it, in the order of their names."""
    if (folder / DESCRIPTION_FILE).is_file():
        return [folder]
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        takes = [name for name in sorted(folders) if Path(parent, name, DESCRIPTION_FILE).is_file()]
        found += [Path(parent, name) for name in takes]
        folders[:] = sorted(name for name in folders if name not in takes and not name.startswith("."))
        found += [
            Path(parent, name)
            for name in sorted(names)
            if Path(name).suffix.lower() in EXTENSIONS and not name.startswith(".")
        ]
    return found
