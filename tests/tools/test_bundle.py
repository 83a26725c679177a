"""Finished trainings become bundled models, with cards that say what was measured."""

from __future__ import annotations

import json
from pathlib import Path

from engine.models.card import ModelCard, load_card, verify, write_card
from tools.bundle import EARS, MAIN, MODELS, STEMS, main
from tools.house_band.shows import SHOWS

KINDS = {"autoencoder": EARS, "separator": STEMS}


def trained(work: Path) -> Path:
    """A WORK folder in which every training has come to a model."""
    for model in MODELS:
        kind = next((kind for kind, name in KINDS.items() if name == model.name), "generator")
        folder = work / model.training / "model"
        folder.mkdir(parents=True)
        (folder / "weights.safetensors").write_bytes(model.name.encode())
        write_card(ModelCard(name=kind, title=kind, kind=kind, trained_for="3 steps"), folder)
    return work


def test_every_model_gets_its_name_its_card_and_its_files(tmp_path, capsys):
    work, out = trained(tmp_path / "work"), tmp_path / "bundled"
    assert main([str(work), str(out)]) == 0
    cards = {folder.name: load_card(folder) for folder in out.iterdir()}
    assert set(cards) == {EARS, MAIN, STEMS, *(name for name, show in SHOWS.items() if show.one_night)}
    for name, card in cards.items():
        verify(card)
        assert card.name == name
        assert (out / name / "weights.safetensors").read_bytes() == name.encode()
        assert card.trained_for == "3 steps"
        assert "Groove MIDI Dataset" in card.description
        assert card.needs == ((EARS,) if card.kind == "generator" else ())
    assert cards["barn-77"].venue == SHOWS["barn-77"].venue
    assert len(capsys.readouterr().out.splitlines()) == len(MODELS)


def test_what_was_measured_stands_on_the_cards(tmp_path):
    work, out = trained(tmp_path / "work"), tmp_path / "bundled"
    group = {"closeness": 0.95, "distance": 2.0}
    (work / "figures").mkdir()
    found = {
        MAIN: {"timbre": group, "closeness": 0.95},
        "shows": {"takes": {name: {"barn-77": 0.512, "field-72": 1.0} for name in SHOWS}},
        "originality": {"takes, waves": {"highest": {"correlation": 0.257}, "matches": []}},
    }
    for name, values in found.items():
        (work / "figures" / f"{name}.json").write_text(json.dumps(values), encoding="utf8")
    (work / "field-72" / "training" / "model" / "card.json").unlink()  # one whose training has not come so far
    assert main([str(work), str(out)]) == 0
    figures = load_card(out / MAIN).figures
    assert figures["music closeness"]["timbre"] == 0.95
    assert figures["highest correlation with a training song"] == {"takes, waves": 0.26}
    assert load_card(out / "barn-77").figures == {
        "distance to the held-out songs of": {"barn-77": 0.51, "field-72": 1.0}
    }
    assert not (out / "field-72").exists()


def test_what_a_generator_learned_from_and_invents_is_on_its_card(tmp_path):
    work, out = trained(tmp_path / "work"), tmp_path / "bundled"
    written = {
        "ears": {"sizes": {"hop": 512, "patch_frames": 8}},
        "house/training": {"sizes": {"context": 128}, "trained_on": "2.51 hours of 45 recordings"},
        "barn-77/training": {"sizes": {"context": 128}, "learned_s": 5400.0, "context_s": 23.78},
    }
    for model in MODELS:
        path = work / model.training / "model" / "card.json"
        values = json.loads(path.read_text(encoding="utf8"))
        path.write_text(json.dumps(values | written.get(model.training, {})), encoding="utf8")
    assert main([str(work), str(out)]) == 0
    cards = {name: load_card(out / name) for name in (MAIN, "barn-77", "field-72", EARS)}
    assert {name: (card.learned_s, card.context_s) for name, card in cards.items()} == {
        MAIN: (9036.0, 11.89),
        "barn-77": (5400.0, 23.78),
        "field-72": (0.0, 0.0),
        EARS: (0.0, 0.0),
    }


def test_without_a_trained_model_nothing_is_bundled(tmp_path, capsys):
    assert main([str(tmp_path), str(tmp_path / "out")]) == 2
    assert "No training" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
