"""Engine thread: what an autoencoder is, and the published one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

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

TRIAL_ROWS = 12
"""Decoder rows, at most, on which the error of bfloat16 is measured, both channels together: 1.1 s of sound. It is to
be small enough in each row for itself."""

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
            rows: (rows, LATENTS_PER_ROW, latent_depth).
            noise: (rows, size) for each of the `noise_sizes`.

        Returns:
            Real and imaginary parts (rows, FRAMES_PER_ROW, frequencies).
        """
        if self._compiled is None:
            if self._may_use_bfloat16:
                self._spend_bfloat16(rows[:TRIAL_ROWS], *(part[:TRIAL_ROWS] for part in noise))
            shapes = [rows.shape[1:], *(part.shape[1:] for part in noise)]
            self._compiled = compiled(self._spectra_of_rows, shapes)
        return self._compiled(rows, *noise)

    def _spend_bfloat16(self, *inputs: Arrays) -> None:
        decode = with_arrays(self._spectra_of_rows)
        code_decoder, spectrum_decoder = self.decoders

        def trial() -> Arrays:
            sound = spectra.InverseStft(self.config.hop, CHANNELS).push(_by_channel(*decode(*inputs)))
            rows = np.clip(sound, -1, 1).reshape(CHANNELS, len(inputs[0]) // CHANNELS, -1)
            return np.concatenate(rows[:, -max(1, rows.shape[1] - 1) :])  # not the first ones: there frames are missing

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
        threads = cores.wanted() or cores.available()
        self._inverse = spectra.InverseStft(autoencoder.config.hop, CHANNELS, threads=threads)
        self._noise = decoder_noise(seed)
        self._waiting = np.zeros((0, autoencoder.latent_size), np.float32)

    def push(self, latents: Arrays) -> Wave:
        """(m, latent_size) → 16 · hop frames for each latent whose row is full."""
        waiting = np.concatenate([self._waiting, latents])
        full = len(waiting) // LATENTS_PER_ROW * LATENTS_PER_ROW
        self._waiting = waiting[full:]
        step = DECODER_BATCH // CHANNELS * LATENTS_PER_ROW
        pieces = [self._sound(self._spectra(waiting[i : min(i + step, full)])) for i in range(0, full, step)]
        return np.concatenate(pieces) if pieces else np.zeros((0, CHANNELS), np.float32)

    def flush(self) -> Wave:
        """The frames of the latents of a row that is not full, and 3 · hop more, which fade out."""
        rest = len(self._waiting)
        pieces = []
        if rest:
            row = np.pad(self._waiting, ((0, LATENTS_PER_ROW - rest), (0, 0)), mode="edge")
            pieces.append(self._sound(self._spectra(row)[:, : rest * FRAMES_PER_LATENT]))
            self._waiting = self._waiting[:0]
        return np.concatenate([*pieces, _wave(self._inverse.flush())])

    def _spectra(self, latents: Arrays) -> spectra.Complex:
        """Full rows (m, latent_size) → (2, 16 · m, frequencies)."""
        config = self._autoencoder.config
        by_channel = latents.reshape(-1, LATENTS_PER_ROW, CHANNELS, config.latent_depth).swapaxes(1, 2)
        rows = by_channel.reshape(-1, LATENTS_PER_ROW, config.latent_depth)  # left and right in turn
        return _by_channel(*self._autoencoder.spectra_of_rows(rows, *self._draw_noise(len(rows))))

    def _draw_noise(self, rows: int) -> list[Arrays]:
        """Noise for the next rows: row by row, so that it does not depend on how the latents are cut."""
        sizes = self._autoencoder.noise_sizes
        if not sizes:
            return []
        noise = self._noise.standard_normal((rows, sum(sizes)), dtype=np.float32)
        return [np.ascontiguousarray(part) for part in np.split(noise, np.cumsum(sizes)[:-1], axis=1)]

    def _sound(self, complex_spectra: npt.NDArray[np.complex64]) -> Wave:
        return _wave(self._inverse.push(complex_spectra))


def _by_channel(real: Arrays, imaginary: Arrays) -> spectra.Complex:
    """Rows (2 · m, FRAMES_PER_ROW, frequencies) of left and right in turn → (2, m · FRAMES_PER_ROW, frequencies)."""
    rows, frames, frequencies = real.shape
    joined = np.empty((CHANNELS, rows // CHANNELS, frames, frequencies), np.complex64)
    for part, values in ((joined.real, real), (joined.imag, imaginary)):
        part[:] = values.reshape(-1, CHANNELS, frames, frequencies).swapaxes(0, 1)
    return joined.reshape(CHANNELS, -1, frequencies)


def _wave(channels: Arrays) -> Wave:
    """(2, frames) → (frames, 2), clipped to ± 1."""
    wave = np.empty(channels.shape[::-1], np.float32)
    return np.clip(channels.T, -1, 1, out=wave)
