"""Trains a tiny autoencoder in a process of its own, where Keras runs on torch, and prints what happened as JSON.

python -m tests.engine.training.autoencoder_trial FOLDER
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.audio.format import Wave
from engine.errors import StudioError
from engine.models.card import load_card, write_card
from engine.musika.patches import PatchAutoencoder, PatchConfig, read_components
from engine.musika.refined import RefinedAutoencoder
from engine.training import autoencoder as training
from engine.training import loop
from engine.training.autoencoder import AutoencoderLearner, Recipe
from engine.training.loop import Keeping, Plan

RECIPE = Recipe(hop=64, patch_frames=4, mid=12, side=2, width=8, batch=4, latents=28, critic_width=2)
CONFIG = PatchConfig(hop=64, fft=256, patch_frames=4, mid=12, side=2)
KEEPING = Keeping(report_steps=1, status_s=1e9, picture_s=1e9)


def error_of(call: Any, *arguments: Any, **named: Any) -> str:
    try:
        call(*arguments, **named)
    except StudioError as error:
        return str(error)
    return ""


def differing(one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> list[str]:
    return [name for name in one if not torch.equal(one[name], other[name])]


def snapshot(learner: AutoencoderLearner) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in learner.tensors().items()}


def first_steps(collection: Path) -> dict[str, Any]:
    """What changes at which part of the plan."""
    learner = AutoencoderLearner(collection, replace(RECIPE, lap=2), device="cpu")
    result: dict[str, Any] = {"fitted": [learner.facts()["fitted"]], "before": error_of(learner.autoencoder)}
    for name, done in (("slopes", 0.0), ("finish", 0.5), ("critic", 0.9)):
        before = snapshot(learner)
        losses = learner.learn(done)
        changed = {n.split("/")[0] for n in differing(before, snapshot(learner))}
        result[name] = {"losses": losses, "changed": sorted(changed)}
        result["fitted"].append(learner.facts()["fitted"])
    return result


def learned(collection: Path, out: Path) -> dict[str, Any]:
    """The losses of a short training, and its model, whose sound is kept for TensorFlow to compare."""
    recipe = replace(RECIPE, finish_from=0.0, critic_from=2.0, rate=5e-3, average=0.9)
    learner = AutoencoderLearner(collection, recipe, device="cpu")
    losses = [learner.learn(0.0) for _ in range(60)]
    (out / "model").mkdir()
    learner.export(out / "model")
    model = RefinedAutoencoder.load(out / "model")
    latents = model.encode(np.load(out / "song.npy"))
    np.savez(out / "decoded.npz", latents=latents, wave=decoded(model, latents))
    preview = learner.preview()
    assert preview is not None
    return {"losses": losses, "preview": [len(preview), float(np.abs(preview).max())]}


def decoded(autoencoder: PatchAutoencoder, latents: np.ndarray) -> Wave:
    decoder = autoencoder.decoder()
    return np.concatenate([decoder.push(latents), decoder.flush()])


def gone_on(collection: Path, out: Path) -> dict[str, Any]:
    """Six steps in a row, and three, a new process's worth of objects, and three more."""
    recipe = replace(RECIPE, finish_from=0.3, critic_from=0.6)
    whole = AutoencoderLearner(collection, recipe, device="cpu")
    rows = [report.losses for report in loop.train(whole, out / "whole", Plan(steps=6), keeping=KEEPING)]
    half = AutoencoderLearner(collection, recipe, device="cpu")
    steps = loop.train(half, out / "half", Plan(steps=6), keeping=KEEPING)
    for _ in range(3):
        next(steps)
    steps.close()
    again = AutoencoderLearner(collection, recipe, device="cpu")
    rest = [r.losses for r in loop.train(again, out / "half", Plan(steps=6), resume=True, keeping=KEEPING)]
    return {"rows": rows, "rest": rest, "differing": differing(whole.tensors(), again.tensors())}


def based(collection: Path, out: Path) -> dict[str, Any]:
    """Going on from a model: sizes, components and weights."""
    base = out / "model"
    learner = AutoencoderLearner(collection, Recipe(batch=2, latents=28), base, device="cpu")
    _, components = read_components(base, "refined-patches")
    same = [np.array_equal(learner.tensors()[f"components/{n}"].numpy(), t) for n, t in components.items()]
    learner.learn(0.0)
    after = [np.array_equal(learner.tensors()[f"components/{n}"].numpy(), t) for n, t in components.items()]
    recipe = learner.identity["recipe"]
    return {
        "sizes": [recipe[name] for name in ("hop", "patch_frames", "mid", "side", "lap", "width")],
        "same": same + after,
    }


def plain(collection: Path, out: Path) -> dict[str, Any]:
    """Components alone, of patches that reach into their neighbours."""
    learner = AutoencoderLearner(collection, replace(RECIPE, refine=False, lap=4), device="cpu")
    losses = [report.losses for report in loop.train(learner, out / "plain", Plan(steps=1), keeping=KEEPING)]
    model = PatchAutoencoder.load(out / "plain" / "model")
    return {
        "losses": losses,
        "latent_size": model.latent_size,
        "lap": model.config.lap,
        "measured": model.config.measured,
    }


def measured(collection: Path, out: Path) -> dict[str, Any]:
    """Going on from a model of before bins were measured: its components stay, and they are."""
    new = PatchAutoencoder.load(out / "plain" / "model")
    tensors = {name: tensor for name, tensor in new.tensors.items() if name not in ("mid/noise", "mid/loudest")}
    old = PatchAutoencoder(replace(new.config, measured=False), tensors)
    shutil.copytree(out / "plain" / "model", out / "old")
    old.save(out / "old")
    write_card(replace(load_card(out / "old"), sizes=old.config.sizes), out / "old")
    learner = AutoencoderLearner(collection, Recipe(batch=2, latents=28, refine=False), out / "old", device="cpu")
    facts = [dict(learner.facts())]
    learner.learn(0.0)
    facts.append(dict(learner.facts()))
    after = learner.autoencoder().tensors
    return {
        "facts": facts,
        "same": all(np.array_equal(after[name], tensor) for name, tensor in tensors.items()),
        "noise off": float(np.abs(after["mid/noise"] - new.tensors["mid/noise"]).max()),
        "loudest off dB": float(np.abs(after["mid/loudest"] - new.tensors["mid/loudest"]).max()),
        "loudest dB": [float(after["mid/loudest"].min()), float(after["mid/loudest"].max())],
        "noise": float(after["mid/noise"].max()),
    }


def bad(collection: Path, out: Path) -> dict[str, str]:
    return {
        "collection": error_of(AutoencoderLearner, out / "nowhere", RECIPE, device="cpu"),
        "short": error_of(AutoencoderLearner, collection, replace(RECIPE, latents=3), device="cpu"),
        "sizes": error_of(AutoencoderLearner, collection, replace(RECIPE, mid=0), device="cpu"),
    }


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    training.PREVIEW_S = 1
    collection = folder / "collection"
    result = {
        "first": first_steps(collection),
        "learned": learned(collection, folder),
        "gone on": gone_on(collection, folder),
        "based": based(collection, folder),
        "plain": plain(collection, folder),
        "measured": measured(collection, folder),
        "bad": bad(collection, folder),
        "tensorflow": "tensorflow" in sys.modules,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
