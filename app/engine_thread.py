"""Engine thread, and the GUI thread's door to it: requests in, signals out.

TensorFlow, Keras and torch are first imported in this thread, by `warm_up` or the first request that needs them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from time import sleep

from PySide6.QtCore import Signal

from app.picture import Picture
from app.preloading import import_networks
from app.worker import Worker
from engine.audio.writing import working_folder
from engine.errors import OutputError, StudioError
from engine.gate import Gate
from engine.models.catalogue import Catalogue, home_folder
from engine.musika.journey import Journey
from engine.studio import Making, Studio
from engine.takes.roles import NOBODY, REST_S, Listener, Progress
from engine.takes.take import Take

log = logging.getLogger(__name__)


class EngineThread(Worker):
    """Makes takes, away from the GUI thread.

    Models stay loaded from request to request. The takes live until they are thrown away or the thread is closed.
    """

    readied = Signal(bool)
    """Whether models are being loaded before they are wanted."""
    take_started = Signal(object)
    """A new, still empty `Take`, which grows from now on."""
    radio_started = Signal(object)
    """The `Radio` whose take has just been told of: the hand on it."""
    progressed = Signal(object)
    """`Progress` of the take."""
    spectrogram_grew = Signal(object, float, float)
    """Levels (columns, bins), how many seconds a column is, and the second in the take at which the first begins."""
    take_finished = Signal(object)
    """The `Take`, to which nothing will be added any more, be it complete, cancelled or broken off by an error."""

    def __init__(self, listener: Listener = NOBODY) -> None:
        """Make takes for a listener: what it needs soonest is made first."""
        super().__init__("engine")
        self._listener = listener
        self._studio = Studio(Catalogue([]))
        self._ending = ExitStack()
        self._closing = Gate()
        self._folder: Path | None = None
        self._takes = 0
        self._told: StudioError | None = None

    def use_models(self, catalogue: Catalogue) -> None:
        """Work with these models from the next request on; what is loaded stays, unless a model has become another."""
        if all(card in catalogue.cards() for card in self._studio.catalogue.cards()):
            self._studio.catalogue = catalogue
        else:  # what is loaded may be out of date
            self._studio = Studio(catalogue)

    def warm_up(self, model: str) -> None:
        """Load a generator and the separator before they are wanted; what is wrong is told when they are."""
        self._posted.emit(partial(self._guarded, partial(self._warm_up, model)))

    def generate(self, model: str, journey: Journey, length_s: float, title: str) -> None:
        """Make a take of generated music, `length_s` seconds long; `title` is what to call it in messages."""
        self._request(f"Loading {title}…", partial(self._generate, model, journey, length_s))

    def play_radio(self, model: str, journey: Journey, title: str) -> None:
        """Make music without end, until it is cancelled."""
        self._request(f"Loading {title}…", partial(self._play_radio, model, journey))

    def open_file(self, path: Path) -> None:
        """Make a take of an audio file."""
        self._request(f"Opening {path.name}…", partial(self._open_file, path))

    def open_take(self, folder: Path) -> None:
        """Open a take that was kept."""
        self._request(f"Opening {folder.name}…", partial(self._open_take, folder))

    def has_made(self, take: Take) -> bool:
        """Whether a take is one of this thread's own, and not one that was kept."""
        return self._folder is not None and take.folder.parent == self._folder

    def close(self, patience_s: float | None = None) -> bool:
        """Cancel, wait for the thread to end, and remove the takes. No request may follow.

        A library that is being imported cannot be interrupted, and no take is being made then. So who has not the
        patience to wait for that may end the process: whether the thread has ended is the answer.
        """
        self._closing.cancel()
        ended = super().close(patience_s)
        if not ended:
            self._end()
        return ended

    def _end(self) -> None:
        self._ending.close()

    def _warm_up(self, model: str) -> None:
        self.readied.emit(True)
        try:
            self._import()
            self._studio.warm_up(model, self._separator())
        except StudioError:
            log.info("not ready yet", exc_info=True)
        finally:
            self.readied.emit(False)

    def _import(self) -> None:
        for _ in import_networks():
            self._closing.go_through()

    def _generate(self, model: str, journey: Journey, length_s: float, gate: Gate) -> None:
        self._import()
        gate.go_through()
        making = self._studio.generate(
            self._new_folder(),
            model,
            journey,
            length_s=length_s,
            separator=self._separator(),
            listener=self._listener,
            gate=gate,
        )
        self._make(making, gate)

    def _play_radio(self, model: str, journey: Journey, gate: Gate) -> None:
        self._import()
        gate.go_through()
        radio = self._studio.radio(
            self._new_folder(), model, journey, separator=self._separator(), listener=self._listener, gate=gate
        )
        self._make((radio.take, radio.work()), gate, lambda: self.radio_started.emit(radio))

    def _open_file(self, path: Path, gate: Gate) -> None:
        separator = self._separator()
        if separator:
            self._import()
        gate.go_through()
        folder = self._new_folder()
        self._make(self._studio.open_file(folder, path, separator=separator, listener=self._listener, gate=gate), gate)

    def _open_take(self, folder: Path, gate: Gate) -> None:
        take = Take.open(folder)
        self._ending.callback(take.close)
        self.take_started.emit(take)
        picture = Picture(take, self.spectrogram_grew.emit)
        try:
            while picture.is_behind:
                gate.go_through()
                picture.follow()
            picture.finish()
        finally:
            self.take_finished.emit(take)

    def _separator(self) -> str | None:
        """The separator to use: without any, takes are made without stems."""
        return self._studio.default_separator() if self._studio.catalogue.cards("separator") else None

    def _new_folder(self) -> Path:
        if self._folder is None:
            self._folder = self._ending.enter_context(working_folder(home_folder() / "takes"))
        self._takes += 1
        return self._folder / f"{self._takes:04}"

    def _make(self, making: Making, gate: Gate, begun: Callable[[], None] | None = None) -> None:
        take, work = making
        self._ending.callback(take.close)
        self.take_started.emit(take)
        if begun:
            begun()
        picture = Picture(take, self.spectrogram_grew.emit)
        try:
            with closing(work):
                for progress in work:
                    self._show(progress)
                    picture.follow()
                    if progress.resting:
                        sleep(REST_S)
        finally:
            if not take.finished:  # whoever plays it need not wait for more
                with suppress(OutputError):  # the error that broke it off is the one to tell
                    take.finish()
            if not self._closing.cancelled:
                picture.finish()
            self.take_finished.emit(take)

    def _show(self, progress: Progress) -> None:
        self.progressed.emit(progress)
        if progress.problem:
            self._tell(progress.problem)

    def _tell(self, error: StudioError) -> None:
        if error is not self._told:  # a problem stays with the progress of a take, and may end it
            self._told = error
            super()._tell(error)
