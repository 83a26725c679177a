"""Engine thread: what an autoencoder is, and the published one."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from engine import cores
from engine.audio.format import CHANNELS, Wave
from engine.errors import ModelError
from engine.musika import spectra
from engine.musika.backend import Arrays, compiled, ops, with_arrays
from engine.musika.coders import (
    FRAMES_PER_LATENT,
    LATENTS_PER_ROW,
    CodeDecoder,
    CodeEncoder,
    CoderConfig,
    SpectrumDecoder,
    SpectrumEncoder,
)
from engine.musika.coordinates import decoder_noise
from engine.musika.layers import Tensor, makes_noise
from engine.musika.precision import bfloat16_wanted, spend_bfloat16

ENCODER_FRAMES = 128
"""Spectrogram frames a window of the published encoders; what is left over at the end of a sound is dropped."""

ENCODER_BATCH = 16
"""Encoder windows computed at once."""

TRIAL_ROWS = 6
"""Decoder rows of each channel, at most, on which the error of bfloat16 is measured: 1.1 s of sound. It is to be small
enough in each row for itself."""

DECODER_BATCH = 32
"""Decoder rows computed at once, both channels together: 5.9 s of sound at the published hop."""

POWER_FLOOR = 1e-7


class StreamingDecoder(Protocol):
    """Latents to sound, piece by piece: however the latents are cut, the sound is the same (to rounding)."""

    def push(self, latents: Arrays) -> Wave:
        """(m, latent_size) → the frames that are complete with these; perhaps none."""
        ...

    def flush(self) -> Wave:
        """The frames that are still due; nothing may be pushed after."""
        ...


class Autoencoder(Protocol):
    """Sound to latents and back."""

    @property
    def latent_size(self) -> int:
        """Values a latent step, both channels of the sound together."""
        ...

    @property
    def frames_per_latent(self) -> int:
        """Frames of sound a latent step."""
        ...

    def encode(self, wave: Wave) -> Arrays:
        """(frames, 2) → (m, latent_size)."""
        ...

    def mirrored(self, latents: Arrays) -> Arrays:
        """Latents (…, latent_size) of the same sound with left and right exchanged."""
        ...

    def decoder(self, seed: int = 0) -> StreamingDecoder:
        """A decoder at the beginning of a sound; the seed decides whatever is random in it."""
        ...


class PublishedAutoencoder:
    """Musika's own: two networks each way, each channel of the sound by itself.

    A latent step holds the latents of the left channel, then those of the right one.
    """

    def __init__(
        self,
        config: CoderConfig,
        decoders: tuple[CodeDecoder, SpectrumDecoder],
        encoders: tuple[SpectrumEncoder, CodeEncoder] | None,
    ) -> None:
        """Take built networks, in the order in which they are computed; without encoders `encode` is refused."""
        self.config = config
        self.decoders = decoders
        self._encoders = encoders
        self.noise_sizes = tuple(network.noise_size for network in decoders) if any(map(makes_noise, decoders)) else ()
        self._compiled: Callable[..., tuple[Arrays, ...]] | None = None
        self._may_use_bfloat16 = bfloat16_wanted()
        threads = min(CHANNELS, cores.wanted() or cores.available())
        self.threads = ThreadPoolExecutor(threads, "channel of the sound")
        if encoders:
            self._latents_of_windows = compiled(self._encode_windows, [(ENCODER_FRAMES, config.frequencies)])

    @property
    def latent_size(self) -> int:
        """Values a latent step, both channels of the sound together."""
        return CHANNELS * self.config.latent_depth

    @property
    def frames_per_latent(self) -> int:
        """Frames of sound a latent step."""
        return FRAMES_PER_LATENT * self.config.hop

    def mirrored(self, latents: Arrays) -> Arrays:
        """Latents (…, latent_size) of the same sound with left and right exchanged."""
        return np.roll(latents, self.config.latent_depth, axis=-1)

    def decoder(self, seed: int = 0) -> PublishedDecoder:
        """A decoder at the beginning of a sound; the seed is that of the noise layers, where they have weights."""
        return PublishedDecoder(self, seed)

    def spectra_of_rows(self, rows: Arrays, *noise: Arrays) -> tuple[Arrays, ...]:
        """Rows of latents, perhaps with noise, to spectra.

        The first rows also decide where the networks multiply in bfloat16, see `engine.musika.precision`. They should
        be a generator's, and always the same, as those are with which `Musika.load` begins.

        Args:
            rows: (2 · m, LATENTS_PER_ROW, latent_depth), those of the left channel first.
            noise: (2 · m, size) for each of the `noise_sizes`.

        Returns:
            Real and imaginary parts (2 · m, FRAMES_PER_ROW, frequencies).
        """
        if self._compiled is None:
            if self._may_use_bfloat16:
                self._spend_bfloat16(rows, *noise)
            shapes = [rows.shape[1:], *(part.shape[1:] for part in noise)]
            self._compiled = compiled(self._spectra_of_rows, shapes)
        return self._compiled(rows, *noise)

    def _spend_bfloat16(self, *inputs: Arrays) -> None:
        decode = with_arrays(self._spectra_of_rows)
        code_decoder, spectrum_decoder = self.decoders
        channels = [np.split(part, CHANNELS) for part in inputs]
        tried = [np.concatenate([channel[:TRIAL_ROWS] for channel in part]) for part in channels]

        def trial() -> Arrays:
            inverse = spectra.InverseStft(self.config.hop, CHANNELS)
            found = [
                _joined(*both) for both in zip(*(np.split(part, CHANNELS) for part in decode(*tried)), strict=True)
            ]
            pieces = np.clip(inverse.push(np.stack(found)), -1, 1).reshape(CHANNELS, len(tried[0]) // CHANNELS, -1)
            return np.concatenate(pieces[:, -max(1, pieces.shape[1] - 1) :])  # in the first one frames are missing

        spend_bfloat16(code_decoder.multiplications | spectrum_decoder.multiplications, trial)

    def _spectra_of_rows(self, latents: Tensor, *noise: Tensor) -> tuple[Tensor, Tensor]:
        """(rows, LATENTS_PER_ROW, latent_depth) → real and imaginary parts (rows, FRAMES_PER_ROW, frequencies)."""
        code_decoder, spectrum_decoder = self.decoders
        code_noise, spectrum_noise = noise or (None, None)
        level, phase = spectrum_decoder(code_decoder(latents, code_noise), spectrum_noise)
        decibels = level * spectra.LEVEL_RANGE_DB - spectra.LEVEL_OFFSET_DB
        magnitude = ops.sqrt(ops.exp(decibels * (math.log(10) / 10)) + POWER_FLOOR)
        return magnitude * ops.cos(math.pi * phase), magnitude * ops.sin(math.pi * phase)

    def encode(self, wave: Wave) -> Arrays:
        """(frames, 2) → (m, latent_size), one latent for 16 spectrogram frames, in windows of 128 of these.

        Raises:
            ModelError: the model came without encoders.
        """
        if self._encoders is None:
            raise ModelError("This model cannot encode recordings: its folder lacks enc.h5 and enc2.h5.")
        hop = self.config.hop
        frames = len(wave) // hop - spectra.OVERLAP + 1
        windows = max(frames, 0) // ENCODER_FRAMES
        channels = np.ascontiguousarray(wave.T, np.float32)
        latents = [np.zeros((0, self.latent_size), np.float32)]
        for first in range(0, windows, ENCODER_BATCH):
            last = min(first + ENCODER_BATCH, windows)
            samples = slice(first * ENCODER_FRAMES * hop, (last * ENCODER_FRAMES + spectra.OVERLAP - 1) * hop)
            latents.append(self._encode_piece(channels[:, samples]))
        return np.concatenate(latents)

    def _encode_piece(self, channels: Arrays) -> Arrays:
        """Whole windows of samples (2, samples) → (m, latent_size)."""
        levels = spectra.level(spectra.stft(channels, self.config.hop))
        (latents,) = self._latents_of_windows(levels.reshape(-1, ENCODER_FRAMES, self.config.frequencies))
        per_channel = latents.reshape(CHANNELS, -1, self.config.latent_depth)
        return np.concatenate(per_channel, axis=1)

    def _encode_windows(self, levels: Tensor) -> tuple[Tensor]:
        """(windows, ENCODER_FRAMES, frequencies) → (windows · 8, latent_depth)."""
        assert self._encoders is not None
        spectrum_encoder, code_encoder = self._encoders
        code = spectrum_encoder(levels)
        return (code_encoder(ops.reshape(code, (-1, FRAMES_PER_LATENT, self.config.code_size))),)


class PublishedDecoder:
    """Latents to sound, in rows of LATENTS_PER_ROW latents; a last row that is not full repeats its last latent."""

    def __init__(self, autoencoder: PublishedAutoencoder, seed: int) -> None:
        """Begin a sound."""
        self._autoencoder = autoencoder
        self._inverses = [spectra.InverseStft(autoencoder.config.hop, 1) for _ in range(CHANNELS)]
        self._noise = decoder_noise(seed)
        self._waiting = np.zeros((0, autoencoder.latent_size), np.float32)

    def push(self, latents: Arrays) -> Wave:
        """(m, latent_size) → 16 · hop frames for each latent whose row is full."""
        waiting = np.concatenate([self._waiting, latents])
        full = len(waiting) // LATENTS_PER_ROW * LATENTS_PER_ROW
        self._waiting = waiting[full:]
        step = DECODER_BATCH // CHANNELS * LATENTS_PER_ROW
        pieces = [self._sound(waiting[i : min(i + step, full)]) for i in range(0, full, step)]
        return np.concatenate(pieces) if pieces else np.zeros((0, CHANNELS), np.float32)

    def flush(self) -> Wave:
        """The frames of the latents of a row that is not full, and 3 · hop more, which fade out."""
        rest = len(self._waiting)
        pieces = []
        if rest:
            row = np.pad(self._waiting, ((0, LATENTS_PER_ROW - rest), (0, 0)), mode="edge")
            pieces.append(self._sound(row, rest * FRAMES_PER_LATENT))
            self._waiting = self._waiting[:0]
        return np.concatenate([*pieces, _wave([inverse.flush()[0] for inverse in self._inverses])])

    def _sound(self, latents: Arrays, frames: int | None = None) -> Wave:
        """Full rows (m, latent_size) → what they make complete, or the first spectrogram frames of them."""
        depth = self._autoencoder.config.latent_depth
        by_channel = np.moveaxis(latents.reshape(-1, LATENTS_PER_ROW, CHANNELS, depth), 2, 0)
        rows = by_channel.reshape(-1, LATENTS_PER_ROW, depth)
        found = self._autoencoder.spectra_of_rows(rows, *self._draw_noise(len(rows) // CHANNELS))
        each = zip(self._inverses, *(np.split(part, CHANNELS) for part in found), strict=True)

        def channel(parts: tuple[spectra.InverseStft, Arrays, Arrays]) -> Arrays:
            inverse, real, imaginary = parts
            sound: Arrays = inverse.push(_joined(real, imaginary)[None, :frames])[0]
            return sound

        return _wave(list(self._autoencoder.threads.map(channel, each)))

    def _draw_noise(self, rows: int) -> list[Arrays]:
        """Noise (2 · rows, size) for the next rows: row by row, so that it does not depend on how latents are cut."""
        sizes = self._autoencoder.noise_sizes
        if not sizes:
            return []
        noise = self._noise.standard_normal((rows, CHANNELS, sum(sizes)), dtype=np.float32).swapaxes(0, 1)
        return np.split(noise.reshape(CHANNELS * rows, -1), np.cumsum(sizes)[:-1], axis=1)


def _joined(real: Arrays, imaginary: Arrays) -> spectra.Complex:
    """Real and imaginary parts (rows, FRAMES_PER_ROW, frequencies) → (rows · FRAMES_PER_ROW, frequencies)."""
    joined = np.empty(real.shape, np.complex64)
    joined.real, joined.imag = real, imaginary
    return joined.reshape(-1, real.shape[-1])


def _wave(channels: list[Arrays]) -> Wave:
    """Two channels (frames,) → (frames, 2), clipped to ± 1."""
    wave = np.empty((len(channels[0]), CHANNELS), np.float32)
    for index, channel in enumerate(channels):
        np.clip(channel, -1, 1, out=wave[:, index])
    return wave
