"""The smallest learner that has all that a learner can have: random draws, Adam, a moving average, a sound, a model.

Run as a program it trains in a folder until it is stopped or killed: python -m tests.engine.training.toy_learner FOLDER
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.models.card import ModelCard, write_card
from engine.models.weights import write_tensors
from engine.training import adam, logbook
from engine.training.loop import Keeping, Plan, train

SIZE = 4


class Toy:
    """Learns a matrix from noisy examples of what it does to vectors."""

    def __init__(self, size: int = SIZE, source: str = "noise", trouble: Callable[[Toy], float] | None = None) -> None:
        torch.manual_seed(0)
        self.step = 0
        self.trained_s = 0.0
        self.factor = 1.0
        self.source = source
        self.trouble = trouble
        self.rng = np.random.default_rng(1)
        self.network = torch.nn.Linear(size, size, bias=False)
        self.average = torch.nn.Linear(size, size, bias=False)
        self._adam = adam.make_adam(self.network.parameters(), 1e-2, (0.9, 0.99))

    @property
    def identity(self) -> Mapping[str, Any]:
        return {"kind": "autoencoder", "recipe": {"rate": 1e-2}, "source": self.source}

    def learn(self, done: float) -> Mapping[str, float]:
        vectors = torch.from_numpy(self.rng.standard_normal((8, SIZE), dtype=np.float32))
        loss = (self.network(vectors) - 2 * vectors).square().mean()
        self._adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._adam.step()
        adam.follow(list(self.average.parameters()), list(self.network.parameters()), 0.9, self.step)
        self.step += 1
        losses = {"error": loss.item() + (self.trouble(self) if self.trouble else 0.0)}
        return losses if self.step % 3 else losses | {"size": self.network.weight.abs().mean().item()}

    def tensors(self) -> dict[str, torch.Tensor]:
        weights = {"weight": self.network.weight.data, "average": self.average.weight.data}
        return weights | {f"adam/{name}": value for name, value in adam.memory(self._adam).items()}

    def facts(self) -> dict[str, Any]:
        return {"random": self.rng.bit_generator.state}

    def restore(self, facts: Mapping[str, Any]) -> None:
        self.rng.bit_generator.state = facts["random"]

    def set_rates(self, factor: float) -> None:
        self.factor = factor
        adam.set_rate(self._adam, 1e-2 * factor)

    def preview(self) -> Wave | None:
        tone = np.sin(2 * math.pi * 440 / SAMPLE_RATE_HZ * np.arange(20_000))
        return np.stack([tone, tone], 1).astype(np.float32) * 0.5

    def export(self, folder: Path) -> ModelCard:
        write_tensors(folder / "toy.safetensors", {"weight": self.average.weight.detach().numpy()})
        trained_for = f"{self.step} steps, {self.trained_s:.0f} s"
        return write_card(ModelCard(name="toy", title="Toy", kind="autoencoder", trained_for=trained_for), folder)


def main(folder: Path) -> None:
    """Train without end, saving after every step, so that a kill comes within a write now and then."""
    torch.set_num_threads(1)
    with logbook.stopping_on_signals(folder):
        resume = (folder / logbook.TRAINING_FILE).exists()
        keeping = Keeping(report_steps=5, status_s=0, save_s=0, picture_s=math.inf, preview_s=math.inf)
        for report in train(Toy(), folder, Plan(), resume=resume, keeping=keeping):
            print(report.step, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
