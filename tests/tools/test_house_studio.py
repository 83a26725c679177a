"""The house band's studio: shows, and songs to the sample."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from tools.house_band.__main__ import main, make_songs
from tools.house_band.form import Section
from tools.house_band.groove import SPLITS, load_drummers
from tools.house_band.harmony import MODES
from tools.house_band.mixing import (
    CODES,
    PEAK_DBFS,
    STEM_WEIGHT,
    Sound,
    decibels,
    level_db,
    to_integers,
)
from tools.house_band.score import DRUM_CHANNEL, Note, Score, Track
from tools.house_band.session import STEMS, Session
from tools.house_band.shows import SHOWS, Show
from tools.house_band.songbook import SongPlan, plan_song
from tools.house_band.studio import Studio

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
NIGHTS = [show for show in SHOWS.values() if show.one_night]
every_show = pytest.mark.parametrize("show", SHOWS.values(), ids=SHOWS)
every_night = pytest.mark.parametrize("show", NIGHTS, ids=lambda show: show.name)


@pytest.fixture(scope="module")
def studio() -> Studio:
    try:
        return Studio.open(SOUNDFONT)
    except UsageError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def groove(shared: Path) -> Path:
    return shared / "data" / "groove"


# Shows


@every_night
def test_a_night_keeps_its_settings_and_its_instruments(show: Show) -> None:
    assert show.night(Random(1)) == show.night(Random(2))
    assert {len(programs) for programs in show.instruments.values()} == {1}


def test_at_home_every_song_is_another_night() -> None:
    nights = [SHOWS["house"].night(Random(seed)) for seed in range(20)]
    assert len({night.room.rt60_s for night in nights}) == 20
    low, high = SHOWS["house"].room
    assert all(low.rt60_s <= night.room.rt60_s <= high.rt60_s for night in nights)


def test_nights_lie_apart() -> None:
    ranges = sorted(show.tempo_range_bpm for show in NIGHTS)
    assert all(slower[1] <= faster[0] for slower, faster in pairwise(ranges))
    for setting in ("room", "tape", "audience", "voices"):
        assert len({getattr(show, setting) for show in NIGHTS}) == len(NIGHTS)
    assert len({tuple(show.instruments.items()) for show in NIGHTS}) == len(NIGHTS)


@every_show
def test_a_show_has_drummers_for_training_and_for_held_out_songs(show: Show, groove: Path) -> None:
    slowest, fastest = show.tempo_range_bpm
    for split in SPLITS:
        grooves = load_drummers(groove, split).grooves
        suitable = [g for g in grooves if g.style in show.feels and slowest <= g.bpm <= fastest]
        assert len(suitable) >= 10
    assert set(show.modes) <= set(MODES)


@every_night
def test_the_line_up_is_the_same_in_all_songs_of_a_night(show: Show, groove: Path) -> None:
    drummers = load_drummers(groove, "test")
    plans = [plan_song(drummers, show, "test", seed=1, number=number) for number in (1, 2, 3)]
    line_ups = [{player: seat.program for player, seat in plan.line_up.items()} for plan in plans]
    assert line_ups[0] == line_ups[1] == line_ups[2]
    assert set(line_ups[0]) == set(show.instruments)


# Songs


def test_a_note_sounds_when_it_is_written(studio: Studio) -> None:
    kick = Track("drums", DRUM_CHANNEL, 0, notes=[Note(4, 0.25, 36, 120)])
    sound = studio.play(Score(tempo_bpm=100, length_beats=8, tracks=(kick,)), [kick])
    assert sound.shape == (2, round(8 * 0.6 * SAMPLE_RATE_HZ))
    onset = np.argmax(np.abs(sound).max(axis=0) > 0.1 * np.abs(sound).max())
    assert onset / SAMPLE_RATE_HZ == pytest.approx(2.4, abs=0.01)


def _plan(show: Show) -> SongPlan:
    """A jam of one bar and an ending, for a score written by hand."""
    sections = (Section("jam", 0, 1, frozenset(), (), (0.6, 1.0)), Section("ending", 1, 1, frozenset(), ()))
    return SongPlan(show, 1, 1, "test", "Two Bars", 0, "major", 120.0, "rock", False, sections, {}, (), ())


def _score(plan: SongPlan) -> Score:
    """Everybody who is in the show plays."""
    seats = {
        "drums": ("drums", DRUM_CHANNEL, (36, 42, 38, 42)),
        "bass": ("bass", 0, (36, 36, 43, 41)),
        "rhythm": ("guitars", 1, (60, 60, 65, 60)),
        "keys": ("keys", 2, (64, 64, 65, 64)),
        "lead": ("guitars", 3, (72, 74, 76, 77)),
        "voice": ("vocals", 4, (55, 57, 60, 59)),
        "backing": ("vocals", 5, (59, 60, 64, 62)),
    }
    tracks = []
    for player, (bus, channel, pitches) in seats.items():
        if player in plan.show.instruments:
            notes = [Note(2 * number, 1.8, pitch, 90) for number, pitch in enumerate(pitches)]
            tracks.append(Track(bus, channel, plan.show.instruments[player][0], notes=notes))
    return Score(plan.tempo_bpm, plan.length_beats, tuple(tracks))


@every_show
def test_stems_add_up_to_the_sample_in_every_show(studio: Studio, show: Show) -> None:
    plan = _plan(show)
    samples = to_integers(Session.of(plan, _score(plan), studio.play).record())
    assert {wave.shape for wave in samples.values()} == {(round(6.5 * SAMPLE_RATE_HZ), 2)}
    assert np.array_equal(sum(samples[name].astype(int) for name in STEMS), samples["mixture"])
    peaks = {name: np.abs(wave.astype(int)).max() / CODES for name, wave in samples.items()}
    assert max(peaks.values()) < 1
    highest = max(peaks["mixture"], STEM_WEIGHT * max(peaks[name] for name in STEMS))
    assert highest == pytest.approx(decibels(PEAK_DBFS), rel=1e-3)
    assert all(-32 < level_db(samples[name].T / np.float32(CODES)) < -9 for name in STEMS)


@every_night
def test_a_night_keeps_its_room_its_balance_and_its_singers(show: Show) -> None:
    plan = _plan(show)
    tonight = [Session.of(replace(plan, number=number), _score(plan), _refuse) for number in (1, 2)]
    assert tonight[0].night == tonight[1].night
    for purpose in ("room", "spring", "balance", "singer 0", "places", "loudness"):
        assert tonight[0].fixed(purpose).random() == tonight[1].fixed(purpose).random()
    assert tonight[0].noise("hiss").random() != tonight[1].noise("hiss").random()


def _refuse(score: Score, tracks: object) -> Sound:
    raise AssertionError("nothing is to be played")


@pytest.fixture(scope="module")
def short_plans(groove: Path) -> list[SongPlan]:
    """The introductions of two songs at home."""
    drummers = load_drummers(groove, "test")
    plans = [plan_song(drummers, SHOWS["house"], "test", seed=5, number=number) for number in (1, 2)]
    return [replace(plan, sections=plan.sections[:1]) for plan in plans]


def test_the_same_seed_gives_the_same_bytes_whatever_the_jobs(
    studio: Studio, short_plans: list[SongPlan], tmp_path: Path
) -> None:
    for jobs in (1, 2):
        make_songs(studio, short_plans, tmp_path / str(jobs), jobs)
        assert sorted(path.name for path in (tmp_path / str(jobs)).iterdir()) == ["song-0001", "song-0002"]
    files = sorted(path.relative_to(tmp_path / "1") for path in (tmp_path / "1").rglob("*.*"))
    assert len(files) == 2 * 6
    assert all((tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes() for file in files)
    _check_folder(tmp_path / "1" / "song-0001", short_plans[0])


def _check_folder(folder: Path, plan: SongPlan) -> None:
    """A song's folder holds the stems, the mixture, and what is to be known of it."""
    samples = {name: soundfile.read(folder / f"{name}.wav", dtype="int16")[0] for name in (*STEMS, "mixture")}
    assert all(wave.shape == (round(plan.length_s * SAMPLE_RATE_HZ), 2) for wave in samples.values())
    assert np.array_equal(sum(samples[name].astype(int) for name in STEMS), samples["mixture"])
    description = json.loads((folder / "song.json").read_text())
    assert (description["show"], description["number"], description["held_out"]) == ("house", 1, True)
    assert description["performances"] == [performance.name for performance in (*plan.grooves, *plan.fills)]


