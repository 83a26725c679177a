"""A small Musika in the published layout, made once: hop 16, 4 base channels, random weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.random_musika import write_random_musika
from engine.musika.coders import CoderConfig
from engine.musika.networks import GeneratorConfig
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
    """The model in `tiny_folder`."""
    return Musika.load(tiny_folder)
