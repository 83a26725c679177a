"""One training in as many processes as torchrun starts, then the same one in process 0 alone.

torchrun --nproc-per-node 2 -m tests.engine.training.parallel_trial FOLDER
"""

from __future__ import annotations

from engine.training import device as devices  # decides what Keras runs on, before anything imports it

# isort: split
import math
import sys
from pathlib import Path

import torch

from engine.errors import UsageError
from engine.training import generator as training
from engine.training import parallel
from engine.training.adversaries import Recipe
from engine.training.generator import GeneratorLearner
from engine.training.latents import Latents
from engine.training.loop import Keeping, Plan, train
from tests.engine.training.tiny_latents import make_autoencoder, make_latents

RECIPE = Recipe(base_channels=4, small=True, batch=4, penalty_every=2, bfloat16=False, generator_rate=1e-3)
KEEPING = Keeping(report_steps=1, status_s=0, save_s=math.inf, picture_s=math.inf, preview_s=math.inf)


def learn(folder: Path, latents: Latents, steps: int, *, resume: bool = False) -> GeneratorLearner:
    learner = GeneratorLearner(latents, RECIPE, device="cpu")
    for _ in train(learner, folder, Plan(steps=steps), resume=resume, keeping=KEEPING):
        pass
    return learner


def together(folder: Path, latents: Latents) -> None:
    """Four steps, then two more by new learners, of which only the first reads the state; all must end alike."""
    learn(folder, latents, 4)
    learner = learn(folder, latents, 6, resume=True)
    mine = torch.cat([tensor.flatten() for tensor in learner.tensors().values()])
    assert torch.allclose(parallel.average(mine), mine, rtol=0, atol=0)
    assert parallel.same_facts({"rank": parallel.rank()}) == {"rank": 0}
    try:
        GeneratorLearner(latents, Recipe(batch=3))
    except UsageError as error:
        assert "multiple of 2" in str(error)  # noqa: PT017


def main(folder: Path) -> None:
    training.PREVIEW_FRAMES = 44_100
    devices.use_threads(1)
    device = devices.choose_device("cpu")
    with parallel.joined(device):
        if parallel.rank() == 0:
            make_autoencoder(folder)
        parallel.same_numbers([0.0])  # so that the other one finds it
        latents = make_latents(folder / "ear")
        together(folder / "two", latents)
        first = parallel.rank() == 0
    if first:
        learn(folder / "one", latents, 6)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
