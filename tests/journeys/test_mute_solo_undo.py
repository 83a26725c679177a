"""Mute by the mouse, solo by the keys, a fader by a drag; undone one by one, and done again."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QPoint

from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from tests.app.hand import Steps
from tests.journeys.conftest import Journey, Travel
from tests.journeys.hand import Pointer, Seen, button_in, go


def use(window: Window, pointer: Pointer, seen: Seen) -> Steps:
    player, mixer, session = window.playing._player, window.mixer, window.session
    pointer.click(button_in(window.make_bar.length, "Length 0:15"))
    yield lambda: session.state.recipe.length_s == 15
    pointer.key("g")
    yield lambda: player.position_frames > SAMPLE_RATE_HZ
    states = [session.state.mix]
    drums, bass, other = mixer.strips[:3]

    pointer.click(drums.mute_button)
    yield lambda: drums.strip.muted
    states.append(session.state.mix)
    pointer.key("2", "s")
    yield lambda: bass.strip.soloed
    states.append(session.state.mix)
    x_px = other.fader.width() * 3 // 4
    begin, end = (other.fader.mapToGlobal(QPoint(x_px, round(other.fader.y_of(db)))) for db in (0, -18))
    yield from pointer.drag(begin, end)
    yield lambda: other.strip.gain_db < -15 and not other.held
    states.append(session.state.mix)

    for before in (states[2], states[1], states[0]):
        pointer.key("ctrl+z")
        yield lambda before=before: session.state.mix == before
    seen["undone"] = [drums.mute_button.isChecked(), bass.solo_button.isChecked(), other.fader.gain_db]
    for after in states[1:]:
        pointer.key("ctrl+shift+z")
        yield lambda after=after: session.state.mix == after
    seen["done again"] = [drums.mute_button.isChecked(), bass.solo_button.isChecked(), other.fader.gain_db]
    seen["heard of it"] = player.mix == session.state.mix
    pointer.key("space")
    yield lambda: player.state != "playing"


@pytest.fixture(scope="module")
def journey(travel: Travel, tmp_path_factory) -> Journey:
    return travel(__name__, tmp_path_factory.mktemp("mix"))


def test_undo_takes_everything_back(journey):
    assert journey.seen["undone"] == [False, False, 0.0]


def test_redo_brings_everything_back(journey):
    muted, soloed, gain_db = journey.seen["done again"]
    assert (muted, soloed) == (True, True)
    assert gain_db == pytest.approx(-18, abs=2)
    assert journey.seen["heard of it"]


if __name__ == "__main__":
    sys.exit(go(use))
