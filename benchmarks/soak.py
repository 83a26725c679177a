"""Command line: hours of radio in minutes: how memory and disk behave, and whether anything is ever missing.

    python -m benchmarks.soak [--minutes 180] [--model house-band] [--separator house-band-stems] [--kept-minutes 10]
                              [--networks real|tiny|none] [--out soak]

The listener is simulated: it hears a second whenever the radio rests, so time passes as fast as the machine computes.
Every three minutes the hand does something (skips, steers, asks for more like this), every twenty it keeps the last two
minutes. Writes OUT.csv and OUT.png, also when it is stopped by Ctrl-C, and prints by how much the memory has grown
since the first kept minutes were full. With networks of the tests' size, or with stand-ins for them, all but the
networks is the real thing.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from shutil import rmtree

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.catalogue import Catalogue
from engine.musika.journey import Journey
from engine.playback.tracks import TrackReader
from engine.radio import Piece, Radio
from engine.studio import Studio
from engine.takes.keeping import keep
from engine.takes.take import Take

WISH_EVERY_S = 180
KEEP_EVERY_S = 1200
KEPT_AT_ONCE_S = 120
SAMPLE_EVERY_S = 15
PIECE_S = 300


@dataclass(frozen=True)
class Sample:
    """How things stand after so many seconds of listening."""

    heard_s: int
    memory_mb: float
    disk_mb: float
    speed: float
    stems_heard: float


class Ear:
    """Hears the take as a player would read it."""

    def __init__(self) -> None:
        self.heard_frame = self.read_frame = 0
        self.playing = True
        self.waited_frames = 0
        self.largest_step = 0.0
        self._last: np.ndarray | None = None
        self._stem_frames = 0

    def tune_in(self, take: Take) -> None:
        """Begin at the beginning of a take."""
        self._take = take
        self._reader = TrackReader(take, 0)

    def listen(self) -> None:
        """Hear a second, or as much as there is."""
        begin = self.read_frame
        self.read_frame = begin + SAMPLE_RATE_HZ
        stems_end = self._take.stems_end(self._take.stems_from(begin))
        tracks = self._reader.read(SAMPLE_RATE_HZ)
        self.read_frame = self.heard_frame = begin + len(tracks)
        self.waited_frames += SAMPLE_RATE_HZ - len(tracks)
        self._stem_frames += int(np.clip(stems_end - begin, 0, len(tracks)))
        mix = tracks.sum(axis=1)
        joined = mix if self._last is None else np.concatenate([self._last, mix])
        self.largest_step = max(self.largest_step, float(np.abs(np.diff(joined, axis=0)).max(initial=0)))
        self._last = mix[-1:]

    @property
    def stems_heard(self) -> float:
        """The part of what has been heard that was on faders."""
        return self._stem_frames / max(1, self.heard_frame)


def radio_with(networks: str, folder: Path, ear: Ear, options: argparse.Namespace) -> Radio:
    """The radio to listen to, in `folder`."""
    journey, kept_s = Journey(style=1, variation=1, drift=0.3), 60 * options.kept_minutes
    if networks == "none":
        from tests.engine.test_radio import Band, Halver

        kept_frames = round(kept_s * SAMPLE_RATE_HZ)
        take = Take.create(folder / "radio", stem_names=Halver.stem_names, kept_frames=kept_frames)
        return Radio(take, Piece("one", journey), Band, Halver(), ear, piece_s=PIECE_S)
    studio, model, separator = Studio(), options.model, options.separator
    if networks == "tiny":
        from tests.tiny_models import write_tiny_models

        write_tiny_models(folder.parent / "models")
        studio, model, separator = Studio(Catalogue([folder.parent / "models"])), "tiny-band", "tiny-splitter"
    return studio.radio(
        folder / "radio", model, journey, separator=separator, listener=ear, kept_s=kept_s, piece_s=PIECE_S
    )


def soak(radio: Radio, ear: Ear, folder: Path, minutes: int) -> Iterator[Sample]:
    """Play the radio for so many minutes of simulated time; a sample every SAMPLE_EVERY_S."""
    begin_s = time.monotonic()
    ear.tune_in(radio.take)
    work, random = radio.work(), np.random.default_rng(0)
    for second in range(60 * minutes + 1):
        for progress in work:
            if progress.problem:
                raise progress.problem
            if progress.resting:
                break
        ear.listen()
        if second % WISH_EVERY_S == WISH_EVERY_S - 1:
            wish(radio, random)
        if second % KEEP_EVERY_S == KEEP_EVERY_S - 1:
            start = ear.heard_frame - KEPT_AT_ONCE_S * SAMPLE_RATE_HZ
            for _ in keep(radio.take, start, ear.heard_frame, folder / "kept"):
                next(work)
            rmtree(folder / "kept")
        if second % SAMPLE_EVERY_S == 0:
            speed = second / (time.monotonic() - begin_s)
            yield Sample(second, memory_mb(), disk_mb(folder), round(speed, 2), round(ear.stems_heard, 4))
    radio.take.close()
    print(f"waited {ear.waited_frames} frames; largest step in the mix {ear.largest_step:.3f}")


def wish(radio: Radio, random: np.random.Generator) -> None:
    """What a hand may do."""
    seed, value = int(random.integers(1_000_000)), float(random.random())
    (
        radio.skip,
        radio.more_like_this,
        lambda: radio.steer(lambda journey, at_s: journey.drifting(at_s, value)),
        lambda: radio.steer(lambda journey, at_s: journey.morphing(at_s, seed, 30.0)),
        lambda: radio.steer(lambda journey, at_s: journey.truncated(at_s, 1.0 + value)),
    )[random.integers(5)]()


def memory_mb() -> float:
    """What this process has in memory now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def disk_mb(folder: Path) -> float:
    """What lies in a folder."""
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 1)


