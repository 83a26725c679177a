"""Trains a tiny generator in a process of its own, where Keras runs on torch, and prints what happened as JSON.

python -m tests.engine.training.generator_trial FOLDER
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import ModelError
from engine.models.card import ModelCard, load_card, verify, write_card
from engine.musika.patches import PatchAutoencoder, PatchConfig
from engine.musika.synthesis import Musika
from engine.training import adversaries as learning
from engine.training import generator as training
from engine.training.adversaries import Adversaries, Recipe, emphasis_of, training_coordinates
from engine.training.generator import Training, load_state, main, save_state
from engine.training.latents import Windows, load_latents, save_latents

CONFIG = PatchConfig(hop=64, fft=256, patch_frames=4, mid=6, side=2)
RECIPE = Recipe(base_channels=4, batch=3, bfloat16=False)


def make_autoencoder(folder: Path, config: PatchConfig = CONFIG) -> PatchAutoencoder:
    rng = np.random.default_rng(0)
    tensors = {name: rng.standard_normal(shape, dtype=np.float32) for name, shape in config.shapes.items()}
    tensors["mid/mean"] -= 60
    tensors["mid/deviations"] = np.geomspace(16, 1, config.mid).astype(np.float32)
    tensors["side/deviations"] = np.geomspace(0.4, 0.1, config.side).astype(np.float32)
    autoencoder = PatchAutoencoder(config, tensors)
    autoencoder.save(folder)
    write_card(ModelCard(name="ear", title="Ear", kind="autoencoder", sizes=config.sizes), folder)
    return PatchAutoencoder.load(folder)


def snapshot(adversaries: Adversaries) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in adversaries.tensors().items()}


def learn(adversaries: Adversaries, windows: Windows, steps: int) -> None:
    for _ in range(steps):
        adversaries.learn(windows.draw(adversaries.recipe.batch, adversaries.rng))


def first_steps(windows: Windows, emphasis: np.ndarray) -> dict[str, Any]:
    """What one step changes, and what the average is after two."""
    adversaries = Adversaries(RECIPE, emphasis)
    before = snapshot(adversaries)
    learn(adversaries, windows, 1)
    after = snapshot(adversaries)
    changed = {part: [not torch.equal(before[n], after[n]) for n in before if n.startswith(part) and n.count("/") == 1]
               for part in ("generator", "critic", "average")}  # fmt: skip
    learn(adversaries, windows, 1)
    last = snapshot(adversaries)
    share = 2 / 11  # (1 + step) / (10 + step) at step 1
    error = max(float((share * after[n] + (1 - share) * last[n.replace("average", "generator")] - last[n]).abs().max())
                for n in last if n.startswith("average"))  # fmt: skip
    return {"changed": {part: float(np.mean(flags)) for part, flags in changed.items()}, "average_error": error}


def resuming(folder: Path, windows: Windows, autoencoder: PatchAutoencoder) -> dict[str, Any]:
    """Seven steps in one go, and four, saved, loaded, three."""
    whole = Adversaries(RECIPE, emphasis_of(autoencoder, RECIPE.emphasis))
    learn(whole, windows, 4)
    save_state(whole, folder / "state.safetensors", rate_factor=0.5, trained_s=12.0)
    whole.set_rates(0.5)
    learn(whole, windows, 3)
    resumed, rate_factor, trained_s = load_state(folder / "state.safetensors", autoencoder)
    learn(resumed, windows, 3)
    one, two = snapshot(whole), snapshot(resumed)
    try:
        load_state(folder / "state.safetensors", make_autoencoder(folder / "other", replace(CONFIG, mid=5)))
        refused = False
    except ModelError:
        refused = True
    return {
        "identical": all(torch.equal(one[name], two[name]) for name in one) and one.keys() == two.keys(),
        "same_progress": [whole.step, whole.penalty_factor] == [resumed.step, resumed.penalty_factor],
        "rate_factor": rate_factor,
        "trained_s": trained_s,
        "other_latents_refused": refused,
    }


def running_away(folder: Path, windows: Windows, autoencoder: Path) -> dict[str, Any]:
    """A training whose weights become NaN."""
    trained = Training(folder, autoencoder, RECIPE, resume=False)
    training.REPORT_STEPS = 2
    good = snapshot(trained.adversaries)
    with torch.no_grad():
        for parameter in trained.adversaries.generator.parameters():
            parameter.fill_(torch.nan)
    reports = trained.run(windows, seconds=60)
    next(reports)  # the first two steps were NaN, so this comes from those after the way back
    reports.close()
    finite = all(bool(tensor.isfinite().all()) for tensor in trained.adversaries.tensors().values())
    return {
        "step": trained.adversaries.step,
        "rate_factor": trained.rate_factor,
        "finite": finite,
        "weights": len(good),
    }


def penalty_moves(windows: Windows, emphasis: np.ndarray) -> list[float]:
    """The penalty's factor after a step with a certain critic, and after one with an uncertain critic."""
    factors = []
    for certain in (-1.0, 2.0):  # thresholds that every certainty passes, that none passes
        learning.CERTAIN = certain
        adversaries = Adversaries(replace(RECIPE, penalty_change=0.1), emphasis)
        learn(adversaries, windows, 1)
        factors.append(adversaries.penalty_factor)
    return factors


def command_line(folder: Path, latents: Path, autoencoder: Path) -> dict[str, Any]:
    files = ["--latents", str(latents), "--autoencoder", str(autoencoder), "--out", str(folder)]
    options = ["--minutes", "0.01", "--threads", "1", "--name", "tiny", "--base-channels", "4", "--batch", "2"]
    arguments = [*files, *options]
    training.REPORT_STEPS = 2
    codes = [main(arguments), main(arguments), main([*arguments, "--resume"])]
    model = folder / training.MODEL_FOLDER
    card = load_card(model)
    verify(card)
    musika = Musika.load(model, autoencoder=autoencoder)
    lines = (folder / training.LOSSES_FILE).read_text().splitlines()
    steps = [int(float(line.split(",")[0])) for line in lines[1:]]
    return {
        "codes": codes,
        "needs": list(card.needs),
        "files": sorted(card.files),
        "trained_for": card.trained_for,
        "frames": sum(map(len, musika.stream(1000, seed=3))),
        "columns": lines[0].split(","),
        "steps_rise": steps == sorted(set(steps)) and len(steps) > 1,
    }


def trial(folder: Path) -> dict[str, Any]:
    torch.set_num_threads(1)
    autoencoder = make_autoencoder(folder / "ear")
    rng = np.random.default_rng(1)
    save_latents(
        folder / "latents.safetensors", {"a": rng.standard_normal((200, 8)), "b": rng.standard_normal((90, 8))}
    )
    windows = Windows(load_latents(folder / "latents.safetensors"), 128, autoencoder.mirror)
    emphasis = emphasis_of(autoencoder, 0.5)
    coordinates_rng = np.random.default_rng(7)
    np.save(folder / "coordinates.npy", training_coordinates(coordinates_rng, 9, 128))
    return {
        "emphasis": emphasis.tolist(),
        "first_steps": first_steps(windows, emphasis),
        "resuming": resuming(folder, windows, autoencoder),
        "running_away": running_away(folder / "away", windows, folder / "ear"),
        "penalty_factors": penalty_moves(windows, emphasis),
        "command_line": command_line(folder / "run", folder / "latents.safetensors", folder / "ear"),
    }


if __name__ == "__main__":
    print(json.dumps(trial(Path(sys.argv[1]))))
