"""Any activity: what a take's recipe says of a part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def recipe_between(recipe: Mapping[str, Any], start: int, end: int) -> dict[str, Any]:
    """The recipe of a stretch, from that of the whole: of its "pieces" those that sound in it.

    A piece says `from_frame`, where it begins in the take, and `journey_frame`, where in its journey that is. Both are
    moved, so that the first piece begins at 0.
    """
    pieces = [dict(piece) for piece in recipe.get("pieces", ())]
    sounding = [piece for piece, ends in _with_ends(pieces) if piece["from_frame"] < end and start < ends]
    if not sounding:
        return dict(recipe)
    for piece in sounding:
        missing = max(0, start - piece["from_frame"])
        piece["journey_frame"] += missing
        piece["from_frame"] += missing - start
    last = {name: value for name, value in sounding[-1].items() if not name.endswith("_frame")}
    return {**recipe, **last, "pieces": sounding}


def _with_ends(pieces: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], float]]:
    """Each piece with the frame where the next begins."""
    ends = [*(piece["from_frame"] for piece in pieces), float("inf")][1:]
    return list(zip(pieces, ends, strict=True))
