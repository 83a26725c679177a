"""Command line: how near takes come to real songs, and to one another, in the yardstick's features.

A distance is the yardstick's: in each of its groups of features (timbre, rhythm, tone) the Fréchet distance between
normal distributions fitted to the windows of the two sides. For `closeness` it is the yardstick that measures. For
`shows` and `variety`, where many distances must be comparable, all are measured in one space: features standardised by
all real songs together, along the first principal axes of everything that is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from engine.errors import UsageError
from tools.audition.recordings import Features, features_below, mixtures

PAIR_COMPONENTS = 8
"""Axes in which single recordings are compared: a minute has too few windows to tell how many more go together."""

FEWEST_WINDOWS = 16
"""Of a recording that is compared by itself: 18 s."""


def closeness(yardstick: ModuleType, held_out: Path, takes: Path) -> dict[str, Any]:
    """How near takes come to songs that no model heard: what the yardstick's `music` says of mixtures and takes."""
    with mixtures(held_out) as reference, mixtures(takes) as candidate:
        found: dict[str, Any] = yardstick.music(reference, candidate)
    return found


class Space:
    """The yardstick's features, comparable: standardised by real songs, along common principal axes."""

    def __init__(self, yardstick: ModuleType, real: Sequence[Features], others: Sequence[Features], most: int) -> None:
        """Lay the axes.

        Args:
            yardstick: whose groups and distances are meant.
            real: features of songs, by all of which together features are standardised.
            others: features of what is compared with them; the axes are those of all.
            most: axes a group at most.
        """
        self._frechet = yardstick.frechet
        pool = np.concatenate(real)
        self._centre, self._scale = pool.mean(0), pool.std(0) + 1e-3  # as in the yardstick
        everything = (np.concatenate([pool, *others]) - self._centre) / self._scale
        self._axes = {}
        for name, (columns, components) in yardstick.GROUPS.items():
            part = everything[:, columns] - everything[:, columns].mean(0)
            axes = np.linalg.svd(part, full_matrices=False)[2]
            self._axes[name] = (columns, axes[: min(components, most)].T)

    @property
    def groups(self) -> list[str]:
        """The names of the groups of features."""
        return list(self._axes)

    def distances(self, one: Features, other: Features) -> dict[str, float]:
        """The Fréchet distance in each group."""
        sides = [(features - self._centre) / self._scale for features in (one, other)]
        return {
            name: max(0.0, float(self._frechet(*(side[:, columns] @ axes for side in sides))))
            for name, (columns, axes) in self._axes.items()
        }


def shows(yardstick: ModuleType, held_out: Mapping[str, Path], takes: Mapping[str, Path]) -> dict[str, Any]:
    """The distance of each model's takes to the held-out songs of each show, and of the shows to one another.

    Distances are in units of the mean distance between two different shows, group by group, and then the mean of the
    groups: at 1, takes are as far from a show as another show is.

    Args:
        yardstick: see `load_yardstick`.
        held_out: folder of the held-out songs by show.
        takes: folder of a model's takes by the show that it learned.

    Returns:
        "shows": {show: {show: distance}}, "takes": {model: {show: distance}}, "groups": {group: as "takes"}, and
        "nearest": {model: show}.

    Raises:
        UsageError: less than two shows, or a folder without recordings.
    """
    if len(held_out) < 2:
        raise UsageError("Shows are compared with one another: give the held-out songs of at least two.")
    real = {show: np.concatenate(list(features_below(yardstick, folder).values())) for show, folder in held_out.items()}
    made = {show: np.concatenate(list(features_below(yardstick, folder).values())) for show, folder in takes.items()}
    space = Space(yardstick, list(real.values()), list(made.values()), most=32)
    apart = _all_distances(space, real, real)
    units = {
        group: float(np.mean([apart[a][b][group] for a, b in combinations(held_out, 2)])) + 1e-12
        for group in space.groups
    }
    found = _all_distances(space, made, real)
    by_group = {
        group: {a: {b: each[group] / units[group] for b, each in row.items()} for a, row in found.items()}
        for group in space.groups
    }
    table = _means(found, units)
    nearest = {model: min(row, key=row.__getitem__) for model, row in table.items()}
    return {"shows": _means(apart, units), "takes": table, "groups": by_group, "nearest": nearest}


Distances = dict[str, dict[str, dict[str, float]]]


def _all_distances(space: Space, some: Mapping[str, Features], others: Mapping[str, Features]) -> Distances:
    return {a: {b: space.distances(one, other) for b, other in others.items()} for a, one in some.items()}


def _means(distances: Distances, units: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The means over the groups."""
    return {
        a: {b: float(np.mean([each[group] / unit for group, unit in units.items()])) for b, each in row.items()}
        for a, row in distances.items()
    }


def variety(yardstick: ModuleType, held_out: Path, takes: Path) -> dict[str, Any]:
    """How far takes of different seeds lie apart, in units of how far different real songs do.

    All recordings are cut to the length of the shortest (from the middle), group by group distances are divided by
    their mean over all pairs of real songs, and the groups averaged.

    Returns:
        "takes": the mean over all pairs of takes (that of the songs is 1), "closest takes" and "closest songs": the
        smallest distance and the pair.

    Raises:
        UsageError: less than two recordings on a side, or one shorter than 18 s.
    """
    real, made = features_below(yardstick, held_out), features_below(yardstick, takes)
    if min(len(real), len(made)) < 2:
        raise UsageError("Variety is a matter of pairs: give at least two songs and two takes.")
    windows = min(len(features) for features in (*real.values(), *made.values()))
    if windows < FEWEST_WINDOWS:
        raise UsageError(f"A recording has only {windows} s to compare: give at least 20 s of each.")
    cut_real, cut_made = ({path: _middle(each, windows) for path, each in side.items()} for side in (real, made))
    space = Space(yardstick, list(cut_real.values()), list(cut_made.values()), PAIR_COMPONENTS)
    songs, pairs = _pairs(space, cut_real), _pairs(space, cut_made)
    units = {group: float(np.mean([each[group] for each in songs.values()])) + 1e-12 for group in space.groups}

    def spread(side: Mapping[tuple[Path, Path], dict[str, float]]) -> dict[tuple[Path, Path], float]:
        return {pair: float(np.mean([each[g] / units[g] for g in space.groups])) for pair, each in side.items()}

    among_songs, among_takes = spread(songs), spread(pairs)
    return {
        "takes": float(np.mean(list(among_takes.values()))),
        "closest takes": _closest(among_takes),
        "closest songs": _closest(among_songs),
        "windows": windows,
    }


def _middle(features: Features, windows: int) -> Features:
    start = (len(features) - windows) // 2
    return features[start : start + windows]


def _pairs(space: Space, recordings: Mapping[Path, Features]) -> dict[tuple[Path, Path], dict[str, float]]:
    return {(a, b): space.distances(recordings[a], recordings[b]) for a, b in combinations(recordings, 2)}


def _closest(distances: Mapping[tuple[Path, Path], float]) -> dict[str, Any]:
    pair = min(distances, key=distances.__getitem__)
    return {"distance": distances[pair], "pair": [str(path) for path in pair]}
