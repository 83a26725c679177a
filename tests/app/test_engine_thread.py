"""Requests in, signals out, with the real engine on real files. What needs networks is in test_generating.py."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt

from app.engine_thread import EngineThread
from app.waiting import Waiting
from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.card import ModelCard, write_card
from engine.models.catalogue import Catalogue
from engine.takes.roles import Progress
from engine.takes.take import Take
from tests.app.telling import Heard, sines

SIGNALS = ("started", "take_started", "progressed", "take_finished", "failed", "idle", "imports_left")


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
def wait_for_imports(heard, qtbot) -> Callable[[int], None]:
    """Waits until the queue of imports has become empty so many times."""

    def wait(times: int) -> None:
        qtbot.waitUntil(lambda: heard.all("imports_left").count(0) >= times, timeout=30_000)

    return wait


@pytest.fixture
def imported(engine, heard, wait_for_imports) -> Callable[[Path], Take]:
    """Imports a file, waits for the end, and gives the take."""

    def import_file(path: Path) -> Take:
        times = heard.all("imports_left").count(0)
        engine.import_file(Waiting(path))
        wait_for_imports(times + 1)
        return heard.all("take_finished")[-1]

    return import_file


@pytest.fixture
def recording(tmp_path) -> Path:
    return sines(tmp_path / "sines.wav", 5)


@pytest.fixture
def long_recording(tmp_path) -> Path:
    return sines(tmp_path / "long.wav", 60)


@contextmanager
def waiting_engine(engine: EngineThread) -> Iterator[None]:
    """What is asked for meanwhile is all in the queue before the first of it is begun."""
    begun = threading.Event()
    engine._posted.emit(begun.wait)
    try:
        yield
    finally:
        begun.set()


def progress_of(heard: Heard) -> list[Progress]:
    return [told[1] for name, told in heard.notes if name == "progressed"]


def test_a_file_becomes_a_take_of_the_library(engine, imported, heard, recording):
    take = imported(recording)
    assert heard.names() == ["imports_left", "take_started", "progressed", "take_finished", "imports_left"]
    started, entry = next(told for name, told in heard.notes if name == "take_started")
    assert take is started
    assert (entry.name, entry.kind, entry.folder) == ("sines", "recording", take.folder)
    assert take.finished
    np.testing.assert_array_equal(take.read_mix(0, 10**7), soundfile.read(recording, dtype="float32")[0])
    made = [progress.made_frames for progress in progress_of(heard)]
    assert made == sorted(made)
    assert made[-1] == 5 * SAMPLE_RATE_HZ
    [entry] = engine.library.entries()
    assert (entry.name, entry.length_s, entry.recipe["file"]) == ("sines", 5.0, "sines.wav")


def test_the_work_is_done_in_a_thread_of_its_own(imported, engine, recording):
    threads = set()
    engine.progressed.connect(lambda *_: threads.add(threading.get_ident()), Qt.ConnectionType.DirectConnection)
    imported(recording)
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_failure_is_told_and_the_next_import_is_carried_out(engine, heard, wait_for_imports, tmp_path, recording):
    with waiting_engine(engine):
        engine.import_file(Waiting(tmp_path / "nothing.wav"))
        engine.import_file(Waiting(recording))
    wait_for_imports(1)
    assert "nothing.wav" in heard.all("failed")[0]
    [take] = heard.all("take_finished")
    assert take.mix_frames == 5 * SAMPLE_RATE_HZ


def test_many_are_taken_one_after_the_other(engine, heard, wait_for_imports, tmp_path):
    with waiting_engine(engine):
        for name in ("one", "two", "three"):
            engine.import_file(Waiting(sines(tmp_path / f"{name}.wav", 2)))
    wait_for_imports(1)
    assert [told[1].name for name, told in heard.notes if name == "take_started"] == ["one", "two", "three"]
    assert [entry.name for entry in engine.library.entries()] == ["three", "two", "one"]
    assert heard.all("imports_left")[-3:] == [2, 1, 0]


@contextmanager
def cancelling(engine: EngineThread, cancel: Callable[[], None]) -> Iterator[None]:
    """Cancel at the first progress."""

    def slot(*_: object) -> None:
        cancel()

    # To be disconnected by the slot: PySide 6.11 frees what `connect` returned twice where it outlives the connection.
    engine.progressed.connect(slot, Qt.ConnectionType.DirectConnection)
    yield
    engine.progressed.disconnect(slot)


def test_cancelled_in_the_middle_a_take_is_what_there_is(engine, heard, imported, recording, long_recording):
    with cancelling(engine, engine.cancel_imports):
        take = imported(long_recording)
    assert 0 < take.mix_frames < 60 * SAMPLE_RATE_HZ
    assert take.finished
    assert len(progress_of(heard)) == 1
    assert imported(recording).mix_frames == 5 * SAMPLE_RATE_HZ
    lengths_s = [entry.length_s for entry in engine.library.entries()]
    assert lengths_s == [5.0, take.mix_frames / SAMPLE_RATE_HZ]


def test_one_import_can_be_cancelled_and_all(engine, heard, wait_for_imports, long_recording, recording):
    with cancelling(engine, engine.cancel_import):
        with waiting_engine(engine):
            engine.import_file(Waiting(long_recording))
            engine.import_file(Waiting(recording))
        wait_for_imports(1)
    assert len(heard.all("take_finished")) == 2
    assert all(0 < take.mix_frames <= 5 * SAMPLE_RATE_HZ for take in heard.all("take_finished"))
    for _ in range(3):
        engine.import_file(Waiting(long_recording))
    engine.cancel_imports()
    wait_for_imports(2)
    assert all(take.mix_frames < 60 * SAMPLE_RATE_HZ for take in heard.all("take_finished"))


def test_closing_in_the_middle_leaves_what_there_is(engine, heard, qtbot, long_recording):
    engine.import_file(Waiting(long_recording))
    qtbot.waitUntil(lambda: "progressed" in heard.names())
    engine.close()
    [entry] = engine.library.entries()
    assert 0 < entry.length_s < 60
    with closing(Take.open(entry.folder)) as take:
        assert take.mix_frames == round(entry.length_s * SAMPLE_RATE_HZ)


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


def test_who_has_no_patience_need_not_wait_for_what_cannot_be_interrupted(engine, imported, recording):
    imported(recording)
    done = threading.Event()
    engine._posted.emit(done.wait)
    assert not engine.close(patience_s=0.05)
    assert engine.is_running
    done.set()
    assert engine.close()
