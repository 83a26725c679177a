"""Engine thread: trains a separator on songs whose stems are known; saves as it goes and resumes where it stopped.

The network is a small `demucs.htdemucs.HTDemucs`. What is kept of it is a moving average of the weights, which is ahead
of the weights themselves while the learning rate is high.

    python -m engine.training.separator --songs DIR --out DIR --minutes 60 [--resume]
"""

from __future__ import annotations

import argparse
import ctypes
import json
import math
import platform
import signal
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.writing import output_error, replaced_on_success
from engine.errors import ModelError, StudioError
from engine.models.card import ModelCard, write_card
from engine.models.weights import write_tensors
from engine.separation.network import build_network
from engine.training.songs import Songs

STATE_FILE = "state.safetensors"
LOG_FILE = "log.csv"
WEIGHTS_FILE = "weights.safetensors"
FORMAT = 1

SAVE_EVERY_S = 180.0
RESCAN_EVERY_STEPS = 50
MAX_BAD_STEPS = 20
CLIP_NORM = 5.0
LEAST_ERROR = 1e-3
"""Error, as a part of the mix's energy, below which there is little to gain any more: 30 dB down."""


def _small_htdemucs() -> dict[str, Any]:
    return {
        "sources": ["drums", "bass", "other", "vocals"],
        "channels": 24,
        "depth": 4,
        "t_layers": 2,
        "dconv_mode": 0,
        "cac": False,
        "wiener_iters": -1,
        "end_iters": -1,
        "segment": 3.0,
    }


@dataclass(frozen=True)
class Recipe:
    """What is trained, and how.

    Attributes:
        sizes: constructor arguments of HTDemucs; `segment` (seconds) is also the length of the training pieces.
        batch: pieces a step.
        learning_rate: Adam's, at its highest.
        warm_up_steps: over which the learning rate rises to it.
        average: share of the moving average of the weights that stays at each step.
        bfloat16: compute in bfloat16 where that is exact enough; twice as fast on processors that have it.
        seed: of the first weights and of every draw.
    """

    sizes: Mapping[str, Any] = field(default_factory=_small_htdemucs)
    batch: int = 2
    learning_rate: float = 8e-4
    warm_up_steps: int = 50
    average: float = 0.99
    bfloat16: bool = False
    seed: int = 1

    @property
    def stem_names(self) -> Sequence[str]:
        """The stems, in order."""
        names: Sequence[str] = self.sizes["sources"]
        return names

    @property
    def piece_frames(self) -> int:
        """Length of a training piece, in frames."""
        return int(self.sizes["segment"] * SAMPLE_RATE_HZ)


@dataclass(frozen=True)
class Plan:
    """When training ends: after so many steps, or so many minutes of training, whichever comes first."""

    steps: float = math.inf
    minutes: float = math.inf

    def done(self, step: int, seconds: float) -> float:
        """The part of the plan that is behind, 0 to 1."""
        return min(1.0, max(step / self.steps, seconds / 60 / self.minutes))


@dataclass(frozen=True)
class Progress:
    """Where the training stands: steps done, loss of the last one (dB), seconds trained in all, done 0 to 1."""

    step: int
    loss: float
    seconds: float
    done: float


