"""A region is chosen by a drag, looped by a key, and dragged into another program."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from tests.app.hand import Steps, passed, trembles_until_welcome
from tests.journeys.conftest import Journey, Travel
from tests.journeys.hand import WINDOW_PX, Pointer, Seen, another_program, button_in, go

PLACE_PX = (WINDOW_PX[0] + 20, 60, 300, 400)
REGION_S = (1.0, 2.0)


def use(window: Window, pointer: Pointer, seen: Seen) -> Steps:
    player, view = window.playing._player, window.view
    pointer.click(button_in(window.make_bar.length, "Length 0:15"))
    yield lambda: window.session.state.recipe.length_s == 15
    pointer.key("g")
    yield lambda: player.position_frames > SAMPLE_RATE_HZ and window.session.state.take.finished

    begin, end = (view.mapToGlobal(QPoint(round(view.x_of(time_s)), 90)) for time_s in REGION_S)
    yield from pointer.drag(begin, end)
    yield lambda: view.region is not None and not QApplication.mouseButtons().value  # the hand has let go
    seen["region_s"] = view.region
    pointer.key("l")
    yield lambda: player.loop is not None and player.loop[0] <= player.position_frames < player.loop[1]
    seen["loop"] = player.loop
    middle = sum(player.loop) // 2
    yield lambda: player.position_frames > middle
    yield lambda: player.position_frames < middle  # round it went
    seen["shown as looping"] = window.transport.loop_button.isChecked()

    notes = Path(os.environ["HOME"]) / "notes.jsonl"
    grip = window.rooms.drag_button
    with another_program("tests.app.drop_target", notes, *PLACE_PX):
        yield notes.exists
        yield passed(20)
        middle = QPoint(PLACE_PX[0] + PLACE_PX[2] // 2, PLACE_PX[1] + PLACE_PX[3] // 2)
        yield from pointer.drag(grip.mapToGlobal(grip.rect().center()), middle, lets_go=False)
        yield trembles_until_welcome((middle.x(), middle.y()), lambda x, y: pointer.do("mousemove", x, y))
        pointer.do("mouseup", 1)
        yield lambda: '"dropped"' in notes.read_text()
    seen["notes"] = [json.loads(line) for line in notes.read_text().splitlines()]
    pointer.key("Escape")
    yield lambda: view.region is None and player.loop is None


@pytest.fixture(scope="module")
def journey(travel: Travel, tmp_path_factory) -> Journey:
    return travel(__name__, tmp_path_factory.mktemp("loop"))


def test_the_region_is_where_the_hand_drew_it_and_is_played_round(journey):
    assert journey.seen["region_s"] == pytest.approx(REGION_S, abs=0.05)
    assert journey.seen["loop"] == [round(edge_s * SAMPLE_RATE_HZ) for edge_s in journey.seen["region_s"]]
    assert journey.seen["shown as looping"]


def test_the_other_program_got_the_region_as_a_whole_file(journey):
    (path, frames), *others = [line[1:] for line in journey.seen["notes"] if line[0] == "dropped"]
    begin, end = journey.seen["loop"]
    assert not others
    assert frames == end - begin
    assert Path(path).is_file()


if __name__ == "__main__":
    sys.exit(go(use))
