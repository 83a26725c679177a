"""The session tells every change once."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from app.session import NEW_SEEDS, Recipe, Session, new_seed
from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.musika.journey import Journey
from engine.playback.settings import MixSettings


@pytest.fixture
def session(qapp):
    return Session()


@pytest.fixture
def told(session):
    heard: list[tuple[str, object]] = []
    session.changed.connect(lambda name, value: heard.append((name, value)))
    return heard


def test_changes_are_told_by_name(session, told):
    session.update(title="Slow burn", mix=MixSettings.unity(6))
    assert told == [("title", "Slow burn"), ("mix", MixSettings.unity(6))]
    assert session.state.title == "Slow burn"


def test_equal_values_tell_nobody(session, told):
    session.update(mix=MixSettings.unity(4), title="")
    session.change_recipe(length_s=session.state.recipe.length_s)
    assert told == []


def test_listeners_see_the_new_state_and_may_change_it_further(session):
    seen = []

    def shorten(name: str, value: object) -> None:
        seen.append(session.state.title)
        if name == "title" and len(session.state.title) > 3:
            session.update(title=session.state.title[:3])

    session.changed.connect(shorten)
    session.update(title="Rehearsal")
    assert seen == ["Rehearsal", "Reh"]


def test_parts_of_the_recipe_change_alone(session, told):
    before = session.state.recipe
    session.change_recipe(seed=4294967295)
    (name, recipe), *others = told
    assert (name, others) == ("recipe", [])
    assert (recipe.seed, recipe.length_s, recipe.model) == (4294967295, before.length_s, before.model)


def test_an_unknown_name_is_a_mistake(session):
    with pytest.raises(TypeError):
        session.update(titel="x")


def test_new_seeds_differ_and_stay_short():
    seeds = {new_seed() for _ in range(50)}
    assert len(seeds) > 40
    assert all(0 <= seed < NEW_SEEDS for seed in seeds)


def seeds(recipe: Recipe) -> tuple[int, int]:
    return recipe.seed, recipe.variation_seed


def test_one_seed_is_style_and_variation():
    assert Recipe(seed=7).journey() == Journey.from_seed(7)
    assert seeds(Recipe(seed=7, variation=9)) == (7, 9)


def test_new_seeds_are_drawn_but_for_the_locked():
    recipe = Recipe(seed=7, variation=9)
    style, variation = seeds(recipe.redrawn())
    assert style == variation != 7
    style, variation = seeds(replace(recipe, seed_locked=True).redrawn())
    assert style == 7
    assert variation != 9
    style, variation = seeds(replace(recipe, variation_locked=True).redrawn())
    assert style != 7
    assert variation == 9
    both = replace(recipe, seed_locked=True, variation_locked=True)
    assert both.redrawn() == both


def test_a_locked_variation_stays_when_the_style_becomes_another(session):
    session.update(recipe=Recipe(seed=7))
    session.change_recipe(variation_locked=True)
    session.change_recipe(seed=8)
    assert seeds(session.state.recipe) == (8, 7)
    session.change_recipe(variation_locked=False)
    session.change_recipe(seed=10)
    assert seeds(session.state.recipe) == (10, 10)


def test_a_recipe_is_a_journey():
    recipe = Recipe(length_s=20.0, seed=7, variation=9, truncation=1.5, drift=0.5, morph=(3, 10.0))
    assert recipe.journey() == Journey(7, 9, 1.5, drift=0.5).morphing(0.0, 3, 10.0)
    looped = replace(recipe, loop=True)  # whose style stays
    assert looped.journey() == Journey(7, 9, 1.5, loop_frames=20 * SAMPLE_RATE_HZ)
    endless = replace(looped, length_s=math.inf)
    assert endless.endless
    assert endless.journey() == recipe.journey()
    with pytest.raises(UsageError):
        Recipe(seed=2**32).journey()


def test_a_surprise_is_another_and_leaves_alone_what_was_chosen():
    recipe = Recipe("band", 120.0, 7, loop=True)
    surprises = [recipe.surprised() for _ in range(30)]
    assert recipe not in surprises
    assert {(each.model, each.length_s, each.loop, each.morph) for each in surprises} == {("band", 120.0, True, None)}
    assert len({each.seed for each in surprises}) > 20
    assert len({each.truncation for each in surprises}) > 5
    assert all(0.1 <= each.truncation <= 3.9 and 0.0 <= each.drift <= 1.0 for each in surprises)


def test_a_surprise_keeps_what_is_locked():
    recipe = Recipe("band", seed=7, variation=8, seed_locked=True, variation_locked=True)
    for _ in range(30):
        surprise = recipe.surprised()
        assert (surprise.seed, surprise.variation) == (7, 8)
        assert surprise != recipe
