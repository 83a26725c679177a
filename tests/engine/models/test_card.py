"""Model cards: what is written comes back; what is damaged or dangerous is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelError
from engine.models.card import ModelCard, load_card, verify, write_card
from engine.models.weights import write_tensors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a-band"
    write_tensors(folder / "weights.safetensors", {"a": np.ones((2, 3))})
    card = ModelCard(name="a-band", title="A Band", kind="generator", needs=("an-ear",), sizes={"context": 128})
    write_card(card, folder)
    return folder


def change_card(folder: Path, **values: object) -> None:
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | values))


def test_a_card_comes_back_as_written(folder: Path) -> None:
    card = load_card(folder)
    assert (card.name, card.title, card.kind, card.needs) == ("a-band", "A Band", "generator", ("an-ear",))
    assert card.sizes == {"context": 128}
    assert card.folder == folder
    assert list(card.files) == ["weights.safetensors"]
    assert card.size_bytes == (folder / "weights.safetensors").stat().st_size
    verify(card)


def test_seconds_may_be_left_out_and_may_be_whole(folder: Path) -> None:
    assert (load_card(folder).learned_s, load_card(folder).context_s) == (0.0, 0.0)
    change_card(folder, learned_s=9000, context_s=11.89)
    assert (load_card(folder).learned_s, load_card(folder).context_s) == (9000, 11.89)


def test_unknown_fields_of_a_later_version_are_passed_over(folder: Path) -> None:
    change_card(folder, mood="late")
    assert load_card(folder).title == "A Band"


def test_a_changed_file_is_found(folder: Path) -> None:
    with (folder / "weights.safetensors").open("ab") as file:
        file.write(b"!")
    with pytest.raises(ModelError, match=r"weights.safetensors .* is not the one its card names"):
        verify(load_card(folder))


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "weights.safetensors").unlink()
    with pytest.raises(ModelError, match=r"lacks its file weights.safetensors"):
        load_card(folder)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "spell"},
        {"name": "../../etc"},
        {"name": "With Spaces"},
        {"name": 7},
        {"files": {"../../secret": "00"}},
        {"files": {"/etc/passwd": "00"}},
        {"files": ["weights.safetensors"]},
        {"files": {"weights.safetensors": 7}},
        {"needs": ["../x"]},
        {"needs": [["x"]]},
        {"sizes": 3},
        {"learned_s": "long"},
        {"learned_s": -1},
        {"context_s": True},
        {"context_s": float("nan")},
    ],
)
def test_a_card_that_lies_is_refused(folder: Path, values: dict[str, object]) -> None:
    change_card(folder, **values)
    with pytest.raises(ModelError) as caught:
        load_card(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, '{"name": "x"}'])
def test_a_card_that_is_no_card_is_refused(folder: Path, text: str) -> None:
    (folder / "card.json").write_text(text)
    with pytest.raises(ModelError):
        load_card(folder)


def test_an_enormous_card_is_not_read(folder: Path) -> None:
    (folder / "card.json").write_text(" " * (2**20 + 1))
    with pytest.raises(ModelError, match="too large"):
        load_card(folder)
