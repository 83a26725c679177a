"""The sound card is pulled out while it plays: the music goes on silently, the window says so, and it comes back."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.window import Window
from benchmarks.null_sink import sound_card
from engine.audio.format import SAMPLE_RATE_HZ
from tests.app.hand import Steps
from tests.journeys.conftest import Journey, Travel
from tests.journeys.hand import Pointer, Seen, another_program, button_in, go


def use(window: Window, pointer: Pointer, seen: Seen) -> Steps:
    player = window.playing._player
    folder = Path(os.environ["HOME"]) / "sound"

    def goes_on(duration_s: float = 1.0):
        until = player.position_frames + round(duration_s * SAMPLE_RATE_HZ)
        return lambda: player.position_frames >= until

    pointer.click(button_in(window.make_bar.length, "Length 1:00"))
    yield lambda: window.session.state.recipe.length_s == 60
    with another_program("tests.journeys.sound_card", folder):
        yield lambda: (folder / "native").exists()
        pointer.key("g")
        yield lambda: player.state == "playing" and bool(player.output_name) and not player.output_problem
        yield goes_on()
        seen["plugged in"] = window.header.output_text
    yield lambda: bool(player.output_problem) and window.message.isVisible()
    seen["said"] = window.message.sentence
    yield goes_on()
    seen["state without"] = player.state
    with another_program("tests.journeys.sound_card", folder):
        yield lambda: not player.output_problem and bool(player.output_name)
        yield goes_on()
        seen["plugged in again"] = window.header.output_text
        pointer.key("space")
        yield lambda: player.state != "playing"
    seen["underruns"] = player.underruns


@pytest.fixture(scope="module")
def journey(travel: Travel, tmp_path_factory) -> Journey:
    folder = tmp_path_factory.mktemp("unplug")
    (folder / "sound").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sound_card(folder / "sound").items():
            patch.setenv(name, value)
        return travel(__name__, folder)


def test_the_music_goes_on_and_the_window_says_what_to_do(journey):
    assert journey.seen["state without"] == "playing"
    assert "output" in journey.seen["said"]
    assert "Connect" in journey.seen["said"]


def test_it_comes_back_by_itself(journey):
    assert journey.seen["plugged in again"] == journey.seen["plugged in"]


if __name__ == "__main__":
    sys.exit(go(use))
