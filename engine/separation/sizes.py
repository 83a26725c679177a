"""Engine thread: the sizes that a separator's card gives, checked before a network is built of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from engine.errors import ModelError

STEM_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
MAX_STEMS = 16

Limits = Mapping[str, tuple[float, float]]


def checked(sizes: Mapping[str, Any], limits: Limits, fractional: Collection[str]) -> dict[str, Any]:
    """The sizes of a card, none of them unknown or out of bounds, with the stems that must be among them.

    Args:
        sizes: `sources` (stem names in order) and numbers.
        limits: the least and the largest value of each number, by name.
        fractional: the names of those that need not be whole.

    Raises:
        ModelError: they are not so.
    """
    numbers = {name: value for name, value in sizes.items() if name != "sources"}
    for name, value in numbers.items():
        if name not in limits:
            raise ModelError(f"The separator has a size “{name}” that this program does not know: update the program.")
        low, high = limits[name]
        kinds = (int, float) if name in fractional else (type(low),)
        if type(value) not in kinds or not low <= value <= high:
            raise ModelError(f"The separator's size “{name}” must be a number from {low} to {high}, not {value!r}.")
    return {"sources": _checked_stem_names(sizes.get("sources")), **numbers}


def _checked_stem_names(names: object) -> list[str]:
    """Stem names become file names: plain words, each once."""
    if not isinstance(names, list) or not 1 <= len(names) <= MAX_STEMS or len(set(map(str, names))) < len(names):
        raise ModelError(f"The separator must name 1 to {MAX_STEMS} different stems: import the model again.")
    for name in names:
        if not isinstance(name, str) or not STEM_NAME.fullmatch(name):
            raise ModelError(f"{name!r} cannot name a stem: use lower-case letters and digits.")
    return list(names)
