"""Preparing and encoding on a Ray cluster of several local machines, one of which is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from engine.training.collection import Collection
from engine.training.latents import encode
from engine.training.preparation import prepare
from tests.engine.training.small_collection import NOTHING_CUT, ROOT, write_autoencoder, write_recordings_into

pytest.importorskip("ray", reason="needs the extra “cluster”")

RECORDINGS = 6


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def processes_of(mark: str) -> Iterator[int]:
    """Processes whose environment holds `mark`; Linux tells."""
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark.encode() in environment.read_bytes():
                yield int(environment.parent.name)


@pytest.mark.skipif(sys.platform != "linux", reason="Ray's cluster of several local machines runs on Linux")
def test_a_cluster_that_loses_a_machine_makes_what_this_machine_makes(tmp_path: Path) -> None:
    source, autoencoder = tmp_path / "songs", tmp_path / "ear"
    write_recordings_into(source, RECORDINGS, seconds=20)
    write_autoencoder(autoencoder)
    here = list(prepare(source, tmp_path / "here" / "collection", NOTHING_CUT, jobs=1))
    assert len(here) == RECORDINGS

    mark = f"DEEPDEADNET_TRIAL={tmp_path}"
    command = [sys.executable, "-m", "tests.engine.training.cluster_trial", *map(str, (source, autoencoder, tmp_path))]
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as sessions:  # sockets need short names
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "DEEPDEADNET_TRIAL": str(tmp_path), "RAY_TMPDIR": sessions}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    left = list(processes_of(mark))
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    assert done.returncode == 0, done.stderr
    assert not left

    result = json.loads(done.stdout.splitlines()[-1])
    assert result == {
        "examined": list(range(1, RECORDINGS + 1)),
        "encoded": list(range(1, RECORDINGS + 1)),
        "errors": [],
    }
    assert files_of(tmp_path / "collection") == files_of(tmp_path / "here" / "collection")
    collection = Collection.open(tmp_path / "collection")
    list(encode(collection, autoencoder, tmp_path / "here" / "latents", jobs=1))
    assert files_of(tmp_path / "latents") == files_of(tmp_path / "here" / "latents")
