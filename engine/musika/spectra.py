"""Engine thread: spectra of sound and back, in the published definition.

A frame has 4 · hop samples, one every hop samples, under a periodic Hann window; frames are neither centred nor
padded. The inverse uses the same window divided by the sum of its overlapping squares, which with four overlapping
frames is the same everywhere, so that the inverse of the forward transform is the sound, but for the first and last
3 · hop samples, where frames are missing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.fft

OVERLAP = 4
"""Frames that hold a sample."""

LEVEL_OFFSET_DB = 25.0
LEVEL_RANGE_DB = 75.0
POWER_FLOOR = 1e-10

Float = npt.NDArray[np.float32]
Complex = npt.NDArray[np.complex64]


def hann(hop: int) -> Float:
    """The periodic Hann window of 4 · hop samples."""
    phase = 2 * np.pi * np.arange(OVERLAP * hop) / (OVERLAP * hop)
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def stft(wave: Float, hop: int) -> Complex:
    """Spectra of sound.

    Args:
        wave: (channels, samples).
        hop: samples from one frame to the next.

    Returns:
        (channels, frames, 2 · hop + 1); as many frames as fit, so none where there are less than 4 · hop samples.
    """
    size = OVERLAP * hop
    if wave.shape[1] < size:
        return np.zeros((len(wave), 0, size // 2 + 1), np.complex64)
    frames = np.lib.stride_tricks.sliding_window_view(wave, size, axis=1)[:, ::hop]
    spectra: Complex = scipy.fft.rfft(frames * hann(hop), axis=2)
    return spectra


def level(spectra: Complex) -> Float:
    """The normalised level of spectra: (10 · log10(power) + 25 dB) / 75 dB, power at least 1e-10."""
    power = np.square(spectra.real) + np.square(spectra.imag)
    decibels = 10 * np.log10(np.maximum(power, np.float32(POWER_FLOOR)))
    normalised: Float = (decibels + np.float32(LEVEL_OFFSET_DB)) / np.float32(LEVEL_RANGE_DB)
    return normalised


class InverseStft:
    """The inverse of `stft`, piece by piece: however the frames are cut into pieces, the sound is the same."""

    def __init__(self, hop: int, channels: int, threads: int = 1) -> None:
        """Begin a sound of `channels` channels; `threads` is how many may transform at once."""
        self.hop = hop
        self._threads = threads
        window = hann(hop).astype(np.float64)
        overlapping = np.square(window).reshape(OVERLAP, hop).sum(axis=0)
        self._window = (window / np.tile(overlapping, OVERLAP)).astype(np.float32)
        self._tail = np.zeros((channels, OVERLAP - 1, hop), np.float32)  # begun, in steps of hop; frames are missing

    def push(self, spectra: Complex) -> Float:
        """(channels, frames, 2 · hop + 1) → (channels, frames · hop) samples that no later frame touches."""
        channels, frames, _ = spectra.shape
        segments = scipy.fft.irfft(spectra, axis=2, workers=self._threads)
        segments *= self._window
        segments = segments.reshape(channels, frames, OVERLAP, self.hop)
        sums = np.zeros((channels, frames + OVERLAP - 1, self.hop), np.float32)
        sums[:, : OVERLAP - 1] = self._tail
        for k in range(OVERLAP):
            sums[:, k : k + frames] += segments[:, :, k]
        self._tail = sums[:, frames:].copy()
        return sums[:, :frames].reshape(channels, frames * self.hop)

    def flush(self) -> Float:
        """The last (channels, 3 · hop) samples, which fade out; a new sound may begin after that."""
        rest = self._tail.reshape(len(self._tail), -1)
        self._tail = np.zeros_like(self._tail)
        return rest
