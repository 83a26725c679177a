"""Command line: start the packaged program as a user would, and say how large and how quick it is.

    python tools/try_dist.py [PROGRAM [ARGUMENT ...]]      by default dist/DeepDeadNet/DeepDeadNet

It must list its models, render a take, train a model (two steps) with worker processes, and show its window on an X
server of its own (Xvfb).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1] / "dist" / "DeepDeadNet" / "DeepDeadNet"
STEMS = {"drums.wav", "bass.wav", "other.wav", "vocals.wav"}


def main() -> None:
    """Try the program; print its figures. Any failure ends with a traceback and a status other than 0."""
    program = sys.argv[1:] or [str(PROGRAM)]
    figures: dict[str, float] = {}
    if len(program) == 1:
        files = [file for file in Path(program[0]).parent.rglob("*") if file.is_file() and not file.is_symlink()]
        figures["megabytes"] = round(sum(file.stat().st_size for file in files) / 1e6)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DEEPDEADNET_HOME"] = folder
        listed, figures["models_s"] = ask(*program, "models", "--json")
        generator = next(model["name"] for model in listed["models"] if model["kind"] == "generator")
        out = Path(folder) / "take"
        render = ["render", "--model", generator, "--length", "5", "--seed", "7", "--out", str(out), "--json"]
        _, figures["render_5_s_of_music_s"] = ask(*program, *render)
        assert {file.name for file in (out / "stems").iterdir()} == STEMS, "stems are missing"
        figures["train_2_steps_s"] = train(Path(folder) / "tapes", generator, *program)
        figures["window_s"] = show_window(*program)
    print(json.dumps(figures))


def train(recordings: Path, generator: str, *program: str) -> float:
    """Let the program learn from what it has generated, and add a model; return how long that took in seconds."""
    recordings.mkdir()
    for name, seed in (("first.wav", "1"), ("second.wav", "2")):
        music = ["--length", "30", "--seed", seed, "--out", str(recordings / name), "--json"]
        ask(*program, "generate", "--model", generator, *music)
    how = ["--base", generator, "--steps", "2", "--cut-start", "0", "--cut-end", "0", "--jobs", "2", "--json"]
    _, took_s = ask(*program, "train", "model", str(recordings), "--name", "tried", *how)
    listed, _ = ask(*program, "models", "--json")
    assert "tried" in [model["name"] for model in listed["models"]], "the trained model is missing"
    return took_s


def ask(*command: str) -> tuple[dict[str, list[dict[str, str]]], float]:
    """Run a verb; return the JSON object it prints last, and how long it took in seconds."""
    started_s = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1]), round(time.perf_counter() - started_s, 2)


def show_window(*command: str) -> float:
    """Start the program without a verb; return the seconds until its window is on the screen, and close it."""
    with x_server() as display:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        started_s = time.perf_counter()
        with subprocess.Popen(command, env=environment) as program:
            try:
                search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", "DeepDeadNet"]
                subprocess.run(search, env=environment, check=True, timeout=120, capture_output=True)
                return round(time.perf_counter() - started_s, 2)
            finally:
                program.terminate()


@contextmanager
def x_server() -> Iterator[str]:
    """An X server without a screen; gives the name of its display."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x900x24"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        try:
            yield f":{os.read(reading, 16).decode().strip()}"
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
