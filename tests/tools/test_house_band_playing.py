"""The house band's players: what drums, bass, guitars, keys and voices make of a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tools.house_band.arranger import arrange
from tools.house_band.drums import groove_of
from tools.house_band.expression import LEAD_GUITAR, SINGER, bends
from tools.house_band.form import Section
from tools.house_band.groove import Drummers, load_drummers
from tools.house_band.harmony import lay_out
from tools.house_band.improvising import Improviser
from tools.house_band.melody import BREATH_BEATS, bound
from tools.house_band.midi import BEND_RANGE_SEMITONES
from tools.house_band.score import DRUM_CHANNEL, EXPRESSION, Bend, Note, Score, Track
from tools.house_band.shows import SHOWS
from tools.house_band.songbook import Seat, SongPlan, plan_song
from tools.house_band.voices import HIGHEST, LOWEST

EVERYBODY = frozenset({"drums", "bass", "rhythm", "keys", "lead", "voice", "backing"})
BASS, RHYTHM, KEYS, LEAD, VOICE = 0, 1, 2, 3, 4
Song = tuple[SongPlan, Score]


@pytest.fixture(scope="module")
def drummers(shared: Path) -> Drummers:
    return load_drummers(shared / "data" / "groove", "test")


@pytest.fixture(scope="module")
def songs(drummers: Drummers) -> list[Song]:
    """One song of each show."""
    plans = [plan_song(drummers, show, "test", seed=5, number=1) for show in SHOWS.values()]
    return [(plan, arrange(plan)) for plan in plans]


@pytest.fixture(scope="module")
def wave(drummers: Drummers) -> Callable[..., Song]:
    """A song of nothing but a jam that climbs from `energy[0]` to `energy[1]`, in D mixolydian."""

    def song(energy: tuple[float, float] = (0.2, 1.0), bars: int = 48, soloist: str = "lead") -> Song:
        plan = plan_song(drummers, SHOWS["house"], "test", seed=5, number=4)
        jam = Section("jam", 0, bars, EVERYBODY, tuple(lay_out("I7 | bVII IV", 2, 0, bars)), energy, soloist)
        last = Section("final", bars, 2, EVERYBODY, tuple(lay_out("I", 2, bars, 1)))
        plan = replace(plan, sections=(jam, last), tonic=2, mode_name="mixolydian", shuffle=False)
        return plan, arrange(plan)

    return song


def _track(score: Score, channel: int) -> Track | None:
    return next((track for track in score.tracks if track.channel == channel), None)


def _tracks(songs: Sequence[Song], *channels: int) -> list[tuple[SongPlan, Track]]:
    return [(plan, track) for plan, score in songs for track in score.tracks if track.channel in channels]


def _between(notes: Sequence[Note], start: float, end: float) -> list[Note]:
    return [note for note in notes if start <= note.start_beats < end]


def _section_at(plan: SongPlan, beats: float) -> Section:
    return next(section for section in plan.sections if beats < section.end_beats)


# Everybody


def test_the_plan_decides_everything(drummers: Drummers, songs: list[Song]) -> None:
    plan, score = songs[0]
    assert arrange(plan_song(drummers, plan.show, "test", seed=5, number=1)) == score
    assert arrange(plan_song(drummers, plan.show, "test", seed=6, number=1)) != score


def test_all_notes_lie_inside_the_song_and_can_be_played(songs: list[Song]) -> None:
    for plan, score in songs:
        for track in score.tracks:
            assert track.notes
            assert min(note.start_beats for note in track.notes) >= 0
            assert max(note.start_beats + note.length_beats for note in track.notes) <= plan.length_beats
            assert all(1 <= note.velocity <= 127 and 0 < note.pitch < 128 for note in track.notes)
            assert max(note.length_beats for note in track.notes) <= 8, "a note that sticks"


def test_each_track_has_its_own_channel_and_a_known_bus(songs: list[Song]) -> None:
    for plan, score in songs:
        channels = [track.channel for track in score.tracks]
        assert len(set(channels)) == len(channels)
        assert {track.bus for track in score.tracks} <= {"drums", "bass", "guitars", "keys", "vocals"}
        assert len(score.bus("guitars")) == len({"rhythm", "lead"} & set(plan.line_up))
        assert len(score.bus("vocals")) == (3 if "backing" in plan.line_up else 1)


def test_who_is_not_in_a_section_is_silent_there(songs: list[Song]) -> None:
    for channel, player in ((RHYTHM, "rhythm"), (KEYS, "keys"), (LEAD, "lead"), (VOICE, "voice")):
        for plan, track in _tracks(songs, channel):
            starts = (note.start_beats + 0.1 for note in track.notes)
            assert all(player in _section_at(plan, start).players for start in starts)


@pytest.mark.parametrize("channel", [LEAD, RHYTHM, DRUM_CHANNEL])
def test_a_jam_builds_in_density_and_force(wave: Callable[..., Song], channel: int) -> None:
    calm, wild = (_track(wave(energy)[1], channel).notes for energy in ((0.25, 0.3), (0.9, 1.0)))
    assert len(wild) > 1.15 * len(calm)
    calm_accent, wild_accent = (np.percentile([note.velocity for note in notes], 90) for notes in (calm, wild))
    assert wild_accent > calm_accent + 20


def test_a_solo_climbs(wave: Callable[..., Song]) -> None:
    notes = _track(wave()[1], LEAD).notes
    first, last = _between(notes, 0, 48), _between(notes, 144, 192)
    assert np.mean([note.pitch for note in last]) > np.mean([note.pitch for note in first]) + 4
    assert len(last) > 1.3 * len(first)


# Drums


def test_drums_keep_the_timing_of_the_performance(songs: list[Song]) -> None:
    plan, score = songs[0]
    drums = score.bus("drums")[0]
    assert drums.channel == DRUM_CHANNEL
    for section in [section for section in plan.sections if section.name in ("verse", "chorus")]:
        played = {(round(hit.start_beats % 4, 6), hit.pitch) for hit in groove_of(plan, section).hits}
        second_bar = section.start_beats + 4
        bar = _between(drums.notes, second_bar, second_bar + 3.8)
        assert bar
        assert all((round(note.start_beats % 4, 6), note.pitch) in played for note in bar)


def test_drums_never_stop_inside_a_section(songs: list[Song]) -> None:
    for plan, score in songs:
        for section in plan.sections_with("drums"):
            if section.name not in ("intro", "breakdown", "final"):
                hits = _between(score.bus("drums")[0].notes, section.start_beats - 0.15, section.end_beats - 0.15)
                gaps = np.diff(sorted(hit.start_beats for hit in hits))
                assert gaps.max() < 2.6


def test_a_breakdown_has_no_snare_before_its_last_fill(songs: list[Song]) -> None:
    quiet = [(plan, score, s) for plan, score in songs for s in plan.sections if s.name == "breakdown"]
    assert quiet
    for _, score, section in quiet:
        hits = _between(score.bus("drums")[0].notes, section.start_beats, section.end_beats - 8.2)
        assert not {38, 40} & {hit.pitch for hit in hits}


# Bass


def test_the_bass_plays_the_chords_bass_note_where_a_chord_begins(songs: list[Song]) -> None:
    for plan, bass in _tracks(songs, BASS):
        for section in plan.sections_with("bass"):
            for span in section.chords:
                first = min(bass.notes, key=lambda note: abs(note.start_beats - span.start_beats))
                assert first.pitch % 12 == span.chord.bass


def test_the_bass_plays_chord_notes_on_strong_beats(songs: list[Song]) -> None:
    for plan, bass in _tracks(songs, BASS):
        strong = [note for note in bass.notes if abs(note.start_beats - 2 * round(note.start_beats / 2)) < 0.05]
        in_chord = [
            note.pitch % 12 in span.chord.pitch_classes | {span.chord.bass}
            for note in strong
            for span in [_section_at(plan, note.start_beats + 0.1).chord_at(note.start_beats + 0.1)]
        ]
        assert np.mean(in_chord) > 0.95


def test_the_bass_is_one_line_that_mostly_steps(songs: list[Song]) -> None:
    for _, bass in _tracks(songs, BASS):
        steps = [abs(after.pitch - before.pitch) for before, after in pairwise(bass.notes)]
        assert max(steps) <= 19
        assert np.mean(np.array(steps) <= 7) > 0.85
        assert len({note.pitch for note in bass.notes}) >= 7
        assert all(a.start_beats + a.length_beats <= b.start_beats + 0.05 for a, b in pairwise(bass.notes))


# Guitars and keys


def test_chords_sound_like_the_chords(songs: list[Song]) -> None:
    for plan, track in _tracks(songs, RHYTHM):
        spans = [
            (note, _section_at(plan, note.start_beats + 0.1).chord_at(note.start_beats + 0.1)) for note in track.notes
        ]
        assert np.mean([note.pitch % 12 in span.chord.pitch_classes for note, span in spans]) > 0.97


def test_strums_spread_over_the_strings(wave: Callable[..., Song]) -> None:
    notes = sorted(_track(wave((0.7, 0.8))[1], RHYTHM).notes)
    gaps = np.diff([note.start_beats for note in notes])
    assert np.mean((gaps > 0) & (gaps < 0.04)) > 0.6


def test_organs_turn_their_loudspeaker_and_pianos_do_not(wave: Callable[..., Song]) -> None:
    plan, _ = wave()
    organ, piano = (replace(plan, line_up=plan.line_up | {"keys": Seat(program)}) for program in (16, 0))
    turning = _track(arrange(organ), KEYS).controls
    assert {control.number for control in turning} == {EXPRESSION}
    assert all(1 <= control.value <= 127 for control in turning)
    assert len(_control_between(turning, 184, 192)) > 1.5 * len(_control_between(turning, 0, 8))
    assert _track(arrange(piano), KEYS).controls == []


def _control_between(controls: Sequence, start: float, end: float) -> list:
    return [control for control in controls if start <= control.at_beats < end]


def test_the_lead_rests_between_phrases(songs: list[Song]) -> None:
    for plan, track in _tracks(songs, LEAD):
        for section in [s for s in plan.sections if s.name == "jam" and s.soloist == "lead" and s.bars >= 8]:
            notes = _between(track.notes, section.start_beats, section.end_beats)
            rests = [b.start_beats - a.start_beats - a.length_beats for a, b in pairwise(notes)]
            assert sum(rest > 0.4 for rest in rests) >= section.bars // 8
            assert sum(note.length_beats for note in notes) > 0.25 * 4 * section.bars


def test_lead_notes_that_last_belong_to_the_chord(songs: list[Song]) -> None:
    for plan, track in _tracks(songs, LEAD):
        long = [note for note in track.notes if note.length_beats >= 1]
        spans = [_section_at(plan, note.start_beats + 0.1).chord_at(note.start_beats + 0.1) for note in long]
        inside = [note.pitch % 12 in span.chord.pitch_classes for note, span in zip(long, spans, strict=True)]
        assert np.mean(inside) > 0.95


def test_figures_come_again_in_a_solo(wave: Callable[..., Song]) -> None:
    plan, _ = wave()
    improviser = Improviser(plan, (52, 88), plan.random("test"))
    notes = improviser.solo(replace(plan.sections[0], energy=(0.5, 0.5)))
    steps = [(b.start_beats - a.start_beats, b.pitch - a.pitch) for a, b in pairwise(notes)]
    figures = list(zip(steps, steps[1:], steps[2:], strict=False))
    shuffled = [steps[index] for index in np.random.default_rng(0).permutation(len(steps))]
    by_chance = list(zip(shuffled, shuffled[1:], shuffled[2:], strict=False))
    assert len(figures) - len(set(figures)) > 2 * (len(by_chance) - len(set(by_chance)))


def test_the_theme_comes_back_as_the_same_tune(songs: list[Song]) -> None:
    for plan, track in _tracks(songs, LEAD):
        first, *_, last = (section for section in plan.sections if section.name == "theme")
        tunes = [
            [note.pitch for note in _between(track.notes, s.start_beats - 0.1, s.start_beats + 7.5)]
            for s in (first, last)
        ]
        assert tunes[0] == tunes[1]
        assert len(tunes[0]) >= 3


# Bends


def test_bends_stay_in_range_and_return_to_rest_before_the_next_note(songs: list[Song]) -> None:
    for _, track in _tracks(songs, LEAD, VOICE, 5, 6):
        assert track.bends
        assert max(abs(bend.semitones) for bend in track.bends) <= BEND_RANGE_SEMITONES
        assert track.bends[-1].semitones == 0
        assert [bend.at_beats for bend in track.bends] == sorted(bend.at_beats for bend in track.bends)
        starts = np.array([note.start_beats for note in track.notes])
        at_rest = [bend.at_beats for bend in track.bends if bend.semitones == 0]
        for before, after in pairwise(track.bends):
            between = starts[(starts > before.at_beats) & (starts <= after.at_beats)]
            assert before.semitones == 0 or not len(between)
        assert len(at_rest) >= 1


def test_a_long_note_is_bent_from_the_step_below_and_shaken(wave: Callable[..., Song]) -> None:
    plan, _ = wave()
    certain = replace(LEAD_GUITAR, bends=1.0, releases=0.0)
    shape = bends(plan, [Note(4, 4, 66, 90)], certain, plan.random("test"))
    assert shape[0].at_beats == 4
    assert -2 <= shape[0].semitones <= -0.5
    later = [bend.semitones for bend in shape if bend.at_beats > 5]
    assert max(later) == pytest.approx(certain.vibrato, abs=0.02)
    assert min(later) == pytest.approx(-certain.vibrato, abs=0.02)
    assert shape[-1] == Bend(pytest.approx(7.99), 0.0)
    plain = replace(SINGER, bends=0.0)
    assert bends(plan, [Note(4, 4, 66, 90)], plain, plan.random("test")) == []


# Voices


def test_each_voice_sings_one_note_at_a_time_in_its_range(songs: list[Song]) -> None:
    for _, score in songs:
        for track in score.bus("vocals"):
            assert track.notes == sorted(track.notes)
            assert all(LOWEST <= note.pitch <= HIGHEST for note in track.notes)
            assert all(a.start_beats + a.length_beats <= b.start_beats + 0.04 for a, b in pairwise(track.notes))


def test_voices_bind_the_notes_of_a_phrase_and_breathe_between_phrases(songs: list[Song]) -> None:
    for plan, track in _tracks(songs, VOICE):
        gaps = [b.start_beats - a.start_beats - a.length_beats for a, b in pairwise(track.notes)]
        assert np.mean([gap < 0 for gap in gaps]) > 0.4
        breaths = [gap for gap in gaps if gap >= BREATH_BEATS - 0.4]
        assert len(breaths) >= sum(s.bars for s in plan.sections_with("voice")) // 8


def test_voices_rest_in_jams_and_lead_in_verses(songs: list[Song]) -> None:
    for plan, track in _tracks(songs, VOICE):
        for section in plan.sections:
            sung = _between(track.notes, section.start_beats + 0.2, section.end_beats - 0.2)
            assert bool(sung) == (section.name in ("verse", "chorus", "bridge"))


def test_choruses_are_sung_in_three_part_harmony(songs: list[Song]) -> None:
    plan, score = next((plan, score) for plan, score in songs if "backing" in plan.line_up)
    lead, *others = score.bus("vocals")
    section = next(section for section in plan.sections if section.name == "chorus")
    melody = _between(lead.notes, section.start_beats - 0.1, section.end_beats - 0.1)
    for other in others:
        harmony = _between(other.notes, section.start_beats - 0.1, section.end_beats - 0.1)
        assert len(harmony) == len(melody)
        distances = [abs(a.pitch - b.pitch) for a, b in zip(melody, harmony, strict=True)]
        assert min(distances) >= 3
        assert np.median(distances) <= 8


def test_bound_notes_overlap_by_a_hair_and_rests_stay() -> None:
    line = [Note(0, 0.95, 60, 80), Note(1, 0.5, 62, 80), Note(3, 1, 64, 80)]
    assert [note.length_beats for note in bound(line)] == pytest.approx([1.03, 0.5, 1])
    assert bound([]) == []
