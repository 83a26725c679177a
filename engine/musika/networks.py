"""Engine thread: the generator and the critic of Musika, written once for every Keras backend.

Data are (batch, time, channels). Only `keras.layers` and `keras.ops` are used, so the same definitions run on
TensorFlow (inference) and on torch (training). The layers carry the names of the published files ("0c", "0ai",
"res1c"), so that `tensors(network)` and a published file speak of the same things.

Source: Pasini and Schlüter, "Musika! Fast Infinite Waveform Music Generation", ISMIR 2022 (arXiv 2208.08706),
in its 44.1 kHz form.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.musika.backend import keras, layers, ops
from engine.musika.layers import (
    INITIALIZER,
    Noise,
    Tensor,
    average_pairs,
    convolution,
    shuffle,
    split_noise,
    tensors,
    transposed,
)

__all__ = [
    "Critic",
    "Generator",
    "GeneratorConfig",
    "LocalCritic",
    "build_critic",
    "build_generator",
    "build_local_critic",
    "tensors",
]

COORDINATE_SIZE = 128
"""Values a position of the generator's input: half of them the moving coordinate, half the take's style."""

SQRT_HALF = math.sqrt(0.5)
"""Keeps the variance of a sum of two branches."""


@dataclass(frozen=True)
class GeneratorConfig:
    """What decides the shapes of a generator and of its critic.

    base_channels: channels of the narrowest layer are twice this (128 in the published models; even).
    latent_size: values a latent step, both channels of the sound together.
    small: the variant with half the context.
    """

    base_channels: int = 128
    latent_size: int = 128
    small: bool = False

    @property
    def context(self) -> int:
        """Latent steps a window."""
        return 128 if self.small else 256

    @classmethod
    def from_shapes(cls, shapes: Mapping[str, Sequence[int]]) -> GeneratorConfig:
        """Infer the configuration from the shapes of a generator's tensors, named as by `tensors`.

        Raises:
            KeyError: the output layer is missing.
        """
        _, channels, latent_size = shapes["9c/kernel"]
        return cls(base_channels=channels // 2, latent_size=latent_size, small="res1c_small/kernel" in shapes)


# --- generator ---------------------------------------------------------------------------------------------------


class Modulate(layers.Layer):
    """Noise, adaptive instance normalisation by an embedding, swish: what follows each convolution.

    AdaIN of x by e is x / (σ + 1e-5) · conv1(e), σ the standard deviation over time of each channel.
    """

    def __init__(self, channels: int, noise_name: str, scale_name: str, **options: Any) -> None:
        super().__init__(**options)
        self.noise = Noise(name=noise_name)
        self.scale = convolution(scale_name, channels, 1)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        self.noise.build(input_shape)
        self.scale.build((None, None, COORDINATE_SIZE))

    def call(self, x: Tensor, embedding: Tensor, noise: Tensor | None) -> Tensor:
        """(batch, time, channels), (batch, time, COORDINATE_SIZE) → (batch, time, channels)."""
        x = self.noise(x, noise)
        deviation = ops.std(x, axis=1, keepdims=True)
        return ops.silu(x / (deviation + 1e-5) * self.scale(embedding))


class GeneratorBlock(layers.Layer):
    """Convolution, noise, AdaIN, swish."""

    def __init__(self, name: str, channels: int, kernel: int = 4, doubling: bool = False) -> None:
        super().__init__(name=name)
        self.convolution = transposed(f"{name}c", channels) if doubling else convolution(f"{name}c", channels, kernel)
        self.modulate = Modulate(channels, f"{name}r", f"{name}ai", name=f"{name}m")

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        self.convolution.build(input_shape)
        self.modulate.build(self.convolution.compute_output_shape(input_shape))

    def call(self, x: Tensor, embedding: Tensor, noise: Tensor | None) -> Tensor:
        """(batch, time, any), (batch, time or 2 · time, COORDINATE_SIZE) → (batch, time or 2 · time, channels)."""
        return self.modulate(self.convolution(x), embedding, noise)


class GeneratorStage(layers.Layer):
    """Two blocks beside a residual branch, a kernel of 1 on the (shuffled) input.

    A doubling stage has twice the time at its output. One that does not double has kernels of 1 throughout.
    """

    def __init__(self, names: tuple[str, str, str], channels: int, doubling: bool) -> None:
        first, second, residual = names
        super().__init__(name=f"stage{first}")
        kernel = 4 if doubling else 1
        self.doubling = doubling
        self.first = GeneratorBlock(first, channels, kernel, doubling)
        self.second = GeneratorBlock(second, channels, kernel)
        self.residual = convolution(residual, channels, 1)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        _, time, channels = input_shape
        assert time is not None
        assert channels is not None
        factor = 2 if self.doubling else 1
        self.first.build(input_shape)
        self.second.build((None, time * factor, self.residual.filters))
        self.residual.build((None, time * factor, channels // factor))

    def call(self, x: Tensor, embedding: Tensor, noise_1: Tensor | None, noise_2: Tensor | None) -> Tensor:
        """(batch, time, any), (batch, time or 2 · time, COORDINATE_SIZE) → (batch, time or 2 · time, channels)."""
        y = self.first(x, embedding, noise_1) * SQRT_HALF
        y = self.second(y, embedding, noise_2) * SQRT_HALF
        return y + self.residual(shuffle(x) if self.doubling else x)


class Generator(keras.Model):
    """Coordinates to latents.

    A window is cut into two halves in time, which are computed as two rows and joined again.
    """

    START_POSITIONS = 4

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__(name="generator")
        self.config = config
        width = config.base_channels
        first_names = ("0_small", "1_small", "res1c_small") if config.small else ("0", "1", "res1c")
        self.start = layers.Dense(self.START_POSITIONS * 7 * width, kernel_initializer=INITIALIZER, name="00d")
        self.start_modulate = Modulate(7 * width, "00n", "00ai", name="00m")
        self.stages = [
            GeneratorStage(first_names, 6 * width, doubling=not config.small),
            GeneratorStage(("2", "3", "res2c"), 5 * width, doubling=True),
            GeneratorStage(("4", "5", "res3c"), 4 * width, doubling=True),
            GeneratorStage(("6", "7", "res4c"), 3 * width, doubling=True),
        ]
        self.last = GeneratorBlock("8", 2 * width, doubling=True)
        self.output_convolution = convolution("9c", config.latent_size, 4)
        self.noise_lengths = self._noise_lengths()

    def _noise_lengths(self) -> list[int]:
        """Positions of each noise layer, in the order of computation, for half a window."""
        time = self.START_POSITIONS
        lengths = [time]
        for stage in self.stages:
            time *= 2 if stage.doubling else 1
            lengths += [time, time]
        return [*lengths, 2 * time]

    @property
    def noise_size(self) -> int:
        """Values of noise a window."""
        return 2 * sum(self.noise_lengths)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        width, time = self.config.base_channels, self.START_POSITIONS
        coarsest = self.config.context // 2 // 2 ** len(self._pooled_lengths())
        self.start.build((None, coarsest * COORDINATE_SIZE))
        self.start_modulate.build((None, time, 7 * width))
        channels = 7 * width
        for stage in self.stages:
            stage.build((None, time, channels))
            time, channels = time * (2 if stage.doubling else 1), stage.residual.filters
        self.last.build((None, time, channels))
        self.output_convolution.build((None, 2 * time, 2 * width))

    def _pooled_lengths(self) -> list[int]:
        """Positions of the successive averages of half a window: from a quarter of the context down to 2."""
        return [2**k for k in range(int(math.log2(self.config.context)) - 2, 0, -1)]

    def call(self, coordinates: Tensor, noise: Tensor | None = None) -> Tensor:
        """(batch, context, COORDINATE_SIZE), (batch, noise_size) or None → (batch, context, latent_size)."""
        config = self.config
        half = config.context // 2
        pooled = [ops.reshape(coordinates, (-1, half, COORDINATE_SIZE))]  # two rows a window
        for _ in self._pooled_lengths():
            pooled.append(average_pairs(pooled[-1]))
        if noise is not None:
            noise = ops.reshape(noise, (-1, sum(self.noise_lengths)))
        pieces = split_noise(noise, self.noise_lengths)

        coarsest = ops.reshape(pooled.pop(), (-1, 2 * COORDINATE_SIZE))
        x = ops.reshape(self.start(coarsest), (-1, self.START_POSITIONS, 7 * config.base_channels))
        x = self.start_modulate(x, pooled[-1], next(pieces))
        for stage in self.stages:
            if stage.doubling:
                pooled.pop()
            x = stage(x, pooled[-1], next(pieces), next(pieces))
        x = self.last(x, pooled[0], next(pieces))
        return ops.reshape(self.output_convolution(x), (-1, config.context, config.latent_size))


def build_generator(config: GeneratorConfig) -> Generator:
    """A generator with random weights (noise weights 0)."""
    generator = Generator(config)
    generator.build((None, config.context, COORDINATE_SIZE))
    return generator


# --- critic ------------------------------------------------------------------------------------------------------


def leaky_relu(x: Tensor) -> Tensor:
    """x, or 0.2 · x where negative."""
    return ops.leaky_relu(x, 0.2)


class CriticStage(layers.Layer):
    """Two convolutions, the second halving time, beside averages of neighbouring pairs of the input."""

    def __init__(self, name: str, in_channels: int, channels: int, first_kernel: int = 4) -> None:
        super().__init__(name=f"stage{name}")
        self.first = convolution(f"{name}c0", in_channels, first_kernel)
        self.second = convolution(f"{name}c1", channels, 4, stride=2)
        # Published critics have no convolution here where the channels agree already.
        self.residual = (
            layers.Conv1D(channels, 1, use_bias=False, kernel_initializer=INITIALIZER, name=f"{name}c3")
            if channels != in_channels
            else None
        )

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        self.first.build(input_shape)
        self.second.build(input_shape)
        if self.residual is not None:
            self.residual.build(input_shape)

    def call(self, x: Tensor) -> Tensor:
        """(batch, time, in_channels) → (batch, time / 2, channels)."""
        y = leaky_relu(self.first(x)) * SQRT_HALF
        y = leaky_relu(self.second(y)) * SQRT_HALF
        averages = average_pairs(x)
        return y + (averages if self.residual is None else self.residual(averages))


class Critic(keras.Model):
    """A window of latents to one number, high for real ones."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__(name="critic")
        self.config = config
        width = config.base_channels
        self.first = convolution("1c", 3 * width, 4, stride=2)
        self.stages = [CriticStage(str(m - 2), (m - 1) * width, m * width) for m in (4, 5, 6, 7)]
        if not config.small:
            self.stages.append(CriticStage("6", 7 * width, 7 * width, first_kernel=1))
        self.last = convolution("7c", 7 * width, 3)
        self.verdict = layers.Dense(1, kernel_initializer=INITIALIZER, name="7d")

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        time = self.config.context
        self.first.build((None, time, self.config.latent_size))
        for stage in self.stages:
            time //= 2
            stage.build((None, time, stage.first.filters))
        time //= 2
        self.last.build((None, time, self.last.filters))
        self.verdict.build((None, time * self.last.filters))

    def call(self, latents: Tensor) -> Tensor:
        """(batch, context, latent_size) → (batch, 1)."""
        x = leaky_relu(self.first(latents))
        for stage in self.stages:
            x = stage(x)
        x = leaky_relu(self.last(x))
        _, time, channels = x.shape
        return self.verdict(ops.reshape(x, (-1, time * channels)))


