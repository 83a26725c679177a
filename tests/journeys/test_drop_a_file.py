"""A recording is dragged from another program over the window, let go, and taken apart; it is among the takes then."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint

from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.take import Take
from tests.app.hand import Steps, passed
from tests.journeys.conftest import Journey, Travel
from tests.journeys.hand import WINDOW_PX, Pointer, Seen, another_program, go

PLACE_PX = (WINDOW_PX[0] + 20, 60, 300, 200)
FRAMES = 6 * SAMPLE_RATE_HZ


def use(window: Window, pointer: Pointer, seen: Seen) -> Steps:
    recording = Path(os.environ["HOME"]) / "rehearsal 3.flac"
    with another_program("tests.journeys.file_manager", recording, *PLACE_PX):
        yield passed(100)  # it has no way to say that it is there
        begin = QPoint(PLACE_PX[0] + 100, PLACE_PX[1] + 100)
        end = window.view.mapToGlobal(window.view.rect().center())
        yield from pointer.drag(begin, end, lets_go=False)
        yield passed(10)
        pointer.do("mouseup", 1)
        yield lambda: window.session.state.take is not None
    yield lambda: window.session.state.take.finished
    yield lambda: window.mixer.strips[0].isVisible()
    seen["title"] = window.session.state.title
    seen["stems"] = window.mixer.stems
    seen["takes"] = [[entry.name, str(entry.folder)] for entry in window.library.entries.values()]


@pytest.fixture(scope="module")
def journey(travel: Travel, tmp_path_factory) -> Journey:
    folder = tmp_path_factory.mktemp("drop")
    noise = np.random.default_rng(0).normal(0, 0.05, (FRAMES, 2))
    soundfile.write(folder / "rehearsal 3.flac", noise, SAMPLE_RATE_HZ)
    return travel(__name__, folder)


def test_it_is_called_what_the_file_is_called(journey):
    assert journey.seen["title"] == "rehearsal 3"


def test_it_has_been_taken_apart_and_kept(journey):
    ((name, folder),) = journey.seen["takes"]
    assert name == "rehearsal 3"
    assert journey.seen["stems"] == ["drums", "bass", "other", "vocals"]
    take = Take.open(Path(folder))
    assert (take.mix_frames, take.stem_frames) == (FRAMES, FRAMES)
    written, _ = soundfile.read(journey.folder / "rehearsal 3.flac", dtype="float32")
    np.testing.assert_array_equal(take.read_mix(0, FRAMES), written)
    take.close()


if __name__ == "__main__":
    sys.exit(go(use))
