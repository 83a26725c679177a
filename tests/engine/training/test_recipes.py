"""Recipes as people type them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.errors import UsageError
from engine.training.recipes import changed


@dataclass(frozen=True)
class Recipe:
    """A number of each kind."""

    batch: int = 4
    rate: float = 1e-4
    small: bool = True
    sizes: Mapping[str, Any] = field(default_factory=lambda: {"channels": 24, "segment": 3.0})

    def __post_init__(self) -> None:
        if self.batch > 100:
            raise ValueError("too many")


def test_values_are_read_as_what_they_are() -> None:
    typed = [("batch", "16"), ("rate", "2e-4"), ("small", "false"), ("sizes.channels", "8"), ("sizes.depth", "4")]
    assert changed(Recipe(), typed) == Recipe(16, 2e-4, False, {"channels": 8, "segment": 3.0, "depth": 4})
    assert changed(Recipe(), [("rate", "1")]).rate == 1.0
    assert changed(Recipe(), []) == Recipe()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("bacth", "16", "did you mean batch?"),
        ("xyz", "16", "there are batch, rate"),
        ("batch", "many", "batch=4"),
        ("batch", "1.5", "batch=4"),
        ("small", "1", "small=true"),
        ("sizes.channels", "wide", "sizes.channels=24"),
        ("batch", "1000", "too many"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        changed(Recipe(), [(name, text)])
