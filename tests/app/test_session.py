"""The session tells every change once."""

from __future__ import annotations

import pytest

from app.session import NEW_SEEDS, Session, new_seed
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
