"""How far the work is, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.session import STEMS
from app.wording import (
    bytes_text,
    doing_text,
    gone_text,
    left_text,
    radio_text,
    recordings_text,
    take_details,
    take_line,
)
from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.library import Entry
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


def entry(**changes: Any) -> Entry:
    made = Entry(
        Path("/takes/one"),
        "Slow burn",
        "Barn ’77",
        "generated",
        datetime(2026, 11, 21, 9, 5).astimezone(),
        120.0,
        STEMS,
    )
    return replace(made, **changes)


def test_a_take_in_few_words():
    assert take_line(entry()) == "Barn ’77 · 2:00 · 4 stems"
    assert take_line(entry(kind="loop", length_s=18.0)) == "Barn ’77 · 0:18 · loop"
    assert take_line(entry(kind="recording", length_s=221.5, stem_names=())) == "imported · 3:41 · no stems"
    assert take_line(entry(length_s=0.0), making=True) == "Barn ’77 · making"
    assert take_line(entry(kind="radio", length_s=0.0), making=True) == "Barn ’77 · on air"
    assert take_line(entry(kind="recording"), making=True) == "imported · 2:00 · being taken apart"


def test_all_that_is_known_of_a_take():
    journey = {"style": 48213, "variation": 7, "truncation": 2.0, "drift": 0.1}
    assert take_details(entry(recipe={"journey": journey}, size_bytes=3_200_000_000)).splitlines() == [
        "Slow burn",
        "Barn ’77 · 2:00 · 4 stems",
        "Style seed 48213 · variation 7",
        "Adventure 2.0 · drift 0.1",
        "Made 21 November 2026, 09:05 · 3.2 GB",
    ]
    assert "From jam.flac" in take_details(entry(kind="recording", recipe={"file": "jam.flac"}))


def test_sizes_as_disks_are_sold():
    sizes = {0: "0 MB", 640e6: "640 MB", 3.24e9: "3.2 GB", 118.4e9: "118 GB"}
    assert {size: bytes_text(size) for size in sizes} == sizes


def test_recordings_that_are_left():
    assert recordings_text(1) == "Taking a recording apart"
    assert recordings_text(3) == "Taking 3 recordings apart"
    assert recordings_text(1, from_last_time=True) == "Going on with a recording from last time"
    assert recordings_text(3, from_last_time=True) == "Going on with 3 recordings from last time"


def test_what_was_moved_or_removed_before_it_could_be_taken_apart():
    files = [Path("/music/one.wav"), Path("/music/two.wav"), Path("/music/three.wav")]
    assert gone_text(files[:1]) == "“one.wav” is not there any more, so it is not taken apart."
    assert gone_text(files[:2]).startswith("“one.wav” and another recording are not")
    assert gone_text(files).startswith("“one.wav” and 2 other recordings are not")
