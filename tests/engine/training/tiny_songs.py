"""Songs made of a low and a high tone, and a network small enough to learn to tell them apart while a test waits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.training.separator import Recipe

STEMS = ("low", "high")
SONG_FRAMES = SAMPLE_RATE_HZ
RECIPE = Recipe(
    sizes={
        "network": "band-split",
        "sources": list(STEMS),
        "width": 16,
        "layers": 1,
        "heads": 2,
        "nfft": 512,
        "together": 2,
        "reach": 1,
        "bands": [[8, 4, 1], [4, 14, 4]],
        "segment": 0.1,
    },
    learning_rate=1e-2,
    warm_up_steps=5,
    average=0.8,
)


def tone(frequency_hz: float, frames: int = SONG_FRAMES) -> Wave:
    """A tone on the left, another level of it on the right."""
    wave = 0.3 * np.sin(2 * np.pi * frequency_hz * np.arange(frames) / SAMPLE_RATE_HZ)
    return np.stack([wave, 0.5 * wave], 1).astype(np.float32)


def make_songs(folder: Path) -> Path:
    """Write three songs into a folder, and return it."""
    for number, (low_hz, high_hz) in enumerate([(80, 5000), (110, 6000), (140, 7000)]):
        song = folder / f"song-{number}"
        song.mkdir(parents=True)
        for name, frequency_hz in zip(STEMS, (low_hz, high_hz), strict=True):
            soundfile.write(song / f"{name}.wav", tone(frequency_hz), SAMPLE_RATE_HZ, "PCM_16")
    return folder
