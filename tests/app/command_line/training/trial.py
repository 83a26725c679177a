"""Types in what trains, in one process whose Keras runs on torch, and prints what came of each command as JSON.

python -m tests.app.command_line.training.trial FOLDER
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from app.command_line.commands import run
from engine.models.card import load_card
from engine.training import logbook

TINY = ("--recipe", "base_channels=4", "batch=2", "bfloat16=false", "warm_up=1")
TINY_SPLITTER = (
    "sizes.width=8",
    "sizes.layers=1",
    "sizes.heads=2",
    "sizes.nfft=1024",
    "sizes.bands=[[8, 4, 1], [4, 20, 1], [2, 50, 4]]",
    "sizes.segment=1.0",
)
SMALLEST_FILE_BYTES = 20_000
STEMS = ("drums", "bass", "other", "vocals")


def typed(*arguments: object) -> dict[str, Any]:
    """Run a verb of `train`: its exit status, its last line, what it said on stderr, and its --json."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = run(["train", *map(str, arguments), "--json"])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
    lines = out.getvalue().splitlines()
    return {"status": status, "err": err.getvalue(), **(json.loads(lines[-1]) if lines else {})}


@contextmanager
def once_it_learns(folder: Path, then: Callable[[], object]) -> Iterator[None]:
    """Do something as soon as the training in `folder`, which is running inside, has done some steps."""

    def wait() -> None:
        while (status := logbook.read_status(folder)) is None or not (status.is_running and status.step > 3):
            time.sleep(0.05)
        then()

    thread = threading.Thread(target=wait)
    thread.start()
    yield
    thread.join()


@contextmanager
def hardly_any_disk() -> Iterator[None]:
    """Inside, files cannot become longer than SMALLEST_FILE_BYTES."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing fails instead
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALLEST_FILE_BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def a_whole_training(folder: Path) -> dict[str, Any]:
    """Go on with the one that was killed, to its end and beyond."""
    killed = folder / "killed"
    found = {
        "interrupted": typed("status", killed),
        "resumed": typed("model", "--resume", "--out", killed, "--steps", 4),
    }
    model = folder / "home" / "models" / "my-band"
    found["card"] = {"trained_for": load_card(model).trained_for, "title": load_card(model).title}
    sound = folder / "sound.wav"
    found["plays"] = run(["generate", "--model", "my-band", "--length", "0.5", "--out", str(sound), "--json"])
    found["loudest"] = float(np.abs(soundfile.read(sound)[0]).max())
    away = (folder / "recordings").rename(folder / "put away")
    found["longer"] = typed("model", "--resume", "--out", killed, "--steps", 6)
    away.rename(folder / "recordings")
    found["card after"] = load_card(model).trained_for
    found["other settings"] = typed("model", "--resume", "--out", killed, "--noise", 1)
    found["name taken"] = typed("model", folder / "recordings", "--name", "my-band", "--out", folder / "elsewhere")
    found["elsewhere"] = (folder / "elsewhere").exists()
    return found


def refusals(folder: Path) -> dict[str, Any]:
    """Orders of a whole training that make no sense."""
    order = ("model", folder / "recordings")
    named = (*order, "--name", "other-band", "--out", folder / "never")
    return {
        "no name": typed(*order),
        "no recordings": typed("model", "--name", "other-band"),
        "no training": typed("model", "--name", "other-band", "--resume"),
        "bad name": typed(*order, "--name", "Other Band"),
        "unknown base": typed(*named, "--base", "my-bnad"),
        "base of another kind": typed(*named, "--base", "house-band-stems"),
        "two autoencoders": typed(*named, "--base", "my-band", "--autoencoder", "house-band"),
        "negative minutes": typed(*named, "--minutes", -5),
        "unknown setting": typed(*named, "--recipe", "bacth=3"),
        "an empty folder": typed("model", folder / "empty", "--name", "other-band", "--out", folder / "nothing"),
        "left": (folder / "never").exists(),
    }


def a_generator(folder: Path) -> dict[str, Any]:
    """Step by step: signals, stops, a folder that is taken, a base, and a disk that is full."""
    latents, out = folder / "killed" / "latents", folder / "generator"
    learn = ("generator", latents, *TINY)
    with once_it_learns(out, lambda: os.kill(os.getpid(), signal.SIGTERM)):
        found = {"terminated": typed(*learn, "--out", out, "--name", "by-steps", "--band", "Nobody")}
    with once_it_learns(out, lambda: typed("stop", out)):
        found["stopped"] = typed("generator", latents, "--out", out, "--resume")
    found["status"] = typed("status", out)
    found["nothing to stop"] = typed("stop", out)
    card = load_card(out / "model")
    found["card"] = {"name": card.name, "title": card.title, "band": card.band}
    found["taken"] = typed(*learn, "--out", out, "--steps", 1)
    found["recipe again"] = typed(*learn, "--out", out, "--steps", 1, "--resume")
    fine = ("--base", "my-band", "--steps", 1, "--out")
    found["fine-tuned"] = typed("generator", latents, *TINY, *fine, folder / "fine")
    found["with its critic"] = typed("generator", latents, "--base", out, "--steps", 1, "--out", folder / "finer")
    encode = ("encode", folder / "killed" / "collection", "--autoencoder", folder / "other-ear", "--jobs", 1)
    found["other latents"] = typed(*encode, "--out", folder / "other latents")
    found["another shape"] = typed("generator", folder / "other latents", *TINY, *fine, folder / "unfit")
    with hardly_any_disk():
        found["disk full"] = typed(*learn, "--out", folder / "full", "--steps", 2)
    found["left by a full disk"] = sorted(path.name for path in (folder / "full").iterdir())
    found["after a full disk"] = typed("generator", latents, "--out", folder / "full", "--steps", 2, "--resume")
    return found


def others(folder: Path) -> dict[str, Any]:
    """An autoencoder, and a separator."""
    rng = np.random.default_rng(0)
    for song in ("one", "two"):
        (folder / "songs" / song).mkdir(parents=True)
        stems = [0.1 * rng.standard_normal((66_150, 2)) for _ in STEMS]
        for name, wave in zip((*STEMS, "mixture"), (*stems, sum(stems)), strict=True):
            soundfile.write(folder / "songs" / song / f"{name}.wav", wave, 44_100)
    components = ("--recipe", "refine=false", "mid=6", "side=2")
    return {
        "autoencoder": typed("autoencoder", folder / "killed" / "collection", "--out", folder / "ears", *components),
        "separator": typed(
            "separator", folder / "songs", "--out", folder / "stems", "--steps", 1, "--recipe", *TINY_SPLITTER
        ),
        "no songs": typed("separator", folder / "recordings", "--out", folder / "nothing", "--steps", 1),
    }


def settings() -> dict[str, list[str]]:
    """What every recipe has."""
    from engine.training import autoencoder, generator, separator

    return {module.KIND: list(asdict(module.Recipe())) for module in (autoencoder, generator, separator)}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    (place / "empty").mkdir()
    results = {
        "whole": a_whole_training(place),
        "refusals": refusals(place),
        "generator": a_generator(place),
        "others": others(place),
    }
    print(json.dumps({**results, "settings": settings(), "tensorflow": "tensorflow" in sys.modules}))
