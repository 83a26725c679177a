"""Generators as safetensors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelError
from engine.models.weights import read_tensors, write_tensors
from engine.musika.checkpoint import load_generator, save_generator
from engine.musika.layers import tensors, values
from engine.musika.networks import GeneratorConfig, build_generator

CONFIG = GeneratorConfig(base_channels=4, latent_size=20, small=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    generator = build_generator(CONFIG)
    tensors(generator)["2r/noise_weight"].assign([0.125])
    save_generator(generator, tmp_path / "generator.safetensors")
    return tmp_path / "generator.safetensors"


def test_a_generator_comes_back_in_half_precision(tmp_path: Path) -> None:
    generator = build_generator(CONFIG)
    path = tmp_path / "generator.safetensors"
    save_generator(generator, path)

    again = load_generator(path)

    assert again.config == CONFIG
    assert path.stat().st_size < 2.1 * generator.count_params() + 10_000
    loaded = values(again)
    for name, weight in values(generator).items():
        expected = weight.astype(np.float16).astype(np.float32)
        np.testing.assert_array_equal(loaded[name], expected, err_msg=name)


def test_noise_weights_are_kept(path: Path) -> None:
    assert values(load_generator(path))["2r/noise_weight"] == 0.125


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("5c/kernel", None, "lacks the tensor 5c/kernel"),
        ("9c/kernel", None, "holds no generator"),
        ("5c/kernel", (4, 16, 15), r"the tensor 5c/kernel has the shape \(4, 16, 15\), not \(4, 16, 16\)"),
        ("9c/kernel", (4, 10**5, 4), "the tensor 9c/kernel has the shape .*, which no generator has"),
        ("9c/kernel", (7,), "holds no generator"),
        ("else/kernel", (3,), "unknown tensor, else/kernel"),
    ],
)
def test_other_tensors_are_refused(path: Path, name: str, shape: tuple[int, ...] | None, words: str) -> None:
    weights = read_tensors(path)
    weights.pop(name, None)
    if shape:
        weights[name] = np.zeros(shape, np.float32)
    write_tensors(path, weights)

    with pytest.raises(ModelError, match=rf"generator\.safetensors.*{words}"):
        load_generator(path)
