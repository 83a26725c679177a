"""Requests in, signals out, with the real engine on real files. What needs networks is in test_generating.py."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt

from app.engine_thread import EngineThread
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.spectrogram import bin_frequencies_hz
from engine.models.card import ModelCard, write_card
from engine.models.catalogue import Catalogue
from engine.playback.settings import MixSettings
from engine.takes.take import Take

SIGNALS = (
    "models_ready",
    "started",
    "take_started",
    "progressed",
    "spectrogram_grew",
    "take_finished",
    "export_progressed",
    "exported",
    "failed",
    "idle",
)


class Heard:
    """What an engine thread has told: (signal, its arguments)."""

    def __init__(self, engine: EngineThread) -> None:
        self.notes: list[tuple[str, tuple[Any, ...]]] = []
        for name in SIGNALS:
            getattr(engine, name).connect(lambda *told, name=name: self.notes.append((name, told)))

    def names(self) -> list[str]:
        """The signals in order, without immediate repetitions."""
        return [name for name, _ in groupby(self.notes, key=itemgetter(0))]

    def all(self, name: str) -> list[Any]:
        """The first argument of every signal of a name; None where it has no argument."""
        return [told[0] if told else None for noted, told in self.notes if noted == name]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def engine(home, qapp):
    engine = EngineThread(lambda: Catalogue([home / "models"]))
    engine.start()
    yield engine
    engine.close()


@pytest.fixture
def heard(engine) -> Heard:
    return Heard(engine)


@pytest.fixture
def carried_out(heard, qtbot) -> Callable[..., None]:
    """Makes a request and waits until it has been carried out."""

    def carry_out(request: Callable[..., None], *arguments: Any) -> None:
        done = len(heard.all("idle"))
        request(*arguments)
        qtbot.waitUntil(lambda: len(heard.all("idle")) > done, timeout=30_000)

    return carry_out


@pytest.fixture
def opened(engine, heard, carried_out) -> Callable[[Path], Take]:
    """Opens a file, waits for the end, and gives the take."""

    def open_file(path: Path) -> Take:
        carried_out(engine.open_file, path)
        return heard.all("take_finished")[-1]

    return open_file


def sines(path: Path, duration_s: int) -> Path:
    """A recording of 220 Hz on the left and 330 Hz on the right."""
    t_s = np.arange(duration_s * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    wave = 0.5 * np.sin(2 * np.pi * np.outer(t_s, [220, 330]))
    soundfile.write(path, wave.astype(np.float32), SAMPLE_RATE_HZ, subtype="FLOAT")
    return path


@pytest.fixture
def recording(tmp_path) -> Path:
    return sines(tmp_path / "sines.wav", 5)


@pytest.fixture
def long_recording(tmp_path) -> Path:
    return sines(tmp_path / "long.wav", 60)


def test_only_generators_are_models_to_choose(home, qtbot):
    for name, kind in (("band", "generator"), ("coder", "autoencoder"), ("splitter", "separator")):
        (home / "models" / name).mkdir(parents=True)
        (home / "models" / name / "card.json").write_text(json.dumps({"name": name, "title": name, "kind": kind}))
    (home / "models" / "broken").mkdir()
    (home / "models" / "broken" / "card.json").write_text("{")
    engine = EngineThread(lambda: Catalogue([home / "models"]))
    heard = Heard(engine)
    engine.start()
    qtbot.waitUntil(lambda: "failed" in heard.names())
    engine.close()
    (_, (cards,)), (_, (sentence, details)) = heard.notes
    assert [card.name for card in cards] == ["band"]
    assert "import the model again" in sentence
    assert "JSONDecodeError" in details


def test_a_file_becomes_a_take(opened, heard, recording):
    take = opened(recording)
    assert [name for name in heard.names() if name != "models_ready"][:3] == ["started", "take_started", "progressed"]
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
    levels, column_s = next(told for name, told in reversed(heard.notes) if name == "spectrogram_grew")
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


def test_a_mix_is_exported_as_the_faders_stand(engine, heard, carried_out, opened, recording, tmp_path):
    take = opened(recording)
    target = tmp_path / "out" / "mix.wav"
    carried_out(engine.export_mix, take, MixSettings(master_gain_db=-6.0), target)
    written, rate_hz = soundfile.read(target, dtype="float32")
    np.testing.assert_allclose(written, take.read_mix(0, 10**7) * 10 ** (-6 / 20), atol=1e-6)
    assert rate_hz == SAMPLE_RATE_HZ
    assert heard.all("exported") == [[target]]
    fractions = heard.all("export_progressed")
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1


def test_an_export_that_cannot_be_written_is_a_sentence(engine, heard, carried_out, opened, recording):
    take = opened(recording)
    carried_out(engine.export_mix, take, MixSettings(), recording / "mix.wav")
    assert "exported" not in heard.names()
    assert "file, not a folder" in heard.all("failed")[0]


def test_a_cancelled_export_leaves_nothing(engine, heard, carried_out, opened, long_recording, tmp_path):
    take = opened(long_recording)
    engine.export_progressed.connect(lambda _: engine.cancel(), Qt.ConnectionType.DirectConnection)
    carried_out(engine.export_mix, take, MixSettings(), tmp_path / "out" / "mix.wav")
    assert "exported" not in heard.names()
    assert list((tmp_path / "out").iterdir()) == []


def test_a_discarded_take_is_gone_and_others_stay(engine, home, opened, qtbot, recording):
    first, second = opened(recording), opened(recording)
    engine.discard(first)
    qtbot.waitUntil(lambda: not first.folder.exists())
    assert second.read_mix(0, 1).shape == (1, 2)
    assert second.folder.is_dir()


def test_closing_in_the_middle_leaves_nothing(engine, home, heard, qtbot, long_recording):
    engine.open_file(long_recording)
    qtbot.waitUntil(lambda: "progressed" in heard.names())
    assert list((home / "takes").rglob("mix.f32")) != []
    engine.close()
    qtbot.waitUntil(lambda: heard.names()[-2:] == ["take_finished", "idle"])
    assert not (home / "takes").exists()


def test_models_that_join_are_told_and_what_is_loaded_stays(engine, heard, home, qtbot):
    def add(name: str, description: str = "") -> None:
        """Write a model, and wait until the engine has seen it."""
        folder = home / "models" / name
        folder.mkdir(parents=True, exist_ok=True)
        card = write_card(ModelCard(name=name, title=name, kind="generator", description=description), folder)
        engine.look_for_models()
        qtbot.waitUntil(lambda: bool(heard.all("models_ready")) and card in heard.all("models_ready")[-1])

    add("one")
    loaded = engine._studio
    add("two")
    assert [card.name for card in heard.all("models_ready")[-1]] == ["one", "two"]
    assert engine._studio is loaded
    add("one", "it has become another")
    assert engine._studio is not loaded
