"""What tests of the window need: Qt without a display, and the program's dress."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from resources import theme

ROOT = Path(__file__).resolve().parents[1]

HAND_LIMIT_S = 600
"""So long a hand may be at a window; it gives up by itself long before, unless the window does not answer any more."""

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> None:
    """The application wears the program's fonts, colours and style sheet."""
    theme.apply(qapp)


@pytest.fixture(autouse=True)
def gone_afterwards(qapp: QApplication) -> Iterator[None]:
    """What a test has made is gone after it: without a running event loop Qt puts that off for ever.

    And all that is still there has to be dressed anew whenever the theme changes. Garbage goes here, too: in a thread
    of a later test it must not (see `app.tidying`).
    """
    gc.disable()
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect(2 if next(_TESTS) % THOROUGH_EVERY == 0 else 1)  # all that there is takes long where networks are loaded
    gc.enable()


THOROUGH_EVERY = 50
_TESTS = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """The offscreen platform says of every window what it cannot do; it means nothing."""
    config.addinivalue_line("qt_log_ignore", "^This plugin does not support")


def let_a_hand_use_the_window(hand: str, folder: Path, screen: str) -> None:
    """Run a hand (the name of its module) on an X display of its own, with the user's things in `folder`."""
    if missing := [tool for tool in ("xvfb-run", "xdotool") if not shutil.which(tool)]:
        pytest.skip(f"needs {' and '.join(missing)} (Debian: xvfb, xauth, xdotool)")
    home = {"HOME": str(folder), "DEEPDEADNET_HOME": str(folder / "home"), "QT_QPA_PLATFORM": "xcb"}
    command = ["xvfb-run", "-a", "-s", screen, sys.executable, "-m", "tests.by_hand", hand, str(folder)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as program:
        try:
            said, _ = program.communicate(timeout=HAND_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)  # the display and whatever else the hand has started, too
            said, _ = program.communicate()
            pytest.fail(f"the hand did not come to an end in {HAND_LIMIT_S} s\n{said}")
    assert program.returncode == 0, said
