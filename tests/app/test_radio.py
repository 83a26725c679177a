"""The window with a radio on, with tiny networks: what the hand wishes is what comes."""

from __future__ import annotations

import math
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.program import make_window
from app.radio import changes
from app.session import Recipe
from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.card import load_card, write_card
from engine.models.catalogue import Catalogue
from engine.musika.journey import Journey
from engine.radio import Piece
from engine.takes.take import Take
from tests.sound import NullSink
from tests.tiny_models import write_tiny_models

LEFT = Qt.MouseButton.LeftButton
WAIT_MS = 120_000


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    """A generator under two names, and a separator."""
    folder = tmp_path_factory.mktemp("models")
    write_tiny_models(folder)
    shutil.copytree(folder / "tiny-band", folder / "zither-band")
    card = load_card(folder / "zither-band")
    (folder / "zither-band" / "card.json").unlink()
    write_card(type(card)(name="zither-band", title="Zither Band", kind="generator"), folder / "zither-band")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("radio") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPDEADNET_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def pressed_early(home, models, qapp, null_sink: NullSink) -> Iterator[tuple[Window, str, str]]:
    """A window in which Generate was pressed before its models were loaded, and what it said then.

    One for all: to open one takes longer than to use it.
    """
    window = make_window(lambda: Catalogue([models]))
    window.show()
    window.start()
    wait_until(lambda: len(window.picker.buttons) == 2)
    window.session.change_recipe(length_s=1.0, seed=7)
    press(window.make_bar.button)
    said = window.activity.text, window.make_bar.button.text()
    wait_until(lambda: window.session.state.take is not None)
    yield window, *said
    window.close()
    window.deleteLater()


@pytest.fixture(scope="module")
def window(pressed_early) -> Window:
    return pressed_early[0]


@pytest.fixture
def on_air(window, qtbot) -> Window:
    """The window with a radio that sounds, begun anew."""
    window.radio.let_go()
    window.engine.cancel()
    qtbot.waitUntil(lambda: not window.making.busy, timeout=WAIT_MS)
    window.session.update(recipe=Recipe(model="tiny-band", length_s=math.inf, seed=7))
    before = window.session.state.take
    window.making.generate()
    qtbot.waitUntil(lambda: window.radio.is_on and window.session.state.take is not before, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.playing.heard_frame > SAMPLE_RATE_HZ / 4, timeout=WAIT_MS)
    return window


def wait_until(condition: Callable[[], bool]) -> None:
    """As qtbot does, for a whole module."""
    deadline_s = time.monotonic() + WAIT_MS / 1000
    while not condition():
        assert time.monotonic() < deadline_s
        QApplication.processEvents()
        time.sleep(0.01)  # QTest.qWait would keep the interpreter's lock from the engine


def press(button: QWidget) -> None:
    QTest.mouseClick(button, LEFT)


def last_piece(window: Window) -> Piece:
    return window.radio._radio.piece_at(window.session.state.take.mix_frames)


def wait_for_piece(qtbot, window: Window, before: Piece) -> Piece:
    """Wait until another piece has been heard, and give it."""
    qtbot.waitUntil(lambda: last_piece(window) != before, timeout=WAIT_MS)
    piece = last_piece(window)
    qtbot.waitUntil(lambda: window.playing.heard_frame > piece.from_frame, timeout=WAIT_MS)
    return piece


def test_endless_goes_on_without_cancel(on_air):
    assert on_air.session.state.take.kept_frames is not None
    assert on_air.make_bar.button.text() == "Generate"
    assert on_air.transport.skip_button.isVisible()
    assert on_air.keep_button.isVisible()
    assert on_air.export_button.isEnabled()  # what is still there
    assert on_air.session.state.title == "Tiny Band 7"


def test_skip_goes_over_to_another_style(on_air, qtbot):
    before = last_piece(on_air)
    press(on_air.transport.skip_button)
    piece = wait_for_piece(qtbot, on_air, before)
    assert piece.journey.style == on_air.session.state.recipe.seed != 7
    assert on_air.session.state.title == f"Tiny Band {piece.journey.style}"
    assert on_air.make_bar.seed.field.text() == str(piece.journey.style)


def test_more_like_this_keeps_the_style(on_air, qtbot):
    before = last_piece(on_air)
    press(on_air.make_bar.more_button)
    piece = wait_for_piece(qtbot, on_air, before)
    assert piece.journey.style == 7
    assert piece.journey.variation == on_air.session.state.recipe.variation != 7


def test_generate_plays_the_piece_that_was_typed(on_air, qtbot):
    before = last_piece(on_air)
    on_air.session.change_recipe(seed=11)
    press(on_air.make_bar.button)
    piece = wait_for_piece(qtbot, on_air, before)
    assert piece.journey.style == 11
    assert on_air.radio.is_on


def test_sliders_steer_what_plays(on_air, qtbot):
    before = last_piece(on_air)
    on_air.make_bar.drift.slider.setValue(50)
    on_air.make_bar.adventure.slider.setValue(0)
    piece = wait_for_piece(qtbot, on_air, before)
    at_s = piece.journey_s(piece.from_frame)
    assert (piece.journey.drift_at(at_s + 0.1), piece.journey.truncation_at(at_s + 0.1)) == (0.5, 0.1)
    assert piece.journey_frame > 0  # the same piece, going on


