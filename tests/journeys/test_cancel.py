"""Making is cancelled in the middle: what there is of the take stays, and the next one is made at once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.take import Take
from tests.app.hand import Steps
from tests.journeys.conftest import Journey, Travel
from tests.journeys.hand import Pointer, Seen, button_in, go

PLANNED_S = 3600


def use(window: Window, pointer: Pointer, seen: Seen) -> Steps:
    player, bar, session = window.playing._player, window.make_bar, window.session
    pointer.write_over(bar.length.field, "1:00:00")
    yield lambda: session.state.recipe.length_s == PLANNED_S
    pointer.click(bar.button)
    yield lambda: player.position_frames > SAMPLE_RATE_HZ
    seen["button meanwhile"] = bar.button.text()
    pointer.click(bar.button)
    yield lambda: not window.making.busy
    cancelled = session.state.take
    seen["length_s"] = cancelled.mix_frames / SAMPLE_RATE_HZ
    seen["plays on"] = player.state
    seen["folder"] = str(cancelled.folder)

    pointer.click(button_in(bar.length, "Length 0:15"))
    yield lambda: session.state.recipe.length_s == 15
    pointer.click(bar.button)
    yield lambda: session.state.take is not cancelled and session.state.take.finished
    seen["takes"] = [str(entry.folder) for entry in window.library.entries.values()]
    yield lambda: bar.button.text() == "Generate"


@pytest.fixture(scope="module")
def journey(travel: Travel, tmp_path_factory) -> Journey:
    return travel(__name__, tmp_path_factory.mktemp("cancel"))


def test_the_button_is_cancel_meanwhile(journey):
    assert journey.seen["button meanwhile"] == "Cancel"


def test_what_there_is_of_it_stays_and_can_be_played(journey):
    assert 0 < journey.seen["length_s"] < PLANNED_S
    assert journey.seen["plays on"] == "playing"
    take = Take.open(Path(journey.seen["folder"]))
    assert take.mix_frames == pytest.approx(journey.seen["length_s"] * SAMPLE_RATE_HZ, abs=1)
    take.close()


def test_both_takes_are_there(journey):
    assert len(journey.seen["takes"]) == 2
    assert journey.seen["folder"] in journey.seen["takes"]


if __name__ == "__main__":
    sys.exit(go(use))
