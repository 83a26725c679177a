"""Engine thread, and the GUI thread's door to it: requests in, signals out.

TensorFlow, Keras and torch are first imported in this thread, by `warm_up` or the first request that needs them.

Two kinds of work share it. *Requests* (a take, a radio) are made at once, in their order. *Imports*, recordings that
are taken apart, wait in a queue of their own and are worked on whenever no request needs the thread. What is requested
meanwhile is seen to within a tenth of a second, in the middle of a network too: the gate that an import passes through
is where requests are carried out.
"""

from __future__ import annotations

import logging
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from weakref import WeakSet

from PySide6.QtCore import Signal

from app.preloading import import_networks
from app.waiting import Waiting
from app.worker import UNEXPECTED, Worker, details_of
from engine import cores
from engine.errors import OutputError, StudioError
from engine.gate import Cancelled, Gate, Passage
from engine.models.catalogue import Catalogue, home_folder
from engine.musika.journey import Journey
from engine.studio import Making, Studio
from engine.takes.library import Library
from engine.takes.roles import NOBODY, REST_S, Listener, Progress
from engine.takes.take import Take

log = logging.getLogger(__name__)

Steps = Iterator[bool]
"""Work, step by step; each says whether nothing needs to be done for REST_S."""


@dataclass
class _Job:
    """A request, or an import.

    Attributes:
        text: what is being done, for people.
        gate: the GUI thread's hand on it.
        steps: the work.
        begun: whether it has been told of.
    """

    text: str
    gate: Gate
    steps: Steps
    begun: bool = False


