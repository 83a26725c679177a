"""GUI thread's side of the thread that writes the file of a drag, so that no other work has to be waited for."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal

from app.worker import Worker, follow
from engine.export.writing import Export, export
from engine.gate import Gate
from engine.takes.take import Take


class DragThread(Worker):
    """Writes one file after another; only the last one that was asked for is wanted."""

    progressed = Signal(object, float)
    """An `Export`, and the fraction of it that is done."""
    prepared = Signal(object, object)
    """An `Export`, and the path of its file, which is whole."""
    released = Signal(object)
    """A `Take` that is not read here any more."""

    def __init__(self) -> None:
        """Not running yet."""
        super().__init__("drags")
        self._last: tuple[Export, Path] | None = None  # once written, it may be dragged again

    def prepare(self, order: Export) -> None:
        """Write the one file of an export; `progressed` and `prepared` follow. What was asked for before is dropped."""
        self.cancel()
        if not self.is_running:
            self.start()
        self._request("", partial(self._prepare, order))

    def remove(self, path: Path) -> None:
        """Remove a file that nobody has taken."""
        self._posted.emit(partial(self._guarded, partial(_remove, path)))

    def let_go(self, take: Take) -> None:
        """Read a take no more, but for what was asked for before; `released` follows."""
        if self.is_running:
            self._posted.emit(lambda: self.released.emit(take))
        else:
            self.released.emit(take)

    def _prepare(self, order: Export, gate: Gate) -> None:
        gate.go_through()
        if self._last is None or self._last[0] != order or not self._last[1].exists():
            self._last = order, self._write(order, gate)
        self.prepared.emit(order, self._last[1])

    def _write(self, order: Export, gate: Gate) -> Path:
        (path,) = order.paths.values()
        try:
            return follow(export(order), gate, lambda fraction: self.progressed.emit(order, fraction))[0]
        except BaseException:
            _tidy(path.parent)
            raise


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
    _tidy(path.parent)


def _tidy(folder: Path) -> None:
    with suppress(OSError):  # only an empty folder goes
        folder.rmdir()
