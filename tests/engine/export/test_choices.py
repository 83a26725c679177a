"""What is remembered of an export, and what cannot be chosen."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from engine.export.choices import FORMATS, ExportChoices

CHOSEN = ExportChoices(
    "both", (0, 44_100), "mp3-320", 48_000, "loudness", -3.0, -16.0, "{model}/{take} {part}", Path("/music")
)


def test_all_but_region_and_folder_is_remembered():
    remembered = ExportChoices.from_json(json.loads(json.dumps(CHOSEN.to_json())))
    assert remembered == ExportChoices(
        "both", None, "mp3-320", 48_000, "loudness", -3.0, -16.0, "{model}/{take} {part}", Path.home()
    )


@pytest.mark.parametrize("bad", [None, [], "both", 3, {"what": []}, {"format": "wma"}, {"unknown": 1}])
def test_what_makes_no_sense_is_as_usual(bad):
    assert ExportChoices.from_json(bad) == ExportChoices()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("what", "none"),
        ("format", {}),
        ("rate_hz", 44_101),
        ("rate_hz", True),
        ("level", "loud"),
        ("peak_dbfs", math.nan),
        ("peak_dbfs", 0.1),
        ("loudness_lufs", -90.0),
        ("pattern", "{take"),
        ("pattern", ""),
    ],
)
def test_a_bad_value_falls_back_alone(name, value):
    remembered = ExportChoices.from_json(CHOSEN.to_json() | {name: value})
    expected = ExportChoices.from_json(CHOSEN.to_json() | {name: getattr(ExportChoices(), name)})
    assert remembered == expected


def test_a_whole_number_is_a_level_too():
    assert ExportChoices.from_json({"peak_dbfs": -3}).peak_dbfs == -3.0


def test_a_rate_that_the_format_has_not_is_refused_and_comes_down_with_the_format():
    with pytest.raises(ValueError, match="sample rate"):
        ExportChoices(format="mp3-320", rate_hz=96_000)
    assert ExportChoices(rate_hz=96_000).with_format("mp3-320").rate_hz == 48_000
    assert ExportChoices(rate_hz=96_000).with_format("flac24").rate_hz == 96_000
    assert ExportChoices.from_json({"format": "mp3-320", "rate_hz": 96_000}).rate_hz == 44_100


@pytest.mark.parametrize("region", [(-1, 5), (5, 5), (6, 5)])
def test_a_region_without_frames_is_refused(region):
    with pytest.raises(ValueError, match="region"):
        ExportChoices(region=region)


def test_parts_are_the_mix_and_the_stems_in_their_order():
    stems = ("drums", "bass")
    assert ExportChoices("mix").parts(stems) == ("mix",)
    assert ExportChoices("stems").parts(stems) == stems
    assert ExportChoices("both").parts(stems) == ("mix", *stems)


def test_every_format_says_how_large_its_files_are():
    minute = 60 * 44_100
    sizes = {name: ExportChoices(format=name).file_bytes(minute) for name in FORMATS}
    assert sizes["wav16"] == minute * 4
    assert sizes["wav24"] == minute * 6
    assert sizes["wav32"] == minute * 8
    assert sizes["mp3-320"] == 60 * 40_000
    assert sizes["mp3-256"] < sizes["mp3-320"] < sizes["flac16"] < sizes["wav16"]
    assert ExportChoices(format="wav16", rate_hz=88_200).file_bytes(minute) == minute * 8
