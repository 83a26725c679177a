"""Command line: how many times faster than real time a published full-size Musika generates here.

    python -m benchmarks.generation [--seconds 120] [--repeats 3]

Weights are random, which costs the same as trained ones. Prints the best of the repeats, warm, the time to the first
block, and where the time goes. Beside it stands the peer of the same run: one large matrix product on all cores, whose
rate bounds what the networks' multiplications allow, so that figures from a busy machine can be judged too.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.random_musika import write_random_musika
from engine.audio.format import SAMPLE_RATE_HZ
from engine.musika import coordinates
from engine.musika.backend import compiled, ops
from engine.musika.coders import CoderConfig
from engine.musika.networks import GeneratorConfig
from engine.musika.synthesis import Musika

MULTIPLICATIONS_PER_S = 2.27e9
"""Of the full-size networks for a second of stereo sound, counted from the tables of layers."""


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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120, help="length of the take")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    frames = round(arguments.seconds * SAMPLE_RATE_HZ)

    with tempfile.TemporaryDirectory() as folder:
        write_random_musika(Path(folder), GeneratorConfig(), CoderConfig(), encoders=False)
        begin = time.perf_counter()
        musika = Musika.load(Path(folder))
        print(f"load                {time.perf_counter() - begin:8.2f} s")
    begin = time.perf_counter()
    next(musika.stream(frames, 1))
    print(f"first block, cold   {time.perf_counter() - begin:8.2f} s")
    print(f"first block, warm   {best_time_s(lambda: next(musika.stream(frames, 1)), 5 * arguments.repeats):8.3f} s")

    whole_s = best_time_s(lambda: sum(len(block) for block in musika.stream(frames, 1)), arguments.repeats)
    speed = arguments.seconds / whole_s
    print(f"whole take          {whole_s:8.2f} s   {speed:6.1f} × real time")
    window = next(coordinates.windows(1, musika.context))[None]
    window_s = musika.context * musika.autoencoder.frames_per_latent / SAMPLE_RATE_HZ
    generator_s = best_time_s(lambda: musika.latents(window), 5 * arguments.repeats) / window_s
    print(f"of it the generator {100 * generator_s * speed:8.1f} %")
    bound = matrix_rate(arguments.repeats) / MULTIPLICATIONS_PER_S
    print(f"a matrix product's rate would allow {bound:.0f} × real time; reached: {speed / bound:.2f} of it")


if __name__ == "__main__":
    main()
