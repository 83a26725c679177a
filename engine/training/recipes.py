"""Any activity: recipes as people type them: the name of a number and what it is to be."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from engine.errors import UsageError

Recipe = TypeVar("Recipe")


def changed(recipe: Recipe, settings: Sequence[tuple[str, str]]) -> Recipe:
    """A recipe (a dataclass) with some of its values replaced.

    Args:
        recipe: as it is by default.
        settings: names and values; a value is written as in JSON, and `sizes.channels` is what `sizes` has by the name
            "channels".

    Raises:
        UsageError: there is no such value (the nearest name is told), or it is of another kind.
    """
    values: dict[str, Any] = asdict(recipe)  # type: ignore[call-overload]
    for name, text in settings:
        _set(values, name, text)
    try:
        return type(recipe)(**values)
    except (TypeError, ValueError) as cause:
        raise UsageError(f"This recipe makes no sense: {cause}.") from cause


def _set(values: dict[str, Any], name: str, text: str) -> None:
    part, _, rest = name.partition(".")
    if rest and isinstance(values.get(part), Mapping):
        inside = dict(values[part])
        inside[rest] = _value(inside[rest], name, text) if rest in inside else _parsed(text)
        values[part] = inside
    elif name in values:
        values[name] = _value(values[name], name, text)
    else:
        near = difflib.get_close_matches(name, values, n=1, cutoff=0.4)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(values)}."
        raise UsageError(f"The recipe has no “{name}”: {meant}")


def _value(present: Any, name: str, text: str) -> Any:
    """The value that `text` says, of the same kind as the present one."""
    value = _parsed(text)
    if isinstance(present, float) and type(value) is int:
        return float(value)
    if isinstance(present, tuple) and isinstance(value, list):
        return tuple(value)
    if present is not None and type(value) is not type(present):
        raise UsageError(f"The recipe's {name} cannot be “{text}”: write for instance {name}={json.dumps(present)}.")
    return value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
