"""The networks against plain numpy, hand-made weights, and themselves on another backend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.musika.coders import CodeDecoder, CodeEncoder, CoderConfig, SpectrumDecoder, SpectrumEncoder
from engine.musika.layers import makes_noise, tensors
from engine.musika.networks import Critic, Generator, GeneratorConfig, build_critic, build_generator
from tests.engine.musika import network_outputs, plain_generator

ROOT = Path(__file__).resolve().parents[3]


def randomise(network: Generator | Critic, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    weights = {}
    for name, variable in tensors(network).items():
        weights[name] = rng.standard_normal(tuple(variable.shape), dtype=np.float32) * np.float32(0.2)
        variable.assign(weights[name])
    return weights


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("noisy", [False, True])
def test_the_generator_computes_what_the_tables_say(small: bool, noisy: bool) -> None:
    config = GeneratorConfig(base_channels=4, latent_size=10, small=small)
    generator = build_generator(config)
    weights = randomise(generator)
    rng = np.random.default_rng(1)
    windows = rng.standard_normal((2, config.context, 128), dtype=np.float32)
    noise = rng.standard_normal((2, generator.noise_size), dtype=np.float32) if noisy else None

    latents = np.asarray(generator(windows, noise))

    halves = noise.reshape(2, 2, -1) if noise is not None else [None, None]
    expected = [
        plain_generator.generate(weights, window, window_noise, small)
        for window, window_noise in zip(windows, halves, strict=True)
    ]
    assert latents.shape == (2, config.context, 10)
    np.testing.assert_allclose(latents, expected, atol=2e-4)


@pytest.mark.parametrize(
    ("network", "millions"),
    [
        (Generator(GeneratorConfig()), 15.5),
        (SpectrumDecoder(CoderConfig()), 12.7),
        (CodeDecoder(CoderConfig()), 6.6),
        (SpectrumEncoder(CoderConfig()), 4.8),
        (CodeEncoder(CoderConfig()), 4.0),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_full_size_networks_have_the_published_number_of_parameters(network: Generator, millions: float) -> None:
    network.build(None)

    assert network.count_params() / 1e6 == pytest.approx(millions, abs=0.05)


def test_the_configuration_is_in_the_shapes() -> None:
    for config in (GeneratorConfig(6, 112, small=True), GeneratorConfig(4, 128, small=False)):
        shapes = {name: tuple(variable.shape) for name, variable in tensors(build_generator(config)).items()}
        assert GeneratorConfig.from_shapes(shapes) == config


def test_a_new_generator_makes_no_noise_until_it_learns_to() -> None:
    generator = build_generator(GeneratorConfig(base_channels=2))
    assert not makes_noise(generator)

    tensors(generator)["4r/noise_weight"].assign([0.1])
    assert makes_noise(generator)


@pytest.mark.parametrize("small", [False, True])
def test_a_critic_of_hand_made_weights_averages_every_second_position(small: bool) -> None:
    """Only the residual paths pass, each the averages of pairs, so what comes out is a mean of one channel."""
    config = GeneratorConfig(base_channels=2, latent_size=3, small=small)
    critic = build_critic(config)
    weights = {name: np.zeros(tuple(v.shape), np.float32) for name, v in tensors(critic).items()}
    weights["1c/kernel"][1, 2, 0] = 1  # tap 1 of 4 sees position 2t when the stride is 2
    for name, weight in weights.items():
        if name.endswith("c3/kernel"):
            weight[0, 0, 0] = 1
    weights["7c/kernel"][1, 0, 0] = 1
    channels = 7 * config.base_channels
    assert weights["7d/kernel"].shape == (4 * channels, 1)
    weights["7d/kernel"][::channels, 0] = 0.25
    weights["7d/bias"][0] = 5
    for name, variable in tensors(critic).items():
        variable.assign(weights[name])
    latents = np.random.default_rng(0).uniform(0, 1, (4, config.context, 3)).astype(np.float32)
    latents[3] *= -1

    verdicts = np.asarray(critic(latents))

    assert verdicts.shape == (4, 1)
    means = latents[:, ::2, 2].mean(axis=1)
    slope = np.array([1, 1, 1, 0.2 * 0.2])  # two leaky rectifiers on the way
    np.testing.assert_allclose(verdicts[:, 0], 5 + means * slope, atol=1e-5)


def test_torch_computes_what_tensorflow_computes(tiny_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "torch.npz"
    environment = {**os.environ, "KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    script = Path(network_outputs.__file__)

    subprocess.run([sys.executable, script, tiny_folder, out], check=True, env=environment, timeout=300)

    here = network_outputs.network_outputs(tiny_folder)
    with np.load(out, allow_pickle=False) as there:
        assert set(there) == set(here)
        for name, expected in here.items():
            assert np.abs(expected).max() > 1e-3
            np.testing.assert_allclose(there[name], expected, atol=1e-4, err_msg=name)
