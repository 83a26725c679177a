"""Engine thread, and the GUI thread's door to it: requests in, signals out.

TensorFlow, Keras and torch are first imported in this thread, by the first request that needs them.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from shutil import rmtree
from time import monotonic

from PySide6.QtCore import QObject, QThread, Signal, Slot

from app.session import Recipe
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.spectrogram import Spectrogram
from engine.audio.writing import working_folder
from engine.errors import OutputError, StudioError
from engine.models.catalogue import Catalogue, home_folder
from engine.playback.export import export_mix, export_stems
from engine.playback.settings import MixSettings
from engine.studio import Making, Studio
from engine.takes.take import Take

log = logging.getLogger(__name__)

UNEXPECTED = "Something went wrong inside the studio: try again, or report the details."

PICTURE_PERIOD_S = 0.05
"""The picture of a growing take is sent at most this often."""


class EngineThread(QObject):
    """Works through requests one after the other, away from the GUI thread.

    The methods without an underscore belong to the GUI thread and return at once; what they bring about is told by the
    signals. Models stay loaded from request to request. The takes live until they are discarded or the thread is
    closed.
    """

    models_ready = Signal(object)
    """The cards of the generators there are."""
    started = Signal(str)
    """Work has begun; says what is being done, for people."""
    take_started = Signal(object)
    """A new, still empty `Take`, which grows from now on."""
    progressed = Signal(object)
    """`Progress` of the take."""
    spectrogram_grew = Signal(object, float)
    """Levels (columns, bins) of the whole take so far, and how many seconds a column is."""
    take_finished = Signal(object)
    """The `Take`, to which nothing will be added any more, be it complete, cancelled or broken off by an error."""
    export_progressed = Signal(float)
    """The fraction of an export that is done."""
    exported = Signal(object)
    """The paths of the files written."""
    failed = Signal(str, str)
    """What went wrong: a sentence for the user, and details."""
    idle = Signal()
    """Work has ended, well or not."""

    _posted = Signal(object)

    def __init__(self, find_models: Callable[[], Catalogue] = Catalogue) -> None:
        """Use the models that `find_models` finds, called in the engine thread."""
        super().__init__()
        self._find_models = find_models
        self._cancelled = threading.Event()
        self._studio = Studio(Catalogue([]))
        self._ending = ExitStack()
        self._folder: Path | None = None
        self._takes = 0
        self._thread = QThread()
        self._thread.setObjectName("engine")
        self._runner = _Runner()
        self._runner.moveToThread(self._thread)
        self._posted.connect(self._runner.run)

    def start(self) -> None:
        """Begin; `models_ready` follows."""
        self._thread.start()
        self.look_for_models()

    def look_for_models(self) -> None:
        """Look which models there are, after the requests made before; `models_ready` follows."""
        self._posted.emit(partial(self._guarded, self._look_for_models))

    def generate(self, recipe: Recipe, title: str) -> None:
        """Make a take of generated music; `title` is the model's, for messages."""
        self._request(f"Loading {title}…", partial(self._generate, recipe))

    def open_file(self, path: Path) -> None:
        """Make a take of an audio file."""
        self._request(f"Opening {path.name}…", partial(self._open_file, path))

    def export_mix(self, take: Take, settings: MixSettings, path: Path) -> None:
        """Write the mix of a take, as the faders make it sound, to a WAV file."""
        steps = export_mix(take, settings, path)
        self._request(f"Exporting {path.name}…", partial(self._export, steps, [path]))

    def export_stems(self, take: Take, folder: Path) -> None:
        """Write each stem of a take to a WAV file in a folder."""
        steps = export_stems(take, folder)
        self._request("Exporting the stems…", partial(self._export, steps, stem_paths(take, folder)))

    def discard(self, take: Take) -> None:
        """Throw a take away that nobody reads any more, after the requests made before."""
        self._posted.emit(partial(self._discard, take))

    @property
    def is_running(self) -> bool:
        """Whether the thread has been started and not closed."""
        return self._thread.isRunning()

    def cancel(self) -> None:
        """End the last request as soon as its present block is done."""
        self._cancelled.set()

    def close(self) -> None:
        """Cancel, wait for the thread to end, and remove the takes. No request may follow."""
        self.cancel()
        if self.is_running:
            self._posted.emit(self._ending.close)
            self._posted.emit(self._thread.quit)
            self._thread.wait()

    def _request(self, text: str, work: Callable[[threading.Event], None]) -> None:
        # Every request has its own event: a cancel can neither be missed by its request nor meet the next one.
        self._cancelled = threading.Event()
        self._posted.emit(partial(self._carry_out, text, work, self._cancelled))

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except StudioError as error:
            log.info("%s", error, exc_info=True)
            self.failed.emit(str(error), _details(error))
        except Exception as error:
            log.exception("unexpected error in the engine thread")
            self.failed.emit(UNEXPECTED, _details(error))

    def _carry_out(self, text: str, work: Callable[[threading.Event], None], stop: threading.Event) -> None:
        self.started.emit(text)
        self._guarded(partial(work, stop))
        self.idle.emit()

    def _look_for_models(self) -> None:
        catalogue = self._find_models()
        if all(card in catalogue.cards() for card in self._studio.catalogue.cards()):
            self._studio.catalogue = catalogue
        else:  # a model has become another: what is loaded may be out of date
            self._studio = Studio(catalogue)
        self.models_ready.emit(catalogue.cards("generator"))
        for problem in catalogue.problems:
            self.failed.emit(str(problem), _details(problem))

    def _generate(self, recipe: Recipe, stop: threading.Event) -> None:
        making = self._studio.generate(
            self._new_folder(),
            recipe.model,
            length_s=recipe.length_s,
            seed=recipe.seed,
            truncation=recipe.truncation,
            separator=self._separator(),
        )
        self._make(making, stop)

    def _open_file(self, path: Path, stop: threading.Event) -> None:
        self._make(self._studio.open_file(self._new_folder(), path, separator=self._separator()), stop)

    def _separator(self) -> str | None:
        """The separator to use: without any, takes are made without stems."""
        return self._studio.default_separator() if self._studio.catalogue.cards("separator") else None

    def _new_folder(self) -> Path:
        if self._folder is None:
            self._folder = self._ending.enter_context(working_folder(home_folder() / "takes"))
        self._takes += 1
        return self._folder / f"{self._takes:04}"

    def _make(self, making: Making, stop: threading.Event) -> None:
        take, work = making
        self._ending.callback(take.close)
        self.take_started.emit(take)
        picture = _Picture(take, self.spectrogram_grew.emit)
        try:
            with closing(work):
                for progress in work:
                    self.progressed.emit(progress)
                    picture.follow()
                    if stop.is_set():
                        break
        finally:
            if not take.finished:  # whoever plays it need not wait for more
                with suppress(OutputError):  # the error that broke it off is the one to tell
                    take.finish()
            picture.finish()
            self.take_finished.emit(take)

    def _export(self, steps: Iterator[float], paths: list[Path], stop: threading.Event) -> None:
        with closing(steps):
            for fraction in steps:
                self.export_progressed.emit(fraction)
                if stop.is_set():
                    return
        self.exported.emit(paths)

    def _discard(self, take: Take) -> None:
        take.close()
        rmtree(take.folder, ignore_errors=True)