class EngineThread(Worker):
    """Makes takes, away from the GUI thread, in the folder of a library, where they stay.

    Models stay loaded from request to request. `started` and `idle` tell of requests, not of imports.
    """

    readied = Signal(bool)
    """Whether models are being loaded before they are wanted."""
    take_started = Signal(object, object)
    """A new, still empty `Take`, which grows from now on, and its `Entry` in the library."""
    radio_started = Signal(object)
    """The `Radio` whose take has just been told of: the hand on it."""
    progressed = Signal(object, object)
    """A `Take` that grows, and its `Progress`."""
    take_finished = Signal(object)
    """The `Take`, to which nothing will be added any more, be it complete, cancelled or broken off by an error."""
    imports_left = Signal(int)
    """How many recordings are still to be taken apart, the present one included."""
    import_asked = Signal(object)
    """A recording, `Waiting` from now on."""
    import_begun = Signal(object, object)
    """The path of a recording, and the folder of its take, which has just been told of."""
    import_ended = Signal(object)
    """The path of a recording that waits no more: it has been taken apart, or cancelled, or cannot be."""

    def __init__(self, listener: Listener = NOBODY, library: Library | None = None) -> None:
        """Make takes for a listener, what it needs soonest first; in a library, by default the user's own."""
        super().__init__("engine")
        self.library = library or Library(home_folder() / "takes")
        self._listener = listener
        self._studio = Studio(Catalogue([]))
        self._closing = Gate()
        self._requests: deque[_Job] = deque()
        self._imports: deque[_Job] = deque()
        self._asides: deque[Callable[[], None]] = deque()
        self._open: WeakSet[Take] = WeakSet()
        self._resting_until_s = 0.0
        self._told: StudioError | None = None

    def use_models(self, catalogue: Catalogue) -> None:
        """Work with these models from the next request on; what is loaded stays, unless a model has become another."""
        if all(card in catalogue.cards() for card in self._studio.catalogue.cards()):
            self._studio.catalogue = catalogue
        else:  # what is loaded may be out of date
            self._studio = Studio(catalogue)

    def use_library(self, library: Library) -> None:
        """Begin takes in another library from now on."""
        self.library = library

    def warm_up(self, model: str) -> None:
        """Load a generator and the separator before they are wanted; what is wrong is told when they are."""
        self._asides.append(partial(self._guarded, partial(self._warm_up, model)))
        self._posted.emit(self._serve)

    def generate(self, model: str, journey: Journey, length_s: float, title: str) -> None:
        """Make a take of generated music, `length_s` seconds long; `title` is what to call it."""
        self._ask(f"Loading {title}…", lambda gate: self._generate(model, journey, length_s, title, gate))

    def play_radio(self, model: str, journey: Journey, title: str) -> None:
        """Make music without end, until it is cancelled; `title` is what to call it."""
        self._ask(f"Loading {title}…", lambda gate: self._play_radio(model, journey, title, gate))

    def import_file(self, waiting: Waiting) -> None:
        """Make a take of an audio file, when those that were asked for before are done.

        Args:
            waiting: the file, and the take of it that was broken off, if any: what the user has said of that one is
                kept.
        """
        gate = self._new_gate()
        self._imports.append(_Job(waiting.file.name, gate, self._import_file(waiting.file, waiting.take, gate)))
        self.import_asked.emit(waiting)
        self.imports_left.emit(len(self._imports))
        self._posted.emit(self._serve)

    def cancel_import(self) -> None:
        """End the import that is being worked on, which leaves what there is of it; the next one follows."""
        for job in list(self._imports)[:1]:
            job.gate.cancel()

    def cancel_imports(self) -> None:
        """End the import that is being worked on, which leaves what there is of it, and forget the others."""
        for job in reversed(list(self._imports)):  # or the next one would begin when the first one ends
            job.gate.cancel()

    def cancel(self) -> None:
        """End the requests that are being carried out or wait, within 0.3 s; imports go on."""
        for job in list(self._requests):
            job.gate.cancel()

    def pause(self) -> None:
        """Let the requests stand still."""
        for job in list(self._requests):
            job.gate.pause()

    def go_on(self) -> None:
        """Let them go on."""
        for job in list(self._requests):
            job.gate.go_on()

    def close(self, patience_s: float | None = None) -> bool:
        """Cancel everything, and wait for the thread to end. No request may follow. What was made stays.

        A library that is being imported cannot be interrupted, and no take is being made then. So who has not the
        patience to wait for that may end the process: whether the thread has ended is the answer.
        """
        self._closing.cancel()
        self.cancel()
        self.cancel_imports()
        return super().close(patience_s)

    def _end(self) -> None:
        for take in list(self._open):
            take.close()
        self._studio = Studio(Catalogue([]))  # what is loaded may go

    # --- who comes when ----------------------------------------------------------------------------------------------

    def _ask(self, text: str, begin: Callable[[Gate], Steps]) -> None:
        gate = self._new_gate()
        self._requests.append(_Job(text, gate, begin(gate)))
        self._posted.emit(self._serve)

    def _serve(self) -> None:
        """Carry out all that is asked for, and what is asked for meanwhile."""
        while self._requests or self._imports or self._asides:
            self._attend()
            if self._imports:
                before = len(self._imports)
                self._step(self._imports)
                if len(self._imports) < before:
                    self.imports_left.emit(len(self._imports))
            elif self._requests:
                sleep(REST_S)

    def _attend(self) -> None:
        """See to the requests until they need nothing for a moment."""
        while True:
            while self._asides:
                self._asides.popleft()()
            if not self._requests or monotonic() < self._resting_until_s:
                return
            job = self._requests[0]
            if job.gate.paused and job.begun:
                return
            if not job.begun:
                self.started.emit(job.text)
            if self._step(self._requests):
                self._resting_until_s = monotonic() + REST_S

    def _step(self, jobs: deque[_Job]) -> bool:
        """Go on with the first job by one step; it leaves the queue when it has ended. Whether it rests."""
        job = jobs[0]
        job.begun = True
        try:
            return next(job.steps)
        except (StopIteration, Cancelled):
            pass
        except StudioError as error:
            self._tell(error)
        except Exception as error:
            log.exception("unexpected error in the engine thread")
            self.failed.emit(UNEXPECTED, details_of(error))
        jobs.remove(job)
        self._forget(job.gate)
        if jobs is self._requests:
            self.idle.emit()
        return False

    # --- what is done ------------------------------------------------------------------------------------------------

    def _warm_up(self, model: str) -> None:
        self.readied.emit(True)
        try:
            self._import_networks()
            self._studio.warm_up(model, self._separator())
        except StudioError:
            log.info("not ready yet", exc_info=True)
        finally:
            self.readied.emit(False)

    def _import_networks(self) -> None:
        cores.enlist()
        for _ in import_networks():
            self._closing.go_through()
        cores.hold()

    def _generate(self, model: str, journey: Journey, length_s: float, title: str, gate: Gate) -> Steps:
        self._import_networks()
        gate.go_through()
        making = self._studio.generate(
            self.library.new_folder(title),
            model,
            journey,
            length_s=length_s,
            separator=self._separator(),
            listener=self._listener,
            gate=gate,
        )
        yield from self._make(making, title, self._title_of(model))

    def _play_radio(self, model: str, journey: Journey, title: str, gate: Gate) -> Steps:
        self._import_networks()
        gate.go_through()
        radio = self._studio.radio(
            self.library.new_folder(title),
            model,
            journey,
            separator=self._separator(),
            listener=self._listener,
            gate=gate,
        )
        making = radio.take, radio.work()
        yield from self._make(making, title, self._title_of(model), lambda: self.radio_started.emit(radio))

    def _import_file(self, path: Path, instead_of: Path | None, gate: Gate) -> Steps:
        try:
            gate.go_through()
            separator = self._separator()
            if separator:
                self._import_networks()
            passage = _Yielding(gate, self._attend)
            folder = self.library.new_folder(path.stem)
            making = self._studio.open_file(folder, path, separator=separator, listener=self._listener, gate=passage)
            yield from self._make(
                making, path.stem, begun=lambda: self.import_begun.emit(path, folder), instead_of=instead_of
            )
        finally:
            self.import_ended.emit(path)

    def _separator(self) -> str | None:
        """The separator to use: without any, takes are made without stems."""
        return self._studio.default_separator() if self._studio.catalogue.cards("separator") else None

    def _title_of(self, model: str) -> str:
        return self._studio.catalogue.find(model).title

    def _make(
        self,
        making: Making,
        title: str,
        model: str = "",
        begun: Callable[[], None] | None = None,
        instead_of: Path | None = None,
    ) -> Steps:
        take, work = making
        self._open.add(take)
        self.take_started.emit(take, self.library.begin(take, title, model, instead_of))
        if begun:
            begun()
        try:
            with closing(work):
                for progress in work:
                    self._show(take, progress)
                    yield progress.resting
        finally:
            if not take.finished:  # whoever plays it need not wait for more
                with suppress(OutputError):  # the error that broke it off is the one to tell
                    take.finish()
            if not take.mix_frames:
                shutil.rmtree(take.folder, ignore_errors=True)
            self.take_finished.emit(take)

    def _show(self, take: Take, progress: Progress) -> None:
        self.progressed.emit(take, progress)
        if progress.problem:
            self._tell(progress.problem)

    def _tell(self, error: StudioError) -> None:
        if error is not self._told:  # a problem stays with the progress of a take, and may end it
            self._told = error
            super()._tell(error)


class _Yielding:
    """The gate of an import: whoever passes through it first lets others have their turn."""

    def __init__(self, gate: Passage, attend: Callable[[], None]) -> None:
        self._gate, self._attend = gate, attend

    def go_through(self) -> None:
        """Return when nobody else needs the thread."""
        self._gate.go_through()
        self._attend()
        self._gate.go_through()
