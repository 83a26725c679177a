"""GUI thread's side of a thread that carries out requests, one after the other; and its own side."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QDeadlineTimer, QObject, Qt, QThread, Signal, Slot

from engine.errors import StudioError
from engine.gate import Cancelled, Gate

log = logging.getLogger(__name__)

UNEXPECTED = "Something went wrong inside the studio: try again, or report the details."

Work = Callable[[Gate], None]

TOLD_FRACTION = 0.005
"""What is done is told in steps of at least so much: the GUI thread has other things to do too."""

Result = TypeVar("Result")


class Worker(QObject):
    """Methods without an underscore belong to the GUI thread and return at once; signals tell what they bring about."""

    started = Signal(str)
    """A request is being carried out; says what is being done, for people."""
    failed = Signal(str, str)
    """What went wrong: a sentence for the user, and details."""
    idle = Signal()
    """A request has ended, well or not."""

    _posted = Signal(object)

    def __init__(self, name: str) -> None:
        """Make a thread called `name`, not yet running."""
        super().__init__()
        self._thread = _Thread()
        self._thread.setObjectName(name)
        self._runner = _Runner()
        self._runner.moveToThread(self._thread)
        self._posted.connect(self._runner.run, Qt.ConnectionType.QueuedConnection)  # from the thread itself, too
        self._gates: set[Gate] = set()
        self._changing = threading.Lock()
        self._ends = False

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether the thread has been started and not closed."""
        return self._thread.isRunning()

    def cancel(self) -> None:
        """End what is being done and what has been asked for, within 0.3 s; what follows is not touched."""
        for gate in self._open_gates():
            gate.cancel()

    def pause(self) -> None:
        """Let what is being done, and what has been asked for, stand still."""
        for gate in self._open_gates():
            gate.pause()

    def go_on(self) -> None:
        """Let it go on."""
        for gate in self._open_gates():
            gate.go_on()

    def close(self, patience_s: float | None = None) -> bool:
        """Cancel, and wait for the thread to end, at most `patience_s`; whether it has. No request may follow."""
        self.cancel()
        if not self.is_running:
            return True
        if not self._ends:  # asked again, it has only to be waited for: what it does not do any more must not be posted
            self._ends = True
            self._posted.emit(self._end)
            self._posted.emit(self._thread.quit)
        forever = QDeadlineTimer(QDeadlineTimer.ForeverConstant.Forever)
        return self._thread.wait(forever if patience_s is None else QDeadlineTimer(round(1000 * patience_s)))

    def _end(self) -> None:
        """What is to be done last."""

    def _request(self, text: str, work: Work) -> None:
        """Have `work` done, which passes through a gate of its own: a cancel can neither miss it nor meet the next."""
        gate = self._new_gate()
        self._posted.emit(partial(self._carry_out, text, work, gate))

    def _new_gate(self) -> Gate:
        gate = Gate()
        with self._changing:
            self._gates.add(gate)
        return gate

    def _forget(self, gate: Gate) -> None:
        with self._changing:
            self._gates.discard(gate)

    def _open_gates(self) -> list[Gate]:
        with self._changing:
            return list(self._gates)

    def _carry_out(self, text: str, work: Work, gate: Gate) -> None:
        self.started.emit(text)
        self._guarded(partial(work, gate))
        self._forget(gate)
        self.idle.emit()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            with suppress(Cancelled):
                work()
        except StudioError as error:
            self._tell(error)
        except Exception as error:
            log.exception("unexpected error in the thread “%s”", self._thread.objectName())
            self.failed.emit(UNEXPECTED, details_of(error))

    def _tell(self, error: StudioError) -> None:
        log.info("%s", error, exc_info=error)
        self.failed.emit(str(error), details_of(error))


class _Thread(QThread):
    """A thread that has one Python thread state from its beginning to its end.

    Without `run` in Python, every slot would be called with a state of its own, which is freed afterwards. TensorFlow's
    bindings (pybind11) remember the state of the thread that imports them, and would use it, freed, in a later slot.
    """

    def run(self) -> None:
        """Carry out what is posted until told to quit."""
        self.exec()


class _Runner(QObject):
    """Lives in the thread and does there, in order, what is posted."""

    @Slot(object)
    def run(self, work: Callable[[], None]) -> None:
        """Do it."""
        work()


def details_of(error: Exception) -> str:
    """An error with all its causes, for those who can read it."""
    return "".join(traceback.format_exception(error))


def follow(steps: Generator[float, None, Result], gate: Gate, tell: Callable[[float], object]) -> Result:
    """Do work that yields the fraction done, and return its result; it is closed when the gate says so.

    Args:
        steps: the work.
        gate: passed through before every step.
        tell: is told the fraction, as often as it matters.
    """
    told = -1.0
    with closing(steps):
        while True:
            gate.go_through()
            try:
                fraction = next(steps)
            except StopIteration as end:
                result: Result = end.value
                return result
            if fraction >= told + TOLD_FRACTION or fraction >= 1.0 > told:
                told = fraction
                tell(fraction)