class _Runner(QObject):
    """Lives in the engine thread and does there, in order, what is posted."""

    @Slot(object)
    def run(self, work: Callable[[], None]) -> None:
        """Do it."""
        work()


class _Picture:
    """The spectrogram of a take, kept up with the take as it grows."""

    def __init__(self, take: Take, send: Callable[[object, float], None]) -> None:
        self._take = take
        self._send = send
        self._spectrogram = Spectrogram(take.planned_frames)
        self._seen_frames = 0
        self._sent_s = -PICTURE_PERIOD_S

    def follow(self) -> None:
        """Look at what is new."""
        wave = self._take.read_mix(self._seen_frames, self._take.mix_frames - self._seen_frames)
        self._spectrogram.push(wave)
        self._seen_frames += len(wave)
        if monotonic() - self._sent_s >= PICTURE_PERIOD_S:
            self._send_now()

    def finish(self) -> None:
        """Show it to the last frame."""
        self.follow()
        self._spectrogram.finish()
        self._send_now()

    def _send_now(self) -> None:
        self._sent_s = monotonic()
        self._send(self._spectrogram.levels.copy(), self._spectrogram.column_frames / SAMPLE_RATE_HZ)


def stem_paths(take: Take, folder: Path) -> list[Path]:
    """The files that an export of the stems into a folder writes."""
    return [folder / f"{name}.wav" for name in take.stem_names]


def _details(error: Exception) -> str:
    return "".join(traceback.format_exception(error))
