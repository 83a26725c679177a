"""Engine thread: a phase for magnitudes that have none, frame after frame.

A first guess follows each spectral peak: a sinusoid of the peak's interpolated frequency goes on in phase from frame
to frame, and the bins around it turn with it (single-pass spectrogram inversion: Beauregard, Harish and Wyse, "Single
Pass Spectrogram Inversion", DSP 2015). A few rounds of the fast Griffin-Lim algorithm (Perraudin, Balazs and
Søndergaard, WASPAA 2013) then make neighbouring frames agree, on the frames at hand and some that follow; what has been
given out already stays as it is and takes part. Where a spectrum is flat it may be filled with noise
(`engine.musika.noise`), whose phases are then the first guess; nothing else is random.
"""

from __future__ import annotations

import copy

import numpy as np
import numpy.typing as npt

from engine.musika.noise import Noise
from engine.musika.spectra import OVERLAP, Complex, Float, InverseStft, stft

MOMENTUM = 0.99
SILENCE = 1e-9
"""Far below any magnitude that can be heard; keeps logarithms and quotients finite."""


class PhaseRecovery:
    """The phase of one channel, as a stream."""

    def __init__(self, hop: int, iterations: int, noise: Noise | None = None) -> None:
        """Begin a sound.

        Args:
            hop: samples from one frame to the next; a frame has 4 · hop.
            iterations: rounds of Griffin-Lim that refine the first guess.
            noise: what fills the places where spectra are flat, if anything does.
        """
        self.hop = hop
        self.iterations = iterations
        self._noise = noise
        bins = OVERLAP * hop // 2 + 1
        self._phase = np.zeros(bins)  # of the last frame given out, radians
        self._advance = np.zeros(bins)  # radians from one frame to the next at that frame
        self._given = InverseStft(hop, channels=1)  # holds what the frames given out reach into the next ones

    def push(self, magnitudes: Float, keep: int) -> Complex:
        """Give phases to the next frames.

        Args:
            magnitudes: (frames, 2 · hop + 1).
            keep: how many of them are given out; those after only help (three or more do) and come again next time.

        Returns:
            (keep, 2 · hop + 1) spectra with these magnitudes, but for the noise.
        """
        owners, advances = follow_peaks(magnitudes, self.hop)
        phases = self._continue(owners, advances)
        directions = np.exp(1j * phases).astype(np.complex64)
        if self._noise:
            magnitudes, directions = self._noise.fill(magnitudes, directions, keep)
        spectra = self._refine(magnitudes, directions)[:keep]
        if keep:
            self._given.push(spectra[None])
            self._phase = np.angle(spectra[-1]).astype(np.float64)
            self._advance = advances[keep - 1]
        return spectra

    def _continue(self, owners: npt.NDArray[np.intp], advances: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Phases (frames, bins) in which every peak goes on from the frame before and its bins follow it.

        Between two bins of one sinusoid lies π, as frames begin half a frame before their middle.
        """
        phases = np.empty_like(advances)
        phase, advance_before = self._phase, self._advance
        for frame, (owner, advance) in enumerate(zip(owners, advances, strict=True)):
            phase = phase[owner] + 0.5 * (advance_before[owner] + advance)
            phase[_odd_distances(owner)] += np.pi
            phases[frame], advance_before = phase, advance
        return phases

    def _refine(self, magnitudes: Float, directions: Complex) -> Complex:
        before: Complex | None = None
        for _ in range(self.iterations):
            inverse = copy.copy(self._given)
            sound = np.concatenate([inverse.push((magnitudes * directions)[None]), inverse.flush()], axis=1)
            consistent = stft(sound, self.hop)[0]
            directions = consistent if before is None else consistent + MOMENTUM * (consistent - before)
            directions /= np.abs(directions) + np.float32(SILENCE)
            before = consistent
        return magnitudes * directions


def _odd_distances(owner: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    return ((np.arange(len(owner)) - owner) & 1).astype(bool)


def follow_peaks(magnitudes: Float, hop: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The spectral peak that each bin belongs to, the nearest, and how far its sinusoid turns in a hop.

    The frequency of a peak is that of the parabola through the logarithms of its bin and both neighbours.

    Args:
        magnitudes: (frames, bins).
        hop: samples from one frame to the next; a frame has 4 · hop.

    Returns:
        owners: (frames, bins), the bin of the peak; a frame without peaks is all bin 0's.
        advances: (frames, bins), radians a hop.
    """
    bins = magnitudes.shape[1]
    levels = np.log(magnitudes.astype(np.float64) + SILENCE)
    left, centre, right = levels[:, :-2], levels[:, 1:-1], levels[:, 2:]
    peaks = np.zeros(magnitudes.shape, bool)
    peaks[:, 1:-1] = (centre > left) & (centre >= right)
    owners = _nearest(peaks)
    curvature = left - 2 * centre + right
    offsets = np.zeros(magnitudes.shape)
    offsets[:, 1:-1] = np.where(peaks[:, 1:-1], 0.5 * (left - right) / np.minimum(curvature, -SILENCE), 0)
    frequencies = owners + np.take_along_axis(offsets, owners, axis=1)  # bins
    return owners, frequencies * (2 * np.pi * hop / (2 * (bins - 1)))


def _nearest(marked: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """For each position of each row the nearest marked one, the left of two; 0 in a row without any."""
    width = marked.shape[1]
    positions = np.arange(width)
    before = np.maximum.accumulate(np.where(marked, positions, -2 * width), axis=1)
    after = np.minimum.accumulate(np.where(marked, positions, 3 * width)[:, ::-1], axis=1)[:, ::-1]
    nearest = np.where(positions - before <= after - positions, before, after)
    return np.where(marked.any(axis=1, keepdims=True), nearest, 0)
