"""GUI thread: what is known of a take's picture: columns at every zoom and of every track, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine.audio.columns import COARSEST, CONTEXT_FRAMES, Columns, column_frames
from engine.audio.spectrogram import BINS

TILE_COLUMNS = 256
MOST_TILES = 512
"""A tile takes 64 KiB: all of them 32 MiB."""

Span = tuple[int, int]
"""From a frame, or a column, up to but without another."""


@dataclass(frozen=True)
class Strip:
    """A run of columns, ready to be drawn.

    Attributes:
        levels: (columns, BINS), the lowest frequency first.
        peaks: peak and RMS (columns, 2).
        known: whether anything is known of each column (columns,).
    """

    levels: npt.NDArray[np.uint8]
    peaks: npt.NDArray[np.uint8]
    known: npt.NDArray[np.bool_]


@dataclass
class _Tile:
    """TILE_COLUMNS columns, of which some may be known."""

    levels: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros((TILE_COLUMNS, BINS), np.uint8))
    peaks: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros((TILE_COLUMNS, 2), np.uint8))
    known: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(TILE_COLUMNS, np.bool_))


class LevelStore:
    """Columns by track, level and number. The tiles that were asked for longest ago make way for new ones."""

    def __init__(self, most_tiles: int = MOST_TILES) -> None:
        self._most_tiles = most_tiles
        self._tiles: OrderedDict[tuple[int, int, int], _Tile] = OrderedDict()

    def clear(self) -> None:
        """Forget everything."""
        self._tiles.clear()

    def put(self, columns: Columns) -> None:
        """Take in a run of columns."""
        for index, inside, along in _tiles_of(columns.first, columns.first + len(columns.levels)):
            tile = self._tile(columns.track, columns.level, index)
            tile.levels[inside] = columns.levels[along]
            tile.peaks[inside] = columns.peaks[along]
            tile.known[inside] = True
        while len(self._tiles) > self._most_tiles:
            self._tiles.popitem(last=False)

    def missing(self, track: int, level: int, first: int, end: int, ready: Iterable[Span]) -> Span | None:
        """The first run of columns from `first` to `end` that are not known and lie in the frames that are ready."""
        frames = column_frames(level)
        for begin, finish in ready:
            ready_first, ready_end = max(first, -(-begin // frames)), min(end, finish // frames)
            for index, inside, along in _tiles_of(ready_first, ready_end):
                tile = self._find(track, level, index)
                unknown = np.arange(inside.stop - inside.start) if tile is None else np.flatnonzero(~tile.known[inside])
                if len(unknown):
                    run = int(np.argmax(np.diff(unknown, append=unknown[-1] + 2) > 1)) + 1
                    begin_column = ready_first + along.start + int(unknown[0])
                    return begin_column, begin_column + run
        return None

    def strip(self, track: int, level: int, first: int, end: int) -> Strip:
        """Columns `first` up to `end`; where they are not known, from coarser ones, and black where nothing is."""
        count = end - first
        strip = Strip(np.zeros((count, BINS), np.uint8), np.zeros((count, 2), np.uint8), np.zeros(count, np.bool_))
        for index, inside, along in _tiles_of(first, end):
            tile = self._find(track, level, index)
            if tile is not None:
                strip.levels[along] = tile.levels[inside]
                strip.peaks[along] = tile.peaks[inside]
                strip.known[along] = tile.known[inside]
            if tile is None or not tile.known[inside].all():
                unknown = np.ones(TILE_COLUMNS, np.bool_) if tile is None else ~tile.known
                self._fill(strip, track, level, np.flatnonzero(unknown[inside]) + along.start, first)
        return strip

    def _fill(self, strip: Strip, track: int, level: int, places: npt.NDArray[np.intp], first: int) -> None:
        """Fill places of a strip that begins at the column `first` from the next coarser level that knows them."""
        for coarser in range(level + 1, COARSEST + 1):
            columns = (places + first) >> (coarser - level)
            left = np.ones(len(places), np.bool_)
            for index in np.unique(columns // TILE_COLUMNS):
                tile = self._find(track, coarser, int(index))
                if tile is None:
                    continue
                here = np.flatnonzero(columns // TILE_COLUMNS == index)
                here = here[tile.known[columns[here] % TILE_COLUMNS]]
                strip.levels[places[here]] = tile.levels[columns[here] % TILE_COLUMNS]
                strip.peaks[places[here]] = tile.peaks[columns[here] % TILE_COLUMNS]
                strip.known[places[here]] = True
                left[here] = False
            places = places[left]
            if not len(places):
                return

    def forget(self, frame: int) -> None:
        """Forget what was seen of the frames from `frame` on: they have become others."""
        for (_, level, index), tile in self._tiles.items():
            column = (frame - CONTEXT_FRAMES) // column_frames(level) - index * TILE_COLUMNS
            if column < TILE_COLUMNS:
                begin = max(column, 0)
                tile.known[begin:] = False
                tile.levels[begin:] = 0
                tile.peaks[begin:] = 0

    def _find(self, track: int, level: int, index: int) -> _Tile | None:
        key = track, level, index
        if key not in self._tiles:
            return None
        self._tiles.move_to_end(key)
        return self._tiles[key]

    def _tile(self, track: int, level: int, index: int) -> _Tile:
        tile = self._find(track, level, index)
        if tile is None:
            tile = self._tiles[track, level, index] = _Tile()
        return tile


def _tiles_of(first: int, end: int) -> Iterable[tuple[int, slice, slice]]:
    """The tiles that a run of columns lies in: number, the part of the tile, the part of the run."""
    for index in range(first // TILE_COLUMNS, -(-end // TILE_COLUMNS)):
        begin, finish = max(first, index * TILE_COLUMNS), min(end, (index + 1) * TILE_COLUMNS)
        if begin < finish:
            offset = index * TILE_COLUMNS
            yield index, slice(begin - offset, finish - offset), slice(begin - first, finish - first)
