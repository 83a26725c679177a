"""Trains tiny generators in a process of its own, where Keras runs on torch, and prints what happened as JSON.

python -m tests.engine.training.generator_trial FOLDER
"""

from __future__ import annotations

from engine.training import device as devices  # decides what Keras runs on, before anything imports it

# isort: split
import json
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.random_musika import write_random_musika
from engine.errors import ModelError
from engine.models.card import load_card, verify
from engine.musika.coders import CoderConfig
from engine.musika.journey import Journey
from engine.musika.layers import values
from engine.musika.networks import GeneratorConfig
from engine.musika.synthesis import Musika, load_autoencoder
from engine.training import adversaries as learning
from engine.training import generator as training
from engine.training.adversaries import LOCAL_STEPS, Adversaries, Recipe, emphasis_of, training_coordinates
from engine.training.generator import GeneratorLearner
from engine.training.latents import Latents
from engine.training.logbook import MODEL_FOLDER, STATE_FILE
from engine.training.loop import Keeping, Plan, Report, train
from engine.training.state import read_facts
from tests.engine.training.tiny_latents import CONFIG, make_autoencoder, make_latents

RECIPE = Recipe(base_channels=4, small=True, batch=4, penalty_every=2, penalty_change=0.1, bfloat16=False)
CPU = torch.device("cpu")


def adversaries(recipe: Recipe = RECIPE) -> Adversaries:
    config = GeneratorConfig(recipe.base_channels, 8, recipe.small)
    return Adversaries(config, recipe, np.ones(8, np.float32), CPU)


def windows(count: int = 4) -> np.ndarray:
    return np.random.default_rng(5).standard_normal((count, 128, 8), dtype=np.float32)


def weights(learner: Adversaries, part: str) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in learner.tensors().items() if name.startswith(f"{part}/")}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def refused(work: Callable[[], object]) -> str:
    try:
        work()
    except ModelError as error:
        return str(error)
    return ""


# --- a step ----------------------------------------------------------------------------------------------------------


def first_steps() -> dict[str, Any]:
    """What a step changes, and what the average is after two."""
    parts = ("generator", "critic", "average")
    learner = adversaries()
    before = {part: weights(learner, part) for part in parts}
    losses = [learner.learn(windows(), 0)]
    after = {part: weights(learner, part) for part in parts}
    changed = {
        part: float(np.mean([not torch.equal(before[part][name], after[part][name]) for name in before[part]]))
        for part in parts
    }
    losses.append(learner.learn(windows(), 1))
    generator, average = weights(learner, "generator"), weights(learner, "average")
    stays = 2 / 11  # (1 + step) / (10 + step) at step 1
    error = max(
        float((stays * after["average"][name] + (1 - stays) * generator[name.replace("average", "generator")] - now)
              .abs().max())
        for name, now in average.items()
    )  # fmt: skip
    return {"changed": changed, "average_error": error, "losses": losses}


def penalty() -> dict[str, float]:
    """The penalty that a step tells, and the mean square slope of the critic found by small differences."""
    learner = adversaries(replace(RECIPE, critic_rate=0.0))
    real = torch.from_numpy(windows()).double()
    critic = learner.critic
    slopes = []
    rng = torch.Generator().manual_seed(0)
    for _ in range(100):  # of a random direction, the mean square is that of the slope over the number of values
        direction = torch.randn(real.shape, generator=rng, dtype=torch.float64) * 1e-2
        with torch.no_grad():
            difference = critic((real + direction).float()) - critic((real - direction).float())
        slopes.append((difference.double() / 2e-2).square().mean().item())
    return {"told": learner.learn(windows(), 0)["penalty"], "found": float(np.mean(slopes))}


def locally() -> dict[str, Any]:
    """A step with a local critic: what it changes, what it tells; and the shape of its verdict."""
    learner = adversaries(replace(RECIPE, local=1.0))
    assert learner.local is not None
    before = weights(learner, "local")
    losses = learner.learn(windows(), 0)
    after = weights(learner, "local")
    with torch.no_grad():
        verdict = learner.local(torch.from_numpy(windows()[:, :LOCAL_STEPS]))
    return {
        "losses": sorted(losses),
        "changed": float(np.mean([not torch.equal(before[name], after[name]) for name in before])),
        "verdict": list(verdict.shape),
        "without": adversaries().local is None,
    }


