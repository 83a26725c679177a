"""Command line: how fast separators work here: an htdemucs-sized one against demucs's own code, and the bundled ones.

    python -m benchmarks.separation [--seconds 30] [--repeats 2]

The htdemucs-sized network has random weights, which cost the same as trained ones. Ours and `demucs.apply.apply_model`
(no shifts, overlap a quarter) take turns in one run, so that their ratio can be judged on a busy machine too; that they
agree is printed beside it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from demucs.apply import apply_model

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.models.catalogue import Catalogue
from engine.separation.network import build_network
from engine.separation.separator import Separator

HTDEMUCS: dict[str, Any] = {
    "sources": ["drums", "bass", "other", "vocals"],
    "channels": 48,
    "depth": 4,
    "dconv_mode": 3,
    "bottom_channels": 512,
    "t_layers": 5,
    "segment": 7.8,
}
"""The sizes of the published htdemucs."""

BLOCK_FRAMES = 65_536
Stems = npt.NDArray[np.float32]


def timed(work: Callable[[], Stems]) -> tuple[float, Stems]:
    """How long `work` takes, in seconds, and its result."""
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def streamed(separator: Separator, mix: Wave) -> Stems:
    """Every stem of a mix (frames, 2), by our stream: (frames, stems, 2)."""
    blocks = (mix[start : start + BLOCK_FRAMES] for start in range(0, len(mix), BLOCK_FRAMES))
    return np.concatenate(list(separator.stream(blocks)))


def against_demucs(mix: Wave, repeats: int) -> None:
    """Print both times for an htdemucs-sized network, and how well the results agree."""
    torch.manual_seed(0)
    network = build_network(HTDEMUCS).eval()
    separator = Separator(network)
    tensor = torch.from_numpy(mix.T.copy())[None]

    def theirs() -> Stems:
        network.use_train_segment = True  # as published: what is shorter than a segment is padded
        stems: Stems = apply_model(network, tensor, shifts=0, overlap=0.25)[0].permute(2, 0, 1).numpy()
        network.use_train_segment = False
        return stems

    turns = [(timed(lambda: streamed(separator, mix)), timed(theirs)) for _ in range(repeats)]
    ours_s, theirs_s = (min(turn[which][0] for turn in turns) for which in (0, 1))
    ours, reference = turns[0][0][1], turns[0][1][1]
    error = ((ours - reference) ** 2).sum() + 1e-15 * (reference**2).sum()  # 150 dB stands for identical
    agreement_db = 10 * np.log10((reference**2).sum() / error)
    seconds = len(mix) / SAMPLE_RATE_HZ
    print(f"htdemucs size       {seconds / ours_s:8.2f} × real time, demucs's own code {seconds / theirs_s:.2f} ×")
    print(f"ours to demucs's    {theirs_s / ours_s:8.2f} × as fast, agreement {agreement_db:.0f} dB")


def bundled(mix: Wave, repeats: int) -> None:
    """Print the times of the separators in the catalogue."""
    for card in Catalogue().cards("separator"):
        load_s, separator = timed(lambda card=card: Separator.load(card.folder))  # type: ignore[misc]
        first_s, _ = timed(lambda separator=separator: next(separator.stream([mix])))  # type: ignore[misc]
        whole_s = min(timed(lambda separator=separator: streamed(separator, mix))[0] for _ in range(repeats))  # type: ignore[misc]
        speed = len(mix) / SAMPLE_RATE_HZ / whole_s
        print(f"{card.name:20}{speed:8.2f} × real time; loaded in {load_s:.2f} s, first stems after {first_s:.2f} s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30, help="length of the mix")
    parser.add_argument("--repeats", type=int, default=2)
    arguments = parser.parse_args()
    frames = round(arguments.seconds * SAMPLE_RATE_HZ)
    mix = (0.1 * np.random.default_rng(0).standard_normal((frames, CHANNELS))).astype(np.float32)
    bundled(mix, arguments.repeats)
    against_demucs(mix, arguments.repeats)


if __name__ == "__main__":
    main()
