"""The library: what was made is found again, whatever happened; names, stars, mixes and the trash."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import OutputError
from engine.takes.description import Description
from engine.takes.library import Entry, Library
from engine.takes.take import Take

STEMS = ("drums", "bass")
JOURNEY = {"model": "house-band", "journey": {"style": 7, "variation": 8}}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "takes")


def make(library: Library, name: str = "Jam", seconds: float = 1.0, **kinds: object) -> Take:
    """A take that is being made, with so many seconds of it there."""
    recipe = kinds.pop("recipe", JOURNEY)
    take = Take.create(library.new_folder(name), stem_names=STEMS, recipe=recipe, **kinds)  # type: ignore[arg-type]
    library.begin(take, name, "House Band")
    wave = np.full((round(seconds * SAMPLE_RATE_HZ), 2), 0.1, np.float32)
    take.append_mix(wave)
    if len(wave):
        take.append_stems(np.stack([wave, wave], axis=1))
    return take


def finished(library: Library, name: str = "Jam", seconds: float = 1.0, **kinds: object) -> Entry:
    take = make(library, name, seconds, **kinds)
    take.finish()
    take.close()
    entry = library.entry(take.folder)
    assert entry is not None
    return entry


def test_an_entry_says_all_that_is_known(library: Library) -> None:
    entry = finished(library, "Slow: burn", 2.0)
    assert (entry.name, entry.model, entry.kind) == ("Slow: burn", "House Band", "generated")
    assert (entry.length_s, entry.stem_names, entry.stars, entry.mix) == (2.0, STEMS, 0, None)
    assert entry.recipe == JOURNEY
    assert datetime.now(UTC) - entry.created_at < timedelta(minutes=1)
    assert entry.size_bytes == sum(path.stat().st_size for path in entry.folder.iterdir())
    assert entry.folder.name.endswith(" Slow burn")  # any system allows it


@pytest.mark.parametrize(
    ("recipe", "kind"),
    [
        ({"file": "rehearsal.flac"}, "recording"),
        ({"model": "m", "journey": {"style": 1, "loop_frames": 44_100}}, "loop"),
        ({"pieces": [{"model": "m", "journey": {}, "from_frame": 0, "journey_frame": 0}]}, "radio"),
    ],
)
def test_where_it_comes_from(library: Library, recipe: dict[str, object], kind: str) -> None:
    assert finished(library, recipe=recipe).kind == kind


def test_the_newest_come_first_and_two_of_one_name_are_two(library: Library) -> None:
    folders = [finished(library).folder for _ in range(3)]
    assert [entry.folder for entry in library.entries()] == folders[::-1]
    assert len(set(folders)) == 3


def test_what_was_broken_off_is_there_as_far_as_it_came(library: Library) -> None:
    take = make(library, seconds=3.0, planned_frames=60 * SAMPLE_RATE_HZ)
    take.close()
    with (take.folder / "mix.f32").open("ab") as file:
        file.write(b"half")
    [entry] = library.entries()
    assert entry.length_s == 3.0
    again = Take.open(entry.folder)
    assert (again.finished, again.mix_frames, again.planned_frames) == (True, 3 * SAMPLE_RATE_HZ, 3 * SAMPLE_RATE_HZ)
    again.close()


def test_what_has_no_sound_yet_is_no_entry(library: Library) -> None:
    take = make(library, seconds=0.0)
    (library.folder / "something else").mkdir()
    (library.folder / "letter.txt").write_text("hello")
    assert library.entries() == ()
    take.close()


def test_a_damaged_take_does_not_hide_the_others(library: Library) -> None:
    finished(library, "good")
    bad = finished(library, "bad")
    (bad.folder / "take.json").write_text('{"stem_names": 3')
    assert [entry.name for entry in library.entries()] == ["good"]


@pytest.mark.parametrize("notes", ["{", "[1]", '{"name": 3, "mix": [], "stars": "5"}', '{"stars": 6, "starred": true}'])
def test_damaged_notes_cost_what_they_said_and_not_the_take(library: Library, notes: str) -> None:
    entry = finished(library, "Jam")
    (entry.folder / "notes.json").write_text(notes)
    [entry] = library.entries()
    assert (entry.name, entry.model, entry.stars, entry.mix) == ("Jam", "house-band", 0, None)


def test_takes_that_were_kept_before_there_was_a_library_are_in_it(library: Library) -> None:
    entry = finished(library, "old")
    values = json.loads((entry.folder / "take.json").read_text())
    del values["created_at"]
    (entry.folder / "take.json").write_text(json.dumps(values))
    (entry.folder / "notes.json").unlink()
    entry.folder.rename(library.folder / "House Band 7, kept 2026-10-01")
    [found] = library.entries()
    assert (found.name, found.length_s) == ("House Band 7, kept 2026-10-01", 1.0)


def test_a_take_that_was_marked_when_there_was_one_star_has_all_of_them(library: Library) -> None:
    entry = finished(library)
    for mark, stars in ((True, 5), (False, 0)):
        (entry.folder / "notes.json").write_text(json.dumps({"name": "Jam", "starred": mark}))
        assert library.entries()[0].stars == stars
    assert library.rate(entry, 2).stars == 2


def test_what_is_made_anew_keeps_what_the_user_has_said_of_it(library: Library) -> None:
    before = library.rate(library.rename(finished(library, "tape"), "Rehearsal"), 3)
    library.save_mix(before, {"master_gain_db": -6.0})
    take = Take.create(library.new_folder("tape"), recipe={"file": "tape.wav"})
    entry = library.begin(take, "tape", instead_of=before.folder)
    assert (entry.name, entry.stars, entry.mix) == ("Rehearsal", 3, {"master_gain_db": -6.0})
    take.append_mix(np.zeros((100, 2), np.float32))
    take.finish()
    take.close()
    found = library.entry(take.folder)
    assert found is not None
    assert (found.name, found.stars, found.mix) == (entry.name, entry.stars, entry.mix)


def test_name_stars_and_faders_are_remembered(library: Library) -> None:
    entry = finished(library)
    entry = library.rename(entry, "Dark corner ★")
    entry = library.rate(entry, 4)
    entry = library.save_mix(entry, {"master_gain_db": -6.0})
    assert library.entries() == (entry,)
    assert (entry.name, entry.stars, entry.mix) == ("Dark corner ★", 4, {"master_gain_db": -6.0})
    assert library.rate(entry, 0).stars == 0


def test_what_is_thrown_away_comes_back_until_the_trash_is_emptied(library: Library) -> None:
    kept, gone = finished(library, "kept"), finished(library, "gone", 2.0)
    library.delete(gone)
    assert library.entries() == (kept,)
    assert library.trash_bytes() == gone.size_bytes
    assert library.new_folder("gone") != gone.folder
    library.restore(gone)
    assert library.entries() == (gone, kept)
    library.delete(gone)
    library.empty_trash()
    assert library.trash_bytes() == 0
    with pytest.raises(OutputError, match="not there any more"):
        library.restore(gone)


def test_what_is_gone_cannot_be_changed_and_does_not_come_back_as_a_ghost(library: Library) -> None:
    entry = finished(library)
    library.delete(entry)
    with pytest.raises(OutputError, match="“Jam” is not among the takes"):
        library.rename(entry, "ghost")
    assert not entry.folder.exists()


def test_leftovers_go_with_the_trash_but_nothing_that_is_being_made(library: Library) -> None:
    fresh, old = make(library, "fresh", 0.0), make(library, "old", 0.0)
    for take in (fresh, old):
        take.close()
    description = Description.read(old.folder)
    Description(**{**vars(description), "created_at": datetime.now(UTC) - timedelta(days=2)}).write(old.folder)
    library.empty_trash()
    assert fresh.folder.exists()
    assert not old.folder.exists()


def test_a_library_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    library = Library(tmp_path / "not" / "yet")
    assert library.entries() == ()
    assert library.free_bytes() > 0
    assert library.trash_bytes() == 0
    library.empty_trash()
    assert not (tmp_path / "not").exists()