class Trainer:
    """The network in training, with all that must survive a stop: weights, their average, Adam's moments, counters."""

    def __init__(self, recipe: Recipe) -> None:
        """Start from random weights.

        Raises:
            ModelError: the recipe's sizes make no network.
        """
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.network = build_network(recipe.sizes).train()
        self.average = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
        self.step = 0
        self.seconds = 0.0
        self._adam = torch.optim.Adam(self.network.parameters(), lr=recipe.learning_rate)
        self._bad_steps = 0

    @classmethod
    def resume(cls, folder: Path) -> Trainer:
        """Go on from what `save` wrote.

        Raises:
            ModelError: nothing was saved there, or it is damaged.
        """
        path = folder / STATE_FILE
        try:
            with safe_open(path, framework="pt") as file:
                facts = json.loads(file.metadata()["training"])
                tensors = {name: file.get_tensor(name) for name in list(file.keys())}
            trainer = cls(Recipe(**facts["recipe"]))
            trainer._restore(facts, tensors)
        except FileNotFoundError as cause:
            raise ModelError(f"No training was saved in {folder}: start it without --resume.") from cause
        except (SafetensorError, OSError, ValueError, KeyError, TypeError, RuntimeError) as cause:
            raise ModelError(f"{path} is damaged or of another version: start the training anew.") from cause
        return trainer

    def learn(self, stems: torch.Tensor, done: float) -> float:
        """One step on stems (pieces, stems, 2, frames), `done` (0 to 1) of the way; returns the loss.

        Raises:
            ModelError: the loss has been infinite or no number for many steps on end.
        """
        for group in self._adam.param_groups:
            group["lr"] = self._learning_rate(done)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.recipe.bfloat16):
            estimates = self.network(stems.sum(1))
        loss = error_db(estimates.float(), stems)
        self._adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP_NORM)
        if self._usable(norm):
            self._adam.step()
            self._move_average()
        self.step += 1
        return loss.item()

    def save(self, folder: Path) -> None:
        """Write everything to one file, which replaces the one before only when it is complete.

        Raises:
            OutputError: it cannot be written.
        """
        facts = {"format": FORMAT, "step": self.step, "seconds": self.seconds, "recipe": asdict(self.recipe)}
        with replaced_on_success(folder / STATE_FILE) as partial:
            save_file(self._tensors(), partial, {"training": json.dumps(facts)})

    def write_model(self, card: ModelCard, folder: Path) -> ModelCard:
        """Write the averaged weights (float16) and the card, with the network's sizes filled in, as a model folder.

        Raises:
            OutputError: they cannot be written.
            ModelError: the card is not valid.
        """
        folder.mkdir(parents=True, exist_ok=True)
        write_tensors(folder / WEIGHTS_FILE, {name: value.numpy() for name, value in self.average.items()})
        return write_card(replace(card, kind="separator", sizes=dict(self.recipe.sizes)), folder)

    def _learning_rate(self, done: float) -> float:
        """A linear rise, then half a cosine down to nearly 0 at the end of the plan."""
        rise = min(1.0, (self.step + 1) / self.recipe.warm_up_steps)
        return self.recipe.learning_rate * rise * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))

    def _usable(self, norm: torch.Tensor) -> bool:
        """Whether a gradient is finite; one that is not is passed over, but not for ever."""
        self._bad_steps = 0 if bool(torch.isfinite(norm)) else self._bad_steps + 1
        if self._bad_steps > MAX_BAD_STEPS:
            raise ModelError("The training has broken down: resume it from its last state with a lower learning rate.")
        return self._bad_steps == 0

    def _move_average(self) -> None:
        """The share that stays grows at first, so that the random weights of the start are soon forgotten."""
        stays = min(self.recipe.average, (1 + self.step) / (10 + self.step))
        for name, value in self.network.state_dict().items():
            self.average[name].lerp_(value, 1 - stays)

    def _tensors(self) -> dict[str, torch.Tensor]:
        """All state by name; Adam's moments lie under the index of their parameter."""
        tensors = {f"network.{name}": value.contiguous() for name, value in self.network.state_dict().items()}
        tensors |= {f"average.{name}": value.contiguous() for name, value in self.average.items()}
        for index, moments in self._adam.state_dict()["state"].items():
            tensors |= {f"adam.{index}.{name}": value.contiguous() for name, value in moments.items()}
        return tensors

    def _restore(self, facts: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]) -> None:
        def part(prefix: str) -> dict[str, torch.Tensor]:
            return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

        if facts["format"] != FORMAT:
            raise ValueError(f"format {facts['format']}")
        self.network.load_state_dict(part("network."))
        self.average = part("average.")
        moments: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in part("adam.").items():
            index, kind = name.split(".")
            moments.setdefault(int(index), {})[kind] = value
        self._adam.load_state_dict({**self._adam.state_dict(), "state": moments})
        self.step, self.seconds = int(facts["step"]), float(facts["seconds"])


