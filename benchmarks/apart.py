"""Command line: a measurement in a process of its own, so that neither memory nor threads of another one spoil it.

The process and all that it starts share a session, so that nothing of it is left when it has ended or been stopped.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from engine.errors import StudioError

Figures = dict[str, Any]
"""What has been measured, by name, as JSON values."""

PARTING_S = 20.0
"""How long a process that is stopped may take to put away what it has started."""

log = logging.getLogger(__name__)


def apart(work: Callable[[], Figures], limit_s: float) -> Figures:
    """Call `work` in a fresh process, and return what it returns.

    Args:
        work: a function of a module, or a `functools.partial` of one.
        limit_s: how long it may take.

    Raises:
        StudioError: it says what hinders it, fails, dies, or takes longer.
    """
    with tempfile.TemporaryDirectory(prefix="deepdeadnet-bench-", ignore_cleanup_errors=True) as name:
        spawning = multiprocessing.get_context("spawn")
        receiving, sending = spawning.Pipe(duplex=False)
        process = spawning.Process(target=_carry_out, args=(sending, work, Path(name)))
        try:
            process.start()
            sending.close()
            return _answer(receiving, process, limit_s)
        finally:
            _end(process)
            receiving.close()
            log.info("%s said: %s", work, _last_words(Path(name)))


def peak_memory_mb() -> float:
    """The most memory that this process has had at once since it began, resident, in 10⁶ bytes.

    Raises:
        StudioError: this system does not tell.
    """
    if sys.platform == "linux":  # getrusage would count what the process was a copy of before it began
        status = Path("/proc/self/status").read_text(encoding="utf8")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
    try:
        import resource
    except ImportError as cause:
        raise StudioError("This system does not tell how much memory a process has had at most.") from cause
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _answer(receiving: Connection, process: BaseProcess, limit_s: float) -> Figures:
    """What the process sends before the limit; raises StudioError if that is no figures."""
    try:
        if not receiving.poll(limit_s):
            raise StudioError(f"It took longer than {limit_s:.0f} s and was stopped.")
        answer: Figures = json.loads(receiving.recv_bytes())
    except EOFError as cause:
        process.join()
        raise StudioError(f"The process that measured it died (status {process.exitcode}).") from cause
    if "problem" in answer:
        raise StudioError(answer["problem"])
    figures: Figures = answer["figures"]
    return figures


def _end(process: BaseProcess) -> None:
    """Let the process put away what it has started, and end what is left of its session."""
    if process.pid is None:
        return
    process.terminate()
    process.join(PARTING_S)
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.is_alive():
        process.kill()
        process.join()


def _last_words(folder: Path) -> str:
    path = folder / "said.txt"
    return path.read_text(encoding="utf8", errors="replace")[-4000:] if path.exists() else ""


# --- in the process ------------------------------------------------------------------------------------------------


def _carry_out(sending: Connection, work: Callable[[], Figures], folder: Path) -> None:
    """Measure in `folder`, which holds all temporary files, and send the figures or what hindered it."""
    _settle(folder)
    try:
        answer = {"figures": work()}
    except StudioError as error:
        answer = {"problem": str(error)}
    except Exception as error:
        traceback.print_exc()
        answer = {"problem": f"It failed: {type(error).__name__}: {error}"}
    sending.send_bytes(json.dumps(answer).encode())
    sending.close()


def _settle(folder: Path) -> None:
    """Begin a session; write what is said into a file; use no data of the user's."""
    if hasattr(os, "setsid"):
        os.setsid()
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    said = os.open(folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    tempfile.tempdir = str(folder)
    os.environ |= {"TMPDIR": str(folder), "DEEPDEADNET_HOME": str(folder / "home")}


def _end_with_parent() -> None:
    """Stop if the program that wants the figures is gone without a word."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(*_: object) -> None:
    """Leave by the way of all `finally`s, undisturbed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
