"""Engine thread: the published encoders and decoders of Musika, backend-neutral; data are (batch, time, channels).

Between sound and latents lie two stages. With H = hop: a spectrogram frame (2H + 1 levels) ↔ a frame of the inner
code (H / 4 values) ↔ latents (64 values), one latent for 16 frames. The layers are named as in the published tables
where those name them, and numbered otherwise; `published.py` knows their order in the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.musika.backend import keras, ops
from engine.musika.layers import Convolving, NoisyBlock, Tensor, convolution, split_noise, transposed

FRAMES_PER_LATENT = 16
"""Spectrogram frames a latent step."""

LATENTS_PER_ROW = 4
"""Latents that the decoders see at once: nothing reaches beyond such a row."""

FRAMES_PER_ROW = LATENTS_PER_ROW * FRAMES_PER_LATENT


@dataclass(frozen=True)
class CoderConfig:
    """What decides the shapes of the four networks.

    hop: samples from one spectrogram frame to the next.
    latent_depth: values a latent step of one channel of the sound.
    """

    hop: int = 256
    latent_depth: int = 64

    @property
    def frequencies(self) -> int:
        """Values a spectrogram frame."""
        return 2 * self.hop + 1

    @property
    def code_size(self) -> int:
        """Values a frame of the inner code."""
        return self.hop // 4


class SpectrumEncoder(keras.Model):
    """Levels of spectrogram frames to the inner code, frame by frame ("enc")."""

    def __init__(self, config: CoderConfig) -> None:
        super().__init__(name="spectrum_encoder")
        self.config = config
        self.hidden = [convolution(f"{n}c", 4 * config.hop, 1) for n in range(1, 6)]
        self.code = convolution("6c", config.code_size, 1)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        channels = self.config.frequencies
        for layer in self.hidden:
            layer.build((None, None, channels))
            channels = layer.filters
        self.code.build((None, None, channels))

    def call(self, level: Tensor) -> Tensor:
        """(batch, frames, frequencies) → (batch, frames, code_size)."""
        x = level
        for layer in self.hidden:
            x = ops.silu(layer(x))
        return ops.tanh(self.code(x))


class CodeEncoder(keras.Model):
    """Sixteen frames of the inner code to one latent ("enc2")."""

    def __init__(self, config: CoderConfig) -> None:
        super().__init__(name="code_encoder")
        self.config = config
        hop = config.hop
        self.hidden = [
            convolution("1c", hop, 3),
            convolution("2c", 3 * hop // 2, 3, stride=2, padding="valid"),
            convolution("3c", 3 * hop // 2, 3),
            convolution("4c", 2 * hop, 3, stride=2, padding="valid"),
            convolution("5c", 2 * hop, 3),
            convolution("6c", 3 * hop, 3, padding="valid"),
            convolution("7c", 3 * hop, 1),
        ]
        self.bottleneck = convolution("cbottle", config.latent_depth, 1)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        shape = (None, FRAMES_PER_LATENT, self.config.code_size)
        for layer in self.hidden:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.bottleneck.build(shape)

    def call(self, code: Tensor) -> Tensor:
        """(batch, FRAMES_PER_LATENT, code_size) → (batch, latent_depth)."""
        x = code
        for layer in self.hidden:  # time: 16, 16, 7, 7, 3, 3, 1, 1
            x = ops.silu(layer(x))
        return ops.tanh(self.bottleneck(x))[:, 0]


class CodeDecoder(keras.Model):
    """A row of latents to the inner code ("dec2")."""

    NOISE_LENGTHS = (4, 8, 8, 16, 16, 32, 64)

    def __init__(self, config: CoderConfig) -> None:
        super().__init__(name="code_decoder")
        self.config = config
        hop = config.hop
        self.blocks = [
            NoisyBlock(conv)
            for conv in (
                convolution("1c", 3 * hop, 3),
                transposed("2c", 5 * hop // 2),
                convolution("3c", 5 * hop // 2, 3),
                transposed("4c", 2 * hop),
                convolution("5c", 2 * hop, 3),
                transposed("6c", 3 * hop // 2),
                transposed("7c", hop),
            )
        ]
        self.code = convolution("cout", config.code_size, 1)

    @property
    def noise_size(self) -> int:
        """Values of noise a row."""
        return sum(self.NOISE_LENGTHS)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        shape = (None, LATENTS_PER_ROW, self.config.latent_depth)
        for block in self.blocks:
            block.build(shape)
            shape = block.convolution.compute_output_shape(shape)
        self.code.build(shape)

    @property
    def multiplications(self) -> dict[Convolving, int]:
        """Of each convolution, for a row."""
        return _multiplications([block.convolution for block in self.blocks], self.NOISE_LENGTHS, [self.code])

    def call(self, latents: Tensor, noise: Tensor | None = None) -> Tensor:
        """(batch, LATENTS_PER_ROW, latent_depth), (batch, noise_size) or None → (batch, FRAMES_PER_ROW, code_size)."""
        x = latents
        for block, piece in zip(self.blocks, split_noise(noise, self.NOISE_LENGTHS), strict=True):
            x = block(x, piece)
        return self.code(x)


class SpectrumDecoder(keras.Model):
    """A row of the inner code to level and phase of as many spectrogram frames ("dec").

    A U-net a … g with a second way up, h and i, for the phase.
    """

    NOISE_LENGTHS = (64, 32, 16, 8, 16, 32, 64, 32, 64)

    def __init__(self, config: CoderConfig) -> None:
        super().__init__(name="spectrum_decoder")
        self.config = config
        hop = config.hop
        self.a = NoisyBlock(convolution("ac", 3 * hop, 3))
        self.b = NoisyBlock(convolution("bc", 3 * hop, 3, stride=2))
        self.c = NoisyBlock(convolution("cc", 2 * hop, 3, stride=2))
        self.d = NoisyBlock(convolution("dc", hop, 3, stride=2))
        self.e = NoisyBlock(transposed("ec", 2 * hop))
        self.f = NoisyBlock(transposed("fc", 3 * hop))
        self.g = NoisyBlock(transposed("gc", 3 * hop))
        self.h = NoisyBlock(transposed("hc", 3 * hop))
        self.i = NoisyBlock(transposed("ic", 3 * hop))
        self.level = convolution("level", config.frequencies, 1)
        self.phase = convolution("phase", config.frequencies, 1)

    @property
    def noise_size(self) -> int:
        """Values of noise a row."""
        return sum(self.NOISE_LENGTHS)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build every layer."""
        hop = self.config.hop
        self.a.build((None, None, self.config.code_size))
        self.d.build((None, None, 2 * hop))
        self.e.build((None, None, hop))
        for block in (self.f, self.h):
            block.build((None, None, 2 * hop))
        for layer in (self.b, self.c, self.g, self.i, self.level, self.phase):
            layer.build((None, None, 3 * hop))

    @property
    def multiplications(self) -> dict[Convolving, int]:
        """Of each convolution, for a row."""
        blocks = (self.a, self.b, self.c, self.d, self.e, self.f, self.g, self.h, self.i)
        return _multiplications([b.convolution for b in blocks], self.NOISE_LENGTHS, [self.level, self.phase])

    def call(self, code: Tensor, noise: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """(batch, FRAMES_PER_ROW, code_size), (batch, noise_size) or None → two (batch, FRAMES_PER_ROW, frequencies).

        The level is normalised: 75 · level − 25 dB; the phase is in units of π; both in −1..1.
        """
        pieces = split_noise(noise, self.NOISE_LENGTHS)
        a = self.a(code, next(pieces))
        b = self.b(a, next(pieces))
        c = self.c(b, next(pieces))
        d = self.d(c, next(pieces))
        e = self.e(d, next(pieces))
        f = self.f(e + c, next(pieces))
        g = self.g(f + b, next(pieces))
        h = self.h(e, next(pieces))
        i = self.i(h + f, next(pieces))
        return ops.clip(self.level(g + a), -1, 1), ops.clip(self.phase(i + g), -1, 1)


def _multiplications(
    blocks: Sequence[Convolving], lengths: Sequence[int], outputs: Sequence[Convolving]
) -> dict[Convolving, int]:
    """Of the convolutions of blocks with outputs of these lengths, and of the last ones, which are for every frame."""
    steps = dict(zip(blocks, lengths, strict=True)) | dict.fromkeys(outputs, FRAMES_PER_ROW)
    return {layer: steps[layer] * layer.multiplications for layer in steps}
