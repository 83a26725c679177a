"""The house band: performances, harmony, rhythm, MIDI, and the plans of songs."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np
import pytest

from engine.errors import UsageError
from tools.house_band.form import Section, plan_form
from tools.house_band.groove import SPLITS, Drummers, load_drummers
from tools.house_band.harmony import (
    MODES,
    Chord,
    embellished,
    lay_out,
    nearest,
    once_through,
    read_chord,
    read_progression,
    scale_over,
    voicing,
)
from tools.house_band.midi import without_overlaps, write_midi
from tools.house_band.rhythm import humanise, read_rhythm, repeat_rhythm, swing
from tools.house_band.score import Note, Track
from tools.house_band.shows import SHOWS
from tools.house_band.songbook import SongPlan, plan_song

EVERYBODY = frozenset({"drums", "bass", "rhythm", "keys", "lead", "voice", "backing"})


@pytest.fixture(scope="module")
def groove(shared: Path) -> Path:
    return shared / "data" / "groove"


@pytest.fixture(scope="module")
def drummers(groove: Path) -> Drummers:
    return load_drummers(groove, "test")


@pytest.fixture(scope="module")
def plans(drummers: Drummers) -> list[SongPlan]:
    """Two songs of each show."""
    return [plan_song(drummers, show, "test", seed=5, number=number) for show in SHOWS.values() for number in (1, 2)]


# Performances


def test_held_out_songs_share_no_performance_with_training_songs(groove: Path) -> None:
    with (groove / "info.csv").open() as file:
        split_of = {row["midi_filename"]: row["split"] for row in csv.DictReader(file)}
    used = {}
    for split, allowed in SPLITS.items():
        drummers = load_drummers(groove, split)
        plans = [plan_song(drummers, show, split, seed=1, number=1) for show in (SHOWS["house"], SHOWS["arena-90"])]
        used[split] = {performance.name for plan in plans for performance in (*plan.grooves, *plan.fills)}
        used[split] |= {performance.name for performance in (*drummers.grooves, *drummers.fills)}
        assert {split_of[name] for name in used[split]} == set(allowed)
    assert used["train"].isdisjoint(used["test"])


def test_a_folder_without_the_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No Groove MIDI Dataset at"):
        load_drummers(tmp_path, "train")


def test_an_excerpt_is_cut_at_bar_lines_and_keeps_the_timing(drummers: Drummers) -> None:
    performance = drummers.grooves[0]
    whole = performance.excerpt(0, performance.bars)
    halves = performance.excerpt(0, 2), performance.excerpt(2, performance.bars - 2)
    put_together = [*halves[0], *(replace(hit, start_beats=hit.start_beats + 8) for hit in halves[1])]
    assert [hit.pitch for hit in put_together] == [hit.pitch for hit in whole]
    assert np.allclose([hit.start_beats for hit in put_together], [hit.start_beats for hit in whole])
    assert all(-0.12 <= hit.start_beats < 8 for hit in halves[0])


def test_the_two_performances_of_a_song_go_together_the_calmer_first(drummers: Drummers) -> None:
    rng = random.Random(0)
    for show in SHOWS.values():
        for calm, loud in (drummers.choose(show.feels, show.tempo_range_bpm, rng) for _ in range(2)):
            assert abs(calm.bpm / loud.bpm - 1) < 0.07
            assert calm.is_shuffle == loud.is_shuffle
            assert calm.level <= loud.level
            assert {calm.style, loud.style} <= show.feels


def test_where_no_style_was_recorded_in_the_tempo_range_the_nearest_is_taken(drummers: Drummers) -> None:
    calm, loud = drummers.choose(frozenset({"reggae"}), (80, 90), random.Random(0))
    assert calm.style == loud.style == "reggae"
    assert calm.bpm > 90


def test_fills_have_no_holes_and_suit_the_tempo(drummers: Drummers) -> None:
    fills = drummers.choose_fills(100, 6, random.Random(0))
    assert len({fill.name for fill in fills}) == 6
    for fill in fills:
        hits = fill.excerpt(0, fill.bars)
        assert min(hit.start_beats for hit in hits) < 2
        assert sum(hit.start_beats >= 4 * fill.bars - 2 for hit in hits) >= 2
        assert abs(math.log(fill.bpm / 100)) < 0.25


# Harmony


@pytest.mark.parametrize(
    ("numeral", "chord"),
    [
        ("I", Chord(2, (0, 4, 7))),
        ("bVII", Chord(0, (0, 4, 7))),
        ("ii7", Chord(4, (0, 3, 7, 10))),
        ("IVmaj7", Chord(7, (0, 4, 7, 11))),
        ("V7sus4", Chord(9, (0, 5, 7, 10))),
        ("I/iii", Chord(2, (0, 4, 7), slash=6)),
        ("i/bvii", Chord(2, (0, 3, 7), slash=0)),
    ],
)
def test_roman_numerals_in_d(numeral: str, chord: Chord) -> None:
    assert read_chord(numeral, tonic=2) == chord


@pytest.mark.parametrize("numeral", ["", "H", "VIII", "I/VIII", "imaj7", "I13"])
def test_what_is_no_chord_is_refused(numeral: str) -> None:
    with pytest.raises(ValueError, match=r"Roman numeral|minor chord"):
        read_chord(numeral, tonic=0)


def test_every_written_progression_can_be_read() -> None:
    for mode in MODES.values():
        for text in (*mode.vamps, *mode.verses, *mode.choruses):
            assert all(1 <= len(bar) <= 2 for bar in read_progression(text, 0))


def test_the_chords_of_a_bar_share_it() -> None:
    assert [len(bar) for bar in read_progression("I | IV V | I", 0)] == [1, 2, 1]
    spans = lay_out("I | IV V", tonic=0, first_bar=4, bars=3)
    assert [(span.start_beats, span.length_beats) for span in spans] == [(16, 4), (20, 2), (22, 2), (24, 4)]


def test_a_voicing_keeps_third_and_seventh_and_stays_near_its_centre() -> None:
    pitches = voicing(Chord(7, (0, 4, 7, 10)), 3, 60)
    assert {pitch % 12 for pitch in pitches} == {7, 11, 5}
    assert all(53 <= pitch <= 69 for pitch in pitches)


def test_voices_move_by_small_steps_from_chord_to_chord() -> None:
    for text in ("I | IV | V7 | I", "i | bVII | bVI | V7", "ii7 | V7 | Imaj7 | IVmaj7"):
        previous: tuple[int, ...] = ()
        for span in once_through(text, tonic=4):
            pitches = voicing(span.chord, 4, 58, previous)
            moves = [abs(after - before) for before, after in zip(previous, pitches, strict=False)]
            assert sum(moves) <= 10
            assert abs(np.mean(pitches) - 58) <= 8
            previous = pitches


def test_a_scale_bends_to_the_chord() -> None:
    minor = MODES["minor"].scale
    assert scale_over(read_chord("i", 9), 9, minor) == {9, 11, 0, 2, 4, 5, 7}
    assert scale_over(read_chord("V7", 9), 9, minor) == {9, 11, 0, 2, 4, 5, 8}  # G# instead of G
    assert scale_over(read_chord("iv", 0), 0, MODES["major"].scale) == {0, 2, 4, 5, 7, 8, 11}  # Ab instead of A


def test_passing_chords_fill_no_more_than_their_bars_and_stay_in_the_scale() -> None:
    plain = once_through("I | IV | V | V | vi | ii", tonic=0)
    scale = MODES["major"].scale
    rich = embellished(plain, 0, scale, share=1.0, rng=random.Random(1))
    assert len(rich) > len(plain)
    assert [span.start_beats for span in rich[1:]] == [span.end_beats for span in rich[:-1]]
    assert rich[-1].end_beats == plain[-1].end_beats
    assert all(span.chord.pitch_classes <= set(scale) for span in rich)
    assert {span.start_beats: span.chord.root for span in rich}.items() >= {
        (span.start_beats, span.chord.root) for span in plain
    }
    assert Chord(7, (0, 5, 7)) in [span.chord for span in rich]  # the first V, suspended
    assert embellished(plain, 0, scale, share=0.0, rng=random.Random(1)) == plain


def test_nearest_pitch() -> None:
    assert nearest(60.4, [2, 11], 48, 72) == 59
    assert nearest(80, [0], 48, 72) == 72


# Rhythm and MIDI


def test_written_rhythms() -> None:
    assert read_rhythm("X-.x.cx-", 0.5) == [(0.0, 1.0, "X"), (1.5, 0.5, "x"), (2.5, 0.5, "c"), (3.0, 1.0, "x")]


def test_a_repeated_rhythm_is_cut_at_its_end() -> None:
    strokes = list(repeat_rhythm("X---x---", 0.5, start_beats=8, end_beats=15))
    assert strokes == [(8, 2, "X"), (10, 2, "x"), (12, 2, "X"), (14, 1, "x")]


def test_swing_moves_the_second_eighth_to_two_thirds_and_no_beat() -> None:
    assert [swing(beats) for beats in (3, 3.5, 4)] == pytest.approx([3, 3 + 2 / 3, 4])


def test_human_notes_are_near_the_written_and_end_where_they_did() -> None:
    written = [Note(i, 0.5, 60, 80) for i in range(200)]
    played = humanise(written, 120, random.Random(0), shuffle=False, spread_s=0.01)
    late = np.array([after.start_beats - before.start_beats for before, after in zip(written, played, strict=True)])
    assert 0.01 < late[1:].std() < 0.022  # 0.01 s are 0.02 beats
    assert np.abs(late).max() <= 0.04 + 1e-9
    assert [note.start_beats + note.length_beats for note in played] == pytest.approx([i + 0.5 for i in range(200)])


def test_a_repeated_pitch_ends_before_it_is_struck_again() -> None:
    notes = [Note(0, 3, 60, 80), Note(1, 1, 60, 80), Note(1, 3, 64, 80)]
    assert without_overlaps(notes) == [Note(0, 1, 60, 80), Note(1, 1, 60, 80), Note(1, 3, 64, 80)]


def test_midi_file_has_tempo_length_and_notes_at_their_beats(tmp_path: Path) -> None:
    track = Track("bass", channel=0, program=33, notes=[Note(6, 1, 40, 90)])
    write_midi(tmp_path / "bus.mid", [track], tempo_bpm=90, length_beats=12)
    file = mido.MidiFile(tmp_path / "bus.mid")
    assert file.length == pytest.approx(12 * 60 / 90, abs=1e-4)
    elapsed_s = 0.0
    for message in file:
        elapsed_s += message.time
        if message.type == "note_on":
            assert elapsed_s == pytest.approx(6 * 60 / 90, abs=1e-4)


# Form


def _bars(sections: Sequence[Section], *names: str) -> int:
    return sum(section.bars for section in sections if section.name in names)


def test_sections_follow_each_other_and_the_song_lasts_minutes(plans: list[SongPlan]) -> None:
    for plan in plans:
        starts = [section.start_beats for section in plan.sections]
        assert starts == [0, *(section.end_beats for section in plan.sections[:-1])]
        assert 200 <= plan.length_s <= 630
        for section in plan.sections:
            assert section.chords[0].start_beats == section.start_beats
            assert section.chords[-1].end_beats == section.end_beats


def test_a_song_has_a_theme_that_returns_verses_jams_and_an_ending(plans: list[SongPlan]) -> None:
    for plan in plans:
        names = [section.name for section in plan.sections]
        assert names[0] == "intro"
        assert names[-2:] == ["ending", "final"]
        assert names.index("theme") < names.index("verse") < names.index("jam")
        last_theme = len(names) - 1 - names[::-1].index("theme")
        assert last_theme > max(index for index, name in enumerate(names) if name in ("jam", "chorus"))
        assert _bars(plan.sections, "jam", "breakdown") >= 16


@pytest.mark.parametrize("seed", range(6))
def test_the_share_of_the_jam_is_about_what_was_asked_for(seed: int) -> None:
    for jam in (0.3, 0.6):
        sections = plan_form("dorian", 2, 220, jam, EVERYBODY, random.Random(seed))
        bars = sections[-1].first_bar
        assert abs(_bars(sections, "jam", "breakdown") / bars - jam) < 0.12
        assert 200 <= bars <= 260


@pytest.mark.parametrize("seed", range(6))
def test_a_jam_gathers_players_and_climbs_to_its_peak(seed: int) -> None:
    sections = plan_form("mixolydian", 2, 220, 0.6, EVERYBODY, random.Random(seed))
    jams = [section for section in sections if section.name == "jam"]
    highest = max(jams, key=lambda section: max(section.energy))
    lowest = min(jams, key=lambda section: section.mean_energy)
    assert max(highest.energy) >= 0.95
    assert lowest.mean_energy < 0.45
    assert len(lowest.players) < len(highest.players)
    assert all(section.soloist in section.players for section in jams)
    assert all(section.soloist in {"", *section.players} for section in sections)
    wave = [before for before, after in pairwise(jams) if before.energy[1] == after.energy[0]]
    assert wave, "no part of a jam goes on where the one before it ended"


def test_players_who_are_not_there_play_nowhere(plans: list[SongPlan]) -> None:
    for plan in plans:
        band = set(plan.show.instruments)
        assert set(plan.line_up) == band
        assert set().union(*(section.players for section in plan.sections)) == band
        assert all(plan.line_up[player].program in plan.show.instruments[player] for player in band)


def test_energy_runs_straight_through_a_section_and_becomes_velocity() -> None:
    section = Section("jam", 4, 8, EVERYBODY, tuple(lay_out("I | IV", 0, 4, 8)), energy=(0.2, 1.0))
    assert [section.energy_at(beats) for beats in (0, 16, 32, 48, 99)] == pytest.approx([0.2, 0.2, 0.6, 1.0, 1.0])
    assert section.velocity_at(47) > section.velocity_at(17) + 30
    assert section.velocity_at(17, accent=True) > section.velocity_at(17)
    assert section.chord_at(19.9).chord.root == 0
    assert section.chord_at(20).chord.root == 5
    assert section.chord_at(1000) == section.chords[-1]


# Plans


def test_a_song_keeps_to_its_show(plans: list[SongPlan]) -> None:
    for plan in plans:
        slowest, fastest = plan.show.tempo_range_bpm
        assert slowest <= plan.tempo_bpm <= fastest
        assert plan.mode_name in plan.show.modes
        assert plan.feel in plan.show.feels


def test_each_show_and_number_is_another_song(drummers: Drummers, plans: list[SongPlan]) -> None:
    assert len({(plan.tonic, plan.tempo_bpm, plan.length_beats) for plan in plans}) == len(plans)
    again = plan_song(drummers, plans[0].show, "test", seed=5, number=1)
    assert again == plans[0]
    assert plan_song(drummers, plans[0].show, "test", seed=6, number=1) != plans[0]


def test_chance_for_one_purpose_leaves_the_others_alone(plans: list[SongPlan]) -> None:
    first, second = plans[0].random("bass").random(), plans[0].random("lead").random()
    assert first != second
    assert plans[0].random("bass").random() == first
    assert plans[1].random("bass").random() != first
