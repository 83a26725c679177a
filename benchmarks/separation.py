"""Command line: how fast separators work here: an htdemucs-sized one against demucs's own code, and the bundled ones.

    python -m benchmarks.separation [--seconds 24] [--repeats 2] [--memory-of 600]

The htdemucs-sized network has random weights, which cost the same as trained ones. Ours in each precision and
`demucs.apply.apply_model` in float32 (no shifts, overlap a quarter) take turns in one process, so that their ratios
can be judged on a busy machine too. Demucs's code gains there from the memory that ours has the process keep.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from demucs.apply import apply_model
from demucs.htdemucs import HTDemucs

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.models.catalogue import Catalogue
from engine.separation.htdemucs import build_htdemucs
from engine.separation.precision import Precision, agreement_db, has_bfloat16
from engine.separation.separator import Separator, with_the_rest

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


@dataclass(frozen=True)
class Speed:
    """What separation in one precision takes.

    Attributes:
        realtime: seconds of music a second.
        ratio: how many times as fast as `apply_model` in the same run.
        agreement_db: with `apply_model`; 150 stands for identical.
        first_stems_s: from the first block to the first stems, where they are wanted soon.
        longest_stretch_s: of computing between two passages of the gate.
    """

    realtime: float
    ratio: float
    agreement_db: float
    first_stems_s: float
    longest_stretch_s: float


class Watch:
    """A gate that notes the longest time between two passages."""

    def __init__(self) -> None:
        """Begin now."""
        self.longest_s, self._last_s = 0.0, time.perf_counter()

    def go_through(self) -> None:
        """Note the time since the last passage."""
        now_s = time.perf_counter()
        self.longest_s, self._last_s = max(self.longest_s, now_s - self._last_s), now_s


def measure(seconds: float = 24.0, repeats: int = 2) -> tuple[float, dict[Precision, Speed]]:
    """Demucs's own speed (seconds of music a second), and ours in each precision that this processor has.

    Args:
        seconds: length of the mix.
        repeats: turns, of which the fastest counts.
    """
    network = htdemucs()
    separators = {name: Separator(network, name) for name in precisions()}
    mix = noise(round(seconds * SAMPLE_RATE_HZ))
    works: dict[str, Callable[[], Stems]] = {"demucs": lambda: by_demucs(network, mix)}
    works |= {name: lambda one=one: streamed(one, mix) for name, one in separators.items()}  # type: ignore[misc]
    turns = [{name: timed(work) for name, work in works.items()} for _ in range(repeats)]
    best_s = {name: min(turn[name][0] for turn in turns) for name in works}
    reference = turns[0]["demucs"][1]
    summing = with_the_rest(reference, mix)  # which ours are; what differs is measured against the network's own stems
    speeds = {
        name: Speed(
            realtime=seconds / best_s[name],
            ratio=best_s["demucs"] / best_s[name],
            agreement_db=agreement_db(reference, reference + turns[0][name][1] - summing),
            first_stems_s=min(first_stems_s(separator, mix) for _ in range(repeats)),
            longest_stretch_s=longest_stretch_s(separator, mix),
        )
        for name, separator in separators.items()
    }
    return seconds / best_s["demucs"], speeds


def precisions() -> tuple[Precision, ...]:
    """What this processor computes in without imitating it."""
    return ("float32", "bfloat16") if has_bfloat16() else ("float32",)


def htdemucs() -> HTDemucs:
    """A network of htdemucs's sizes with random weights, always the same."""
    torch.manual_seed(0)
    return build_htdemucs(HTDEMUCS).eval().requires_grad_(requires_grad=False)


def noise(frames: int, seed: int = 0) -> Wave:
    """Noise (frames, 2)."""
    return (0.1 * np.random.default_rng(seed).standard_normal((frames, CHANNELS))).astype(np.float32)


def by_demucs(network: HTDemucs, mix: Wave) -> Stems:
    """The stems (frames, stems, 2) of a mix (frames, 2) by the library's own code."""
    network.use_train_segment = True  # as published: what is shorter than a segment is padded
    stems: Stems = apply_model(network, torch.from_numpy(mix.T.copy())[None], shifts=0, overlap=0.25)[0].numpy()
    network.use_train_segment = False
    return stems.transpose(2, 0, 1)


