"""Engine thread: the layers that Musika's networks share, backend-neutral; data are (batch, time, channels).

Randomness comes from outside: a network with noise layers takes a tensor of standard normal values, shape
(batch, `noise_size`), one value for each position of each noise layer, layer after layer. The same noise gives
the same music on every backend; without noise (None) the layers cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from engine.musika.backend import Arrays, array_of, compiling, keras, layers, once, ops
from engine.musika.precision import BFLOAT16, FLOAT32

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


class Convolution(layers.Conv1D):
    """Convolution over time, with bias, in float32 or, for inference, in bfloat16."""

    precision = FLOAT32
    """Of the multiplications; what goes in, what comes out and the bias are float32 either way."""

    @property
    def multiplications(self) -> int:
        """For each step of the output."""
        return int(math.prod(self.kernel.shape))

    def call(self, x: Tensor) -> Tensor:
        """(batch, time, channels) → (batch, new time, filters)."""
        if self.precision == FLOAT32 and not compiling():
            return super().call(x)
        kernel = once(lambda: ops.cast(ops.reshape(self.kernel, (-1, self.filters)), self.precision))
        seen = views(ops.cast(x, self.precision), self.kernel.shape[0], self.strides[0], self.padding)
        return ops.cast(product(seen, kernel), FLOAT32) + self.bias


class TransposedConvolution(layers.Conv1DTranspose):
    """Transposed convolution of kernel 4 and stride 2, with bias, in float32 or, for inference, in bfloat16."""

    precision = FLOAT32
    """Of the multiplications; what goes in, what comes out and the bias are float32 either way."""

    @property
    def multiplications(self) -> int:
        """For each step of the output, which two of the kernel's four taps reach."""
        return int(math.prod(self.kernel.shape)) // 2

    def call(self, x: Tensor) -> Tensor:
        """(batch, time, channels) → (batch, 2 · time, filters)."""
        if self.precision == BFLOAT16:
            halves = once(lambda: [ops.cast(half, BFLOAT16) for half in evens_and_odds(self.kernel)])
            return ops.cast(interleaved(ops.cast(x, BFLOAT16), *halves), FLOAT32) + self.bias
        if compiling() and not x.shape[1] % 2:
            return doubled(x, once(lambda: factors(self.kernel))) + self.bias
        return super().call(x)


Convolving = Convolution | TransposedConvolution


def product(x: Tensor, matrix: Tensor) -> Tensor:
    """(batch, time, channels), (channels, filters) → (batch, time, filters).

    For inference, convolutions are such products: those of oneDNN bring their kernels into another order at each call.
    """
    _, time, channels = x.shape
    return ops.reshape(ops.matmul(ops.reshape(x, (-1, channels)), matrix), (-1, time, matrix.shape[1]))


