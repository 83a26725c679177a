"""The house band: performances, harmony, rhythm, arrangement, and songs rendered to the sample."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from tools.house_band.__main__ import main, make_songs
from tools.house_band.arranger import arrange
from tools.house_band.drums import LOUD_SECTIONS
from tools.house_band.groove import SPLITS, Drummers, load_drummers
from tools.house_band.harmony import Chord, lay_out, read_chord, read_progression, voicing
from tools.house_band.midi import without_overlaps, write_midi
from tools.house_band.mixing import PEAK_DBFS, decibels, level_db, limit, to_integers
from tools.house_band.rhythm import read_rhythm, swing
from tools.house_band.score import DRUM_CHANNEL, Note, Score, Track
from tools.house_band.songbook import EVERYBODY, ChordSpan, Section, SongPlan, plan_song
from tools.house_band.studio import STEMS, Studio, make_song

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")


@pytest.fixture(scope="module")
def groove(shared: Path) -> Path:
    return shared / "data" / "groove"


@pytest.fixture(scope="module")
def drummers(groove: Path) -> Drummers:
    return load_drummers(groove, "test")


@pytest.fixture(scope="module")
def studio() -> Studio:
    try:
        return Studio.open(SOUNDFONT)
    except UsageError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def short_plan(drummers: Drummers) -> Callable[[int], SongPlan]:
    """Songs of ten bars: four of verse, four of chorus, and the last chord."""

    def plan(number: int) -> SongPlan:
        song = plan_song(drummers, "test", seed=5, number=number)
        sections = (
            _section("verse", "I | IV | V | I", song.tonic, 0, 4),
            _section("chorus", "IV | V", song.tonic, 4, 4),
            _section("final", "I", song.tonic, 8, 2),
        )
        return replace(song, sections=sections)

    return plan


def _section(name: str, progression: str, tonic: int, first_bar: int, bars: int) -> Section:
    return Section(name, first_bar, bars, EVERYBODY, tuple(lay_out(progression, tonic, first_bar, bars)))


# Performances


def test_held_out_songs_share_no_performance_with_training_songs(groove: Path) -> None:
    with (groove / "info.csv").open() as file:
        split_of = {row["midi_filename"]: row["split"] for row in csv.DictReader(file)}
    used = {}
    for split, allowed in SPLITS.items():
        drummers = load_drummers(groove, split)
        plans = [plan_song(drummers, split, seed=1, number=number) for number in (1, 2)]
        used[split] = {performance.name for plan in plans for performance in (*plan.grooves, *plan.fills)}
        used[split] |= {performance.name for performance in (*drummers.grooves, *drummers.fills)}
        assert {split_of[name] for name in used[split]} == set(allowed)
    assert used["train"].isdisjoint(used["test"])


def test_an_excerpt_is_cut_at_bar_lines_and_keeps_the_timing(drummers: Drummers) -> None:
    performance = drummers.grooves[0]
    whole = performance.excerpt(0, performance.bars)
    halves = performance.excerpt(0, 2), performance.excerpt(2, performance.bars - 2)
    put_together = [*halves[0], *(replace(hit, start_beats=hit.start_beats + 8) for hit in halves[1])]
    assert [hit.pitch for hit in put_together] == [hit.pitch for hit in whole]
    assert np.allclose([hit.start_beats for hit in put_together], [hit.start_beats for hit in whole])
    assert all(-0.12 <= hit.start_beats < 8 for hit in halves[0])


def test_the_two_performances_of_a_song_go_together(drummers: Drummers) -> None:
    rng = random.Random(0)
    for first, second in (drummers.choose(rng) for _ in range(20)):
        assert abs(first.bpm / second.bpm - 1) < 0.07
        assert first.is_shuffle == second.is_shuffle


# Harmony and rhythm


@pytest.mark.parametrize(
    ("numeral", "chord"),
    [
        ("I", Chord(2, (0, 4, 7))),
        ("bVII", Chord(0, (0, 4, 7))),
        ("ii7", Chord(4, (0, 3, 7, 10))),
        ("IVmaj7", Chord(7, (0, 4, 7, 11))),
    ],
)
def test_roman_numerals_in_d(numeral: str, chord: Chord) -> None:
    assert read_chord(numeral, tonic=2) == chord


def test_the_chords_of_a_bar_share_it() -> None:
    assert [len(bar) for bar in read_progression("I | IV V | I", 0)] == [1, 2, 1]
    spans = lay_out("I | IV V", tonic=0, first_bar=4, bars=3)
    assert [(span.start_beats, span.length_beats) for span in spans] == [(16, 4), (20, 2), (22, 2), (24, 4)]


def test_a_voicing_keeps_third_and_seventh_and_stays_near_its_centre() -> None:
    pitches = voicing(Chord(7, (0, 4, 7, 10)), 60, 3)
    assert {pitch % 12 for pitch in pitches} == {7, 11, 5}
    assert all(55 <= pitch <= 67 for pitch in pitches)


def test_written_rhythms() -> None:
    assert read_rhythm("X-.x..x-", 0.5) == [(0.0, 1.0, True), (1.5, 0.5, False), (3.0, 1.0, False)]


def test_swing_moves_the_second_eighth_to_two_thirds_and_no_beat() -> None:
    assert [swing(beats) for beats in (3, 3.5, 4)] == pytest.approx([3, 3 + 2 / 3, 4])


# Scores


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


def test_the_plan_decides_everything(drummers: Drummers) -> None:
    plan = plan_song(drummers, "test", seed=5, number=3)
    assert arrange(plan) == arrange(plan_song(drummers, "test", seed=5, number=3))
    assert arrange(plan) != arrange(plan_song(drummers, "test", seed=6, number=3))


def test_sections_follow_each_other_and_the_song_lasts_minutes(drummers: Drummers) -> None:
    for plan in (plan_song(drummers, "test", seed=5, number=number) for number in range(1, 9)):
        starts = [section.start_beats for section in plan.sections]
        assert starts == [0, *(section.end_beats for section in plan.sections[:-1])]
        assert 130 <= plan.length_s <= 270
        assert plan.tempo_bpm == plan.grooves[0].bpm


def test_drums_are_the_performance_moved_by_whole_bars(drummers: Drummers) -> None:
    plan = plan_song(drummers, "test", seed=5, number=1)
    drums = arrange(plan).bus("drums")[0]
    assert drums.channel == DRUM_CHANNEL
    for section in (plan.sections[2], plan.sections[3]):
        performance = plan.grooves[section.name in LOUD_SECTIONS]
        played = {(round(hit.start_beats % 4, 6), hit.pitch, hit.velocity) for hit in performance.hits}
        second_bar = section.start_beats + 4
        bar = [note for note in drums.notes if second_bar <= note.start_beats < second_bar + 3.8]
        assert bar
        assert all((round(note.start_beats % 4, 6), note.pitch, note.velocity) in played for note in bar)


def test_the_bass_plays_the_root_where_a_chord_begins(short_plan: Callable[[int], SongPlan]) -> None:
    plan = short_plan(1)
    bass = arrange(plan).bus("bass")[0].notes

    def first_note(span: ChordSpan) -> Note:
        return min(bass, key=lambda note: abs(note.start_beats - span.start_beats))

    spans = [span for section in plan.sections for span in section.chords]
    assert [first_note(span).pitch % 12 for span in spans] == [span.chord.root for span in spans]


def test_voices_rest_in_solos_and_lead_in_verses(drummers: Drummers) -> None:
    plan = plan_song(drummers, "test", seed=5, number=2)
    lead_voice = arrange(plan).bus("vocals")[0]
    for section in plan.sections:
        sung = [n for n in lead_voice.notes if section.start_beats + 0.2 <= n.start_beats < section.end_beats - 0.2]
        assert bool(sung) == (section.name in ("verse", "chorus")) or section.name == "final"


# Mixing


def test_level_counts_only_what_is_played() -> None:
    rng = np.random.default_rng(0)
    noise = (0.1 * rng.standard_normal((10 * SAMPLE_RATE_HZ, 2))).astype(np.float32)
    noise[3 * SAMPLE_RATE_HZ :] = 0
    assert level_db(noise) == pytest.approx(-20, abs=0.4)
    assert level_db(np.zeros_like(noise)) == float("-inf")


def test_the_limiter_brings_the_sum_to_its_peak_with_one_gain_for_all() -> None:
    rng = np.random.default_rng(0)
    stems = {name: rng.laplace(0, 0.1, (SAMPLE_RATE_HZ, 2)).astype(np.float32) for name in STEMS}
    limited = limit(stems, loudness_db=-12)
    peak = np.abs(sum(limited.values())).max()
    assert peak == pytest.approx(decibels(PEAK_DBFS), rel=1e-3)
    gains = [limited[name] / stems[name] for name in STEMS]
    assert np.allclose(gains[0], gains[1], rtol=1e-4)
    samples = to_integers(limited)
    assert np.array_equal(sum(samples[name].astype(int) for name in STEMS), samples["mixture"])


# The studio


def test_a_note_sounds_when_it_is_written(studio: Studio) -> None:
    kick = Track("drums", DRUM_CHANNEL, 0, notes=[Note(4, 0.25, 36, 120)])
    wave = studio.play(Score(tempo_bpm=100, length_beats=8, tracks=(kick,)), "drums", room_size=0.5)
    assert wave.shape == (round(8 * 0.6 * SAMPLE_RATE_HZ), 2)
    onset = np.argmax(np.abs(wave).max(axis=1) > 0.1 * np.abs(wave).max())
    assert onset / SAMPLE_RATE_HZ == pytest.approx(2.4, abs=0.01)


def test_the_stems_of_a_song_add_up_to_the_sample(
    studio: Studio, short_plan: Callable[[int], SongPlan], tmp_path: Path
) -> None:
    plan = short_plan(1)
    folder = make_song(studio, plan, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["song-0001"]
    samples = {name: soundfile.read(folder / f"{name}.wav", dtype="int16")[0] for name in (*STEMS, "mixture")}
    assert all(wave.shape == (round(plan.length_s * SAMPLE_RATE_HZ), 2) for wave in samples.values())
    assert np.array_equal(sum(samples[name].astype(int) for name in STEMS), samples["mixture"])
    peaks = {name: np.abs(wave.astype(int)).max() / 32_768 for name, wave in samples.items()}
    assert max(peaks.values()) < 1
    assert peaks["mixture"] == pytest.approx(decibels(PEAK_DBFS), rel=0.02)
    assert all(-30 < level_db(samples[name] / np.float32(32_768)) < -9 for name in STEMS)
    description = json.loads((folder / "song.json").read_text())
    assert (description["number"], description["split"], description["held_out"]) == (1, "test", True)
    assert description["performances"] == [performance.name for performance in (*plan.grooves, *plan.fills)]


def test_the_same_seed_gives_the_same_bytes_whatever_the_jobs(
    studio: Studio, short_plan: Callable[[int], SongPlan], tmp_path: Path
) -> None:
    plans = [short_plan(1), short_plan(2)]
    for jobs in (1, 2):
        make_songs(studio, plans, tmp_path / str(jobs), jobs)
    files = sorted(path.relative_to(tmp_path / "1") for path in (tmp_path / "1").rglob("*.*"))
    assert len(files) == 2 * 6
    assert all((tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes() for file in files)


# The command line


def _arguments(**changes: object) -> list[str]:
    options = {"soundfont": SOUNDFONT, "split": "test", "songs": 1, "seed": 1, **changes}
    return [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]


def test_songs_that_exist_are_left_alone(studio: Studio, groove: Path, tmp_path: Path) -> None:
    finished = tmp_path / "song-0003"
    finished.mkdir()
    assert main(_arguments(groove=groove, out=tmp_path, first_song=3)) == 0
    assert list(tmp_path.rglob("*")) == [finished]


def test_what_is_missing_is_named(
    studio: Studio, groove: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(_arguments(groove=tmp_path / "absent", out=tmp_path)) == 2
    assert "No Groove MIDI Dataset at" in capsys.readouterr().err
    assert main(_arguments(groove=groove, out=tmp_path, soundfont=tmp_path / "absent.sf2")) == 2
    assert "No soundfont at" in capsys.readouterr().err


def test_a_machine_without_fluidsynth_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="apt install fluidsynth"):
        Studio.open(SOUNDFONT)


@pytest.mark.parametrize("change", [{"songs": 0}, {"songs": "many"}, {"jobs": -1}, {"split": "both"}])
def test_nonsense_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(_arguments(groove=tmp_path, out=tmp_path, **change))
    assert refusal.value.code == 2