def streamed(separator: Separator, mix: Wave) -> Stems:
    """The same by our stream."""
    blocks = (mix[start : start + BLOCK_FRAMES] for start in range(0, len(mix), BLOCK_FRAMES))
    return np.concatenate(list(separator.stream(blocks)))


def timed(work: Callable[[], Stems]) -> tuple[float, Stems]:
    """How long `work` takes, in seconds, and its result."""
    begin_s = time.perf_counter()
    result = work()
    return time.perf_counter() - begin_s, result


def first_stems_s(separator: Separator, mix: Wave) -> float:
    """Seconds from a mix that is there to the first stems, where they are wanted soon."""
    return timed(lambda: next(separator.stream([mix], soon=True)))[0]


def longest_stretch_s(separator: Separator, mix: Wave) -> float:
    """The longest time in which a pause or a cancellation would not be noticed, in seconds, in two segments."""
    watch, stems = Watch(), separator.stream([mix], Watch())
    next(stems)  # what takes its time only once
    stems = separator.stream([mix], watch)
    next(stems)
    watch.longest_s = 0.0
    next(stems)
    watch.go_through()
    return watch.longest_s


def peak_memory_mb(seconds: float, bundled: str | None = None) -> float:
    """The most memory that a process takes that separates so many seconds and does nothing else.

    Args:
        seconds: length of the mix.
        bundled: name of a separator in the catalogue; by default one of htdemucs's size.
    """
    command = [sys.executable, "-m", "benchmarks.separation", "--process-of", str(seconds)]
    command += ["--model", bundled] if bundled else []
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def separate_and_say_peak(seconds: float, bundled: str | None) -> None:
    """What the process of `peak_memory_mb` does: print the peak of its resident memory, in MB."""
    load = Separator.load
    separator = load(Catalogue().find(bundled).folder) if bundled else Separator(htdemucs(), precisions()[-1])
    for _ in separator.stream(noises(seconds)):
        pass
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6)


def noises(seconds: float) -> Iterator[Wave]:
    """Noise of any length, block by block."""
    for seed in range(round(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES)):
        yield noise(BLOCK_FRAMES, seed)


def report_bundled(seconds: float, repeats: int) -> None:
    """Print the speed of the separators in the catalogue, as they are loaded and in float32."""
    mix = noise(round(seconds * SAMPLE_RATE_HZ))
    for card in Catalogue().cards("separator"):
        begin_s = time.perf_counter()
        chosen = Separator.load(card.folder)
        loaded_s = time.perf_counter() - begin_s
        first_s = first_stems_s(chosen, mix)
        for separator in (chosen, Separator.load(card.folder, "float32")):
            best_s = min(timed(lambda one=separator: streamed(one, mix))[0] for _ in range(repeats))  # type: ignore[misc]
            print(f"{card.name:20}{separator.precision:10}{seconds / best_s:8.2f} × real time")
        print(f"{'':20}loaded in {loaded_s:.2f} s, first stems after {first_s:.2f} s")


def report(seconds: float, repeats: int) -> None:
    """Print the figures of an htdemucs-sized network."""
    theirs, ours = measure(seconds, repeats)
    print(f"{'demucs, htdemucs size':30}{theirs:8.2f} × real time")
    for name, speed in ours.items():
        print(f"{'ours, ' + name:30}{speed.realtime:8.2f} × real time, {speed.ratio:.2f} × as fast")
        print(f"{'':30}agreement {speed.agreement_db:.0f} dB, first stems after {speed.first_stems_s:.2f} s,")
        print(f"{'':30}longest stretch between two passages {1e3 * speed.longest_stretch_s:.0f} ms")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=24.0, help="length of the mix")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--memory-of", type=float, nargs="*", default=[], help="lengths whose peak memory is wanted")
    parser.add_argument("--model", help="the separator to take the memory of (default: htdemucs-sized)")
    parser.add_argument("--process-of", type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.process_of:
        separate_and_say_peak(arguments.process_of, arguments.model)
        return
    for seconds in arguments.memory_of:
        print(f"peak memory, {seconds:7.0f} s{peak_memory_mb(seconds, arguments.model):12.0f} MB", flush=True)
    if not arguments.memory_of:
        report_bundled(arguments.seconds, arguments.repeats)
        report(arguments.seconds, arguments.repeats)


if __name__ == "__main__":
    main()
