"""A small Musika in the published layout, made once: hop 16, 4 base channels, random weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.random_musika import write_random_musika
from engine.musika.coders import CoderConfig
from engine.musika.networks import GeneratorConfig
from engine.musika.precision import FLOAT32, forced
from engine.musika.synthesis import Musika

TINY_GENERATOR = GeneratorConfig(base_channels=4)
TINY_CODERS = CoderConfig(hop=16)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All five files; the noise layers have weights. Read only: copy before changing anything."""
    folder = tmp_path_factory.mktemp("tiny")
    write_random_musika(folder, TINY_GENERATOR, TINY_CODERS, noise_weight=0.3)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> Musika:
    """The model in `tiny_folder`, in float32."""
    with forced(FLOAT32):
        return Musika.load(tiny_folder)


@pytest.fixture(autouse=True)
def in_float32() -> Iterator[None]:
    """Models that tests load compute in float32 unless a test says otherwise: results are the same on any processor."""
    with forced(FLOAT32):
        yield