def views(x: Tensor, size: int, stride: int, padding: str) -> Tensor:
    """What each step of a convolution sees: (batch, time, channels) → (batch, new time, size · channels)."""
    _, time, channels = x.shape
    if size == stride == 1:
        return x
    same = padding == "same"
    steps = -(-time // stride) if same else (time - size) // stride + 1
    before = max((steps - 1) * stride + size - time, 0) // 2 if same else 0
    whole, rest = divmod(size, stride)
    groups = steps + whole - (not rest)  # of `stride` times each: slices that leave out times are slow
    x = ops.pad(x, ((0, 0), (before, max(groups * stride - before - time, 0)), (0, 0)))[:, : groups * stride]
    x = ops.reshape(x, (-1, groups, stride * channels))
    seen = [x[:, group : group + steps] for group in range(whole)]
    if rest:
        seen.append(x[:, whole : whole + steps, : rest * channels])
    return ops.concatenate(seen, axis=2)


def evens_and_odds(kernel: Tensor) -> tuple[Tensor, Tensor]:
    """A transposed kernel (4, new channels, channels) for `interleaved`: two of (2 · channels, new channels)."""
    w = ops.transpose(kernel, (0, 2, 1))
    return ops.concatenate([w[3], w[1]], axis=0), ops.concatenate([w[2], w[0]], axis=0)


def interleaved(x: Tensor, even: Tensor, odd: Tensor) -> Tensor:
    """Transposed convolution of stride 2, "same", as two convolutions of two taps each, see `doubled`.

    Args:
        x: (batch, time, channels), time known.
        even: makes y[2t] of x[t - 1] and x[t]; see `evens_and_odds`.
        odd: makes y[2t + 1] of x[t] and x[t + 1].

    Returns:
        (batch, 2 · time, new channels).
    """
    padded = ops.pad(x, ((0, 0), (1, 1), (0, 0)))
    evens = product(ops.concatenate([padded[:, :-2], x], axis=2), even)
    odds = product(ops.concatenate([x, padded[:, 2:]], axis=2), odd)
    return ops.reshape(ops.stack([evens, odds], axis=2), (-1, 2 * x.shape[1], even.shape[1]))


class Factors(NamedTuple):
    """What `doubled` needs of a kernel: matrices whose first axis is the channels that go in."""

    even: Tensor
    odd: Tensor
    within: Tensor
    between: Tensor


def factors(kernel: Tensor) -> Factors:
    """Those of a kernel (4, new channels, channels)."""
    w = ops.transpose(kernel, (0, 2, 1))
    within, between = ops.concatenate([w[1], -w[2]], axis=1), ops.concatenate([-w[3], w[0]], axis=1)
    return Factors(w[1] + w[3], w[0] + w[2], within, between)


def doubled(x: Tensor, kernel: Factors) -> Tensor:
    """Transposed convolution of stride 2, "same", with three quarters of the multiplications.

    With x[t] beyond its ends 0, and w the kernel, the output is y[2t] = w[1] · x[t] + w[3] · x[t - 1] and
    y[2t + 1] = w[2] · x[t] + w[0] · x[t + 1]: two convolutions of two taps. Two neighbouring outputs of either share
    an input, so that three products do for four, with the differences d[t] = x[t] - x[t - 1]; for instance
    y[2t] = (w[1] + w[3]) · x[t] - w[3] · d[t] and y[2t + 2] = (w[1] + w[3]) · x[t] + w[1] · d[t + 1].
    Winograd, "Arithmetic Complexity of Computations", SIAM 1980: F(2, 2).

    Args:
        x: (batch, time, channels), time even and known.
        kernel: its `factors`.

    Returns:
        (batch, 2 · time, new channels).
    """
    _, time, channels = x.shape
    filters = kernel.even.shape[1]
    pairs = ops.reshape(x, (-1, time // 2, 2, channels))
    apart = ops.reshape(ops.pad(x, ((0, 0), (1, 1), (0, 0))), (-1, time // 2 + 1, 2, channels))  # x[-1], x[0]; …
    evens, odds = product(pairs[:, :, 0], kernel.even), product(pairs[:, :, 1], kernel.odd)
    within = product(pairs[:, :, 1] - pairs[:, :, 0], kernel.within)  # of d[1], d[3], …
    between = product(apart[:, :, 1] - apart[:, :, 0], kernel.between)  # of d[0], d[2], …
    four = [
        evens + between[:, :-1, :filters],
        odds + within[:, :, filters:],
        evens + within[:, :, :filters],
        odds + between[:, 1:, filters:],
    ]
    return ops.reshape(ops.stack(four, axis=2), (-1, 2 * time, filters))


def convolution(name: str, channels: int, kernel: int, stride: int = 1, padding: str = "same") -> Convolution:
    """Convolution over time, with bias; "same" is TensorFlow's."""
    return Convolution(channels, kernel, strides=stride, padding=padding, kernel_initializer=INITIALIZER, name=name)


def transposed(name: str, channels: int) -> TransposedConvolution:
    """Transposed convolution of kernel 4 and stride 2: twice the time."""
    return TransposedConvolution(channels, 4, strides=2, padding="same", kernel_initializer=INITIALIZER, name=name)


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
