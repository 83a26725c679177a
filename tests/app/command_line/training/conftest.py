"""Fixtures for the command line of training: an empty home, recordings, and how a command is typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from app.command_line.commands import run
from tests.engine.training.small_collection import music
from tests.engine.training.tiny_latents import make_autoencoder

Typed = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for the user's models, trainings and logs."""
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Three that are good, of different formats and rates, one nested; and three that are not."""
    folder = tmp_path / "recordings"
    (folder / "1972" / "night one").mkdir(parents=True)
    for path, rate_hz in (("a.wav", 44_100), ("b.flac", 48_000), ("1972/night one/c.ogg", 22_050)):
        soundfile.write(folder / path, music(2.5, rate_hz, rate_hz), rate_hz)
    soundfile.write(folder / "silence.wav", np.zeros((110_250, 2)), 44_100)
    soundfile.write(folder / "short.wav", music(0.5), 44_100)
    (folder / "notes.wav").write_text("no sound at all")
    return folder


@pytest.fixture
def ear(tmp_path: Path) -> Path:
    """The folder of a tiny autoencoder."""
    return make_autoencoder(tmp_path)


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    """Runs a verb of `train` that must succeed; what its --json says."""

    def type_in(*arguments: object) -> dict[str, Any]:
        status = run(["train", *map(str, arguments), "--json"])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        said: dict[str, Any] = json.loads(printed.out.splitlines()[-1])
        return said

    return type_in


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """Runs a verb of `train` that must fail with status 2; the one line that it says."""

    def type_in(*arguments: object) -> str:
        try:
            status = run(["train", *map(str, arguments)])
        except SystemExit as stopped:  # argparse's way
            status = int(stopped.code or 0)
        printed = capsys.readouterr()
        assert status == 2, printed.out
        assert len(printed.err.splitlines()) == 1, printed.err
        return printed.err

    return type_in
