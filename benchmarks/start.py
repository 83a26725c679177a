"""Command line: how long from the command to the window on the screen: `python -m benchmarks.start [--starts 3]`.

Where there is Xvfb, `main.py` is started as a user would, and the window counts from the moment in which the picture of
that screen has changed: painted, not merely mapped. Elsewhere a fresh process opens it on the display that there is
and tells when it has been painted.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import StudioError

MAIN = Path(__file__).resolve().parents[1] / "main.py"
SCREEN = (1440, 900)
PIXEL_BYTES = 4
PAINTED = 0.3
"""The share of the screen that must have changed: the window fills more than half of it."""

LOOK_EVERY_S = 0.01
LONGEST_S = 30.0
NO_SCREEN = "The window was not timed: there is no display, and no Xvfb to make one (Debian: xvfb)."


def measure(starts: int = 3) -> dict[str, Any]:
    """The seconds from the command to the window.

    Args:
        starts: how many, one after the other.

    Returns:
        `window_s`, the median, `window_starts_s`, all of them, and `window_how`.

    Raises:
        StudioError: there is no screen, or no window within LONGEST_S.
    """
    if shutil.which("Xvfb"):
        how, start = "main.py on Xvfb, until it is painted", _on_xvfb
    elif has_display():
        how, start = "a fresh process on this display, until the window is painted", _on_this_display
    else:
        raise StudioError(NO_SCREEN)
    times_s = [round(start(), 3) for _ in range(starts)]
    return {
        "window_s": float(np.median(times_s)),
        "window_starts_s": times_s,
        "window_how": f"{how}; the median of {starts} starts, files in the system's cache",
    }


def has_display() -> bool:
    """Whether windows can be shown here."""
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))


def program() -> list[str]:
    """The command that opens the window; packaged, the executable is the program."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, str(MAIN)]


# --- on Xvfb -------------------------------------------------------------------------------------------------------


def _on_xvfb() -> float:
    """Start the program on a screen of its own and end it again; the seconds until it is painted."""
    with x_server() as (display, picture):
        before = picture()
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        begin_s = time.monotonic()
        with ended(subprocess.Popen(program(), env=environment, stdin=subprocess.DEVNULL)) as process:
            while (np.mean(picture() != before)) < PAINTED:
                if process.poll() is not None:
                    raise StudioError(f"The program ended before its window was shown (status {process.returncode}).")
                if time.monotonic() - begin_s > LONGEST_S:
                    raise StudioError(f"There was no window within {LONGEST_S:.0f} s.")
                time.sleep(LOOK_EVERY_S)
            return time.monotonic() - begin_s


@contextmanager
def x_server() -> Iterator[tuple[str, Callable[[], npt.NDArray[np.uint8]]]]:
    """An X server without a screen: the name of its display, and what gives some of its picture, as bytes."""
    width, height = SCREEN
    with tempfile.TemporaryDirectory() as folder:
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-fbdir", folder]
        server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with ended(server), os.fdopen(reading) as display:
            name = display.readline().strip()
            if not name:
                raise StudioError("Xvfb is installed but does not start: try it by hand.")
            yield f":{name}", lambda: _some_pixels(Path(folder) / "Xvfb_screen0")


def _some_pixels(path: Path) -> npt.NDArray[np.uint8]:
    """Every 1009th pixel (n, PIXEL_BYTES) of a screen that Xvfb keeps in an XWD file, whose head is of some length."""
    width, height = SCREEN
    file = np.memmap(path, np.uint8, mode="r")
    return np.array(file[-width * height * PIXEL_BYTES :].reshape(-1, PIXEL_BYTES)[::1009])


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """End the process at the end of the `with` block."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# --- on a display that is there ------------------------------------------------------------------------------------


def _on_this_display() -> float:
    """Open the window in a fresh process and close it again; the seconds until it is painted."""
    spawning = multiprocessing.get_context("spawn")
    receiving, sending = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_show, args=(sending,))
    begin_s = time.monotonic()
    process.start()
    sending.close()
    try:
        if not receiving.poll(LONGEST_S):
            raise StudioError(f"There was no window within {LONGEST_S:.0f} s.")
        receiving.recv_bytes()
        return time.monotonic() - begin_s
    except EOFError as cause:
        raise StudioError("The program ended before its window was shown.") from cause
    finally:
        process.terminate()
        process.join()
        receiving.close()


def _show(sending: Connection) -> None:
    """Open the window as `app.program.run` does; tell when all that its first frame asked for has been painted."""
    from PySide6.QtCore import QTimer

    from app import program

    application = program.make_application([])
    window = program.make_window()
    window.show()
    window.start()
    while not window.windowHandle().isExposed():
        application.processEvents()
    QTimer.singleShot(0, lambda: sending.send_bytes(b"painted"))
    application.exec()


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=3)
    print(json.dumps(measure(parser.parse_args().starts)))


if __name__ == "__main__":
    main()
