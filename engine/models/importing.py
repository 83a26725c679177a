"""Engine thread: models from elsewhere, copied into the user's folder once they are found whole."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from engine.audio.writing import output_error
from engine.errors import ModelError
from engine.models.card import CARD_FILE, ModelCard, check_name, load_card, verify, write_card

PUBLISHED_FILES = ("gen_ema.h5", "dec.h5", "dec2.h5")
PUBLISHED_EXTRAS = ("enc.h5", "enc2.h5")


def import_model(path: Path, into: Path, *, name: str | None, check: Callable[[ModelCard], object]) -> ModelCard:
    """Copy a model folder, or a published Musika folder, to `into/<name>`.

    Args:
        path: a folder with a card, or with the files of a published Musika model.
        into: the folder of the user's models.
        name: what to call it; by default as its card, or its folder, says.
        check: loads the copy, which raises ModelError when it cannot work; runs before the model gets its place.

    Raises:
        ModelError: it is no model, damaged, or the name is taken.
        OutputError: the user's folder cannot be written.
    """
    if not path.is_dir():
        raise ModelError(f"There is no folder {path}: choose a model folder.")
    card = load_card(path) if (path / CARD_FILE).exists() else _published_card(path, name)
    name = check_name(name or card.name)
    if (into / name).exists():
        raise ModelError(f"There is a model called “{name}” already: give another name with --name.")
    try:
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".importing-", dir=into) as temporary:
            copy = Path(temporary) / name
            check(_copied(card, path, copy, name))
            copy.replace(into / name)
    except OSError as cause:
        raise output_error(into, cause) from cause
    return load_card(into / name)


def _copied(card: ModelCard, source: Path, copy: Path, name: str) -> ModelCard:
    """Only the files that the card names travel; their hashes must be the card's where it has them."""
    copy.mkdir()
    for file_name in card.files:
        shutil.copyfile(source / file_name, copy / file_name)
    if any(card.files.values()):
        verify(replace(card, folder=copy))
    return write_card(replace(card, name=name), copy)


def _published_card(path: Path, name: str | None) -> ModelCard:
    """A card for a folder in the published layout, which has none; its files are hashed when they are copied."""
    if missing := [file for file in PUBLISHED_FILES if not (path / file).is_file()]:
        raise ModelError(
            f"{path} is no model: it has neither a {CARD_FILE} nor the published Musika files (no {missing[0]})."
        )
    files = [file for file in (*PUBLISHED_FILES, *PUBLISHED_EXTRAS) if (path / file).is_file()]
    return ModelCard(
        name=name or re.sub(r"[^a-z0-9.-]+", "-", path.resolve().name.lower()).strip("-."),
        title=path.resolve().name,
        kind="generator",
        description="Imported from a published Musika folder.",
        sizes={"design": "published"},
        files=dict.fromkeys(files, ""),
    )


def model_folders(path: Path) -> list[Path]:
    """The models in a folder: itself, or those that lie in it, in the order in which they may be imported.

    A generator needs its autoencoder there, so generators come last. Raises nothing: what is no model is left out.
    """
    found = [path] if _is_model(path) else []
    with suppress(OSError):
        found = found or [folder for folder in sorted(path.iterdir()) if _is_model(folder)]
    return sorted(found, key=_is_generator)


def _is_model(path: Path) -> bool:
    return (path / CARD_FILE).is_file() or all((path / name).is_file() for name in PUBLISHED_FILES)


def _is_generator(path: Path) -> bool:
    try:
        return load_card(path).kind == "generator"
    except ModelError:
        return True
