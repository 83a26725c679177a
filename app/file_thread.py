"""GUI thread's side of the work with files: exports, stretches that are kept, takes thrown away, models looked for.

It has a thread of its own, so that none of this waits for the engine: one can export while the next take is made, and
keep what has just sounded while the radio goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from shutil import rmtree

from PySide6.QtCore import Signal

from app.worker import Worker, details_of
from engine.gate import Gate
from engine.models.catalogue import Catalogue
from engine.playback.export import export_mix, export_stems
from engine.playback.settings import MixSettings
from engine.takes.keeping import keep
from engine.takes.take import Take


class FileThread(Worker):
    """Works with files, away from the GUI thread and from the engine's."""

    models_found = Signal(object)
    """The `Catalogue` of the models that there are."""
    progressed = Signal(float)
    """The fraction of the present request that is done."""
    exported = Signal(object)
    """The paths of the files written."""
    kept = Signal(object)
    """The folder of a take that was kept."""

    def __init__(self, find_models: Callable[[], Catalogue] = Catalogue) -> None:
        """Use the models that `find_models` finds, called in this thread."""
        super().__init__("files")
        self._find_models = find_models

    def look_for_models(self) -> None:
        """Look which models there are; `models_found` follows."""
        self._posted.emit(partial(self._guarded, self._look_for_models))

    def export_mix(self, take: Take, settings: MixSettings, path: Path) -> None:
        """Write the mix of a take, as the faders make it sound, to a WAV file."""
        steps = export_mix(take, settings, path)
        self._request(f"Exporting {path.name}", partial(self._export, steps, [path]))

    def export_stems(self, take: Take, folder: Path) -> None:
        """Write each stem of a take to a WAV file in a folder."""
        steps = export_stems(take, folder)
        self._request("Exporting the stems", partial(self._export, steps, stem_paths(take, folder)))

    def keep(self, take: Take, start: int, end: int, folder: Path) -> None:
        """Save a stretch of a take, in frames, as a take of its own in a new folder."""
        self._request(f"Keeping {folder.name}", partial(self._keep, keep(take, start, end, folder), folder))

    def discard(self, take: Take, *, remove: bool) -> None:
        """Let go of a take that nobody reads any more, after the requests made before; and remove it from the disk."""
        self._posted.emit(partial(self._guarded, partial(_discard, take, remove)))

    def _look_for_models(self) -> None:
        catalogue = self._find_models()
        self.models_found.emit(catalogue)
        for problem in catalogue.problems:
            self.failed.emit(str(problem), details_of(problem))

    def _export(self, steps: Iterator[float], paths: list[Path], gate: Gate) -> None:
        self._follow(steps, gate)
        self.exported.emit(paths)

    def _keep(self, steps: Iterator[float], folder: Path, gate: Gate) -> None:
        self._follow(steps, gate)
        self.kept.emit(folder)

    def _follow(self, steps: Iterator[float], gate: Gate) -> None:
        with closing(steps):
            gate.go_through()
            for fraction in steps:
                self.progressed.emit(fraction)
                gate.go_through()


def stem_paths(take: Take, folder: Path) -> list[Path]:
    """The files that an export of the stems into a folder writes."""
    return [folder / f"{name}.wav" for name in take.stem_names]


def _discard(take: Take, remove: bool) -> None:
    take.close()
    if remove:
        rmtree(take.folder, ignore_errors=True)