class LocalCritic(keras.Model):
    """Latents to a number at each position, high where what is around it could be real.

    Ours: the published critic halves time in its first layer, and is content with latents that follow one another too
    loosely. This one sees ten of them at a time, at their full rate.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__(name="local_critic")
        width = 4 * config.base_channels
        self.config = config
        self.convolutions = [convolution(f"{number}l", width, 4, padding="valid") for number in (1, 2, 3)]
        self.verdict = convolution("4l", 1, 1)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        channels = self.config.latent_size
        for layer in self.convolutions:
            layer.build((None, None, channels))
            channels = layer.filters
        self.verdict.build((None, None, channels))

    def call(self, latents: Tensor) -> Tensor:
        """(batch, time, latent_size) → (batch, time - 9, 1)."""
        x = latents
        for layer in self.convolutions:
            x = leaky_relu(layer(x))
        return self.verdict(x)


def build_local_critic(config: GeneratorConfig) -> LocalCritic:
    """A local critic with random weights, for latents of a generator of the same configuration."""
    critic = LocalCritic(config)
    critic.build((None, config.context, config.latent_size))
    return critic


def build_critic(config: GeneratorConfig) -> Critic:
    """A critic with random weights, for latents of a generator of the same configuration."""
    critic = Critic(config)
    critic.build((None, config.context, config.latent_size))
    return critic