def test_a_machine_without_fluidsynth_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="apt install fluidsynth"):
        Studio.open(SOUNDFONT)


# The command line


def _arguments(**changes: object) -> list[str]:
    options = {"soundfont": SOUNDFONT, "split": "test", "songs": 1, "seed": 1, **changes}
    return [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]


def test_songs_that_exist_are_left_alone(studio: Studio, groove: Path, tmp_path: Path) -> None:
    finished = tmp_path / "song-0003"
    finished.mkdir()
    assert main(_arguments(groove=groove, out=tmp_path, show="barn-77", first_song=3)) == 0
    assert list(tmp_path.rglob("*")) == [finished]


def test_hours_are_filled_with_whole_songs(
    studio: Studio, groove: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drummers, hours = load_drummers(groove, "test"), 0.5
    lengths_h = [plan_song(drummers, SHOWS["field-72"], "test", 1, number).length_s / 3600 for number in range(1, 20)]
    songs = next(count for count in range(20) if sum(lengths_h[:count]) >= hours)
    for number in range(1, songs + 1):
        (tmp_path / f"song-{number:04d}").mkdir()
    options = ["--groove", str(groove), "--soundfont", str(SOUNDFONT), "--out", str(tmp_path), "--show", "field-72"]
    assert main([*options, "--split", "test", "--seed", "1", "--hours", str(hours)]) == 0
    assert capsys.readouterr().out == f"{songs} songs, {songs} of them there already\n"


def test_what_is_missing_is_named(
    studio: Studio, groove: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(_arguments(groove=tmp_path / "absent", out=tmp_path)) == 2
    assert "No Groove MIDI Dataset at" in capsys.readouterr().err
    assert main(_arguments(groove=groove, out=tmp_path, soundfont=tmp_path / "absent.sf2")) == 2
    assert "No soundfont at" in capsys.readouterr().err


@pytest.mark.parametrize(
    "change", [{"songs": 0}, {"songs": "many"}, {"jobs": -1}, {"split": "both"}, {"show": "stadium-99"}]
)
def test_nonsense_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(_arguments(groove=tmp_path, out=tmp_path, **change))
    assert refusal.value.code == 2
