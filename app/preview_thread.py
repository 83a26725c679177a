"""GUI thread's side of a thread that looks at the previews of models: as pictures, and as takes to be heard at once.

It has a thread of its own because whoever presses a preview's button wants to hear it now, and not after an export. Nor
after all the pictures: what is to be heard comes first, in the middle of a picture too, which passes through the thread
itself as its gate.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from shutil import rmtree

from PySide6.QtCore import Signal

from app.worker import Worker
from engine.errors import AudioFileError
from engine.gate import Cancelled
from engine.models.preview import preview_blocks, preview_picture
from engine.takes.take import Take


class PreviewThread(Worker):
    """Reads previews, away from everybody else."""

    pictured = Signal(str, object)
    """The name of a model and levels (columns, bins): the picture of its preview."""
    looked = Signal()
    """All the previews that were to be looked at have been."""
    opened = Signal(str, object)
    """The name of a model and a `Take` of its preview, which has its first block, and grows."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        super().__init__("previews")
        self._ending = ExitStack()
        self._folder: Path | None = None
        self._wishes: deque[Callable[[], None]] = deque()
        self._opened = 0
        self._closing = False

    def look_at(self, previews: Mapping[str, Path]) -> None:
        """Make the pictures of the previews of some models; those that cannot be read have none, and nobody is told."""
        for name, path in previews.items():
            self._posted.emit(partial(self._guarded, partial(self._look_at, name, path)))
        self._posted.emit(self.looked.emit)

    def open(self, name: str, path: Path) -> None:
        """Make a take of a preview; `opened` follows, or `failed`."""
        self._wishes.append(partial(self._guarded, partial(self._open, name, path)))
        self._posted.emit(self._grant)

    def go_through(self) -> None:
        """Let what is to be heard go first: the gate of a picture.

        Raises:
            Cancelled: the thread is to end.
        """
        if self._closing:
            raise Cancelled
        self._grant()

    def discard(self, take: Take) -> None:
        """Let go of a take that nobody reads any more, and remove it from the disk."""
        self._posted.emit(partial(self._guarded, partial(_discard, take)))

    def close(self, patience_s: float | None = None) -> bool:
        """Look at no more, remove the takes, and wait for the thread to end. No request may follow."""
        self._closing = True
        return super().close(patience_s)

    def _end(self) -> None:
        self._ending.close()

    def _look_at(self, name: str, path: Path) -> None:
        self.go_through()
        with suppress(AudioFileError):
            self.pictured.emit(name, preview_picture(path, self))

    def _grant(self) -> None:
        while self._wishes:
            self._wishes.popleft()()

    def _open(self, name: str, path: Path) -> None:
        take: Take | None = None
        try:
            for block in preview_blocks(path):
                if take is None:
                    take = self._new_take()
                    take.append_mix(block)
                    self.opened.emit(name, take)
                else:
                    take.append_mix(block)
        finally:
            if take is not None:
                take.finish()

    def _new_take(self) -> Take:
        if self._folder is None:
            self._folder = Path(self._ending.enter_context(tempfile.TemporaryDirectory(prefix="deepdeadnet-")))
        self._opened += 1
        take = Take.create(self._folder / f"{self._opened:04}")
        self._ending.callback(take.close)
        return take


def _discard(take: Take) -> None:
    take.close()
    rmtree(take.folder, ignore_errors=True)
