"""Any activity: whether the losses of a training are still sane."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from statistics import median

LARGEST_LOSS = 1e4
"""No loss of ours comes near it but on its way to infinity."""

FAR = 100.0
"""A loss that is so many times as large as it lately was runs away."""

REMEMBERED, FEWEST = 200, 50
"""Steps that "lately" looks back on at most; with fewer than FEWEST nobody can say what is usual."""


class Watch:
    """Looks at the losses of every step."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._sizes: dict[str, deque[float]] = {}

    def problem(self, losses: Mapping[str, float]) -> str | None:
        """What is wrong with the losses of a step, as the beginning of a sentence; None if nothing is.

        A loss runs away when its size passes LARGEST_LOSS, or FAR times the median of its last sizes. Sizes below 1
        count as 1: a loss that rises from nearly nothing is no danger.
        """
        for name, value in losses.items():
            if not math.isfinite(value):
                return f"The loss “{name}” is no number any more"
            if abs(value) > self._limit(name):
                return f"The loss “{name}” ran away to {value:.3g}"
        for name, value in losses.items():
            self._sizes.setdefault(name, deque(maxlen=REMEMBERED)).append(abs(value))
        return None

    def _limit(self, name: str) -> float:
        sizes = self._sizes.get(name, ())
        return LARGEST_LOSS if len(sizes) < FEWEST else min(LARGEST_LOSS, FAR * max(1.0, median(sizes)))