def moves() -> dict[str, Any]:
    """The penalty's factor after a step with a certain critic and with an uncertain one, and at its bound."""
    factors = []
    for certain, most in ((-1.0, 1000.0), (2.0, 1000.0), (-1.0, 1.0)):  # every certainty passes the first, none 2
        learning.CERTAIN = certain
        factors.append(adversaries(replace(RECIPE, penalty_most=most)).learn(windows(), 0)["penalty_factor"])
    learning.CERTAIN = 0.9
    return {"factors": factors}


def rates() -> dict[str, Any]:
    """The rates as the critic's average loss falls, and what one step makes of that average."""
    learner = adversaries(replace(RECIPE, critic_level=0.5))
    learner.set_rates(0.5)
    told = []
    for critic_loss in (1.0, 0.5, 0.2, 0.001):
        learner.critic_loss = critic_loss
        told.append(learner.learn(windows(), 0)["rate"])
    learner.critic_loss = 0.8
    loss = learner.learn(windows(), 0)["critic"]
    learner.recipe = replace(RECIPE, critic_level=0.0)
    learner.critic_loss, moved = 0.001, learner.critic_loss
    return {"told": told, "moved": (moved - 0.8) * 2000 - (loss - 0.8), "off": learner.learn(windows(), 0)["rate"]}


# --- the learner in the loop -----------------------------------------------------------------------------------------

SELDOM = Keeping(report_steps=2, status_s=math.inf, save_s=math.inf, picture_s=math.inf, preview_s=math.inf)


def trained(learner: GeneratorLearner, folder: Path, steps: int, *, resume: bool = False) -> list[Report]:
    return list(train(learner, folder, Plan(steps=steps), resume=resume, keeping=SELDOM))


def resuming(folder: Path, latents: Latents) -> dict[str, Any]:
    """Six steps in one go, and three, saved, resumed, three."""
    recipe = replace(RECIPE, critic_level=2.0)  # so that the rates follow from the first step
    whole = trained(GeneratorLearner(latents, recipe), folder / "whole", 6)
    parts = trained(GeneratorLearner(latents, recipe), folder / "parts", 3)[:1]
    parts += trained(GeneratorLearner(latents, recipe), folder / "parts", 6, resume=True)
    return {
        "same_losses": [report.losses for report in whole] == [report.losses for report in parts],
        "same_state": tensors_of(folder / "whole") == tensors_of(folder / "parts"),
        "losses": sorted(whole[-1].losses),
    }


def tensors_of(folder: Path) -> bytes:
    """The state's bytes after its header, in which times are told."""
    state = (folder / STATE_FILE).read_bytes()
    return state[8 + int.from_bytes(state[:8], "little") :]


def model(folder: Path, autoencoder: Path) -> dict[str, Any]:
    card = load_card(folder / MODEL_FOLDER)
    verify(card)
    musika = Musika.load(card.folder, autoencoder=autoencoder)
    return {
        "needs": list(card.needs),
        "files": sorted(card.files),
        "sizes": card.sizes,
        "trained": [card.trained_on, card.trained_for],
        "frames": sum(map(len, musika.stream(Journey.from_seed(3), 1000))),
    }


