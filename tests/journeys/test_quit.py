"""The window is closed in the middle of making; when it is opened again, everything is found as it was."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from tests.app.hand import Steps
from tests.journeys.conftest import Journey, Travel
from tests.journeys.hand import FILE, Pointer, Seen, button_in, go

NAME = "Slow burn"
PLANNED_S = 3600


def use(window: Window, pointer: Pointer, seen: Seen) -> Steps:
    is_first = not (Path(os.environ["HOME"]) / FILE).exists()
    yield from (begin if is_first else find)(window, pointer, seen)


def begin(window: Window, pointer: Pointer, seen: Seen) -> Steps:
    """Make a take, give it a name, stars and a mix; begin another, and leave."""
    session, mixer, takes = window.session, window.mixer, window.rooms.takes.list
    pointer.click(button_in(window.make_bar.length, "Length 0:15"))
    yield lambda: session.state.recipe.length_s == 15
    pointer.key("g")
    yield lambda: session.state.take is not None and session.state.take.finished and not window.making.busy
    pointer.click(mixer.strips[0].mute_button)
    yield lambda: mixer.strips[0].strip.muted
    (entry,) = window.library.entries.values()
    yield lambda: window.library.entries[entry.folder].mix is not None

    takes.show_card(str(entry.folder))
    place = takes.visualRect(takes.currentIndex()).center()
    pointer.click(takes.viewport(), place)
    yield takes.hasFocus
    pointer.key("f")
    yield takes.rating.hasFocus
    pointer.key("4")
    yield lambda: window.library.entries[entry.folder].stars == 4
    pointer.key("Return")
    yield takes.hasFocus
    pointer.key("F2")
    yield lambda: takes.state() == takes.State.EditingState
    pointer.write(NAME)
    pointer.key("Return")
    yield lambda: window.library.entries[entry.folder].name == NAME

    pointer.write_over(window.make_bar.length.field, "1:00:00")
    yield lambda: session.state.recipe.length_s == PLANNED_S
    before = session.state.take
    pointer.click(window.make_bar.button)
    yield lambda: session.state.take is not before
    yield lambda: session.state.take.stem_frames > SAMPLE_RATE_HZ
    pointer.key("ctrl+2")
    yield lambda: not window.rooms.takes_side.isVisible()
    seen["made_s"] = session.state.take.mix_frames / SAMPLE_RATE_HZ
    pointer.key("ctrl+q")
    yield lambda: not window.isVisible()


def find(window: Window, pointer: Pointer, seen: Seen) -> Steps:
    """Look whether it is all there."""
    session, takes = window.session, window.rooms.takes.list
    yield lambda: len(window.library.entries) == 2
    seen["side with takes"] = window.rooms.takes_side.isVisible()
    pointer.key("ctrl+2")
    yield window.rooms.takes_side.isVisible
    cut_off, named = window.library.entries.values()
    seen["newest_s"] = cut_off.length_s
    seen["named"] = [named.name, named.stars]

    takes.show_card(str(named.folder))
    pointer.click(takes.viewport(), takes.visualRect(takes.cards.index_of(str(named.folder))).center())
    yield lambda: session.state.entry is not None and session.state.entry.folder == named.folder
    yield lambda: window.playing._player.state == "playing"
    seen["muted"] = [strip.strip.muted for strip in window.mixer.strips]
    pointer.click(takes.viewport(), takes.visualRect(takes.cards.index_of(str(cut_off.folder))).center())
    yield lambda: session.state.entry.folder == cut_off.folder
    seen["cut off has stems"] = session.state.take.stem_frames > 0


@pytest.fixture(scope="module")
def journeys(travel: Travel, tmp_path_factory) -> tuple[Journey, Journey]:
    folder = tmp_path_factory.mktemp("quit")
    return travel(__name__, folder), travel(__name__, folder)


def test_the_take_that_was_being_made_is_there_as_far_as_it_had_come(journeys):
    first, second = journeys
    assert first.seen["made_s"] <= second.seen["newest_s"] < PLANNED_S
    assert second.seen["cut off has stems"]


def test_the_other_has_its_name_its_stars_and_its_mix(journeys):
    _, second = journeys
    assert second.seen["named"] == [NAME, 4]
    assert second.seen["muted"] == [True, False, False, False]


def test_the_window_is_laid_out_as_it_was_left(journeys):
    _, second = journeys
    assert not second.seen["side with takes"]


if __name__ == "__main__":
    sys.exit(go(use))
