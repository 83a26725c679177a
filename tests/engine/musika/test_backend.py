"""What importing the room loads, and what it writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
