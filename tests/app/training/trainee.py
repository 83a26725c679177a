"""Any activity: a program that is started like `main.py train model` and keeps a training's folder, but learns nothing.

What it is to do is in its title: "ends" after some steps, is "refused", "dies" without a word, or goes on until it is
asked to stop.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from engine.models.card import ModelCard, write_card
from engine.models.catalogue import home_folder
from engine.training import logbook
from engine.training.logbook import LossTable, Status

STEP_S = 0.01
REPORT_STEPS = 5
LAST_STEP = 60
REFUSED = "There is no recording that can be used: choose another folder."


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("recordings", nargs="?")
    for name in ("--out", "--name", "--title"):
        parser.add_argument(name)
    parser.add_argument("--resume", action="store_true")
    options, _ = parser.parse_known_args(sys.argv[3:])
    folder = Path(options.out)
    (folder / "arguments.json").write_text(json.dumps(sys.argv[1:]))
    title = options.title or (folder / "title").read_text()
    (folder / "title").write_text(title)
    if title == "refused":
        print(f"deepdeadnet: {REFUSED}", file=sys.stderr)
        return 2
    before = logbook.read_status(folder) if options.resume else None
    return learn(folder, title, before.step if before else 0)


def learn(folder: Path, title: str, first: int) -> int:
    table = LossTable(folder, first)
    for step in range(first + 1, 100_000):
        time.sleep(STEP_S)
        if step % REPORT_STEPS == 0:
            table.append(step, step * STEP_S, {"generator": -step / 100, "critic": step / 100, "penalty": 7.0})
            tell(folder, logbook.RUNNING, step)
        if title == "dies" and step > LAST_STEP:
            os._exit(9)
        if title == "ends" and step > LAST_STEP:
            model = home_folder() / "models" / folder.name
            model.mkdir(parents=True, exist_ok=True)
            write_card(ModelCard(name=folder.name, title="It Ends", kind="generator"), model)
            tell(folder, logbook.FINISHED, step)
            return 0
        if logbook.stop_requested(folder):
            logbook.forget_stop(folder)
            tell(folder, logbook.STOPPED, step)
            return 0
    return 1


def tell(folder: Path, state: str, step: int) -> None:
    left_s = 90.0 if state == logbook.RUNNING else None
    done = min(step / LAST_STEP, 1.0)
    status = Status(state, "generator", os.getpid(), step, done, 4.25, 130.0, left_s, written_s=time.time())
    logbook.write_status(folder, status)


if __name__ == "__main__":
    sys.exit(main())
