"""What importing the room loads, and what it writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.musika.backend import without_greeting

ROOT = Path(__file__).resolve().parents[3]


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, timeout=300
    )


def test_coordinates_load_no_network_library() -> None:
    done = run("import sys, engine.musika.coordinates; print({'keras', 'tensorflow', 'torch'} & set(sys.modules))")

    assert done.stdout.strip() == "set()"


def test_the_engine_picks_tensorflow_and_says_nothing() -> None:
    code = "from engine.musika import Musika; import sys, keras; print(keras.backend.backend(), 'torch' in sys.modules)"
    done = run(code)

    assert done.stdout.strip() == "tensorflow False"
    assert done.stderr == ""


def test_only_the_greeting_is_held_back(capfd: pytest.CaptureFixture[str]) -> None:
    with without_greeting():
        os.write(2, b"I0000 00:00:1700000000.1 1 port.cc:153] oneDNN custom operations are on.\nreal trouble\n")

    assert capfd.readouterr().err == "real trouble\n"


def fail_to_import() -> None:
    with without_greeting():
        os.write(2, b"a library is missing\n")
        raise ImportError("tensorflow")


def test_what_was_written_before_an_exception_is_not_lost(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ImportError):
        fail_to_import()

    assert capfd.readouterr().err == "a library is missing\n"
