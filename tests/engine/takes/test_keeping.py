"""Keeping: what just sounded becomes a take of its own, to the bit, while the take goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import OutputError, UsageError
from engine.takes.keeping import BLOCK_FRAMES, keep
from engine.takes.pieces import recipe_between
from engine.takes.take import Take

FRAMES = 3 * BLOCK_FRAMES
PIECES = [
    {"model": "a", "journey": {"style": 1}, "from_frame": 0, "journey_frame": 0},
    {"model": "a", "journey": {"style": 2}, "from_frame": 100_000, "journey_frame": 0},
    {"model": "b", "journey": {"style": 3}, "from_frame": 150_000, "journey_frame": 50_000},
]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """An endless take with a gap in its stems."""
    take = Take.create(
        tmp_path / "take", stem_names=("low", "high"), kept_frames=FRAMES, recipe={"separator": "s", "pieces": PIECES}
    )
    mix = np.random.default_rng(3).normal(0, 0.1, (FRAMES + 5_000, 2)).astype(np.float32)
    take.append_mix(mix)
    stems = np.stack([mix / 3, mix / 4], axis=1)
    take.append_stems(stems[:90_000])
    take.skip_stems(120_000)
    take.append_stems(stems[120_000:])
    return take


def test_a_stretch_is_kept_to_the_bit_with_its_stems_and_gaps(take: Take, tmp_path: Path) -> None:
    start, end = 80_000, 180_123
    work = keep(take, start, end, tmp_path / "kept" / "mine")
    done = []
    for fraction in work:
        done.append(fraction)
        take.append_mix(np.ones((100, 2), np.float32))  # the producer goes on
        assert not (tmp_path / "kept" / "mine").exists()
    assert done == sorted(done)
    assert done[-1] == 1.0
    kept = Take.open(tmp_path / "kept" / "mine")
    assert (kept.finished, kept.mix_frames, kept.kept_frames) == (True, end - start, None)
    np.testing.assert_array_equal(kept.read_mix(0, end), take.read_mix(start, end - start))
    np.testing.assert_array_equal(kept.read_stems(0, end), take.read_stems(start, end - start))
    assert (kept.stems_end(0), kept.stems_from(10_000), kept.stems_end(40_000)) == (10_000, 40_000, end - start)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["mine"]
    kept.close()


def test_its_recipe_says_what_sounds_in_it(take: Take) -> None:
    recipe = recipe_between(take.recipe, 80_000, 160_000)
    assert [piece["from_frame"] for piece in recipe["pieces"]] == [0, 20_000, 70_000]
    assert [piece["journey_frame"] for piece in recipe["pieces"]] == [80_000, 0, 50_000]
    assert (recipe["model"], recipe["journey"], recipe["separator"]) == ("b", {"style": 3}, "s")
    assert recipe_between(take.recipe, 110_000, 120_000)["pieces"] == [
        {"model": "a", "journey": {"style": 2}, "from_frame": 0, "journey_frame": 10_000}
    ]
    assert take.recipe["pieces"] == PIECES
    assert recipe_between({"model": "x"}, 5, 6) == {"model": "x"}


def test_all_means_what_there_still_is(take: Take, tmp_path: Path) -> None:
    *_, _ = keep(take, 0, 10**9, tmp_path / "kept")
    kept = Take.open(tmp_path / "kept")
    assert kept.mix_frames == FRAMES
    np.testing.assert_array_equal(kept.read_mix(0, 10), take.read_mix(5_000, 10))
    kept.close()


def test_cancelling_leaves_nothing(take: Take, tmp_path: Path) -> None:
    work = keep(take, 0, FRAMES, tmp_path / "new" / "kept")
    next(work)
    work.close()  # type: ignore[attr-defined]
    assert not (tmp_path / "new").exists()


def test_what_cannot_be_kept_is_said(take: Take, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to keep"):
        next(keep(take, FRAMES + 5_000, FRAMES + 9_000, tmp_path / "kept"))
    with pytest.raises(OutputError, match="exists already"):
        next(keep(take, 0, FRAMES, take.folder))


def test_a_stretch_without_stems_is_a_take_without_stems(take: Take, tmp_path: Path) -> None:
    *_, _ = keep(take, 95_000, 110_000, tmp_path / "kept")
    kept = Take.open(tmp_path / "kept")
    assert kept.stem_names == ()
    kept.close()
