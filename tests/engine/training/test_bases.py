"""The models that a training begins with, by name or by folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.random_musika import write_random_musika
from engine.errors import ModelError
from engine.models.card import ModelCard, load_card, write_card
from engine.models.catalogue import Catalogue
from engine.musika.coders import CoderConfig
from engine.musika.networks import GeneratorConfig
from engine.training.bases import (
    autoencoder_folder,
    autoencoder_name,
    base_folder,
    check_autoencoder,
    import_autoencoder,
)
from tests.engine.training.tiny_latents import make_autoencoder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """An autoencoder, a generator that needs it, and a separator; all but the first are cards only."""
    models = tmp_path / "models"
    make_autoencoder(models, "ear")
    for card in (
        ModelCard(name="band", title="Band", kind="generator", needs=("ear",)),
        ModelCard(name="splitter", title="Splitter", kind="separator"),
    ):
        (models / card.name).mkdir()
        write_card(card, models / card.name)
    return models


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A published folder with encoders, as small as can be."""
    folder = tmp_path / "The Published_One"
    folder.mkdir()
    write_random_musika(folder, GeneratorConfig(base_channels=4), CoderConfig(hop=64), encoders=True)
    return folder


def test_a_model_is_found_by_name_or_folder(models: Path) -> None:
    catalogue = Catalogue([models])
    assert base_folder("band", "generator", catalogue) == models / "band"
    assert base_folder(str(models / "splitter"), "separator", catalogue) == models / "splitter"
    with pytest.raises(ModelError, match="did you mean band"):
        base_folder("bnad", "generator", catalogue)
    with pytest.raises(ModelError, match="kind separator"):
        base_folder(str(models / "splitter"), "generator", catalogue)
    with pytest.raises(ModelError, match="no model"):
        base_folder(str(models.parent / "models"), "generator", catalogue)


def test_a_generator_leads_to_its_autoencoder(models: Path, tmp_path: Path) -> None:
    catalogue = Catalogue([models])
    wanted = (models / "ear").resolve()
    for name in ("ear", "band", str(models / "band"), str(models / "ear")):
        assert autoencoder_folder(name, catalogue).resolve() == wanted
    training = tmp_path / "training"
    training.mkdir()
    source = {"kind": "generator", "recipe": {}, "source": {"autoencoder": "ear"}}
    (training / "training.json").write_text(json.dumps(source))
    assert autoencoder_folder(str(training), catalogue).resolve() == wanted
    with pytest.raises(ModelError, match="did you mean ear"):
        autoencoder_folder("eer", catalogue)


def test_another_autoencoder_of_the_same_name_is_noticed_before_it_is_too_late(models: Path, tmp_path: Path) -> None:
    catalogue = Catalogue([models])
    same = shutil.copytree(models / "ear", tmp_path / "same")
    check_autoencoder(same, catalogue)
    other = make_autoencoder(tmp_path, "ear")
    weights = other / "autoencoder.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\1")
    with pytest.raises(ModelError, match="another model called ear"):
        check_autoencoder(other, catalogue)


def test_an_autoencoder_joins_the_users_models_once(models: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert import_autoencoder(models / "ear", Catalogue([models]), home) == "ear"
    assert not home.exists()
    assert import_autoencoder(models / "ear", Catalogue([]), home) == "ear"
    assert load_card(home / "ear").files == load_card(models / "ear").files


def test_a_published_autoencoder_gets_a_name_and_a_card(published: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert autoencoder_folder(str(published), Catalogue([])) == published
    assert autoencoder_name(published) == "the-published-one-autoencoder"
    name = import_autoencoder(published, Catalogue([home]), home)
    card = load_card(home / name)
    assert (card.kind, sorted(card.files)) == ("autoencoder", ["dec.h5", "dec2.h5", "enc.h5", "enc2.h5"])
    catalogue = Catalogue([home])
    check_autoencoder(published, catalogue)
    assert import_autoencoder(published, catalogue, home) == name
    assert [path.name for path in home.iterdir()] == [name]
