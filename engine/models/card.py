"""Any activity: the card of a model: what it is, what it learned from, which files it has."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from engine.audio.writing import replaced_on_success
from engine.errors import ModelError

CARD_FILE = "card.json"
MAX_CARD_BYTES = 2**20
KINDS = ("generator", "autoencoder", "separator")
NUMBERS = ("learned_s", "context_s")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a model says of itself.

    Attributes:
        name: what it is called on the command line: lower-case letters, digits, dots and dashes.
        title: what it is called in the window.
        kind: "generator", "autoencoder" or "separator".
        trained_on, trained_for: in words, for people.
        began_with: likewise the model that its training went on from, and what that had learned; empty: none.
        learned_s: how much music it learned from, in seconds; 0 where that is not known.
        context_s: how much music a generator invents at a time, in seconds; 0 where that is not known.
        sizes: the numbers that its networks are built from; their meaning belongs to the kind.
        figures: measured quality, by name.
        files: SHA-256 (hexadecimal) of every file of the folder but the card, by file name.
        needs: names of the models without which this one makes no sound.
        folder: where it lies; not part of the file.
    """

    name: str
    title: str
    kind: str
    description: str = ""
    band: str = ""
    show_date: str = ""
    venue: str = ""
    trained_on: str = ""
    trained_for: str = ""
    began_with: str = ""
    learned_s: float = 0.0
    context_s: float = 0.0
    licence: str = ""
    sizes: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    folder: Path = Path()

    @property
    def size_bytes(self) -> int:
        """What the files of the model take on disk, in bytes."""
        return sum((self.folder / name).stat().st_size for name in self.files)


def load_card(folder: Path) -> ModelCard:
    """Read and check a model's card; the files it names must be there (their contents: see `verify`).

    Raises:
        ModelError: no card, a damaged one, or a file missing.
    """
    path = folder / CARD_FILE
    try:
        if path.stat().st_size > MAX_CARD_BYTES:
            raise ModelError(f"The card of the model in {folder} is too large to be one.")
        values = json.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError as cause:
        raise ModelError(f"{folder} is no model folder: it has no {CARD_FILE}.") from cause
    except (OSError, ValueError, RecursionError) as cause:
        raise ModelError(f"{path} is damaged or cannot be read: import the model again.") from cause
    card = _checked(path, values)
    for name in card.files:
        if not (folder / name).is_file():
            raise ModelError(f"The model {card.name} lacks its file {name}: import it again.")
    return replace(card, folder=folder)


def _checked(path: Path, values: object) -> ModelCard:
    """A card from parsed JSON, every field of its right type."""
    if not isinstance(values, dict):
        raise ModelError(f"{path} is no model card.")
    known = {f.name: f for f in fields(ModelCard) if f.name != "folder"}
    kept = {name: value for name, value in values.items() if name in known}
    for name, value in kept.items():
        if name in NUMBERS:
            _check_seconds(path, name, value)
            continue
        wanted = dict if name in ("sizes", "figures", "files") else list if name == "needs" else str
        if not isinstance(value, wanted):
            raise ModelError(f"{path}: “{name}” must be {'text' if wanted is str else 'a ' + wanted.__name__}.")
    if missing := [name for name in ("name", "title", "kind") if name not in kept]:
        raise ModelError(f"{path} lacks “{missing[0]}”.")
    card = ModelCard(**{**kept, "needs": tuple(kept.get("needs", ()))})
    _check_names(path, card)
    return card


def _check_seconds(path: Path, name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ModelError(f"{path}: “{name}” must be a number of seconds.")


def _check_names(path: Path, card: ModelCard) -> None:
    if card.kind not in KINDS:
        raise ModelError(f"{path}: the kind “{card.kind}” is none of {', '.join(KINDS)}.")
    for name in (card.name, *card.needs):
        check_name(name)
    for name, digest in card.files.items():
        if Path(name).name != name or name in ("", ".", "..", CARD_FILE) or "\\" in name:
            raise ModelError(f"{path} names a file outside its folder: {name!r}.")
        if not isinstance(digest, str):
            raise ModelError(f"{path}: the SHA-256 of {name} must be text.")


def check_name(name: object) -> str:
    """Return a model name that can be a folder name on every system.

    Raises:
        ModelError: it cannot.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ModelError(f"{name!r} cannot name a model: use lower-case letters, digits, dots and dashes.")
    return name


def sha256(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(card: ModelCard) -> None:
    """Compare every file of a model with the card.

    Raises:
        ModelError: a file is missing or is not the one that the card describes.
    """
    for name, digest in card.files.items():
        try:
            found = sha256(card.folder / name)
        except OSError as cause:
            raise ModelError(f"The model {card.name} lacks its file {name}: import it again.") from cause
        if found != digest:
            raise ModelError(f"The file {name} of {card.name} is not the one its card names: import the model again.")


def write_card(card: ModelCard, folder: Path) -> ModelCard:
    """Write the card of the model whose other files already lie in `folder`, with their SHA-256; return it.

    Raises:
        OutputError: the card cannot be written.
        ModelError: the card is not valid.
    """
    files = {p.name: sha256(p) for p in sorted(folder.iterdir()) if p.is_file() and p.name != CARD_FILE}
    complete = replace(card, files=files, folder=folder)
    _check_names(folder / CARD_FILE, complete)
    values = asdict(complete)
    del values["folder"]
    with replaced_on_success(folder / CARD_FILE) as partial:
        partial.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf8")
    return complete
