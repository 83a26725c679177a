"""The make bar and the recipe of the next take, hand in hand."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt

from app.session import Recipe, Session
from app.shaping import Shaping
from engine.musika.journey import USUAL_TRUNCATION
from widgets.make_bar import USUAL, MakeBar

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bar(qtbot) -> MakeBar:
    bar = MakeBar()
    qtbot.addWidget(bar)
    bar.set_open(True)
    bar.show()
    return bar


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def shaping(session, bar) -> Shaping:
    return Shaping(session, bar)


def test_the_bar_shows_the_recipe_from_the_beginning(session, bar, shaping):
    assert bar.seed.seed == bar.variation.seed == session.state.recipe.seed
    assert bar.length.value == session.state.recipe.length_s
    assert bar.adventure.value == USUAL_TRUNCATION == USUAL
    assert not bar.button.isEnabled()  # there is no model yet


def test_whatever_a_hand_changes_is_in_the_recipe(session, bar, shaping, qtbot):
    bar.length.choose(83.0)
    bar.seed.set_seed(11)
    bar.variation.set_seed(12)
    qtbot.mouseClick(bar.variation.lock_button, LEFT)
    qtbot.mouseClick(bar.seed.lock_button, LEFT)
    bar.adventure.slider.setValue(0)
    bar.drift.slider.setValue(100)
    bar.morph.field.over.choose(10.0)
    bar.morph.field.seed.set_seed(13)
    qtbot.mouseClick(bar.morph, LEFT)
    qtbot.mouseClick(bar.morph.field.tick, LEFT)
    bar.morph.sheet.close()
    qtbot.mouseClick(bar.loop, LEFT)
    assert session.state.recipe == Recipe(
        length_s=83.0,
        seed=11,
        variation=12,
        truncation=0.1,
        drift=1.0,
        morph=(13, 10.0),
        loop=True,
        seed_locked=True,
        variation_locked=True,
    )


def test_whatever_becomes_of_the_recipe_is_on_the_bar(session, bar, shaping):
    session.update(recipe=Recipe("band", 120.0, 5, 6, 1.5, 0.4, (7, 30.0), seed_locked=True, variation_locked=True))
    assert (bar.length.value, bar.seed.seed, bar.variation.seed) == (120.0, 5, 6)
    assert (bar.adventure.value, bar.drift.value, bar.morph.wanted) == (1.5, 0.4, (7, 30.0))
    assert bar.seed.lock_button.isChecked()
    assert bar.variation.lock_button.isChecked()
    assert bar.button.isEnabled()


def test_a_loop_neither_drifts_nor_morphs_and_a_radio_is_none(session, bar, shaping):
    session.change_recipe(loop=True)
    assert (bar.loop.isChecked(), bar.drift.isEnabled(), bar.morph.isEnabled()) == (True, False, False)
    session.change_recipe(length_s=math.inf)
    assert (bar.loop.isEnabled(), bar.drift.isEnabled(), bar.morph.isEnabled()) == (False, True, True)


def test_what_cannot_be_is_told(bar, shaping, qtbot):
    bar.length.field.setText("abc")
    with qtbot.waitSignal(shaping.refused) as refused:
        qtbot.keyClick(bar.length.field, Qt.Key.Key_Return)
    assert "abc" in refused.args[0]
