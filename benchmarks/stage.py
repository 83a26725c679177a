"""Command line: what the stage costs the GUI thread, frame by frame, for ten seconds and for three hours.

    python -m benchmarks.stage [--beside]

A real stage is shown a real take, its playhead moves sixty times a second, and every turn of the event loop that draws
is timed: while it plays, and while the wheel turns and columns come in. What the thread itself computes is told apart
from what passes by the clock, of which others have their share. With `--beside` the engine makes music at the same
time, with the bundled models. Needs no display: it draws offscreen what a display would be given.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.program import make_application
from app.session import Session
from app.stage import StageHand
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.spectrogram import CEILING_DB, FLOOR_DB, HIGHEST_HZ, LOWEST_HZ
from engine.gate import Cancelled, Gate
from engine.models.catalogue import Catalogue
from engine.musika.journey import Journey
from engine.playback.sounding import SWITCH_INTERVAL_S
from engine.studio import Studio
from engine.takes.take import Take
from resources import theme
from widgets.stage import Stage
from widgets.time_window import TimeWindow

LENGTHS_S = {"10 s": 10.0, "3 h": 3 * 3600.0}
SIZE_PX = (1000, 460)
PLAYED_S = 10.0
FRAME_S = 1 / 60
WHEEL_TURNS = 60


def measure(beside: bool = False) -> dict[str, Any]:
    """Time the frames of the stage.

    Args:
        beside: while the engine makes music.

    Returns:
        By the take's length: `picture_s`, until all of its picture is there; and in milliseconds, each as the median,
        the 99th percentile and the longest: `playing`, `zoomed_playing` and `zooming`, each as the GUI thread's own
        computing (`cpu_ms`) and by the clock (`clock_ms`); and `apart_ms`, from one frame to the next while it plays.
    """
    application = QApplication.instance() or make_application(["stage", "-platform", "offscreen"])
    assert isinstance(application, QApplication)
    theme.apply(application)
    sys.setswitchinterval(SWITCH_INTERVAL_S)  # as it is while one plays
    with music() if beside else nullcontext():
        return {name: _measure_take(application, length_s) for name, length_s in LENGTHS_S.items()}


def _measure_take(application: QApplication, length_s: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as after:
        take = sparse_take(Path(name) / "take", length_s)
        after.callback(take.close)
        stage, session = Stage((LOWEST_HZ, HIGHEST_HZ), (FLOOR_DB, CEILING_DB)), Session()
        stage.resize(*SIZE_PX)
        stage.show()
        hand = StageHand(session, stage)
        hand.start()
        after.callback(hand.close)
        begun_s = time.perf_counter()
        stage.view.show_take(length_s)
        session.update(take=take)
        _wait_until(application, lambda: _is_known(stage))
        figures: dict[str, Any] = {"picture_s": round(time.perf_counter() - begun_s, 2)}
        figures["playing"] = _play(stage, 0.3 * length_s)
        stage.view.look_at(TimeWindow(0.3 * length_s, 0.3 * length_s + min(5.0, length_s / 2)))
        figures["zoomed_playing"] = _play(stage, 0.3 * length_s)
        stage.view.show_all()
        figures["zooming"] = _zoom(application, stage, 0.5 * length_s)
        stage.close()
        return figures


class _Watch:
    """Notes what frames take: of the thread's own time, and by the clock."""

    def __init__(self) -> None:
        self._cpu_s: list[float] = []
        self._clock_s: list[float] = []
        self._begun_s: list[float] = []

    @contextmanager
    def frame(self) -> Iterator[None]:
        clock_s, cpu_s = time.perf_counter(), time.thread_time()
        yield
        self._begun_s.append(clock_s)
        self._cpu_s.append(time.thread_time() - cpu_s)
        self._clock_s.append(time.perf_counter() - clock_s)

    def figures(self) -> dict[str, list[float]]:
        return {
            "cpu_ms": _summary(np.array(self._cpu_s)),
            "clock_ms": _summary(np.array(self._clock_s)),
            "apart_ms": _summary(np.diff(self._begun_s)),
        }


