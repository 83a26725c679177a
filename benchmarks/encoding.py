"""Command line: how many hours of recordings this machine prepares and encodes in a minute, on all of its cores.

    python -m benchmarks.encoding [--recordings 12] [--minutes 2] [--jobs N]

Encoded are FLAC files of 44.1 kHz, 16 bits and stereo, with the bundled autoencoder and with a published one of full
size, whose weights are random, which costs the same as trained ones. Prints one JSON object, each figure twice: by the
clock, from the first result to the last (over many hours it does not matter how long processes take to start), and by
the processor time that a recording takes, so that figures from a busy machine can be judged too.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import soundfile

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.models.catalogue import Catalogue
from engine.training.latents import encode_recording
from engine.training.preparation import Preparation, examine
from engine.training.workers import spread

AUTOENCODER = "house-band-autoencoder"
LARGE_COLLECTION_HOURS = 10_000
MACHINES = 50


def write_recordings(folder: Path, count: int, minutes: float) -> None:
    """Write FLAC files of tones in noise, about as hard to decode as music."""
    folder.mkdir()
    frames = round(60 * minutes * SAMPLE_RATE_HZ)
    time_s = np.arange(frames)[:, None] / SAMPLE_RATE_HZ
    for number in range(count):
        noise = np.random.default_rng(number).standard_normal((frames, CHANNELS))
        wave = 0.3 * np.sin(2 * np.pi * (110 + 7 * number) * time_s) + 0.05 * noise
        soundfile.write(folder / f"{number}.flac", wave.clip(-1, 1), SAMPLE_RATE_HZ)


def write_published(folder: Path) -> None:
    """Write a published Musika folder of full size with random weights."""
    from benchmarks.random_musika import write_random_musika
    from engine.musika.coders import CoderConfig
    from engine.musika.networks import GeneratorConfig

    folder.mkdir()
    write_random_musika(folder, GeneratorConfig(), CoderConfig())


def processor_s(item: Any, *, work: Callable[[Any], object]) -> float:
    """Processor time of the work on an item, in seconds."""
    begin = time.process_time()
    work(item)
    return time.process_time() - begin


def measure(work: Callable[[Any], object], items: Sequence[Any], minutes: float, jobs: int) -> dict[str, Any]:
    """The figures for doing some work on recordings of so many minutes."""
    results = spread(partial(processor_s, work=work), items, jobs)
    next(results)
    begin = time.perf_counter()
    times_s = [result for _, result in results if isinstance(result, float)]
    clock_s = time.perf_counter() - begin
    by_clock = (len(items) - 1) * minutes / clock_s
    by_processor_time = jobs * minutes / median(times_s)
    return {"by_clock": figures(by_clock), "by_processor_time": figures(by_processor_time)}


def figures(rate: float) -> dict[str, float]:
    """A rate in hours a minute, and what it makes of a large collection on many such machines."""
    large = f"hours_for_{LARGE_COLLECTION_HOURS}_hours_on_{MACHINES}_machines"
    return {"hours_a_minute": round(rate, 2), large: round(LARGE_COLLECTION_HOURS / rate / 60 / MACHINES, 2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, default=12, help="how many; at least two for each process")
    parser.add_argument("--minutes", type=float, default=2, help="length of each")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_recordings(folder / "recordings", options.recordings, options.minutes)
        write_published(folder / "published")
        prepare = partial(examine, source=folder / "recordings", preparation=Preparation(0, 0, 1))
        files = sorted(path.name for path in (folder / "recordings").iterdir())
        measured = {"prepare": measure(prepare, files, options.minutes, options.jobs)}
        recordings = [prepare(file) for file in files]
        bundled = Catalogue().find(AUTOENCODER).folder
        for label, autoencoder in ((AUTOENCODER, bundled), ("published, full size", folder / "published")):
            encode = partial(
                encode_recording, folder=folder / "recordings", autoencoder=autoencoder, out=folder / "latents"
            )
            measured[f"encode, {label}"] = measure(encode, recordings, options.minutes, options.jobs)
    print(json.dumps({"processes": options.jobs, **measured}, indent=2))


if __name__ == "__main__":
    main()
