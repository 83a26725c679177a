"""Engine thread: the phase of a spectrogram from its slopes: how it changes from frame to frame and from bin to bin.

Phases are counted from the middle of each frame, and from frame to frame against a sinusoid in the middle of the bin:
so both slopes are 0 for a sinusoid in the middle of its bin. A slope is a complex number: its direction is the change
of phase, its length, 0 to 1, how sure that is (the mean resultant length of directional statistics).

Summing slopes up is least squares, frame by frame (in the manner of Masuyama et al., "Online phase reconstruction via
DNN-based phase differences estimation", IEEE/ACM TASLP 31, 2023): the phases that agree best with those of the frame
before, carried on by the slopes in time, and with each other, by the slopes in frequency. In a steady tone the first
are sure, in the stroke of a drum the second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from engine.musika.spectra import OVERLAP, Complex, Float, InverseStft, stft

Slopes = npt.NDArray[np.complexfloating]

SUREST = 0.995
"""No slope counts as surer than this."""

VAGUEST = 1e-3
"""The least weight of a slope, so that the equations can always be solved."""

FAINTEST = 1e-6
"""Magnitudes count as at least this much (full scale is some hundreds), for the same reason."""


def centring(bins: int) -> npt.NDArray[np.int_]:
    """1 and -1 in turn, (bins,): the factor between phases counted from the middle and from the start of a frame."""
    return np.where(np.arange(bins) & 1, -1, 1)


def advance(bins: int) -> npt.NDArray[np.complex128]:
    """By how much a sinusoid in the middle of each bin turns in a hop, (bins,) of length 1."""
    return np.array([1, 1j, -1, -1j])[np.arange(bins) % OVERLAP]


def slopes_of(spectra: Complex) -> tuple[Complex, Complex]:
    """The slopes that spectra have, each of length 1, and 0 where one of the two values is 0.

    Args:
        spectra: (…, frames, bins), phases counted from the start of each frame.

    Returns:
        (…, frames - 1, bins), from frame to frame, and (…, frames, bins - 1), from bin to bin.
    """
    bins = spectra.shape[-1]
    directions = _directions(spectra * centring(bins))
    time = directions[..., 1:, :] * directions[..., :-1, :].conj() * advance(bins).conj()
    frequency = directions[..., 1:] * directions[..., :-1].conj()
    return time.astype(np.complex64), frequency.astype(np.complex64)


class PhaseIntegration:
    """Phases from slopes, frame after frame, for one or several sounds at once."""

    def __init__(self, bins: int, sounds: int = 1) -> None:
        """Begin `sounds` sounds of spectra with `bins` bins."""
        self.directions: npt.NDArray[np.complex128] = np.ones((sounds, bins), np.complex128)
        """Of the last frame, each of length 1, counted from its middle."""
        self._advance = advance(bins)
        self._centring = centring(bins)

    def push(self, magnitudes: Float, time: Slopes, frequency: Slopes) -> Complex:
        """Give phases to the next frames.

        Args:
            magnitudes: (sounds, frames, bins), at least 0.
            time: (sounds, frames, bins), slopes from the frame before to each frame.
            frequency: (sounds, frames, bins - 1), slopes from each bin to the next.

        Returns:
            (sounds, frames, bins), spectra with these magnitudes, their phases counted from the start of each frame.
        """
        weights = magnitudes + np.float64(FAINTEST)
        own = np.square(weights) * _precision(time)
        links = np.zeros_like(own)  # from each bin to the next; from the last bin of a sound there is none
        links[..., :-1] = weights[..., 1:] * weights[..., :-1] * _precision(frequency)
        diagonals = own + links
        diagonals[..., 1:] += links[..., :-1]
        turns = np.cumprod(_directions(frequency), axis=-1)
        turns = np.concatenate([np.ones_like(turns[..., :1]), turns], axis=-1)
        steps = _directions(time) * self._advance * turns.conj()
        directions = np.empty(magnitudes.shape, np.complex128)
        for t in range(magnitudes.shape[1]):
            # Seen from a phase that turns with the slopes in frequency, neighbours ought to be equal: a real system.
            level = _solved(diagonals[:, t], links[:, t], own[:, t] * self.directions * steps[:, t])
            self.directions = directions[:, t] = _directions(level * turns[:, t])
        return (magnitudes * (directions * self._centring)).astype(np.complex64)


def _directions(numbers: npt.NDArray[np.complexfloating]) -> npt.NDArray[np.complex128]:
    """Complex numbers made 1 long; 0 stays 0."""
    lengths = np.abs(numbers)
    return (numbers / np.where(lengths > 0, lengths, 1)).astype(np.complex128, copy=False)


def _precision(slopes: Slopes) -> npt.NDArray[np.float64]:
    """The weight of slopes in a sum of squares: the concentration κ of the von Mises distribution of their length.

    Approximation: Banerjee et al., "Clustering on the unit hypersphere", JMLR 6 (2005), in two dimensions.
    """
    length = np.minimum(np.abs(slopes), SUREST).astype(np.float64)
    square = np.square(length)
    concentration: npt.NDArray[np.float64] = length * (2 - square) / (1 - square)
    return concentration + VAGUEST


def _solved(
    diagonals: npt.NDArray[np.float64], links: npt.NDArray[np.float64], right: npt.NDArray[np.complex128]
) -> npt.NDArray[np.complex128]:
    """The z, row by row, for which Σ own · |z - expected|² + Σ links · |z[k + 1] - z[k]|² is least.

    The rows are one system of equations, symmetric and tridiagonal, with nothing between one row and the next.

    Args:
        diagonals: (rows, bins), own + links, and the links of the bin before.
        links: (rows, bins), the last of each row 0.
        right: (rows, bins), own · expected.
    """
    _, _, solution, _ = lapack.dptsv(diagonals.ravel(), -links.ravel()[:-1], right.reshape(-1, 1).view(np.float64))
    return np.ascontiguousarray(solution).view(np.complex128).reshape(right.shape)


def nearest(spectra: Complex, hop: int) -> Complex:
    """The spectra of the sound that comes of spectra; other than these they fit each other where frames overlap.

    Args:
        spectra: (sounds, frames, bins).
        hop: samples from one frame to the next.

    Returns:
        (sounds, frames - 2 · (OVERLAP - 1), bins), of the frames whose neighbours are all known.
    """
    inverse = InverseStft(hop, len(spectra))
    sound = np.concatenate([inverse.push(spectra), inverse.flush()], axis=1)
    edge = (OVERLAP - 1) * hop
    return stft(sound[:, edge:-edge], hop)
