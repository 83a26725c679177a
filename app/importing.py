"""File thread: models from elsewhere, each looked at and copied by a process of its own.

To see whether a model works it has to be loaded, with libraries that the engine thread may be busy with, and a broken
one may do anything: so the program is started once more for it, as `main.py import`, and listened to.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app import itself
from engine import cores
from engine.errors import ModelError
from engine.gate import Cancelled, Passage
from engine.models.card import CARD_FILE, ModelCard, load_card
from engine.models.catalogue import Catalogue
from engine.models.importing import model_folders

LOOK_S = 0.1
"""So often it is looked whether the process has ended, or is not wanted any more."""
WENT_WRONG = "“{}” could not be added: its check ended without a word."


@dataclass(frozen=True)
class Added:
    """A model that was asked for: its name, and whether it is new or was there already."""

    name: str
    is_new: bool


def add_models(paths: Sequence[Path], catalogue: Catalogue, gate: Passage) -> Iterator[Added]:
    """Copy the models in some folders to the user's, each once it is found to work.

    Raises:
        ModelError: one does not work; those before it have been added.
        Cancelled: by the gate; the model that was being looked at is not added.
    """
    for path in paths:
        for folder in model_folders(path):
            yield _add(folder, catalogue, gate)


def _add(folder: Path, catalogue: Catalogue, gate: Passage) -> Added:
    card = load_card(folder) if (folder / CARD_FILE).exists() else None
    catalogue.reload()
    there = {known.name: known for known in catalogue.cards()}
    if card is not None and (same := _same(card, list(there.values()))):
        return Added(same, is_new=False)
    name = ["--name", _free_name(card.name, set(there))] if card is not None and card.name in there else []
    answer = _answer([*itself.command(), "import", str(folder), *name, "--json"], folder, gate)
    return Added(answer, is_new=True)


def _same(card: ModelCard, there: Sequence[ModelCard]) -> str:
    """The name of the model that has all the files of this one; empty where none has."""
    wanted = set(card.files.items())
    return next((known.name for known in there if wanted and wanted <= set(known.files.items())), "")


def _free_name(name: str, taken: set[str]) -> str:
    return next(new for number in range(2, 10_000) if (new := f"{name[:58]}-{number}") not in taken)


def _answer(command: list[str], folder: Path, gate: Passage) -> str:
    """The name under which the process that imports has put the model."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=complained)
        cores.hold_process(process.pid)
        try:
            while process.poll() is None:
                gate.go_through()
                _wait(process)
        except Cancelled:
            process.terminate()
            process.wait()
            raise
        if process.returncode != 0:
            line = _last_line(complained).removeprefix("deepdeadnet: ")
            raise ModelError(line if process.returncode == 2 and line else WENT_WRONG.format(folder.name))
        return str(json.loads(_last_line(said))["name"])


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(LOOK_S)
    except subprocess.TimeoutExpired:
        return


def _last_line(file: IO[bytes]) -> str:
    file.seek(0)
    lines = file.read().decode("utf8", "replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
