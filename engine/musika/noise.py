"""Engine thread: noise where a spectrum is flat.

Principal components keep the mean of a level and lose how noise wavers about it: cymbals, breath, rooms and tape are
decoded smooth and up to 2.5 dB too soft, for the level of a mean power lies above the mean of the levels, and phases
that follow the few peaks left make them ring. So where decoded levels are flat, they get the spectra of noise, as
coders of speech and music do (Herre and Schulz, "Extending the MPEG-4 AAC codec by perceptual noise substitution", AES
104th Convention, 1998), by as much as the music wavered there that the components were fitted to.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

from engine.musika.coordinates import decoder_noise
from engine.musika.spectra import OVERLAP, Complex, Float, hann, stft

NOISE_VARIANCE = (10 / np.log(10)) ** 2 * np.pi**2 / 6
"""Variance of the level of Gaussian noise in one bin, in dB²: its power is exponentially distributed."""

NEIGHBOURHOOD_BINS = 25
"""Flat is what varies little over so many bins: some harmonics of a low voice, as a Hann window shows them."""

FLATTEST_DB, ROUGHEST_DB = 4.0, 5.0
"""Root mean square of levels about the mean of their neighbourhood, up to which all is noise, and from which none is.
Levels as components decode them; chosen by the closeness of takes to songs, see `docs/decisions/0022-noise.md`."""


def flatness(levels: Float) -> Float:
    """How flat spectra are around each bin: 1 where they look like noise, 0 where tones stand out.

    Args:
        levels: (frames, bins) in dB.
    """
    mean = uniform_filter1d(levels, NEIGHBOURHOOD_BINS, axis=1)
    variance = uniform_filter1d(np.square(levels - mean), NEIGHBOURHOOD_BINS, axis=1)
    roughness = np.sqrt(np.maximum(variance, 0))  # running sums leave a little less than nothing where all is alike
    flat: Float = np.clip((ROUGHEST_DB - roughness) / (ROUGHEST_DB - FLATTEST_DB), 0, 1)
    return flat


class Noise:
    """The noise in one sound, as a stream: however its frames are cut into pieces, it is the same."""

    def __init__(self, hop: int, shares: Float, quietest: float, seed: int) -> None:
        """Begin a sound.

        Args:
            hop: samples from one frame to the next.
            shares: (2 · hop + 1,), how much of what is flat is noise, from 0 to 1.
            quietest: magnitude below which nothing is heard.
            seed: of the noise.
        """
        self._hop = hop
        self._shares = shares.astype(np.float32)
        self._quietest = np.float32(quietest)
        self._draws = decoder_noise(seed)
        self._waiting = np.zeros(0, np.float32)  # samples drawn already, from the next frame on
        # The level of noise of unit power lies below 0 dB in the mean, by Euler's constant: half of it in nepers.
        self._scale = np.float32(np.exp(np.euler_gamma / 2) / np.linalg.norm(hann(hop)))

    def fill(self, magnitudes: Float, directions: Complex, keep: int) -> tuple[Float, Complex]:
        """Put noise into the next frames; the mean level of what is all noise stays as it was.

        Args:
            magnitudes: (frames, bins).
            directions: (frames, bins) of magnitude 1: phases without noise.
            keep: how many frames are given out; those after come again next time.

        Returns:
            Magnitudes and directions, of the same shapes.
        """
        levels = 20 * np.log10(magnitudes + self._quietest)
        share = flatness(levels) * self._shares
        mixed = np.sqrt(1 - np.square(share)) * directions + share * self._spectra(len(magnitudes))
        self._waiting = self._waiting[keep * self._hop :]
        sizes = np.abs(mixed)
        return magnitudes * sizes, mixed / np.maximum(sizes, np.finfo(np.float32).tiny)

    def _spectra(self, frames: int) -> Complex:
        """The next (frames, bins)."""
        missing = (frames + OVERLAP - 1) * self._hop - len(self._waiting)
        drawn = self._draws.standard_normal(max(missing, 0), dtype=np.float32)
        self._waiting = np.concatenate([self._waiting, drawn])
        spectra: Complex = stft(self._waiting[None, : (frames + OVERLAP - 1) * self._hop], self._hop)[0] * self._scale
        return spectra
