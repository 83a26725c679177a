"""Engine thread: the layers that Musika's networks share, backend-neutral; data are (batch, time, channels).

Randomness comes from outside: a network with noise layers takes a tensor of standard normal values, shape
(batch, `noise_size`), one value for each position of each noise layer, layer after layer. The same noise gives
the same music on every backend; without noise (None) the layers cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.musika.backend import Arrays, array_of, keras, layers, ops

Tensor = Any
"""A tensor of whichever backend runs."""

INITIALIZER = "he_uniform"


class Noise(layers.Layer):
    """Adds b · n: n normal, one value a position for all channels; b one trained number."""

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make b, 0 at first."""
        self.noise_weight = self.add_weight(shape=(1,), initializer="zeros", name="noise_weight")

    def call(self, x: Tensor, noise: Tensor | None) -> Tensor:
        """(batch, time, channels), (batch, time, 1) or None → (batch, time, channels)."""
        return x if noise is None else x + self.noise_weight * noise


class NoisyBlock(layers.Layer):
    """Convolution, noise, swish: the block of the decoders."""

    def __init__(self, conv: layers.Layer) -> None:
        name = conv.name.removesuffix("c")
        super().__init__(name=name)
        self.convolution = conv
        self.noise = Noise(name=f"{name}r")

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build both layers."""
        self.convolution.build(input_shape)
        self.noise.build(self.convolution.compute_output_shape(input_shape))

    def call(self, x: Tensor, noise: Tensor | None) -> Tensor:
        """(batch, time, channels), (batch, new time, 1) or None → (batch, new time, new channels)."""
        return ops.silu(self.noise(self.convolution(x), noise))


def convolution(name: str, channels: int, kernel: int, stride: int = 1, padding: str = "same") -> layers.Layer:
    """Convolution over time, with bias; "same" is TensorFlow's."""
    return layers.Conv1D(channels, kernel, strides=stride, padding=padding, kernel_initializer=INITIALIZER, name=name)


def transposed(name: str, channels: int) -> layers.Layer:
    """Transposed convolution of kernel 4 and stride 2: twice the time."""
    return layers.Conv1DTranspose(channels, 4, strides=2, padding="same", kernel_initializer=INITIALIZER, name=name)


def split_noise(noise: Tensor | None, lengths: Sequence[int]) -> Iterator[Tensor | None]:
    """Cut (batch, sum of lengths) into one (batch, length, 1) a noise layer; Nones where there is no noise."""
    start = 0
    for length in lengths:
        yield None if noise is None else noise[:, start : start + length, None]
        start += length


def shuffle(x: Tensor) -> Tensor:
    """(batch, time, channels) → (batch, 2 · time, channels / 2): out[2t + j, c] = x[t, 2c + j]."""
    _, time, channels = x.shape
    pairs = ops.reshape(x, (-1, time, channels // 2, 2))
    return ops.reshape(ops.transpose(pairs, (0, 1, 3, 2)), (-1, 2 * time, channels // 2))


def average_pairs(x: Tensor) -> Tensor:
    """(batch, time, channels) → (batch, time / 2, channels): averages of neighbours."""
    _, time, channels = x.shape
    return ops.mean(ops.reshape(x, (-1, time // 2, 2, channels)), axis=2)


def tensors(network: keras.Model) -> dict[str, keras.Variable]:
    """Weights of a built network by name, "layer/kernel", "layer/bias" or "layer/noise_weight"."""
    return {"/".join(variable.path.split("/")[-2:]): variable for variable in network.weights}


def values(network: keras.Model) -> dict[str, Arrays]:
    """The weights of a built network as arrays, by the same names."""
    return {name: array_of(v) for name, v in tensors(network).items()}


def makes_noise(network: keras.Model) -> bool:
    """Whether any noise layer of a network has a weight other than 0."""
    return any(weight.any() for name, weight in values(network).items() if name.endswith("/noise_weight"))
