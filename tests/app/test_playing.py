"""Player, picture and transport in step: playhead, region and loop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.playing import NO_REGION, Playing
from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.player import Player
from engine.takes.take import Take
from widgets.header_bar import HeaderBar
from widgets.spectrogram_view import SpectrogramView
from widgets.transport import Transport

LEFT = Qt.MouseButton.LeftButton


class Deck:
    """What plays and what shows it; nothing sounds before somebody presses play."""

    def __init__(self, qtbot) -> None:
        self.player, self.transport, self.header = Player(), Transport(), HeaderBar()
        self.view = SpectrogramView(30.0, 18_000.0)
        self.playing = Playing(self.player, self.transport, self.view, self.header)
        self.said: list[str] = []
        self.playing.failed.connect(lambda sentence, _: self.said.append(sentence))
        for widget in (self.transport, self.view, self.header):
            qtbot.addWidget(widget)
            widget.show()

    def load(self, take: Take) -> None:
        self.playing.load(take, go_over=False)
        self.view.show_take(take.mix_frames / SAMPLE_RATE_HZ)
        self.view.set_progress(take.mix_frames / SAMPLE_RATE_HZ, None)

    def choose(self, begin_s: float, end_s: float) -> None:
        """As the hand does."""
        self.view._choose((begin_s, end_s))

    @property
    def loop_s(self) -> tuple[float, ...] | None:
        return self.player.loop and tuple(frame / SAMPLE_RATE_HZ for frame in self.player.loop)


@pytest.fixture
def deck(qtbot):
    deck = Deck(qtbot)
    yield deck
    deck.playing.close()


@pytest.fixture
def new_take(tmp_path: Path):
    takes: list[Take] = []

    def make(seconds: float, **wishes: object) -> Take:
        take = Take.create(tmp_path / f"take {len(takes)}", **wishes)
        take.append_mix(np.zeros((round(seconds * SAMPLE_RATE_HZ), 2), np.float32))
        if take.kept_frames is None:
            take.finish()
        takes.append(take)
        return take

    yield make
    for take in takes:
        take.close()


def test_the_playhead_and_the_time_follow_a_seek(deck, new_take, qtbot):
    deck.load(new_take(10))
    deck.view.sought.emit(3.25)
    qtbot.waitUntil(lambda: deck.view.position_s == pytest.approx(3.25, abs=0.001))
    assert deck.transport._position.text() == "0:03.2"


def test_the_button_says_what_is_looped(deck, new_take, qtbot):
    deck.load(new_take(10))
    assert deck.transport.loop_button.text().strip() == "Loop"
    width_px = deck.transport.loop_button.width()
    deck.choose(2, 5)
    assert deck.transport.loop_button.text().strip() == "Loop region"
    assert deck.transport.loop_button.width() == width_px
    qtbot.mouseClick(deck.transport.loop_button, LEFT)
    assert deck.loop_s == (2.0, 5.0)
    deck.choose(3, 6)
    assert deck.loop_s == (3.0, 6.0)
    deck.view.let_go()
    assert deck.loop_s is None
    assert not deck.transport.loop_button.isChecked()
    assert deck.transport.loop_button.text().strip() == "Loop"


def test_without_a_region_all_is_looped_if_there_is_an_all(deck, new_take):
    deck.load(new_take(10))
    deck.playing.toggle_loop()
    assert deck.loop_s == (0.0, 10.0)
    deck.load(new_take(10, kept_frames=5 * SAMPLE_RATE_HZ))
    assert deck.loop_s is None
    deck.playing.toggle_loop()
    assert (deck.loop_s, deck.said) == (None, [NO_REGION])


def test_a_region_belongs_to_its_take(deck, new_take):
    deck.load(new_take(10))
    deck.choose(2, 5)
    deck.load(new_take(8, recipe={"journey": {"loop_frames": 8 * SAMPLE_RATE_HZ}}))
    assert deck.view.region is None
    assert deck.loop_s == (0.0, 8.0)
    assert deck.transport.loop_button.text().strip() == "Loop"
    assert deck.transport.loop_button.isChecked()
