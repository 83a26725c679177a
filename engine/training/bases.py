"""Any activity: the models that a training begins with, found by name or by folder."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from engine.audio.writing import output_error, working_folder
from engine.errors import ModelError
from engine.models.card import CARD_FILE, ModelCard, load_card, sha256, write_card
from engine.models.catalogue import Catalogue
from engine.models.importing import PUBLISHED_EXTRAS, PUBLISHED_FILES, import_model
from engine.training.logbook import TRAINING_FILE, read_training

PUBLISHED_CODERS = (*PUBLISHED_FILES[1:], *PUBLISHED_EXTRAS)
"""The files of the autoencoder in a published folder."""


def is_published(folder: Path) -> bool:
    """Whether a folder holds a published Musika model, whose autoencoder lies with its generator."""
    return all((folder / name).is_file() for name in PUBLISHED_FILES)


def base_folder(wanted: str, kind: str, catalogue: Catalogue) -> Path:
    """The folder of the model `wanted`: the name of one in the catalogue, or a folder of any place.

    Args:
        wanted: a name or a path; for a generator also that of its training, which knows the critic too.
        kind: "generator", "autoencoder" or "separator".
        catalogue: where names are looked up.

    Raises:
        ModelError: there is none, or it is of another kind; names the nearest ones.
    """
    folder = Path(wanted)
    if kind == "generator" and (is_published(folder) or (folder / TRAINING_FILE).is_file()):
        return folder
    if (folder / CARD_FILE).is_file():
        card = load_card(folder)
        if card.kind != kind:
            raise ModelError(f"{folder} holds a model of the kind {card.kind}: choose one of the kind {kind}.")
        return folder
    if folder.is_dir() and len(folder.parts) > 1:
        raise ModelError(f"{folder} is no model: it has neither a {CARD_FILE} nor the published Musika files.")
    return catalogue.find(wanted, kind).folder


def autoencoder_folder(wanted: str, catalogue: Catalogue) -> Path:
    """The folder of the autoencoder called `wanted`, or of the one that the generator called `wanted` needs.

    A published folder, as it was downloaded or imported, holds its own.

    Raises:
        ModelError: there is none.
    """
    folder = Path(wanted)
    if is_published(folder):
        return folder
    if (folder / TRAINING_FILE).is_file():
        return catalogue.find(str(read_training(folder)["source"].get("autoencoder")), "autoencoder").folder
    generators = {card.name for card in catalogue.cards("generator")}
    if wanted in generators or _is_of_kind(folder, "generator"):
        return _needed(load_card(base_folder(wanted, "generator", catalogue)), catalogue)
    return base_folder(wanted, "autoencoder", catalogue)


def _is_of_kind(folder: Path, kind: str) -> bool:
    return (folder / CARD_FILE).is_file() and load_card(folder).kind == kind


def _needed(card: ModelCard, catalogue: Catalogue) -> Path:
    if is_published(card.folder):
        return card.folder
    if not card.needs:
        raise ModelError(f"The card of {card.name} does not name its autoencoder: choose one with --autoencoder.")
    beside = card.folder.resolve().parent / card.needs[0]
    return beside if (beside / CARD_FILE).is_file() else catalogue.find(card.needs[0], "autoencoder").folder


def autoencoder_name(folder: Path) -> str:
    """What an autoencoder is called among the models; that of a published folder has no name of its own.

    Raises:
        ModelError: there is none in `folder`.
    """
    if not is_published(folder):
        return load_card(folder).name
    name = re.sub(r"[^a-z0-9.-]+", "-", folder.resolve().name.lower()).strip("-.")
    return f"{name or 'published'}-autoencoder"


def check_autoencoder(folder: Path, catalogue: Catalogue) -> None:
    """See that no other model has the name of the autoencoder in `folder`: ours would be given the wrong one.

    Raises:
        ModelError: one has; or there is none in `folder`.
    """
    name = autoencoder_name(folder)
    for card in catalogue.cards():
        if card.name == name and _weights(card.folder) != _weights(folder):
            raise ModelError(f"There is another model called {name} among the models: rename one of them.")


def import_autoencoder(folder: Path, catalogue: Catalogue, models: Path) -> str:
    """Put an autoencoder among the user's models, unless it is there; returns its name.

    Raises:
        ModelError: it is damaged.
        OutputError: the user's folder cannot be written.
    """
    name = autoencoder_name(folder)
    if any(card.name == name for card in catalogue.cards("autoencoder")):
        return name

    from engine.musika.synthesis import load_autoencoder

    with working_folder(models) as working:
        source = _coders(folder, working / name) if is_published(folder) else folder
        import_model(source, models, name=name, check=lambda copy: load_autoencoder(copy.folder))
    return name


def _coders(published: Path, folder: Path) -> Path:
    """A model folder with nothing but the autoencoder of a published one."""
    try:
        folder.mkdir()
        for name in PUBLISHED_CODERS:
            if (published / name).is_file():
                shutil.copyfile(published / name, folder / name)
    except OSError as cause:
        raise output_error(folder, cause) from cause
    title = f"Autoencoder of {published.resolve().name}"
    write_card(ModelCard(name=folder.name, title=title, kind="autoencoder", sizes={"design": "published"}), folder)
    return folder


def _weights(folder: Path) -> set[str]:
    """The SHA-256 of each file of an autoencoder's weights."""
    files = [folder / name for name in PUBLISHED_CODERS]
    return {sha256(file) for file in (*files, *folder.glob("*.safetensors")) if file.is_file()}
