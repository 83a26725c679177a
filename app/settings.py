"""GUI thread: what the user has set, as plain values that are remembered from start to start."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_args

import platformdirs
from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

from engine.audio.writing import replaced_on_success
from engine.errors import OutputError
from engine.export.choices import ExportChoices
from engine.models.catalogue import home_folder
from resources.theme import Scheme

log = logging.getLogger(__name__)

BUFFERS_MS = (10, 20, 40, 80, 160)
"""Between which one chooses; what a sound takes to the ear."""
MOST_THREADS = 64
SETTLE_MS = 300
"""Changes that come sooner than this after one another (a window that is drawn larger) are written once."""


@dataclass(frozen=True)
class Layout:
    """How the window was left.

    Attributes:
        size_px: width and height of the window; where it is maximised, of the window that it was before.
        maximised: whether it fills the screen.
        models_shown: whether the side with the models is unfolded.
        takes_shown: whether the side with the takes is.
        mixer_height_px: of the mixer; 0 until a hand has moved its edge.
        making_open: whether what is rarely changed of the next take is unfolded, where it needs a row of its own.
    """

    size_px: tuple[int, int] = (1440, 900)
    maximised: bool = False
    models_shown: bool = True
    takes_shown: bool = True
    mixer_height_px: int = 0
    making_open: bool = False

    @classmethod
    def from_json(cls, values: object) -> Layout:
        """What was written; what is missing or bad is as usual."""
        return _read(cls(), values, _LAYOUT)


@dataclass(frozen=True)
class Settings:
    """All that is remembered.

    Attributes:
        device: name of the output; None for the system's default.
        buffer_ms: how long a sound takes to the ear, as near as the device can.
        threads: how many cores networks may use; None for all.
        takes_folder: where takes lie.
        export_folder: where the last export went, or what was set.
        theme: "dark", "light" or "system".
        model: name of the generator that was chosen last; None before the first choice.
        export: how the last export was made.
        layout: how the window was left.
    """

    device: str | None = None
    buffer_ms: int = 40
    threads: int | None = None
    takes_folder: Path = field(default_factory=lambda: home_folder() / "takes")
    export_folder: Path = field(default_factory=lambda: music_folder())
    theme: Scheme = "dark"
    model: str | None = None
    export: ExportChoices = field(default_factory=ExportChoices)
    layout: Layout = field(default_factory=Layout)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "device": self.device,
            "buffer_ms": self.buffer_ms,
            "threads": self.threads,
            "takes_folder": str(self.takes_folder),
            "export_folder": str(self.export_folder),
            "theme": self.theme,
            "model": self.model,
            "export": self.export.to_json(),
            "layout": asdict(self.layout),
        }

    @classmethod
    def from_json(cls, values: object) -> Settings:
        """What `to_json` gave; value by value: one that is missing or bad is as usual. Never an exception."""
        return _read(cls(), values, _SETTINGS)


class SettingsStore(QObject):
    """Holds the `Settings` and keeps them in a file. Whoever changes them says so here; who lives by them listens."""

    changed = Signal(str, object)
    """The name of the setting that has another value, and the value. Setting an equal value tells nobody."""
    failed = Signal(str, str)
    """They could not be written: a sentence for the user, and details. Told once."""

    _refused = Signal(object)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        """Read what is there: a missing or broken file means the usual settings.

        Args:
            path: of the file; by default in the studio's data folder.
            parent: as with any QObject.
        """
        super().__init__(parent)
        self._path = path or home_folder() / "settings.json"
        self.settings = Settings.from_json(_content(self._path))
        self._written = self.settings
        self._told = False
        self._refused.connect(self._tell)
        self._writer = QThreadPool(self)  # a disk that sleeps must not hold up the window
        self._writer.setMaxThreadCount(1)
        self._settling = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self._write)

    def change(self, **changes: Any) -> None:
        """Change settings by name."""
        before, self.settings = self.settings, replace(self.settings, **changes)
        if self.settings == before:
            return
        self._settling.start()
        for name, value in changes.items():
            if value != getattr(before, name):
                self.changed.emit(name, value)

    def change_layout(self, **changes: Any) -> None:
        """Change parts of the layout by name."""
        self.change(layout=replace(self.settings.layout, **changes))

    def close(self) -> None:
        """Write what has not been written yet, and wait for that."""
        self._settling.stop()
        self._write()
        self._writer.waitForDone()

    def _write(self) -> None:
        if self.settings == self._written:
            return
        self._written = self.settings
        text = json.dumps(self.settings.to_json(), indent=2, ensure_ascii=False)
        self._writer.start(lambda: self._put_down(text))

    def _put_down(self, text: str) -> None:
        """In the writer's thread."""
        try:
            with replaced_on_success(self._path) as partial:
                partial.write_text(text, encoding="utf8")
        except OutputError as error:
            log.warning("settings not written", exc_info=error)
            self._refused.emit(error)

    def _tell(self, error: OutputError) -> None:
        if not self._told:
            self._told = True
            self.failed.emit(f"The settings cannot be remembered. {error}", "")


def music_folder() -> Path:
    """Where this system keeps music; the home folder where there is no such place."""
    folder = Path(platformdirs.user_music_dir())
    return folder if folder.is_dir() else Path.home()


def _content(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("settings not read: %s", error)
        return None


def _read(usual: Any, values: object, readers: Mapping[str, Callable[[Any], Any]]) -> Any:
    """`usual` with what of `values` the readers accept; they raise ValueError or TypeError over the rest."""
    good: dict[str, Any] = {}
    for each in fields(usual):
        if isinstance(values, Mapping) and each.name in values:
            try:
                good[each.name] = readers[each.name](values[each.name])
            except (ValueError, TypeError) as error:
                log.warning("setting %s is as usual: %s", each.name, error)
    return replace(usual, **good)


def _must(fits: bool, value: object) -> None:
    if not fits:
        raise ValueError(f"{value!r} does not fit")


def _flag(value: object) -> bool:
    _must(isinstance(value, bool), value)
    return bool(value)


def _whole(lowest: int, highest: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        _must(type(value) is int and lowest <= value <= highest, value)
        return int(value)

    return read


def _perhaps(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _text(value: object) -> str:
    _must(isinstance(value, str) and bool(value), value)
    return str(value)


def _folder(value: object) -> Path:
    folder = Path(_text(value))
    _must(folder.is_absolute() and "\0" not in str(folder), value)
    return folder


def _one_of(choices: tuple[Any, ...]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        _must(value in choices and type(value) is type(choices[0]), value)
        return value

    return read


def _size(value: Any) -> tuple[int, int]:
    width_px, height_px = map(_whole(200, 20_000), value)
    return width_px, height_px


_LAYOUT: Mapping[str, Callable[[Any], Any]] = {
    "size_px": _size,
    "maximised": _flag,
    "models_shown": _flag,
    "takes_shown": _flag,
    "mixer_height_px": _whole(0, 5000),
    "making_open": _flag,
}
_SETTINGS: Mapping[str, Callable[[Any], Any]] = {
    "device": _perhaps(_text),
    "buffer_ms": _one_of(BUFFERS_MS),
    "threads": _perhaps(_whole(1, MOST_THREADS)),
    "takes_folder": _folder,
    "export_folder": _folder,
    "theme": _one_of(get_args(Scheme)),
    "model": _perhaps(_text),
    "export": ExportChoices.from_json,
    "layout": Layout.from_json,
}
