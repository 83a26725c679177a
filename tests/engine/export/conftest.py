"""A take to export: four stems of noise below 500 Hz and a rest, with the recipe of a generated one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.take import Take
from tests.engine.playback.conftest import STEM_NAMES, append, smooth_tracks

RECIPE = {
    "model": "house-band",
    "files": {"generator.safetensors": "ab" * 32},
    "journey": {"style": 48213, "variation": 7, "truncation": 1.5},
    "separator": "htdemucs",
}
FRAMES = 3 * SAMPLE_RATE_HZ


@pytest.fixture
def take(tmp_path: Path) -> Iterator[Take]:
    """Three seconds."""
    take = Take.create(tmp_path / "take", stem_names=STEM_NAMES, recipe=RECIPE)
    append(take, smooth_tracks(FRAMES))
    take.finish()
    yield take
    take.close()
