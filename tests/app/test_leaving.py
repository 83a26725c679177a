"""What of a take can leave: all of it, a region, its stems; and what its files are called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from app.leaving import folder_words, names_of, region_of, stems_of, whole_of
from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.take import Take

STEMS = ("drums", "bass")
SECOND = SAMPLE_RATE_HZ


def silence(seconds: int) -> np.ndarray:
    return np.zeros((seconds * SECOND, 2), np.float32)


@pytest.fixture
def growing(tmp_path) -> Iterator[Take]:
    """Four seconds are made, two are separated."""
    with closing(Take.create(tmp_path / "growing", stem_names=STEMS, planned_frames=10 * SECOND)) as take:
        take.append_mix(silence(4))
        take.append_stems(np.zeros((2 * SECOND, 2, 2), np.float32))
        yield take


def test_a_take_that_is_being_made_is_no_whole(growing):
    assert whole_of(growing) is None
    growing.finish()
    assert whole_of(growing) == (0, 4 * SECOND)


def test_of_an_endless_take_the_whole_is_what_is_still_there(tmp_path):
    with closing(Take.create(tmp_path / "radio", kept_frames=3 * SECOND)) as take:
        assert whole_of(take) is None
        take.append_mix(silence(10))
        assert whole_of(take) == (7 * SECOND, 10 * SECOND)
        assert region_of(take, (5.0, 8.0)) == (7 * SECOND, 8 * SECOND)
        assert region_of(take, (1.0, 2.0)) is None


def test_a_region_is_what_exists_of_it(growing):
    assert region_of(growing, None) is None
    assert region_of(growing, (1.0, 2.5)) == (SECOND, round(2.5 * SECOND))
    assert region_of(growing, (3.0, 9.0)) == (3 * SECOND, 4 * SECOND)
    assert region_of(growing, (5.0, 9.0)) is None


def test_stems_are_there_where_all_of_them_are(growing):
    assert stems_of(growing, None) == ()
    assert stems_of(growing, (0, 2 * SECOND)) == STEMS
    assert stems_of(growing, (0, 3 * SECOND)) == ()
    growing.finish()
    assert stems_of(growing, (0, 4 * SECOND)) == STEMS
    assert stems_of(growing, (3 * SECOND, 4 * SECOND)) == ()


def test_the_names_are_those_of_what_sounds_in_the_stretch(growing):
    growing.recipe = {
        "pieces": [
            {"model": "barn", "journey": {"style": 7, "variation": 7}, "from_frame": 0, "journey_frame": 0},
            {"model": "field", "journey": {"style": 8, "variation": 1}, "from_frame": 2 * SECOND, "journey_frame": 0},
        ]
    }
    names = names_of(growing, "Radio", {"barn": "Barn ’77"}, (SECOND, 2 * SECOND))
    assert (names["take"], names["model"], names["seed"], names["start"]) == ("Radio", "Barn ’77", "7", "0m01.0s")
    names = names_of(growing, "Radio", {"barn": "Barn ’77"}, (3 * SECOND, 4 * SECOND))
    assert (names["model"], names["seed"]) == ("field", "8-1")


def test_files_in_words(tmp_path):
    assert folder_words([tmp_path / "a.wav"]) == f"a.wav to {tmp_path}"
    assert folder_words([tmp_path / "a.wav", tmp_path / "b.wav"]) == f"2 files to {tmp_path}"
