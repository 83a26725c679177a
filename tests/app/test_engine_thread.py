"""Requests in, signals out, with the real engine on real files. What needs networks is in test_generating.py."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt

from app.engine_thread import EngineThread
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.spectrogram import bin_frequencies_hz
from engine.models.card import ModelCard, write_card
from engine.models.catalogue import Catalogue
from engine.takes.keeping import keep
from engine.takes.take import Take
from tests.app.telling import Heard, sines

SIGNALS = ("started", "take_started", "progressed", "spectrogram_grew", "take_finished", "failed", "idle")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def engine(home, qapp):
    engine = EngineThread()
    engine.start()
    yield engine
    engine.close()


@pytest.fixture
def heard(engine) -> Heard:
    return Heard(engine, SIGNALS)


@pytest.fixture
def opened(engine, heard, carried_out) -> Callable[[Path], Take]:
    """Opens a file, waits for the end, and gives the take."""

    def open_file(path: Path) -> Take:
        carried_out(engine.open_file, path)
        return heard.all("take_finished")[-1]

    return open_file


@pytest.fixture
def recording(tmp_path) -> Path:
    return sines(tmp_path / "sines.wav", 5)


@pytest.fixture
def long_recording(tmp_path) -> Path:
    return sines(tmp_path / "long.wav", 60)


def test_a_file_becomes_a_take(opened, heard, recording):
    take = opened(recording)
    assert heard.names()[:3] == ["started", "take_started", "progressed"]
    assert heard.names()[-3:] == ["spectrogram_grew", "take_finished", "idle"]
    assert heard.all("started") == ["Opening sines.wav…"]
    assert take is heard.all("take_started")[0]
    assert take.finished
    np.testing.assert_array_equal(take.read_mix(0, 10**7), soundfile.read(recording, dtype="float32")[0])
    made = [progress.made_frames for progress in heard.all("progressed")]
    assert made == sorted(made)
    assert made[-1] == 5 * SAMPLE_RATE_HZ


def test_its_spectrogram_is_told_to_the_end(opened, heard, recording):
    opened(recording)
    levels, column_s, _ = next(told for name, told in reversed(heard.notes) if name == "spectrogram_grew")
    assert len(levels) * column_s == pytest.approx(5, abs=column_s)
    loudest_hz = bin_frequencies_hz()[np.argsort(levels[len(levels) // 2])[-4:]]
    assert {round(np.log2(hz / 110), 1) for hz in loudest_hz} <= {0.9, 1.0, 1.1, 1.5, 1.6, 1.7}


def test_the_work_is_done_in_a_thread_of_its_own(opened, engine, recording):
    threads = set()
    engine.progressed.connect(lambda _: threads.add(threading.get_ident()), Qt.ConnectionType.DirectConnection)
    opened(recording)
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_failure_is_told_and_the_next_request_is_carried_out(engine, heard, carried_out, opened, tmp_path, recording):
    carried_out(engine.open_file, tmp_path / "nothing.wav")
    assert heard.names()[-3:] == ["started", "failed", "idle"]
    assert "nothing.wav" in heard.all("failed")[0]
    assert opened(recording).mix_frames == 5 * SAMPLE_RATE_HZ


def test_cancelled_in_the_middle_a_take_is_what_there_is(engine, heard, opened, recording, long_recording):
    cancelling = engine.progressed.connect(lambda _: engine.cancel(), Qt.ConnectionType.DirectConnection)
    take = opened(long_recording)
    assert 0 < take.mix_frames < 60 * SAMPLE_RATE_HZ
    assert take.finished
    assert len(heard.all("progressed")) == 1
    engine.progressed.disconnect(cancelling)
    assert opened(recording).mix_frames == 5 * SAMPLE_RATE_HZ


def test_closing_in_the_middle_leaves_nothing(engine, home, heard, qtbot, long_recording):
    engine.open_file(long_recording)
    qtbot.waitUntil(lambda: "progressed" in heard.names())
    assert list((home / "takes").rglob("mix.f32")) != []
    engine.close()
    qtbot.waitUntil(lambda: heard.names()[-2:] == ["take_finished", "idle"])
    assert not (home / "takes").exists()


def test_paused_it_stands_still_and_goes_on(engine, heard, qtbot, long_recording):
    pausing = engine.progressed.connect(lambda _: engine.pause(), Qt.ConnectionType.DirectConnection)
    engine.open_file(long_recording)
    qtbot.waitUntil(lambda: "progressed" in heard.names())
    take = heard.all("take_started")[0]
    qtbot.wait(100)  # a tenth of a second of computing may follow
    made = take.mix_frames
    qtbot.wait(300)
    assert take.mix_frames == made < 60 * SAMPLE_RATE_HZ
    engine.progressed.disconnect(pausing)
    engine.go_on()
    qtbot.waitUntil(lambda: "idle" in heard.names(), timeout=30_000)
    assert take.mix_frames == 60 * SAMPLE_RATE_HZ


def test_what_is_paused_can_be_cancelled_and_closed(engine, heard, qtbot, long_recording):
    engine.progressed.connect(lambda _: engine.pause(), Qt.ConnectionType.DirectConnection)

    def open_and_wait(number: int) -> None:
        engine.open_file(long_recording)
        qtbot.waitUntil(lambda: len(heard.all("take_started")) == number)
        qtbot.waitUntil(lambda: heard.all("take_started")[-1].mix_frames > 0)

    for number in (1, 2):
        open_and_wait(number)
        engine.cancel()
        qtbot.waitUntil(lambda number=number: len(heard.all("idle")) == number)
    open_and_wait(3)
    engine.close()
    assert "failed" not in heard.names()


def test_a_cancel_ends_what_waits_too_and_nothing_later(engine, heard, carried_out, qtbot, recording, long_recording):
    for _ in range(3):
        engine.open_file(long_recording)
    engine.cancel()
    carried_out(engine.open_file, recording)
    qtbot.waitUntil(lambda: len(heard.all("idle")) == 4)
    assert [take.mix_frames for take in heard.all("take_finished")][-1] == 5 * SAMPLE_RATE_HZ
    assert sum(take.mix_frames == 60 * SAMPLE_RATE_HZ for take in heard.all("take_finished")) == 0


def test_a_kept_take_is_opened_with_its_picture_and_stays(engine, heard, carried_out, home, recording, opened):
    made = opened(recording)
    folder = home / "takes" / "Kept"
    for _ in keep(made, SAMPLE_RATE_HZ, 4 * SAMPLE_RATE_HZ, folder):
        pass
    carried_out(engine.open_take, folder)
    take = heard.all("take_finished")[-1]
    np.testing.assert_array_equal(take.read_mix(0, 10**7), made.read_mix(SAMPLE_RATE_HZ, 3 * SAMPLE_RATE_HZ))
    levels, column_s, _ = next(told for name, told in reversed(heard.notes) if name == "spectrogram_grew")
    assert len(levels) * column_s == pytest.approx(3, abs=column_s)
    assert engine.has_made(made)
    assert not engine.has_made(take)
    engine.close()
    assert [path.name for path in (home / "takes").iterdir()] == ["Kept"]


def test_models_that_join_leave_what_is_loaded(engine, home):
    def write(name: str, description: str = "") -> None:
        folder = home / "models" / name
        folder.mkdir(parents=True, exist_ok=True)
        write_card(ModelCard(name=name, title=name, kind="generator", description=description), folder)
        engine.use_models(Catalogue([home / "models"]))

    write("one")
    loaded = engine._studio
    write("two")
    assert engine._studio is loaded
    assert [card.name for card in engine._studio.catalogue.cards()] == ["one", "two"]
    write("one", "it has become another")
    assert engine._studio is not loaded


def test_who_has_no_patience_need_not_wait_for_what_cannot_be_interrupted(engine, home, opened, recording):
    opened(recording)
    done = threading.Event()
    engine._posted.emit(done.wait)
    assert not engine.close(patience_s=0.05)
    assert engine.is_running
    assert not (home / "takes").exists()
    done.set()
    assert engine.close()