def test_another_model_goes_on_with_the_journey(on_air, qtbot):
    before = last_piece(on_air)
    press(on_air.picker.buttons[1])
    piece = wait_for_piece(qtbot, on_air, before)
    assert (piece.model, piece.journey) == ("zither-band", before.journey)
    assert on_air.session.state.title.startswith("Zither Band")


def test_what_was_heard_is_kept_and_can_be_opened(on_air, qtbot, home):
    qtbot.waitUntil(lambda: on_air.playing.heard_frame > SAMPLE_RATE_HZ, timeout=WAIT_MS)
    on_air.keep_button.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: on_air.message.sentence.startswith("Kept"), timeout=WAIT_MS)
    radio = on_air.session.state.take
    [folder] = (home / "takes").glob("* Tiny Band 7, kept *")
    with_stems = Take.open(folder)
    assert with_stems.mix_frames > SAMPLE_RATE_HZ
    assert with_stems.recipe["model"] == "tiny-band"
    with_stems.close()

    press(on_air.message.action_button)
    qtbot.waitUntil(lambda: on_air.session.state.take is not radio, timeout=WAIT_MS)
    assert re.fullmatch(r"Tiny Band 7, kept \d\d:\d\d", on_air.session.state.title)
    assert on_air.session.state.entry.model == "Tiny Band"
    qtbot.waitUntil(lambda: on_air.export_button.isEnabled(), timeout=WAIT_MS)
    assert not on_air.radio.is_on
    assert on_air.make_bar.more_button.isEnabled()


def test_a_take_replaces_the_radio_when_it_sounds(on_air, qtbot):
    radio = on_air.session.state.take
    on_air.session.change_recipe(length_s=2.0)
    press(on_air.make_bar.button)
    qtbot.waitUntil(lambda: on_air.session.state.take is not radio, timeout=WAIT_MS)
    assert on_air.playing._player.state == "playing"  # without a break
    qtbot.waitUntil(lambda: radio.finished, timeout=WAIT_MS)
    assert not on_air.radio.is_on
    with closing(Take.open(radio.folder)) as kept:  # what was still there of it is a take like any other
        assert kept.mix_frames == radio.mix_frames - radio.first_frame
        assert [piece["from_frame"] for piece in kept.recipe["pieces"]] == [0]
    assert not on_air.transport.skip_button.isVisible()


def test_a_pause_stops_the_computing_until_it_plays_on(on_air, qtbot):
    press(on_air.transport.play_button)
    qtbot.waitUntil(lambda: "Paused" in on_air.activity.notice, timeout=WAIT_MS)
    assert all(gate.paused for gate in on_air.engine._gates)
    press(on_air.transport.play_button)
    qtbot.waitUntil(lambda: not on_air.activity.notice, timeout=WAIT_MS)
    assert not any(gate.paused for gate in on_air.engine._gates)


def test_a_region_is_looped(on_air, qtbot):
    qtbot.waitUntil(lambda: on_air.playing.heard_frame > 2 * SAMPLE_RATE_HZ, timeout=WAIT_MS)
    on_air.transport.loop_button.click()
    assert "region" in on_air.message.sentence
    assert not on_air.transport.loop_button.isChecked()
    view = on_air.view
    qtbot.mousePress(view, LEFT, pos=QPoint(round(view.x_of(0.5)), 50))
    for time_s in (1.0, 1.5):
        qtbot.mouseMove(view, QPoint(round(view.x_of(time_s)), 50))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(round(view.x_of(1.5)), 50))
    on_air.transport.loop_button.click()
    start, end = on_air.playing._player.loop
    assert (start / SAMPLE_RATE_HZ, end / SAMPLE_RATE_HZ) == pytest.approx((0.5, 1.5), abs=0.05)
    qtbot.waitUntil(lambda: start <= on_air.playing.heard_frame < end, timeout=WAIT_MS)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert on_air.playing._player.loop is None
    assert not on_air.transport.loop_button.isChecked()


def test_generate_pressed_early_is_queued(pressed_early):
    _, words, button = pressed_early
    assert "Next: Tiny Band 7" in words
    assert button == "Cancel"


def test_only_what_has_changed_is_steered():
    before, journey = Recipe(seed=1), Journey.from_seed(1)
    assert changes(before, Recipe(seed=2)) == []  # a seed counts from the next piece on
    [drift] = changes(before, Recipe(seed=1, drift=0.5))
    assert drift(journey, 3.0) == journey.drifting(3.0, 0.5)
    [truncation] = changes(before, Recipe(seed=1, truncation=1.0))
    assert truncation(journey, 3.0) == journey.truncated(3.0, 1.0)
    [morph] = changes(before, Recipe(seed=1, morph=(9, 10.0)))
    assert morph(journey, 3.0) == journey.morphing(3.0, 9, 10.0)
    assert changes(Recipe(seed=1, morph=(9, 10.0)), before) == []
