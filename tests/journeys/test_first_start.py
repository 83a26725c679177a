"""First start to exported stems: one press makes music, another writes it to files."""

from __future__ import annotations

import sys

import pytest
import soundfile

from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from tests.app.hand import Steps
from tests.journeys.conftest import Journey, Travel
from tests.journeys.hand import Pointer, Seen, button_in, go
from tests.sound import NullSink

STEMS = ("Drums", "Bass", "Other", "Vocals")
LENGTH_S = 15


def use(window: Window, pointer: Pointer, seen: Seen) -> Steps:
    player, bar = window.playing._player, window.make_bar
    seen["invitation"] = window.view._invitation.text()
    seen["button"] = bar.button.text()
    pointer.click(button_in(bar.length, "Length 0:15"))
    yield lambda: window.session.state.recipe.length_s == LENGTH_S
    pointer.click(bar.button)
    yield lambda: player.state == "playing" and player.position_frames > SAMPLE_RATE_HZ
    yield lambda: bar.button.text() == "Generate"
    seen["marks_s"] = [window.session.state.take.mix_frames, window.session.state.take.stem_frames]

    pointer.click(window.export_button)
    yield window.exporting.overlay.isVisible
    stems = button_in(window.exporting.panel, "Stems")
    pointer.click(stems)
    yield stems.isChecked
    pointer.click(window.exporting.panel.export_button)
    yield lambda: window.message.sentence.startswith("Exported") and window.message.isVisible()
    seen["said"] = window.message.sentence
    seen["folder"] = str(window.store.settings.export_folder)
    seen["title"] = window.session.state.title


@pytest.fixture(scope="module")
def journey(travel: Travel, null_sink: NullSink, tmp_path_factory) -> Journey:
    folder = tmp_path_factory.mktemp("first")
    with null_sink.record() as recording:
        made = travel(__name__, folder)
        made.seen["heard"] = float(abs(recording.wave()).max())
    return made


def test_the_empty_stage_names_the_button_to_press(journey):
    assert journey.seen["button"] in journey.seen["invitation"]


def test_it_is_heard(journey):
    assert journey.seen["heard"] > 0.01


def test_the_take_is_whole_when_the_button_says_so(journey):
    assert journey.seen["marks_s"] == [LENGTH_S * SAMPLE_RATE_HZ] * 2


def test_every_stem_is_a_file_of_the_whole_length(journey):
    title = journey.seen["title"]
    files = [f"{journey.seen['folder']}/{title} - {stem}.wav" for stem in STEMS]
    assert [soundfile.info(file).frames for file in files] == [LENGTH_S * SAMPLE_RATE_HZ] * 4
    assert journey.seen["folder"] in journey.seen["said"]


if __name__ == "__main__":
    sys.exit(go(use))
