"""GUI thread's side of the thread that writes the files of a drag, so that no other work has to be waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal

from app.leaving import NO_SOUND, Frames, mix_of, names_of, whole_of
from app.worker import Worker, follow
from engine.errors import UsageError
from engine.export.choices import MIX, ExportChoices
from engine.export.naming import file_paths
from engine.export.writing import Export, export
from engine.gate import Gate
from engine.playback.settings import MixSettings
from engine.takes.take import Take


@dataclass(frozen=True)
class Form:
    """How what is dragged is written.

    Attributes:
        choices: the format, the rate, how the files are called and the folder where they go.
        titles: what the models are called, by name.
    """

    choices: ExportChoices
    titles: Mapping[str, str]

    def order(self, take: Take, mix: MixSettings, title: str, part: str, frames: Frames, *, is_region: bool) -> Export:
        """A part of a stretch of a take, as loud as it is heard, beside what there is; a region says where it begins.

        Raises:
            UsageError: there is nothing of it.
        """
        choices = replace(self.choices, what="mix" if part == MIX else "stems", region=frames)
        pattern = choices.pattern.replace("\\", "/").replace("/", " - ")  # one file needs no folder of its own
        pattern += "" if "{part}" in pattern else " - {part}"
        pattern += " {start}" if is_region and "{start}" not in pattern else ""
        names = names_of(take, title, self.titles, frames)
        paths = file_paths(pattern, names, (part,), choices.folder, choices.file_format.extension)
        return Export(take, mix, choices, paths, title=title, conflict="beside")


@dataclass(frozen=True)
class StoredMix:
    """The mix of a take of the library that is not open: all of it, as its faders were left.

    Attributes:
        folder: where the take lies.
        title: what it is called.
        mix: where its faders stood, as `MixSettings.to_json` gave it; at 0 dB where that is not known or does not fit.
        form: how it is written.
    """

    folder: Path
    title: str
    mix: object
    form: Form

    @contextmanager
    def opened(self) -> Iterator[Export]:
        """What is to be exported, while the take is open.

        Raises:
            AudioFileError: no take lies there any more, or a damaged one.
            UsageError: there is nothing in it.
        """
        with closing(Take.open(self.folder)) as take:
            frames = whole_of(take)
            if frames is None:
                raise UsageError(NO_SOUND)
            mix = mix_of(self.mix, len(take.stem_names))
            yield self.form.order(take, mix, self.title, MIX, frames, is_region=False)


Order = Export | StoredMix
"""What becomes one file."""


class DragThread(Worker):
    """Writes what is dragged together; only what was asked for last is wanted."""

    progressed = Signal(object, float)
    """The orders, and the fraction of them that is done."""
    prepared = Signal(object, object)
    """The orders, and the paths of their files, which are whole."""
    released = Signal(object)
    """A `Take` that is not read here any more."""

    def __init__(self) -> None:
        """Not running yet."""
        super().__init__("drags")
        self._last: tuple[Sequence[Order], Sequence[Path]] | None = None  # once written, it may be dragged again

    def prepare(self, orders: Sequence[Order]) -> None:
        """Write a file of each order; `progressed` and `prepared` follow. What was asked for before is dropped."""
        self.cancel()
        if not self.is_running:
            self.start()
        self._request("", partial(self._prepare, orders))

    def remove(self, paths: Sequence[Path]) -> None:
        """Remove files that nobody has taken."""
        self._posted.emit(partial(self._guarded, partial(_remove, paths)))

    def let_go(self, take: Take) -> None:
        """Read a take no more, but for what was asked for before; `released` follows."""
        if self.is_running:
            self._posted.emit(lambda: self.released.emit(take))
        else:
            self.released.emit(take)

    def _prepare(self, orders: Sequence[Order], gate: Gate) -> None:
        gate.go_through()
        if self._last is None or self._last[0] != orders or not all(path.exists() for path in self._last[1]):
            self._last = orders, self._write_all(orders, gate)
        self.prepared.emit(orders, self._last[1])

    def _write_all(self, orders: Sequence[Order], gate: Gate) -> Sequence[Path]:
        """All or nothing."""
        paths: list[Path] = []

        def tell(fraction: float) -> None:
            self.progressed.emit(orders, (len(paths) + fraction) / len(orders))

        try:
            for order in orders:
                with order.opened() if isinstance(order, StoredMix) else nullcontext(order) as opened:
                    paths.append(self._write(opened, gate, tell))
        except BaseException:
            _remove(paths)
            raise
        return paths

    def _write(self, order: Export, gate: Gate, tell: Callable[[float], object]) -> Path:
        (path,) = order.paths.values()
        try:
            return follow(export(order), gate, tell)[0]
        except BaseException:
            _tidy(path.parent)
            raise


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        _tidy(path.parent)


def _tidy(folder: Path) -> None:
    with suppress(OSError):  # only an empty folder goes
        folder.rmdir()
