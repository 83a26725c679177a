"""What is known of a picture: found again, asked for where it is not, replaced by something coarser meanwhile."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio.columns import CONTEXT_FRAMES, Columns, column_frames
from engine.audio.spectrogram import BINS
from widgets.level_store import TILE_COLUMNS, LevelStore


def columns(level: int, first: int, values: list[int] | np.ndarray, track: int = 0) -> Columns:
    """Columns, each of one value throughout."""
    column = np.asarray(values, np.uint8)[:, None]
    return Columns(track, level, first, np.repeat(column, BINS, axis=1), np.repeat(column, 2, axis=1))


def shown(store: LevelStore, level: int, first: int, end: int, track: int = 0) -> list[int]:
    strip = store.strip(track, level, first, end)
    assert (strip.levels == strip.levels[:, :1]).all()
    np.testing.assert_array_equal(strip.peaks, strip.levels[:, :2])
    return strip.levels[:, 0].tolist()


def test_what_was_put_is_found_across_tiles() -> None:
    store, values = LevelStore(), np.arange(600) % 251
    store.put(columns(3, 100, values))
    assert shown(store, 3, 100, 700) == values.tolist()
    assert shown(store, 3, 98, 102) == [0, 0, 0, 1]
    assert store.strip(0, 3, 98, 102).known.tolist() == [False, False, True, True]
    assert shown(store, 3, 100, 110, track=1) == [0] * 10


def test_what_is_missing_is_asked_for_in_order_and_only_where_it_is_ready() -> None:
    store, frames = LevelStore(), column_frames(2)
    ready = [(10 * frames - 1, 50 * frames), (60 * frames, 1000 * frames + 1)]
    assert store.missing(0, 2, 0, 2000, ready) == (10, 50)
    store.put(columns(2, 10, [1] * 20))
    assert store.missing(0, 2, 0, 2000, ready) == (30, 50)
    store.put(columns(2, 30, [1] * 20))
    assert store.missing(0, 2, 0, 2000, ready) == (60, TILE_COLUMNS)
    store.put(columns(2, 60, [1] * 940))
    assert store.missing(0, 2, 0, 2000, ready) is None
    assert store.missing(1, 2, 0, 2000, ready) == (10, 50)


def test_what_is_not_known_is_shown_from_the_next_coarser_level() -> None:
    store = LevelStore()
    store.put(columns(5, 0, [9] * 100))
    store.put(columns(3, 0, [7, 8]))
    store.put(columns(2, 1, [5]))
    assert shown(store, 2, 0, 10) == [7, 5, 8, 8, 9, 9, 9, 9, 9, 9]
    assert store.strip(0, 2, 798, 802).known.tolist() == [True, True, False, False]
    store.put(columns(2, 0, [4] * 4))
    assert shown(store, 2, 0, 5) == [4, 4, 4, 4, 9]


@pytest.mark.parametrize("level", [0, 2, 6])
def test_what_was_seen_from_a_frame_on_is_forgotten_at_every_level(level: int) -> None:
    store, frames = LevelStore(), column_frames(level)
    store.put(columns(level, 0, [3] * 700))
    cut = 300 * frames
    store.forget(cut)
    kept = (cut - CONTEXT_FRAMES) // frames
    assert shown(store, level, 0, 700) == [3] * kept + [0] * (700 - kept)
    assert store.missing(0, level, 0, 700, [(0, 700 * frames)]) == (kept, min(700, (kept // 256 + 1) * 256))


def test_memory_is_bounded_and_what_is_looked_at_stays() -> None:
    store = LevelStore(most_tiles=4)
    store.put(columns(0, 0, [1] * TILE_COLUMNS))
    for tile in range(1, 10):
        store.put(columns(0, tile * TILE_COLUMNS, [2] * TILE_COLUMNS))
        assert shown(store, 0, 0, 2) == [1, 1]
    assert len(store._tiles) == 4
    assert shown(store, 0, TILE_COLUMNS, TILE_COLUMNS + 1) == [0]
    store.clear()
    assert shown(store, 0, 0, 2) == [0, 0]
