"""Patterns become file names that any system allows, in the folder that was chosen."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from engine.export.naming import check_pattern, fields_of, file_paths, free_paths

MUSIC = Path("/music")
MADE_AT = datetime(2026, 11, 21, 21, 4).astimezone()
JOURNEY = {"style": 48213, "variation": 7}


def fields(title: str = "Slow burn", journey: object = JOURNEY, start_frame: int = 0) -> dict[str, str]:
    return fields_of({"journey": journey}, title=title, model="House Band", made_at=MADE_AT, start_frame=start_frame)


def named(pattern: str, *parts: str, **changes: object) -> list[str]:
    paths = file_paths(pattern, fields(**changes), parts or ("mix",), MUSIC, ".wav")
    return [path.relative_to(MUSIC).as_posix() for path in paths.values()]


def test_every_field_stands_for_something():
    pattern = "{take}, {part}, {model}, {seed}, {date}, {time}, {start}"
    assert named(pattern, start_frame=round(86.5 * 44_100)) == [
        "Slow burn, Mix, House Band, 48213-7, 2026-11-21, 21.04, 1m26.5s.wav"
    ]


def test_the_seed_is_told_once_where_the_variation_is_the_same():
    assert named("{seed}", journey={"style": 7, "variation": 7}) == ["7.wav"]
    assert named("{seed}", journey={"style": [0.1] * 64, "variation": 9}) == ["9.wav"]


def test_dashes_around_nothing_go():
    assert named("{take} - {seed} - {part}", journey=None) == ["Slow burn - Mix.wav"]
    assert named("{seed} - {take}", journey=None) == ["Slow burn.wav"]
    assert named("{seed}", journey=None) == ["take.wav"]
    assert named("{take}", title="two--dashes - there") == ["two--dashes - there.wav"]


def test_several_files_have_several_names_whatever_the_pattern():
    assert named("{take}", "mix", "drums") == ["Slow burn - Mix.wav", "Slow burn - Drums.wav"]
    assert named("{part}", "drums", "bass") == ["Drums.wav", "Bass.wav"]


def test_a_slash_in_the_pattern_makes_a_folder_and_one_in_a_title_does_not():
    assert named("{model}/{take}", title="AC/DC \\ live: 5*?") == ["House Band/AC DC live 5.wav"]


@pytest.mark.parametrize(
    "pattern", ["../{take}", "/etc/{take}", "{take}/../../{part}", "\\\\server\\{take}", "~/{take}"]
)
def test_nothing_goes_outside_of_the_folder(pattern):
    (path,) = file_paths(pattern, fields(), ("mix",), MUSIC, ".wav").values()
    assert path.is_relative_to(MUSIC)
    assert ".." not in path.parts


@pytest.mark.parametrize(
    "pattern", ["", "  ", "...", "{take}/", "{take", "take}", "{}", "{0}", "{nothing}", "{take!r}", "{take:>9}"]
)
def test_what_names_no_file_is_refused_in_a_sentence(pattern):
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        check_pattern(pattern)


def test_names_are_numbered_together(tmp_path):
    (tmp_path / "Jam - Drums.wav").touch()
    (tmp_path / "Jam - Bass 2.wav").touch()
    paths = {part: tmp_path / f"Jam - {part.capitalize()}.wav" for part in ("drums", "bass")}
    assert [path.name for path in free_paths(paths).values()] == ["Jam - Drums 3.wav", "Jam - Bass 3.wav"]
    assert free_paths({"mix": tmp_path / "new.wav"}) == {"mix": tmp_path / "new.wav"}
