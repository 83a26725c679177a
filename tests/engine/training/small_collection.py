"""Recordings, collections and autoencoders as small as can be, for the tests of the steps that read recordings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.models.card import ModelCard, write_card
from engine.musika.patches import PatchAutoencoder, PatchConfig
from engine.training.collection import Collection, write_about, write_recordings
from engine.training.preparation import Preparation, examine

ROOT = Path(__file__).resolve().parents[3]
STEP = 4096
NOTHING_CUT = Preparation(cut_start_s=0, cut_end_s=0, shortest_s=0.1)


def music(seconds: float, seed: int = 0, rate_hz: int = SAMPLE_RATE_HZ) -> Wave:
    """Two gliding tones, panned, over soft noise; its peak is about 0.5."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    low, high = (np.sin(2 * np.pi * hz * time_s * (1 + 0.01 * time_s)) for hz in rng.uniform((80, 300), (200, 900)))
    noise = rng.standard_normal((len(time_s), 2))
    return np.float32(0.3 * low[:, None] * [1, 0.5] + 0.15 * high[:, None] * [0.3, 1] + 0.005 * noise)


def write_recordings_into(folder: Path, count: int, seconds: float) -> None:
    """`count` FLAC files, each with music of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        soundfile.write(folder / f"song-{number}.flac", music(seconds, number), SAMPLE_RATE_HZ)


def collect(source: Path, out: Path, preparation: Preparation = NOTHING_CUT) -> Collection:
    """A collection, without any processes."""
    files = sorted(path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file())
    write_recordings(out, [examine(file, source=source, preparation=preparation) for file in files])
    write_about(out, source, {}, finished=True)
    return Collection.open(out)


def write_autoencoder(folder: Path, *, hop: int = 512, seed: int = 0) -> PatchAutoencoder:
    """Random components; a step of STEP frames at the usual hop."""
    config = PatchConfig(hop=hop, fft=4 * hop, mid=6, side=2)
    rng = np.random.default_rng(seed)
    tensors = {name: rng.standard_normal(shape, dtype=np.float32) / 10 for name, shape in config.shapes.items()}
    tensors |= {"mid/mean": tensors["mid/mean"] - 60, "side/mean": 0 * tensors["side/mean"]}
    tensors |= {name: np.abs(tensors[name]) + 10 for name in ("mid/deviations", "side/deviations")}
    autoencoder = PatchAutoencoder(config, tensors)
    autoencoder.save(folder)
    write_card(ModelCard(name="ear", title="Ear", kind="autoencoder", sizes=config.sizes), folder)
    return PatchAutoencoder.load(folder)


def start(program: str, *arguments: Path | str) -> subprocess.Popen[str]:
    """Run a program that must be able to be killed; its lines come through a pipe."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-u", "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
