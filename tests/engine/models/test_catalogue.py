"""The catalogue: finding models, and saying which ones there are instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.models.card import ModelCard, write_card
from engine.models.catalogue import Catalogue


def add(parent: Path, name: str, kind: str = "generator", title: str = "") -> None:
    (parent / name).mkdir(parents=True)
    write_card(ModelCard(name=name, title=title or name, kind=kind), parent / name)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    add(tmp_path / "bundled", "house-band", title="bundled")
    add(tmp_path / "bundled", "stems", "separator")
    add(tmp_path / "user", "house-band", title="the user's")
    add(tmp_path / "user", "my-band")
    (tmp_path / "user" / "broken").mkdir()
    (tmp_path / "user" / "broken" / "card.json").write_text("{")
    return Catalogue([tmp_path / "bundled", tmp_path / "user", tmp_path / "absent"])


def test_models_of_every_folder_are_found_and_the_first_of_a_name_counts(catalogue: Catalogue) -> None:
    assert [card.name for card in catalogue.cards()] == ["house-band", "stems", "my-band"]
    assert catalogue.find("house-band").title == "bundled"
    assert [card.name for card in catalogue.cards("separator")] == ["stems"]


def test_a_broken_model_is_reported_and_the_others_stay(catalogue: Catalogue) -> None:
    assert len(catalogue.problems) == 1
    assert "broken" in str(catalogue.problems[0])


@pytest.mark.parametrize(("asked", "near"), [("house-bnad", "house-band"), ("My-Band", "my-band")])
def test_an_unknown_name_brings_the_near_ones(catalogue: Catalogue, asked: str, near: str) -> None:
    with pytest.raises(ModelError, match=f"did you mean {near}"):
        catalogue.find(asked)


def test_a_model_of_another_kind_is_not_what_was_asked_for(catalogue: Catalogue) -> None:
    with pytest.raises(ModelError, match="no separator called “house-band”"):
        catalogue.find("house-band", "separator")
