"""Which folders hold models, and in what order they may be imported."""

from __future__ import annotations

from pathlib import Path

from engine.models.card import ModelCard, write_card
from engine.models.importing import PUBLISHED_FILES, model_folders


def model(folder: Path, kind: str) -> Path:
    folder.mkdir(parents=True)
    write_card(ModelCard(name=folder.name, title=folder.name, kind=kind), folder)
    return folder


def test_a_models_folder_is_one(tmp_path: Path) -> None:
    folder = model(tmp_path / "band", "generator")
    assert model_folders(folder) == [folder]


def test_a_published_folder_is_one(tmp_path: Path) -> None:
    for name in PUBLISHED_FILES:
        assert model_folders(tmp_path) == []
        (tmp_path / name).write_bytes(b"")
    assert model_folders(tmp_path) == [tmp_path]


def test_a_folder_of_models_has_those_first_that_others_need(tmp_path: Path) -> None:
    band, ears = model(tmp_path / "a-band", "generator"), model(tmp_path / "ears", "autoencoder")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "card.json").write_text("{")
    (tmp_path / "tapes").mkdir()
    assert model_folders(tmp_path) == [ears, band, broken]


def test_what_is_no_folder_holds_none(tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(b"")
    assert model_folders(tmp_path / "song.wav") == []
    assert model_folders(tmp_path / "nowhere") == []