def write(samples: list[Sample], out: Path) -> None:
    """Write OUT.csv and OUT.png."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with out.with_suffix(".csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields(Sample)])
        writer.writerows([[getattr(sample, field.name) for field in fields(Sample)] for sample in samples])
    minutes = [sample.heard_s / 60 for sample in samples]
    figure, axes = pyplot.subplots(figsize=(9, 4), layout="constrained")
    axes.plot(minutes, [sample.memory_mb for sample in samples], label="memory")
    axes.plot(minutes, [sample.disk_mb for sample in samples], label="disk")
    axes.set(xlabel="minutes of radio", ylabel="MB", ylim=(0, None))
    axes.legend()
    figure.savefig(out.with_suffix(".png"), dpi=100)


def main() -> None:
    """Soak, write, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=180)
    parser.add_argument("--model", default="house-band")
    parser.add_argument("--separator", default="house-band-stems")
    parser.add_argument("--kept-minutes", type=float, default=10)
    parser.add_argument("--networks", choices=("real", "tiny", "none"), default="real")
    parser.add_argument("--out", type=Path, default=Path("soak"))
    options = parser.parse_args()
    samples, ear = [], Ear()
    with tempfile.TemporaryDirectory(prefix="soak-") as temporary, suppress(KeyboardInterrupt):
        folder = Path(temporary) / "takes"
        radio = radio_with(options.networks, folder, ear, options)
        for sample in soak(radio, ear, folder, options.minutes):
            samples.append(sample)
            if sample.heard_s % 300 == 0:
                print(sample, flush=True)
    write(samples, options.out)
    settled = [
        sample for sample in samples if sample.heard_s >= min(60 * options.kept_minutes, samples[-1].heard_s / 2)
    ]
    growth_mb = max(sample.memory_mb for sample in settled) - settled[0].memory_mb
    print(
        f"memory grew by {growth_mb:.0f} MB since {settled[0].heard_s / 60:.0f} min; disk at most "
        f"{max(sample.disk_mb for sample in samples):.0f} MB"
    )


if __name__ == "__main__":
    main()