def fine_tuning(folder: Path, latents: Latents) -> dict[str, Any]:
    """From the model and from the training that `resuming` left, whose sizes are not those of the recipe."""
    begun = folder / "whole"
    recipe = Recipe(batch=2, warm_up=2, bfloat16=False)
    from_model = GeneratorLearner(latents, recipe, begun / MODEL_FOLDER)
    first = weights(from_model.adversaries, "generator")
    kept = values(Musika_generator(begun / MODEL_FOLDER))
    alone = [sorted(from_model.learn(0.0)) for _ in range(2)]
    after_warm_up = weights(from_model.adversaries, "generator")
    together = sorted(from_model.learn(0.0))
    from_training = GeneratorLearner(latents, recipe, begun)
    factor = from_training.adversaries.penalty_factor
    again = GeneratorLearner(latents, RECIPE)
    again_state = dict(again.tensors())
    training_state = state_of(begun, again_state)
    small = make_latents(make_autoencoder(folder, "other", replace(CONFIG, mid=5)), 7)
    named = make_latents(make_autoencoder(folder, "namesake"), 8)
    return {
        "recipe": [from_model.recipe.base_channels, from_model.recipe.small, from_model.recipe.batch],
        "begins_with": all(np.array_equal(first[f"generator/{name}"].numpy(), kept[name]) for name in kept),
        "alone": alone,
        "together": together,
        "generator_waited": same(first, after_warm_up),
        "generator_learns": not same(first, weights(from_model.adversaries, "generator")),
        "critic_kept": same(weights(from_training.adversaries, "critic"), part(training_state, "critic")),
        "average_kept": same(weights(from_training.adversaries, "average"), part(training_state, "average")),
        "penalty_kept": [factor, read_facts(begun / STATE_FILE)["learner"]["penalty_factor"]],
        "began_with": [each.facts()["began_with"] for each in (again, from_model, from_training)],
        "learns_at_once": "generator" in from_training.learn(0.0),
        "other_size": refused(lambda: GeneratorLearner(small, recipe, begun / MODEL_FOLDER)),
        "other_autoencoder": refused(lambda: GeneratorLearner(named, recipe, begun / MODEL_FOLDER)),
        "no_generator": refused(lambda: GeneratorLearner(latents, recipe, latents.autoencoder)),
        "resumed_on_others": refused(lambda: trained(GeneratorLearner(named, RECIPE), begun, 8, resume=True)),
    }


def Musika_generator(folder: Path) -> Any:  # noqa: N802
    from engine.musika.checkpoint import load_generator

    return load_generator(folder / "generator.safetensors")


def state_of(folder: Path, like: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    from engine.training.state import read_state

    tensors = {name: tensor.clone() for name, tensor in like.items()}
    read_state(folder / STATE_FILE, tensors)
    return tensors


def part(tensors: dict[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    return {key: value for key, value in tensors.items() if key.startswith(f"{name}/")}


def published(folder: Path) -> dict[str, Any]:
    """Published latents, and a published generator of the full context as the base, of tiny sizes."""
    place = folder / "Published Band"
    place.mkdir()
    write_random_musika(place, GeneratorConfig(base_channels=4), CoderConfig(hop=16))
    autoencoder = load_autoencoder(place)
    noise = np.random.default_rng(0).standard_normal((80_000, 2)).astype(np.float32) * 0.1
    recording = autoencoder.encode(noise).astype(np.float16)
    latents = Latents([recording, recording], ["a", "b"], place, autoencoder.latent_size, autoencoder.frames_per_latent)
    learner = GeneratorLearner(latents, Recipe(batch=2, warm_up=1), base=place)
    emphasis = emphasis_of(autoencoder, 0.5)
    reports = trained(learner, folder / "published", 2)
    return {
        "ones": bool((emphasis == 1).all()) and len(emphasis) == 128,
        "context": learner.generator.config.context,
        "losses": sorted(reports[-1].losses),
        "preview": list(learner.preview().shape),
        "model": model(folder / "published", place),
    }


def trial(folder: Path) -> dict[str, Any]:
    torch.set_num_threads(1)
    training.PREVIEW_FRAMES = 44_100
    autoencoder = make_autoencoder(folder)
    latents = make_latents(autoencoder)
    np.save(folder / "coordinates.npy", training_coordinates(np.random.default_rng(7), 9, 128))
    return {
        "emphasis": emphasis_of(load_autoencoder(autoencoder), 0.5).tolist(),
        "first_steps": first_steps(),
        "penalty": penalty(),
        "locally": locally(),
        "moves": moves(),
        "rates": rates(),
        "resuming": resuming(folder, latents),
        "model": model(folder / "whole", autoencoder),
        "fine_tuning": fine_tuning(folder, latents),
        "published": published(folder),
        "no_tensorflow": "tensorflow" not in sys.modules,
        "device": str(devices.choose_device("cpu")),
    }


if __name__ == "__main__":
    print(json.dumps(trial(Path(sys.argv[1]))))
