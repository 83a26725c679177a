"""GUI thread's side of the work with files: exports, stretches that are kept, takes thrown away, models looked for.

It has a thread of its own, so that none of this waits for the engine: one can export while the next take is made, and
keep what has just sounded while the radio goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal

from app.importing import Added, add_models
from app.worker import Worker, details_of, follow
from engine.export.writing import Export, InTheWayError, export
from engine.gate import Gate
from engine.models.catalogue import Catalogue
from engine.models.importing import model_folders
from engine.takes.keeping import keep
from engine.takes.take import Take


class FileThread(Worker):
    """Works with files, away from the GUI thread and from the engine's."""

    models_found = Signal(object)
    """The `Catalogue` of the models that there are."""
    models_added = Signal(object)
    """A list of the models that were asked for and are there now, as `Added`."""
    no_models = Signal(object)
    """The paths of folders in which models were looked for in vain, a list."""
    progressed = Signal(float)
    """The fraction of the present request that is done."""
    exported = Signal(object)
    """The paths of the files written, a list."""
    in_the_way = Signal(object, object)
    """An `Export` that has not been begun, and the paths that it would have written over."""
    kept = Signal(object)
    """The folder of a take that was kept."""

    def __init__(self, find_models: Callable[[], Catalogue] = Catalogue) -> None:
        """Use the models that `find_models` finds, called in this thread."""
        super().__init__("files")
        self._find_models = find_models

    def look_for_models(self) -> None:
        """Look which models there are; `models_found` follows."""
        self._posted.emit(partial(self._guarded, self._look_for_models))

    def add_models(self, folders: Sequence[Path]) -> None:
        """Copy the models in some folders to the user's; `models_added` follows, and `no_models` for the others."""
        self._request(f"Adding {folders[0].name}", partial(self._add_models, folders))

    def export(self, order: Export) -> None:
        """Write the files of an export; `progressed` and `exported` follow, or `in_the_way`."""
        paths = list(order.paths.values())
        name = paths[0].name if len(paths) == 1 else f"{len(paths)} files"
        self._request(f"Exporting {name}", partial(self._export, order))

    def keep(self, take: Take, start: int, end: int, folder: Path) -> None:
        """Save a stretch of a take, in frames, as a take of its own in a new folder."""
        self._request(f"Keeping {folder.name}", partial(self._keep, keep(take, start, end, folder), folder))

    def discard(self, take: Take) -> None:
        """Let go of a take's files, which nobody reads any more, after the requests made before."""
        self._posted.emit(partial(self._guarded, take.close))

    def _look_for_models(self) -> None:
        catalogue = self._find_models()
        self.models_found.emit(catalogue)
        for problem in catalogue.problems:
            self.failed.emit(str(problem), details_of(problem))

    def _add_models(self, folders: Sequence[Path], gate: Gate) -> None:
        models = [folder for folder in folders if model_folders(folder)]
        if others := [folder for folder in folders if folder not in models]:
            self.no_models.emit(others)
        added: list[Added] = []
        try:
            added.extend(add_models(models, self._find_models(), gate))
        finally:  # if one fails, those before it are there
            if added:
                self.models_added.emit(added)

    def _export(self, order: Export, gate: Gate) -> None:
        try:
            paths = follow(export(order), gate, self.progressed.emit)
        except InTheWayError as error:
            self.in_the_way.emit(order, error.paths)
        else:
            self.exported.emit(paths)

    def _keep(self, steps: Generator[float, None, None], folder: Path, gate: Gate) -> None:
        follow(steps, gate, self.progressed.emit)
        self.kept.emit(folder)
