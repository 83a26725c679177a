"""Command line: how long from a press of a model's preview button to its sound.

    python -m benchmarks.preview [--presses 5]

In the real window, drawn offscreen, on the null sink: the mouse presses the button on a card, and the first audible
sample is looked for in a recording of what the sink plays. The first press comes as soon as the cards are there, while
pictures are made and the libraries load; the others when all is quiet, and while a silent take plays that the preview
takes the place of.

The process that plays begins by importing this file, as it would `main.py`: so what the window needs is imported late.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.null_sink import is_possible, running_daemon, sound_card
from benchmarks.playback import AUDIBLE, NO_SINK, Recorder
from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.takes.take import Take

if TYPE_CHECKING:
    from widgets.model_card import ModelButton

LOOK_MS = 2
PAUSE_S = 1.0
"""Between two presses: what was heard has faded away."""
QUIET_S = 2.0
SILENT_S = 300


def measure(presses: int = 5) -> dict[str, Any]:
    """Press the button of the first model that has a preview, and wait until it sounds.

    Args:
        presses: how many in each state of the window but the first.

    Returns:
        `at_start_ms`, of the one press while everything loads; `at_rest_ms` and `while_playing_ms`, of each press;
        `worst_ms`, the longest of all; these are None without PulseAudio, and `problem` says so.
    """
    if not is_possible():
        return {**dict.fromkeys(("at_start_ms", "at_rest_ms", "while_playing_ms", "worst_ms")), "problem": NO_SINK}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        card = sound_card(folder)
        os.environ |= {**card, "DEEPDEADNET_HOME": str(folder / "home"), "QT_QPA_PLATFORM": "offscreen"}
        stack.enter_context(running_daemon(folder, card))
        recorder = stack.enter_context(Recorder())
        take = _silence(folder / "silence")
        stack.callback(take.close)
        hand = Hand(recorder)
        stack.callback(hand.close)
        at_start_ms = hand.press()
        hand.wait_for_networks()
        at_rest_ms = [hand.press() for _ in range(presses)]
        hand.play(take)
        while_playing_ms = [hand.press() for _ in range(presses)]
    return {
        "at_start_ms": at_start_ms,
        "at_rest_ms": at_rest_ms,
        "while_playing_ms": while_playing_ms,
        "worst_ms": max(at_start_ms, *at_rest_ms, *while_playing_ms),
        "how": "null sink, recorded at its monitor; the recorder's 10 ms are included",
    }


class Hand:
    """At the window, with an ear that listens to what it plays."""

    def __init__(self, recorder: Recorder) -> None:
        """Open the window of this process, which does nothing but measure, and wait for its cards."""
        from app.program import make_application, make_window

        self._recorder = recorder
        self._application = make_application(sys.argv[:1])
        self._window = make_window()
        self._has_loaded = False
        self._window.engine.readied.connect(self._note_loading)
        self._window.show()
        self._window.start()
        _wait(lambda: bool(self._cards()))

    def wait_for_networks(self) -> None:
        """Wait until libraries and networks are loaded, and whatever else comes with the start is done."""
        _wait(lambda: self._has_loaded)
        _rest(QUIET_S)

    def play(self, take: Take) -> None:
        """Play a take from now on."""
        self._window.playing.load(take, go_over=False)
        self._window.playing.play()
        _rest(QUIET_S)

    def press(self) -> float:
        """Press the button of the first preview, and once more when it has been heard: milliseconds until it was."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        button = self._cards()[0].preview_button
        with ThreadPoolExecutor(1) as ears:
            heard = ears.submit(self._recorder.wait, lambda wave: np.abs(wave) > AUDIBLE)
            pressed_s = time.monotonic()
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            _wait(heard.done)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        _rest(PAUSE_S)
        return round(self._recorder.delays_ms([(pressed_s, heard.result())])[0], 1)

    def close(self) -> None:
        """Close the window."""
        self._window.close()

    def _cards(self) -> list[ModelButton]:
        return [button for button in self._window.picker.buttons if button.card.has_preview]

    def _note_loading(self, loading: bool) -> None:
        self._has_loaded = not loading


def _wait(until: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    timer = QTimer(interval=LOOK_MS)
    timer.timeout.connect(lambda: loop.quit() if until() else None)
    timer.start()
    loop.exec()
    timer.stop()


def _rest(seconds: float) -> None:
    """Let the window work for so long."""
    end_s = time.monotonic() + seconds
    _wait(lambda: time.monotonic() >= end_s)


def _silence(folder: Path) -> Take:
    take = Take.create(folder)
    for _ in range(SILENT_S):
        take.append_mix(np.zeros((SAMPLE_RATE_HZ, CHANNELS), np.float32))
    take.finish()
    return take


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presses", type=int, default=5)
    print(json.dumps(measure(parser.parse_args().presses)))


if __name__ == "__main__":
    main()