def error_db(estimates: torch.Tensor, stems: torch.Tensor) -> torch.Tensor:
    """The loss: energy of the error over that of the mix in dB, the mean over all stems of all pieces.

    It is the scale on which separation is scored, and so each piece and stem counts alike, whatever its level. The mean
    absolute error, as in demucs's own training, rewards silence as long as the network is unsure.

    Args:
        estimates: what the network made of the sum of the stems, (pieces, stems, 2, frames).
        stems: what it should have made, of the same shape.
    """
    error = (estimates - stems).square().mean((2, 3))
    mix = stems.sum(1).square().mean((1, 2))[:, None] + 1e-8  # -80 dB: pieces of silence count nothing
    return 10 * torch.log10(error / mix + LEAST_ERROR).mean()


def train(songs: Songs, trainer: Trainer, plan: Plan, folder: Path) -> Generator[Progress]:
    """Train to the end of the plan, one item a step; state and log are kept in `folder`.

    To stop earlier, close the iterator: the state is saved then as well.

    Raises:
        AudioFileError: a song cannot be read.
        ModelError: the training has broken down.
        OutputError: `folder` cannot be written.
    """
    with _open_log(folder / LOG_FILE, trainer.step) as log:
        saved_s = trainer.seconds
        try:
            while (done := plan.done(trainer.step, trainer.seconds)) < 1:
                loss = _timed_step(songs, trainer, done)
                log.write(f"{trainer.step},{loss:.4f},{trainer.seconds:.1f}\n")
                if trainer.seconds - saved_s > SAVE_EVERY_S:
                    trainer.save(folder)
                    saved_s = trainer.seconds
                yield Progress(trainer.step, loss, trainer.seconds, plan.done(trainer.step, trainer.seconds))
        finally:
            trainer.save(folder)


def _open_log(path: Path, steps: int) -> TextIO:
    """The CSV file to go on writing: the rows of the first `steps` steps stay, later ones were never saved."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = path.read_text(encoding="utf8").splitlines()[1 : steps + 1] if steps and path.exists() else []
        log = path.open("w", encoding="utf8", buffering=1)  # each row as it comes
        log.writelines(f"{row}\n" for row in ("step,loss,seconds", *rows))
    except OSError as cause:
        raise output_error(path, cause) from cause
    return log


def _timed_step(songs: Songs, trainer: Trainer, done: float) -> float:
    """One step; what it learns from depends on the seed, the step's number and the songs only."""
    begin = time.monotonic()
    if trainer.step % RESCAN_EVERY_STEPS == 0:
        songs.rescan()
    recipe = trainer.recipe
    rng = np.random.default_rng((recipe.seed, trainer.step))
    stems = torch.from_numpy(songs.batch(recipe.batch, recipe.piece_frames, rng))
    loss = trainer.learn(stems, done)
    trainer.seconds += time.monotonic() - begin
    return loss


def main() -> int:
    """Run the command line; 0 at the end of the plan or when stopped, 2 after bad input, with one line on stderr."""
    options = _parser().parse_args()
    torch.set_num_threads(options.threads)
    _keep_freed_memory()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        trainer = Trainer.resume(options.out) if options.resume else Trainer(Recipe(bfloat16=_has_bfloat16()))
        songs = Songs(options.songs, trainer.recipe.stem_names)
        with closing(train(songs, trainer, Plan(minutes=options.minutes), options.out)) as steps:
            for progress in steps:
                line = f"\r{progress.done:6.1%}  step {progress.step}  error {progress.loss:.2f} dB"
                print(line, end="", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nstopped; go on with --resume", file=sys.stderr)
    except StudioError as error:
        print(f"\n{error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine.training.separator", description="Train a separator.")
    parser.add_argument("--songs", type=Path, required=True, help="folder of songs, each a folder with a WAV a stem")
    parser.add_argument("--out", type=Path, required=True, help="folder for the state and the log")
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the whole training")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="processor cores to use")
    parser.add_argument("--resume", action="store_true", help="go on from the state in the folder")
    return parser


def _has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 numbers itself; others only imitate it, slowly."""
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


def _keep_freed_memory() -> None:
    """Let the C library keep what is freed: it would hand every large tensor back, and each new one cost page faults.

    Saves about a third of the time of a step. The numbers are M_MMAP_MAX and M_TRIM_THRESHOLD of malloc.h.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(-4, 0)
        libc.mallopt(-1, 2**31 - 1)


if __name__ == "__main__":
    raise SystemExit(main())