def _play(stage: Stage, from_s: float) -> dict[str, list[float]]:
    """Move the playhead as playing does, for PLAYED_S, and time what it costs."""
    loop, watch, begun_s = QEventLoop(), _Watch(), time.perf_counter()

    def frame() -> None:
        with watch.frame():
            stage.view.set_position_s(from_s + time.perf_counter() - begun_s)
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=round(1000 * FRAME_S))
    timer.timeout.connect(frame)
    timer.start()
    QTimer.singleShot(round(1000 * PLAYED_S), loop.quit)
    loop.exec()
    timer.stop()
    return watch.figures()


def _zoom(application: QApplication, stage: Stage, about_s: float) -> dict[str, list[float]]:
    """Turn the wheel, in and out again, and time each turn until it is drawn; columns come in meanwhile."""
    watch = _Watch()
    for factor in [0.8] * (WHEEL_TURNS // 2) + [1.25] * (WHEEL_TURNS // 2):
        with watch.frame():
            stage.view.zoom(factor, about_s)
            application.processEvents()
        _rest(FRAME_S)
    figures = watch.figures()
    del figures["apart_ms"]
    return figures


def _summary(times_s: npt.NDArray[np.float64]) -> list[float]:
    return [round(1000 * float(value), 2) for value in (np.median(times_s), np.quantile(times_s, 0.99), times_s.max())]


def _is_known(stage: Stage) -> bool:
    everything = [(0, 10**12)]
    return all(
        stage.view.store.missing(look.track, look.level, look.columns[0], look.columns[1] - 1, everything) is None
        for look in stage.view.looks
    )


def _wait_until(application: QApplication, is_true: Callable[[], bool]) -> None:
    while not is_true():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _rest(duration_s: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * duration_s), loop.quit)
    loop.exec()


def sparse_take(folder: Path, length_s: float) -> Take:
    """A take with a second of noise at its beginning and every ten minutes, in files that take little room."""
    frames, noise = round(length_s * SAMPLE_RATE_HZ), np.random.default_rng(0).normal(0, 0.1, (SAMPLE_RATE_HZ, 2))
    take = Take.create(folder)
    take.append_mix(noise.astype(np.float32))
    take.finish()
    take.close()
    with (folder / "mix.f32").open("r+b") as file:
        os.truncate(file.fileno(), frames * 8)
        for begin_s in range(600, round(length_s) - 1, 600):
            file.seek(begin_s * SAMPLE_RATE_HZ * 8)
            file.write(noise.astype("<f4").tobytes())
    description = folder / "take.json"
    description.write_text(description.read_text().replace(str(SAMPLE_RATE_HZ), str(frames)))
    return Take.open(folder)


@contextmanager
def music() -> Iterator[None]:
    """Music is made meanwhile, and taken apart, as fast as the engine can, which is more than while one listens."""
    studio, gate = Studio(Catalogue()), Gate()
    ready = threading.Event()
    with tempfile.TemporaryDirectory() as name:
        thread = threading.Thread(target=_make_music, args=(studio, gate, Path(name), ready))
        thread.start()
        ready.wait()
        try:
            yield
        finally:
            gate.cancel()
            thread.join()


def _make_music(studio: Studio, gate: Gate, folder: Path, ready: threading.Event) -> None:
    model, separator = studio.catalogue.cards("generator")[0].name, studio.default_separator()
    with suppress(Cancelled):
        for number in range(1000):
            making = partial(studio.generate, folder / f"{number}", model, Journey.from_seed(number))
            take, work = making(length_s=60.0, separator=separator, gate=gate)
            for progress in work:
                if progress.separated_frames:
                    ready.set()
            take.close()
    ready.set()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", action="store_true", help="while the engine makes music")
    print(json.dumps(measure(parser.parse_args().beside), indent=2))
