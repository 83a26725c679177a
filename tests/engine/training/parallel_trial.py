"""Trainings in as many processes as torchrun starts, then the same ones in process 0 alone.

torchrun --nproc-per-node 2 -m tests.engine.training.parallel_trial FOLDER
"""

from __future__ import annotations

from engine.training import device as devices  # decides what Keras runs on, before anything imports it

# isort: split
import math
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import torch

from engine.errors import UsageError
from engine.training import generator as training
from engine.training import parallel
from engine.training.adversaries import Recipe
from engine.training.generator import GeneratorLearner
from engine.training.loop import Keeping, Learner, Plan, train
from engine.training.separator import SeparatorLearner
from tests.engine.training import tiny_songs
from tests.engine.training.tiny_latents import make_autoencoder, make_latents

RECIPE = Recipe(base_channels=4, small=True, batch=4, penalty_every=2, bfloat16=False, generator_rate=1e-3)
STEPS = 6
KEEPING = Keeping(report_steps=1, status_s=0, save_s=math.inf, picture_s=math.inf, preview_s=math.inf)


def learn(folder: Path, learner: Learner, until: int | None = None, *, resume: bool = False) -> None:
    with closing(train(learner, folder, Plan(steps=STEPS), resume=resume, keeping=KEEPING)) as reports:
        for report in reports:
            if report.step == until:
                break


def together(folder: Path, make: Callable[[], Learner]) -> None:
    """Four steps, then the rest by new learners, of which only the first reads the state; all must end alike."""
    learn(folder, make(), 4)
    learner = make()
    learn(folder, learner, resume=True)
    mine = torch.cat([tensor.flatten() for tensor in learner.tensors().values()])
    assert torch.allclose(parallel.average(mine), mine, rtol=0, atol=0)


def words_and_work() -> None:
    """What processes tell each other besides."""
    assert parallel.same_facts({"rank": parallel.rank()}) == {"rank": 0}
    assert parallel.owners([1, 5, 3, 1]) == [1, 0, 1, 1]
    tensors = [torch.full((2, number + 1), float(parallel.rank())) for number in range(3)]
    parallel.tell(tensors, [1, 0, 1])
    assert [tensor.unique().tolist() for tensor in tensors] == [[1], [0], [1]]
    try:
        parallel.check_batch(3)
    except UsageError as error:
        assert "multiple of 2" in str(error)  # noqa: PT017


def main(folder: Path) -> None:
    training.PREVIEW_FRAMES = 44_100
    devices.use_threads(1)
    device = devices.choose_device("cpu")
    with parallel.joined(device):
        first = parallel.rank() == 0
        if first:
            make_autoencoder(folder)
            tiny_songs.make_songs(folder / "songs")
        parallel.same_numbers([0.0])  # so that the other one finds them
        latents = make_latents(folder / "ear")
        makers: dict[str, Callable[[], Learner]] = {
            "generator": lambda: GeneratorLearner(latents, RECIPE, device="cpu"),
            "separator": lambda: SeparatorLearner([folder / "songs"], tiny_songs.RECIPE, device="cpu"),
        }
        for kind, make in makers.items():
            together(folder / f"{kind}-two", make)
        words_and_work()
    if first:
        for kind, make in makers.items():
            learn(folder / f"{kind}-one", make())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
