"""GUI thread, with a thread behind it that reads what the trainings write, so that the window never waits."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from app.training.process import Trainings
from engine.training import logbook

log = logging.getLogger(__name__)

PERIOD_S = 1.0
MOST_ROWS = 2000
"""More losses than this are not read: the plot shows fewer."""


@dataclass(frozen=True)
class Preview:
    """What a training could make at some time.

    Attributes:
        sound: a file.
        picture: a file with its spectrogram.
        part: which part of the picture that is: left, top, width and height, of 1.
        step: after how many steps it was made.
    """

    sound: Path
    picture: Path
    part: tuple[float, float, float, float]
    step: int


class TrainingWatch(QThread):
    """Looks once a second at all trainings, and at losses and previews of the one that is followed."""

    looked = Signal(object)
    """A list of `Training`, the newest first; whenever anything has become another."""
    losses_read = Signal(str, object)
    """Name of the training that is followed, and the columns of its losses; whenever there are more."""
    preview_found = Signal(str, object)
    """Name of the training that is followed, and its newest `Preview`; whenever there is a newer one."""

    def __init__(self, trainings: Trainings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training watch")
        self._trainings = trainings
        self._followed = ""
        self._seen: object = None
        self._losses_seen: tuple[str, int] = ("", 0)
        self._preview_seen: Preview | None = None
        self._ending = False
        self._woken = threading.Event()

    def follow(self, name: str) -> None:
        """Read the losses of this training from now on; with an empty name of none."""
        self._followed = name
        self._losses_seen, self._preview_seen = ("", 0), None
        self.look_now()

    def look_now(self) -> None:
        """Look without waiting for the next second."""
        self._woken.set()

    def close(self) -> None:
        """Stop looking and wait for the thread to end."""
        self._ending = True
        self._woken.set()
        self.wait()

    def run(self) -> None:
        """The thread: look, until it is closed."""
        while not self._ending:
            self._woken.clear()
            try:
                self._look()
            except Exception:  # a file that is damaged or gone must not end the watch
                log.exception("the trainings could not be looked at")
            self._woken.wait(PERIOD_S)

    def _look(self) -> None:
        found = self._trainings.look()
        if found != self._seen:
            self._seen = found
            self.looked.emit(found)
        if followed := self._followed:
            self._read_losses(followed, self._trainings.folder / followed)
            self._find_preview(followed, self._trainings.folder / followed)

    def _read_losses(self, name: str, folder: Path) -> None:
        try:
            seen = (name, (folder / logbook.LOSSES_FILE).stat().st_mtime_ns)
        except OSError:
            return
        if seen != self._losses_seen:
            self._losses_seen = seen
            self.losses_read.emit(name, logbook.read_losses(folder, MOST_ROWS))

    def _find_preview(self, name: str, folder: Path) -> None:
        preview = newest_preview(folder)
        if preview is not None and preview != self._preview_seen:
            self._preview_seen = preview
            self.preview_found.emit(name, preview)


def newest_preview(folder: Path) -> Preview | None:
    """The newest preview of a training; None while there is none."""
    for sound in sorted((folder / logbook.PREVIEWS_FOLDER).glob("step-*.ogg"), key=_step_of, reverse=True):
        picture = sound.with_suffix(".png")
        if picture.exists():  # it is written after the sound
            return Preview(sound, picture, _spectrogram_part(), _step_of(sound))
    return None


def _step_of(sound: Path) -> int:
    number = sound.stem.removeprefix("step-")
    return int(number) if number.isdecimal() else -1


def _spectrogram_part() -> tuple[float, float, float, float]:
    """Where on the pictures that the engine draws the spectrogram is, between its scales."""
    from engine.audio import picture  # brings a library for pictures, which the window opens without

    width, height = picture.WIDTH, picture.HEIGHT
    across, down = width - picture.LEFT - picture.RIGHT, height - picture.TOP - picture.BOTTOM
    return picture.LEFT / width, picture.TOP / height, across / width, down / height
