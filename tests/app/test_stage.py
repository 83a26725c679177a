"""The stage shows the take that is loaded, as it is: while it grows, where it is cut, stem by stem, hours of it."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest

from app.session import Session
from app.stage import StageHand
from engine.audio.columns import CONTEXT_FRAMES, column_frames
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.spectrogram import CEILING_DB, FLOOR_DB, HIGHEST_HZ, LOWEST_HZ, bin_frequencies_hz
from engine.takes.take import Take
from widgets.level_store import MOST_TILES
from widgets.stage import Stage
from widgets.time_window import TimeWindow

THREE_HOURS_S = 3 * 3600
STEMS = ("drums", "bass")


def sine(seconds: float, hz: float) -> np.ndarray:
    wave = 0.05 * np.sin(2 * np.pi * hz * np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


@pytest.fixture
def stage(qtbot):
    stage = Stage((LOWEST_HZ, HIGHEST_HZ), (FLOOR_DB, CEILING_DB))
    stage.resize(860, 400)
    qtbot.addWidget(stage)
    stage.show()
    return stage


@pytest.fixture
def session(stage):
    session = Session()
    hand = StageHand(session, stage)
    hand.start()
    yield session
    hand.close()


@pytest.fixture
def load(session, stage):
    taken: list[Take] = []

    def show(take: Take, length_s: float) -> None:
        taken.append(take)
        stage.view.show_take(length_s)
        session.update(take=take)

    yield show
    for take in taken:
        take.close()


def heard_hz(stage: Stage, time_s: float, look: int = 0) -> float:
    """The loudest frequency at a time of the picture; 0 where there is none."""
    wanted = stage.view.looks[look]
    column = int(time_s * SAMPLE_RATE_HZ) // column_frames(wanted.level)
    levels = stage.view.store.strip(wanted.track, wanted.level, column, column + 1).levels[0]
    return float(bin_frequencies_hz()[levels.argmax()]) if levels.any() else 0.0


def near(hz: float):
    return pytest.approx(hz, rel=0.1)


def test_the_picture_grows_with_the_take(stage, load, qtbot, tmp_path):
    take = Take.create(tmp_path / "take", planned_frames=10 * SAMPLE_RATE_HZ)
    load(take, 10.0)
    take.append_mix(sine(4, 440))
    qtbot.waitUntil(lambda: heard_hz(stage, 3.9) == near(440))
    assert heard_hz(stage, 4.1) == 0.0
    assert stage.view._made_s == 4.0
    take.append_mix(sine(6, 1000))
    qtbot.waitUntil(lambda: heard_hz(stage, 9.9) == near(1000))
    assert heard_hz(stage, 2.0) == near(440)
    assert heard_hz(stage, 4.1) == near(1000)


def test_where_a_take_ends_for_now_nothing_is_seen_that_is_not_there(stage, load, qtbot, tmp_path):
    take = Take.create(tmp_path / "take", planned_frames=10 * SAMPLE_RATE_HZ)
    load(take, 10.0)
    take.append_mix(sine(4, 440))
    qtbot.waitUntil(lambda: heard_hz(stage, 3.9) == near(440))
    [look] = stage.view.looks
    strip = stage.view.store.strip(0, look.level, 0, 4 * SAMPLE_RATE_HZ // column_frames(look.level))
    seen = (4 * SAMPLE_RATE_HZ - CONTEXT_FRAMES) // column_frames(look.level)
    loudest = strip.levels.max(1)
    assert loudest[seen:].max(initial=0) == 0  # would be seen too quiet: half of what they look at is not made yet
    assert np.ptp(loudest[10:seen].astype(int)) <= 1


def test_the_last_column_of_a_finished_take_is_seen_although_it_is_not_full(stage, load, qtbot, tmp_path):
    take = Take.create(tmp_path / "take")
    take.append_mix(sine(3.21, 440))
    take.finish()
    load(take, 3.21)
    qtbot.waitUntil(lambda: heard_hz(stage, 3.209) == near(440))


def test_each_stem_has_its_picture_and_where_there_is_none_is_told(stage, load, qtbot, tmp_path):
    take = Take.create(tmp_path / "take", stem_names=STEMS)
    take.append_mix(sine(8, 300))
    stems = np.stack([sine(2, 100), sine(2, 2000)], axis=1)
    take.append_stems(stems)
    take.skip_stems(5 * SAMPLE_RATE_HZ)
    take.append_stems(stems)
    load(take, 8.0)
    assert stage.tabs.stems == STEMS
    assert stage.view._gaps == ((2.0, 5.0),)
    qtbot.waitUntil(lambda: heard_hz(stage, 6.5) == near(300))
    for track, hz in ((1, 100), (2, 2000)):
        stage.tabs.choose(track)
        qtbot.waitUntil(lambda hz=hz: heard_hz(stage, 6.5) == near(hz))
        assert [heard_hz(stage, time_s) for time_s in (1.0, 3.5, 7.5)] == [near(hz), 0.0, 0.0]
    take.skip_stems(2 * SAMPLE_RATE_HZ)
    take.append_stems(np.concatenate([stems, stems[:SAMPLE_RATE_HZ]]))
    qtbot.waitUntil(lambda: heard_hz(stage, 3.5) == near(2000))
    assert stage.view._gaps == ()


def test_a_take_that_was_broken_off_does_not_say_that_stems_are_on_their_way(stage, load, qtbot, tmp_path):
    take = Take.create(tmp_path / "take", stem_names=STEMS)
    take.append_mix(sine(8, 300))
    take.append_stems(np.stack([sine(2, 100), sine(2, 2000)], axis=1))
    load(take, 8.0)
    assert (stage.view._stems_s, stage.view._gaps) == (2.0, ())
    take.finish()
    qtbot.waitUntil(lambda: stage.view._stems_s is None)
    assert stage.view._gaps == ((2.0, 8.0),)


def test_what_is_made_anew_is_seen_anew_even_if_it_is_as_long_as_before(stage, load, qtbot, tmp_path):
    take = Take.create(tmp_path / "take", planned_frames=10 * SAMPLE_RATE_HZ)
    take.append_mix(sine(8, 440))
    load(take, 10.0)
    qtbot.waitUntil(lambda: heard_hz(stage, 7.5) == near(440))
    stage.view.set_region((2.0, 7.0))
    take.cut(5 * SAMPLE_RATE_HZ)
    take.append_mix(sine(3, 3000))
    qtbot.waitUntil(lambda: heard_hz(stage, 7.5) == near(3000))
    assert heard_hz(stage, 5.1) == near(3000)
    assert heard_hz(stage, 4.5) == near(440)
    assert stage.view.region == (2.0, 5.0)


def test_of_an_endless_take_the_end_is_seen_and_what_has_gone_stays_in_the_picture(stage, load, qtbot, tmp_path):
    take = Take.create(tmp_path / "take", kept_frames=20 * SAMPLE_RATE_HZ)
    load(take, math.inf)
    for hz in (440, 1000, 3000):
        take.append_mix(sine(15, hz))
        made_s = take.mix_frames / SAMPLE_RATE_HZ
        qtbot.waitUntil(lambda hz=hz, made_s=made_s: heard_hz(stage, made_s - 1) == near(hz))
    assert take.first_frame == 25 * SAMPLE_RATE_HZ
    assert heard_hz(stage, 27.0) == near(1000)


def test_coming_closer_shows_more_and_the_overview_stays(stage, load, qtbot, tmp_path):
    take = Take.create(tmp_path / "take")
    wave = sine(60, 440)
    wave[30 * SAMPLE_RATE_HZ : round(30.1 * SAMPLE_RATE_HZ)] = 0
    take.append_mix(wave)
    take.finish()
    load(take, 60.0)
    qtbot.waitUntil(lambda: heard_hz(stage, 59.0) == near(440))
    stage.view.look_at(TimeWindow(29.5, 30.5))
    close, overview = stage.view.looks
    assert close.level < overview.level
    qtbot.waitUntil(lambda: stage.view.store.missing(0, close.level, *close.columns, [(0, 10**7)]) is None)
    strip = stage.view.store.strip(0, close.level, *close.columns)
    quiet = np.flatnonzero(strip.peaks[:, 0] == 0) + close.columns[0]
    edges_s = quiet[[0, -1]] * column_frames(close.level) / SAMPLE_RATE_HZ
    assert edges_s == pytest.approx([30.0, 30.1], abs=0.01)
    assert heard_hz(stage, 10.0, look=1) == near(440)


def test_three_hours_are_seen_in_bounded_memory(stage, load, qtbot, tmp_path):
    stage.resize(500, 300)
    folder = tmp_path / "take"
    take = Take.create(folder)
    take.append_mix(sine(1, 440))
    take.finish()
    take.close()
    frames = THREE_HOURS_S * SAMPLE_RATE_HZ
    burst_s = 7200
    with (folder / "mix.f32").open("r+b") as file:  # a sparse file: silence that takes no room
        os.truncate(file.fileno(), frames * 8)
        file.seek(burst_s * SAMPLE_RATE_HZ * 8)
        file.write(sine(30, 1000).tobytes())
    text = (folder / "take.json").read_text()
    (folder / "take.json").write_text(text.replace(str(SAMPLE_RATE_HZ), str(frames)))
    take = Take.open(folder)
    assert take.mix_frames == frames
    load(take, THREE_HOURS_S)
    qtbot.waitUntil(lambda: all_known(stage), timeout=60_000)
    assert heard_hz(stage, 7215) == near(1000)
    assert heard_hz(stage, 7300) == heard_hz(stage, 7100) == 0.0
    for length_s in (600.0, 20.0, 1.0):
        stage.view.look_at(TimeWindow(7190.0, 7190.0 + length_s))
        qtbot.waitUntil(lambda: all_known(stage), timeout=60_000)
    stage.view.look_at(TimeWindow(7199.5, 7200.5))
    qtbot.waitUntil(lambda: heard_hz(stage, 7200.4) == near(1000))
    assert heard_hz(stage, 7199.8) == 0.0
    assert len(stage.view.store._tiles) < 50 < MOST_TILES


def all_known(stage: Stage) -> bool:
    view = stage.view
    everything = [(0, 10**9)]
    return all(
        view.store.missing(look.track, look.level, look.columns[0], look.columns[1] - 1, everything) is None
        for look in view.looks
    )


def test_a_take_that_was_closed_is_let_be_and_the_next_one_is_shown(stage, load, qtbot, tmp_path):
    old = Take.create(tmp_path / "old")
    old.append_mix(sine(60, 440))
    load(old, 60.0)
    old.close()  # while it is being looked at
    qtbot.wait(250)
    take = Take.create(tmp_path / "new")
    take.append_mix(sine(4, 1000))
    take.finish()
    load(take, 4.0)
    qtbot.waitUntil(lambda: heard_hz(stage, 3.5) == near(1000))
