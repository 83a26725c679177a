"""Command line: how many times faster than real time a published full-size Musika generates here.

    python -m benchmarks.generation [--seconds 60] [--repeats 3] [--loud] [--json]

Weights are random, which costs the same as trained ones; what bfloat16 does to the sound depends on them, so there are
two kinds (see `write_random_musika`). Figures are the best of the repeats, warm. Beside them stands the peer of the
same run: one large matrix product on all cores in float32, whose rate bounds what the networks' multiplications allow
where none is saved, so that figures from a busy machine can be judged too.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.random_musika import write_random_musika
from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.musika import spectra
from engine.musika.backend import compiled, ops
from engine.musika.coders import CoderConfig
from engine.musika.journey import Journey
from engine.musika.networks import GeneratorConfig
from engine.musika.precision import BFLOAT16, FLOAT32, forced, has_bfloat16
from engine.musika.synthesis import Musika

MULTIPLICATIONS_PER_S = 2.27e9
"""Of the full-size networks for a second of stereo sound, counted from the tables of layers."""

SEED = 1


def figures(seconds: float = 60.0, repeats: int = 3, *, untrained: bool = True) -> dict[str, float | None]:
    """Measure generation with full-size networks.

    Args:
        seconds: length of the take.
        repeats: runs, of which the fastest counts.
        untrained: see `write_random_musika`.

    Returns:
        generation_realtime_float32 and generation_realtime_bfloat16, times real time; matrix_product_realtime, what a
        float32 matrix product of the same run would allow; error_db and spectrogram_error_db, the energy of what
        bfloat16 changes in the sound and in the magnitudes of its spectra, in relation to that of float32; for both
        precisions the seconds to load (`load_s_…`) and to the first block, warm (`first_block_s_…`). What belongs to
        bfloat16 is None where the processor lacks it.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_random_musika(folder, GeneratorConfig(), CoderConfig(), encoders=False, untrained=untrained)
        exact, found = measure(folder, FLOAT32, seconds, repeats)
        found["matrix_product_realtime"] = matrix_rate(repeats) / MULTIPLICATIONS_PER_S
        if not has_bfloat16():
            missing = ("generation_realtime_bfloat16", "load_s_bfloat16", "first_block_s_bfloat16")
            return {**found, **dict.fromkeys((*missing, "error_db", "spectrogram_error_db"))}
        rounded, found_with_bfloat16 = measure(folder, BFLOAT16, seconds, repeats)
    spectrograms = [np.abs(spectra.stft(np.ascontiguousarray(w.T), CoderConfig().hop)) for w in (rounded, exact)]
    errors = {"error_db": error_db(rounded, exact), "spectrogram_error_db": error_db(*spectrograms)}
    return {**found, **found_with_bfloat16, **errors}


def measure(folder: Path, precision: str, seconds: float, repeats: int) -> tuple[Wave, dict[str, float]]:
    """The beginning of a take, at most 10 s, and the figures of a model in one precision."""
    journey, frames = Journey.from_seed(SEED), round(seconds * SAMPLE_RATE_HZ)
    begin = time.perf_counter()
    with forced(precision):
        musika = Musika.load(folder)
    load_s = time.perf_counter() - begin
    first_s = best_time_s(lambda: next(musika.stream(journey, frames)), 5 * repeats)
    whole_s = best_time_s(lambda: sum(len(block) for block in musika.stream(journey, frames)), repeats)
    wave = np.concatenate(list(musika.stream(journey, min(frames, 10 * SAMPLE_RATE_HZ))))
    return wave, {
        f"generation_realtime_{precision}": seconds / whole_s,
        f"load_s_{precision}": load_s,
        f"first_block_s_{precision}": first_s,
    }


def best_time_s(work: Callable[[], object], repeats: int) -> float:
    """The shortest of `repeats` runs, in seconds, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def matrix_rate(repeats: int) -> float:
    """Multiplications a second of one large float32 matrix product."""
    rows, inner, columns = 2048, 2304, 768
    a = np.ones((rows, inner), np.float32)
    b = ops.ones((inner, columns), "float32")
    product = compiled(lambda x: (ops.sum(ops.matmul(x, b), axis=1),), [(inner,)])
    return rows * inner * columns / best_time_s(lambda: product(a), 5 * repeats)


def error_db(found: npt.NDArray[np.float32], exact: npt.NDArray[np.float32]) -> float:
    """Energy of the difference in relation to that of what is exact, in dB; -inf where there is none."""
    difference, energy = (np.square(part, dtype=np.float64).sum() for part in (found - exact, exact))
    return float(10 * np.log10(difference / energy)) if difference else -np.inf


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="length of the take")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--loud", action="store_true", help="weights that make signals as loud as they can be")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = figures(arguments.seconds, arguments.repeats, untrained=not arguments.loud)
    if arguments.json:
        print(json.dumps(found))
        return
    for name, figure in sorted(found.items()):
        print(f"{name:32}{'none' if figure is None else format(figure, '10.3f')}")


if __name__ == "__main__":
    main()
