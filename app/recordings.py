"""GUI thread: recordings that are to be taken apart are remembered until they are, beyond the end of the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal

from app.engine_thread import EngineThread
from app.library import LibraryHand
from app.library_thread import LibraryThread
from app.making import Making
from app.waiting import Waiting
from app.wording import given_up_text, gone_text

MOST_TRIES = 2
"""So often is a recording tried again with which the program ended unawares: it may be what ended it."""


class Recordings(QObject):
    """Keeps a list of what the engine has still to take apart, on the disk too, and gives it to the next start's.

    What was waiting is taken up again as soon as it is known which models there are, for one of them separates. A take
    that was broken off is made anew, and takes over what the user has said of it. A recording that may bring the
    program down is not tried for ever: each start counts the one it begins with, and an orderly end forgets the count.
    """

    told = Signal(str)
    """What cannot be taken up again, in a sentence or two for the user."""

    def __init__(self, engine: EngineThread, thread: LibraryThread, making: Making, library: LibraryHand) -> None:
        super().__init__(library)
        self._engine, self._thread, self._making, self._library = engine, thread, making, library
        self._asked: list[Waiting] = []  # of the engine, in this order
        self._left: list[Waiting] | None = None  # from the last time, until they are taken up; None: not read yet
        self._is_ready = self._is_closed = False
        self._settling = QTimer(self, interval=0, singleShot=True)  # many files are dropped at once
        self._settling.timeout.connect(self._write)
        engine.import_asked.connect(self._note_asked)
        engine.import_begun.connect(self._note_begun)
        engine.import_ended.connect(self._note_end)
        thread.waiting_found.connect(self._note_left)

    def start(self) -> None:
        """Look what was waiting when the program ended."""
        self._thread.look_for_waiting()

    def take_up(self) -> None:
        """The engine knows its models: what was waiting can be gone on with."""
        self._is_ready = True
        if self._left:
            (first, *others), self._left = self._left, []
            tried = replace(first, tries=first.tries + 1)
            self._making.take_up([self._sound(waiting) for waiting in (tried, *others)])

    def close(self) -> None:
        """Let the engine end what it is at: that is for the next start. No other call may follow."""
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)  # what has ended by itself
        self._is_closed = True
        asked, self._asked = self._asked, [replace(each, tries=0) for each in self._asked]
        if self._settling.isActive() or self._asked != asked:
            self._write()
        self._settling.stop()
        self._engine.cancel_imports()

    def _sound(self, waiting: Waiting) -> Waiting:
        """Without a take that is none of this recording, or of another library."""
        entry = self._library.entries.get(waiting.take) if waiting.take else None
        is_its = entry is not None and entry.kind == "recording" and entry.recipe.get("file") == waiting.file.name
        return waiting if is_its else replace(waiting, take=None)

    def _note_left(self, there: Sequence[Waiting], gone: Sequence[Path]) -> None:
        given_up = [each.file for each in there if each.tries >= MOST_TRIES]
        self._left = [each for each in there if each.file not in given_up]
        self._settling.start()
        sentences = [gone_text(gone)] if gone else []
        sentences += [given_up_text(file) for file in given_up[:1]]
        if sentences:
            self.told.emit(" ".join(sentences))
        if self._is_ready:
            self.take_up()

    def _note_asked(self, waiting: Waiting) -> None:
        self._asked.append(waiting)
        self._settling.start()

    def _note_begun(self, file: Path, folder: Path) -> None:
        place = self._place(file)
        if place is None:
            return
        before, self._asked[place] = self._asked[place], replace(self._asked[place], take=folder)
        self._settling.start()
        if before.take is not None:
            self._library.supersede(before.take, folder)

    def _note_end(self, file: Path) -> None:
        place = self._place(file)
        if place is not None:
            del self._asked[place]
            self._settling.start()

    def _place(self, file: Path) -> int | None:
        """Of the first with that file; None where nothing is noted any more."""
        places = (place for place, each in enumerate(self._asked) if each.file == file)
        return None if self._is_closed else next(places, None)

    def _write(self) -> None:
        if self._left is not None:  # else it would be written over before it is read
            self._thread.write_waiting([*self._left, *self._asked])
