"""What people want of a training is kept with it, and ends on the card."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.models.card import ModelCard, load_card, verify, write_card
from engine.training.logbook import MODEL_FOLDER
from engine.training.wishes import MINUTES, WISHES_FILE, Wishes, entitle, keep_wishes, kept_wishes


def test_wishes_are_kept_and_completed_by_earlier_ones(tmp_path: Path) -> None:
    first = Wishes({"name": "my-band", "band": "Nobody"}, minutes=30)
    keep_wishes(tmp_path, first)
    assert kept_wishes(tmp_path) == first
    later = Wishes({"band": "Somebody"}).after(kept_wishes(tmp_path))
    assert later == Wishes({"name": "my-band", "band": "Somebody"}, minutes=30)
    assert Wishes(steps=7).after(first).limits == {"minutes": math.inf, "steps": 7}


def test_nothing_said_is_an_hour() -> None:
    assert Wishes().limits == {"minutes": MINUTES}
    assert Wishes(minutes=5).limits == {"minutes": 5, "steps": math.inf}


@pytest.mark.parametrize(
    "text", ["", "[]", '{"titles": 3}', '{"titles": {"name": "Bad Name"}, "minutes": 1, "steps": 1}']
)
def test_what_is_illegible_counts_as_nothing_said(tmp_path: Path, text: str) -> None:
    (tmp_path / WISHES_FILE).write_text(text)
    assert kept_wishes(tmp_path) == Wishes()


def test_a_name_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(ModelError, match="Bad Name"):
        Wishes({"name": "Bad Name"})


def test_the_card_says_what_was_wished_and_the_rest_as_the_training_said(tmp_path: Path) -> None:
    model = tmp_path / MODEL_FOLDER
    model.mkdir()
    (model / "weights").write_bytes(b"123")
    write_card(ModelCard(name="generator", title="G", kind="generator", trained_for="9 steps"), model)
    keep_wishes(tmp_path, Wishes({"name": "my-band", "venue": "A barn"}))
    card = entitle(tmp_path, needs=("ear",))
    assert card == load_card(model)
    verify(card)
    assert (card.name, card.title, card.venue, card.trained_for) == ("my-band", "my-band", "A barn", "9 steps")
    assert card.needs == ("ear",)
    assert json.loads((tmp_path / WISHES_FILE).read_text())["titles"] == {"name": "my-band", "venue": "A barn"}
