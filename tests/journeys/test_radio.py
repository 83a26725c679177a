"""Endless music is let on, and the last 30 seconds of it are kept; the radio goes on meanwhile."""

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

KEPT_S = 30


def use(window: Window, pointer: Pointer, seen: Seen) -> Steps:
    player = window.playing._player
    pointer.click(button_in(window.make_bar.length, "Length ∞"))
    yield lambda: window.session.state.recipe.endless
    pointer.key("g")
    yield lambda: window.radio.is_on and window.playing.heard_frame > (KEPT_S + 1) * SAMPLE_RATE_HZ

    pointer.key("ctrl+k")
    menu = window.keep_button.menu()
    yield menu.isVisible
    action = next(action for action in menu.actions() if "30 s" in action.text())
    pointer.click(menu, menu.actionGeometry(action).center())
    heard = window.playing.heard_frame
    yield lambda: window.message.sentence.startswith("Kept") and window.message.isVisible()
    yield lambda: window.playing.heard_frame > heard + SAMPLE_RATE_HZ
    seen["still on"] = window.radio.is_on and player.state == "playing"
    seen["said"] = window.message.sentence
    yield lambda: any(entry.name in seen["said"] for entry in window.library.entries.values())
    kept = next(entry for entry in window.library.entries.values() if entry.name in seen["said"])
    seen["folder"] = str(kept.folder)

    pointer.click(window.message.action_button)
    yield lambda: window.session.state.entry is not None and window.session.state.entry.folder == kept.folder
    yield lambda: player.state == "playing"
    seen["radio off"] = not window.radio.is_on

    yield lambda: len(window.library.entries) == 2  # its take is on the disk before it is in the library
    (radio,) = (entry for entry in window.library.entries.values() if entry.folder != kept.folder)
    takes = window.rooms.takes.list
    pointer.click(takes.viewport(), takes.visualRect(takes.cards.index_of(str(radio.folder))).center())
    yield lambda: window.session.state.entry.folder == radio.folder and player.state == "playing"
    seen["can be skipped"] = window.transport.skip_button.isVisible()


@pytest.fixture(scope="module")
def journey(travel: Travel, tmp_path_factory) -> Journey:
    return travel(__name__, tmp_path_factory.mktemp("radio"))


def test_the_last_30_seconds_are_kept_with_their_stems(journey):
    take = Take.open(Path(journey.seen["folder"]))
    assert take.finished
    assert take.mix_frames == KEPT_S * SAMPLE_RATE_HZ
    assert take.stem_names == ("drums", "bass", "other", "vocals")
    assert take.read_stems(0, take.mix_frames).any()
    take.close()


def test_the_radio_goes_on_until_another_take_is_wanted(journey):
    assert journey.seen["still on"]
    assert journey.seen["radio off"]


def test_what_was_on_air_is_a_take_like_others_afterwards(journey):
    assert not journey.seen["can be skipped"]


if __name__ == "__main__":
    sys.exit(go(use))
