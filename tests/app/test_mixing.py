"""The mixer, the session and the player in step; every move can be undone."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.history import History
from app.mixing import GESTURE_MS, Mixing
from app.session import STEMS, Session
from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.limiter import CEILING_DB
from engine.playback.player import Player
from engine.playback.settings import MixSettings, Strip
from engine.takes.take import Take
from widgets.mixer_panel import MixerPanel

LEFT = Qt.MouseButton.LeftButton
UNITY = MixSettings.unity(4)


class Desk:
    """A mixer with all that is behind it."""

    def __init__(self) -> None:
        self.session, self.player, self.history, self.mixer = Session(), Player(), History(), MixerPanel()
        self.mixer.set_stems(STEMS)
        self.mixer.resize(900, 260)
        self.mixing = Mixing(self.session, self.player, self.mixer, self.history)

    @property
    def mix(self) -> MixSettings:
        """Where the faders stand: everybody has to agree."""
        assert self.session.state.mix == self.player.mix
        assert [strip.strip for strip in self.mixer.strips] == list(self.player.mix.strips)
        return self.session.state.mix

    def load(self, take: Take, remembered: object = None) -> None:
        self.player.load(take)
        self.session.update(take=take)
        self.mixing.show_take(take, remembered)

    def rest(self) -> None:
        """Let the hand rest, so that the next pull is a move of its own."""
        self.mixing._resting.timeout.emit()


@pytest.fixture
def desk(qtbot):
    desk = Desk()
    qtbot.addWidget(desk.mixer)
    desk.mixer.show()
    yield desk
    desk.mixing.close()
    desk.player.close()


@pytest.fixture
def new_take(tmp_path: Path):
    takes: list[Take] = []

    def make(stems: tuple[str, ...] = STEMS, level: float = 0.1, seconds: float = 1.0) -> Take:
        take = Take.create(tmp_path / f"take {len(takes)}", stem_names=stems)
        frames = round(seconds * SAMPLE_RATE_HZ)
        take.append_mix(np.full((frames, 2), level * max(1, len(stems)), np.float32))
        if stems:
            take.append_stems(np.full((frames, len(stems), 2), level, np.float32))
        take.finish()
        takes.append(take)
        return take

    yield make
    for take in takes:
        take.close()


def pull(qtbot, desk: Desk, strip: int, to_db: float) -> None:
    """Pull a fader by mouse, in several steps."""
    fader = desk.mixer.strips[strip].fader
    x_px = fader.width() * 3 // 4
    begin, end = round(fader.y_of(fader.gain_db)), round(fader.y_of(to_db))
    qtbot.mousePress(fader, LEFT, pos=QPoint(x_px, begin))
    for y_px in np.linspace(begin, end, 6).round().astype(int):
        qtbot.mouseMove(fader, QPoint(x_px, int(y_px)))
    qtbot.mouseRelease(fader, LEFT, pos=QPoint(x_px, end))


def test_a_pull_at_a_fader_is_one_move(desk, qtbot):
    pull(qtbot, desk, 0, -12)
    first = desk.mix
    assert first.strips[0].gain_db == pytest.approx(-12, abs=0.6)
    assert first.strips[1:] == UNITY.strips[1:]
    desk.rest()
    pull(qtbot, desk, 0, -24)
    assert desk.history.undo_words == "fader of drums"
    desk.history.undo()
    assert desk.mix == first
    desk.history.undo()
    assert desk.mix == UNITY
    assert desk.history.undo_words == ""
    desk.history.redo()
    assert desk.mix == first


def test_a_pull_that_takes_its_time_is_one_move_too(desk, qtbot):
    fader = desk.mixer.strips[2].fader
    x_px = fader.width() * 3 // 4
    qtbot.mousePress(fader, LEFT, pos=QPoint(x_px, round(fader.y_of(0))))
    for gain_db in (-3, -6):
        qtbot.mouseMove(fader, QPoint(x_px, round(fader.y_of(gain_db))))
        desk.rest()
    qtbot.mouseRelease(fader, LEFT, pos=QPoint(x_px, round(fader.y_of(-6))))
    assert desk.mix.strips[2].gain_db == pytest.approx(-6, abs=0.5)
    desk.history.undo()
    assert desk.mix == UNITY


def test_a_double_click_is_undone_at_once(desk, qtbot):
    desk.mixer.strips[1].fader.set_gain_db(-20)
    desk.rest()
    fader = desk.mixer.strips[1].fader
    place = QPoint(fader.width() * 3 // 4, round(fader.y_of(-6)))
    qtbot.mouseClick(fader, LEFT, pos=place)
    qtbot.mouseDClick(fader, LEFT, pos=place)
    assert desk.mix.strips[1].gain_db == 0
    desk.history.undo()
    assert desk.mix.strips[1].gain_db == -20


def test_a_typed_pan_is_one_move(desk, qtbot):
    figure = desk.mixer.strips[1].pan_figure
    qtbot.mouseClick(figure, LEFT)
    qtbot.keyClicks(figure, "R 100")
    qtbot.keyClick(figure, Qt.Key.Key_Return)
    assert desk.mix.strips[1].pan == 1.0
    assert desk.history.undo_words == "pan of bass"
    desk.history.undo()
    assert desk.mix == UNITY
    assert figure.text() == "C"
    assert desk.history.undo_words == ""


def test_moves_of_different_controls_are_moves_of_their_own(desk, qtbot):
    strip, other = desk.mixer.strips[0], desk.mixer.strips[1]
    moves = [
        (lambda: strip.fader.set_gain_db(-3), "fader of drums"),
        (lambda: strip.pan_knob.set_pan(0.5), "pan of drums"),
        (lambda: other.pan_knob.set_pan(0.5), "pan of bass"),
        (lambda: qtbot.mouseClick(strip.mute_button, LEFT), "mute of drums"),
        (lambda: qtbot.mouseClick(strip.mute_button, LEFT), "unmute of drums"),
        (lambda: qtbot.mouseClick(other.solo_button, LEFT), "solo of bass"),
        (lambda: desk.mixer.master.fader.set_gain_db(-6), "master fader"),
        (lambda: qtbot.mouseClick(desk.mixer.master.reset_button, LEFT), "reset of the mixer"),
    ]
    states = [desk.mix]
    for move, words in moves:
        move()
        assert desk.history.undo_words == words
        states.append(desk.mix)
    for before in reversed(states[:-1]):
        desk.history.undo()
        assert desk.mix == before
    for after in states[1:]:
        desk.history.redo()
        assert desk.mix == after


def test_the_buttons_in_the_mixer_undo_and_redo(desk, qtbot):
    qtbot.mouseClick(desk.mixer.strips[3].mute_button, LEFT)
    qtbot.mouseClick(desk.mixer.master.undo_button, LEFT)
    assert desk.mix == UNITY
    assert "mute of vocals" in desk.mixer.master.redo_button.toolTip()
    qtbot.mouseClick(desk.mixer.master.redo_button, LEFT)
    assert desk.mix.strips[3].muted


def test_a_gesture_ends_by_itself(desk, qtbot):
    desk.mixer.strips[0].fader.set_gain_db(-3)
    gesture = desk.mixing._gesture
    assert desk.mixing._resting.interval() == GESTURE_MS
    qtbot.waitUntil(lambda: desk.mixing._gesture == gesture + 1)


def test_faders_stay_for_a_take_that_has_none_remembered(desk, new_take):
    desk.mixer.strips[0].fader.set_gain_db(-3)
    before = desk.mix
    desk.load(new_take())
    assert desk.mix == before
    desk.history.undo()
    assert desk.mix == UNITY


def test_faders_go_to_where_they_stood_for_a_take(desk, new_take):
    desk.mixer.strips[0].fader.set_gain_db(-3)
    remembered = MixSettings((Strip(-math.inf), Strip(muted=True), Strip(pan=-1.0), Strip(soloed=True)), -2.0)
    desk.load(new_take(), remembered.to_json())
    assert desk.mix == remembered
    assert desk.history.undo_words == ""  # those were faders of another take
    desk.load(new_take(), {"strips": "nonsense"})
    assert desk.mix == remembered


def test_other_stems_bring_other_strips(desk, new_take):
    desk.mixer.strips[1].fader.set_gain_db(-3)
    desk.mixer.master.fader.set_gain_db(-1)
    desk.load(new_take((*STEMS, "guitar", "piano")))
    assert desk.mix == MixSettings((Strip(), Strip(-3), *[Strip()] * 4), -1)
    assert [strip.accessibleName() for strip in desk.mixer.strips][4:] == ["Guitar strip", "Piano strip"]
    desk.load(new_take(("piano", "bass")))
    assert desk.mix == MixSettings((Strip(), Strip(-3)), -1)
    desk.load(new_take(()), UNITY.to_json())  # does not fit
    assert desk.mix == MixSettings((), -1)


def test_a_comparison_lowers_what_is_heard_and_moves_no_fader(desk, new_take):
    desk.load(new_take())
    desk.mixer.master.fader.set_gain_db(-2.0)
    desk.session.update(matched_db=-3.5)
    assert desk.player.mix.master_gain_db == -5.5
    assert (desk.session.state.mix.master_gain_db, desk.mixer.master.fader.gain_db) == (-2.0, -2.0)
    six = new_take((*STEMS, "guitar", "piano"))
    desk.player.load(six)
    desk.session.update(take=six)
    desk.session.update(matched_db=0.0)  # before its strips are there
    desk.mixing.show_take(six)
    assert desk.mix == MixSettings((Strip(),) * 6, master_gain_db=-2.0)


def test_what_sounds_is_seen(desk, new_take, null_sink, qtbot):
    desk.load(new_take(seconds=8.0))
    desk.player.play()
    meters = [channel.meter for channel in desk.mixer.channels]
    qtbot.waitUntil(lambda: meters[0].averages_db[0] > -21, timeout=30_000)
    assert meters[0].bars_db[0] == pytest.approx(-20, abs=0.1)
    assert meters[-1].bars_db[1] == pytest.approx(20 * np.log10(0.4), abs=0.1)
    desk.mixer.strips[0].fader.set_gain_db(-math.inf)
    qtbot.waitUntil(lambda: meters[0].bars_db[0] < -50, timeout=30_000)
    desk.mixer.master.fader.set_gain_db(6.0)
    for strip in desk.mixer.strips:
        strip.fader.set_gain_db(6.0)
    qtbot.waitUntil(lambda: desk.mixer.master.limiter_lamp.lit, timeout=30_000)
    qtbot.waitUntil(lambda: meters[-1].bars_db[1] == pytest.approx(CEILING_DB, abs=0.05), timeout=30_000)
    assert not meters[0].clipped.any()


def test_loudness_is_shown_and_begun_anew(desk, tmp_path, null_sink, qtbot):
    t_s = np.arange(60 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sine = (10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * t_s)).astype(np.float32)
    take = Take.create(tmp_path / "sine")
    take.append_mix(np.stack([sine, sine], axis=1))
    take.finish()
    desk.load(take)
    loudness = desk.mixer.master.loudness
    desk.player.play()
    qtbot.waitUntil(lambda: loudness.whole.figure in ("−23.1", "−23.0", "−22.9"), timeout=30_000)
    desk.mixer.master.fader.set_gain_db(-10.0)
    qtbot.waitUntil(lambda: loudness.now.figure in ("−33.1", "−33.0", "−32.9"), timeout=30_000)
    assert loudness.whole.figure != loudness.now.figure
    qtbot.mouseClick(loudness, LEFT)
    qtbot.waitUntil(lambda: loudness.whole.figure in ("−33.1", "−33.0", "−32.9"), timeout=30_000)
    desk.player.close()
    take.close()
