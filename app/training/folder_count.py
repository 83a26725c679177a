"""GUI thread, with a thread behind it that looks through a folder, however large and slow it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, QThread, Signal

from engine.audio.files import EXTENSIONS, probe
from engine.errors import AudioFileError
from engine.training.recordings import MIXTURE

PERIOD_S = 0.2


@dataclass(frozen=True)
class Found:
    """What is in a folder: recordings that can be read, their length in all, files that look like one and are none."""

    recordings: int = 0
    duration_s: float = 0.0
    unreadable: int = 0

    def with_file(self, path: Path) -> Found:
        """One file more."""
        try:
            duration_s = probe(path).duration_s
        except AudioFileError:
            return Found(self.recordings, self.duration_s, self.unreadable + 1)
        return Found(self.recordings + 1, self.duration_s + duration_s, self.unreadable)


class FolderCount(QThread):
    """Counts the recordings below a folder and how long they are; told a few times a second, and at the end."""

    counted = Signal(object, object, bool)
    """The `Path` of the folder, `Found` so far, and whether that is all."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("folder count")
        self._folder = folder

    def run(self) -> None:
        """The thread: count to the end, or until it is asked to stop."""
        found, told_s = Found(), monotonic()
        for path in audio_files(self._folder):
            if self.isInterruptionRequested():
                return
            found = found.with_file(path)
            if monotonic() - told_s >= PERIOD_S:
                told_s = monotonic()
                self.counted.emit(self._folder, found, False)
        self.counted.emit(self._folder, found, True)

    def close(self) -> None:
        """Stop counting and wait for the thread to end."""
        self.requestInterruption()
        self.wait()


def audio_files(folder: Path) -> Iterator[Path]:
    """Every file below `folder` that a training takes for a recording, one after the other as they are found."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in [MIXTURE] if MIXTURE in names else sorted(names):  # the others beside a mixture are its stems
            path = Path(parent, name)
            if path.suffix.lower() in EXTENSIONS and not name.startswith("."):
                yield path
