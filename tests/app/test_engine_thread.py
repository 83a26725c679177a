"""Requests in, signals out, with the real engine on real files; what needs networks is in test_studio_window."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.engine_thread import EngineThread
from app.session import Recipe
from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.catalogue import Catalogue
from engine.playback.settings import MixSettings


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def engine(home, qapp):
    engine = EngineThread(lambda: Catalogue([home / "models"]))
    yield engine
    engine.close()


@pytest.fixture
def recording(tmp_path) -> Path:
    """Five seconds of a sine in each ear."""
    t_s = np.arange(5 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    wave = 0.5 * np.sin(2 * np.pi * np.outer(t_s, [220, 330]))
    soundfile.write(tmp_path / "sines.wav", wave, SAMPLE_RATE_HZ, subtype="FLOAT")
    return tmp_path / "sines.wav"


def opened(qtbot, engine, path):
    """The take that comes of a file, and the signals on the way, by name."""
    engine.start()
    heard = listen(engine)
    with qtbot.waitSignal(engine.idle, timeout=20_000):
        engine.open_file(path)
    return heard


class Heard(list):
    """Signals in the order in which they came: (name, argument…)."""

    def note(self, name):
        return lambda *arguments: self.append((name, *arguments))

    def names(self):
        return [name for name, *_ in self]

    def last(self, name):
        return next(entry[1:] for entry in reversed(self) if entry[0] == name)


def listen(engine) -> Heard:
    heard = Heard()
    heard.notes = []
    for name in (
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
    ):
        getattr(engine, name).connect(heard.note(name))
    return heard
