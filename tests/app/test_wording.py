"""How far the work is, in words."""

from __future__ import annotations

import pytest

from app.wording import doing_text, left_text, radio_text
from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.roles import Progress


@pytest.mark.parametrize(
    ("made_s", "separated_s", "planned_s", "text"),
    [
        (20, 8, 60, "Making 0:20 of 1:00"),
        (60, 50, 60, "Separating 0:50 of 1:00"),
        (75, 75, None, "Making 1:15"),
    ],
)
def test_what_is_being_done(made_s, separated_s, planned_s, text):
    frames = [None if s is None else s * SAMPLE_RATE_HZ for s in (made_s, separated_s, planned_s)]
    assert doing_text(Progress(*frames)) == text


@pytest.mark.parametrize(
    ("fraction", "elapsed_s", "text"),
    [
        (0.0, 3, ""),
        (0.01, 3, ""),
        (0.25, 3, "9 s left"),
        (0.5, 0.2, "1 s left"),
        (0.5, 125, "2:05 left"),
        (1, 9, "0 s left"),
    ],
)
def test_what_is_left_at_this_pace(fraction, elapsed_s, text):
    assert left_text(fraction, elapsed_s) == text


def test_how_far_ahead_the_radio_is():
    progress = Progress(130 * SAMPLE_RATE_HZ, 100 * SAMPLE_RATE_HZ, None)
    assert radio_text(progress, 110 * SAMPLE_RATE_HZ) == "Radio: made 20 s ahead, stems 0 s"
