"""Command line: whether takes repeat what a model was shown.

Excerpts of the takes are laid against every place of every training song, and the best normalised cross-correlation of
each is kept: 1 means the same but for the level, whichever way round. Recordings are compared in two views. As waves:
mono at 4 410 Hz, weighted towards 1.1 kHz so that no single bass note decides. An autoencoder makes phases anew, so
even a remembered song would come back as another wave; hence also as patterns: the levels in 32 bands from 60 Hz to
8 kHz, 43 times a second, where every passage with a like groove is somewhat like. What real songs that no training saw
reach against the training songs says what is no more than chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft
import soxr

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.musika.spectra import OVERLAP, stft
from engine.training.recordings import find_recordings
from tools.audition.recordings import read_mono

Signal = npt.NDArray[np.float32]
"""A view of a recording, (channels, samples)."""

WAVE_RATE_HZ = 4_410
PATTERN_HOP = 1024
BANDS = 32
LOWEST_HZ, HIGHEST_HZ = 60.0, 8_000.0
QUIETEST_DB = -80.0

QUIET = 1e-3
"""A place with less than this part of a song's mean variance is silence, which is like nothing."""

BETWEEN = 2
"""Places looked at for every sample: a copy may begin between two of them."""

AT_ONCE = 32
"""Excerpts compared at once, which bounds the memory."""


@dataclass(frozen=True)
class View:
    """A way to look at recordings.

    Attributes:
        name: what it is called.
        of: a mono recording at the program's rate → the signal.
        rate_hz: its samples a second.
        excerpt_s: length of the excerpts that are compared.
    """

    name: str
    of: Callable[[Signal], Signal]
    rate_hz: float
    excerpt_s: float

    @property
    def excerpt_samples(self) -> int:
        """Length of an excerpt in samples of the signal."""
        return round(self.excerpt_s * self.rate_hz)


@dataclass(frozen=True)
class Match:
    """The place in a song that is most like an excerpt; times are in seconds."""

    correlation: float
    take: str
    take_s: float
    song: str
    song_s: float


def wave_of(mono: Signal) -> Signal:
    """(frames,) → (1, samples) at WAVE_RATE_HZ; the central difference weighs a frequency f by sin(2π f / rate)."""
    slow = soxr.resample(mono, SAMPLE_RATE_HZ, WAVE_RATE_HZ, quality="HQ")
    differences: Signal = (slow[2:] - slow[:-2])[None]
    return differences


def pattern_of(mono: Signal) -> Signal:
    """(frames,) → the levels in dB of BANDS bands, (BANDS, spectra)."""
    bins = OVERLAP * PATTERN_HOP // 2 + 1
    edges = np.searchsorted(np.linspace(0, SAMPLE_RATE_HZ / 2, bins), np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1))
    levels = []
    for spectra in _spectra(mono):
        power = np.square(np.abs(spectra) / PATTERN_HOP)
        bands = [power[:, a : max(b, a + 1)].mean(1) for a, b in pairwise(edges)]
        levels.append(10 * np.log10(np.stack(bands) + 10 ** (QUIETEST_DB / 10)))
    return np.concatenate(levels, 1).astype(np.float32)


def _spectra(mono: Signal, at_once: int = 1024) -> Iterator[npt.NDArray[np.complex64]]:
    for first in range(0, len(mono), at_once * PATTERN_HOP):
        yield stft(mono[None, first : first + (at_once + OVERLAP - 1) * PATTERN_HOP], PATTERN_HOP)[0]


WAVES = View("waves", wave_of, WAVE_RATE_HZ, 3.0)
PATTERNS = View("patterns", pattern_of, SAMPLE_RATE_HZ / PATTERN_HOP, 6.0)


def originality(training: Path, takes: Path, view: View, every_s: float | None = None) -> list[Match]:
    """The best match of each recording below `takes` among those below `training`, the best first.

    Args:
        training: what a model was shown.
        takes: what it made, or anything else.
        view: how to look at both.
        every_s: seconds from the begin of one excerpt to the next; by default they lie end to end.

    Raises:
        UsageError: a folder holds no recordings, or a take is shorter than an excerpt.
        AudioFileError: a recording cannot be read.
    """
    names = find_recordings(takes)
    step = round((every_s or view.excerpt_s) * view.rate_hz)
    cut = [excerpts(view.of(read_mono(path)), view.excerpt_samples, step) for path in names]
    if short := [path for path, each in zip(names, cut, strict=True) if not len(each)]:
        raise UsageError(f"{short[0]} is shorter than an excerpt of {view.excerpt_s:g} s: give longer takes.")
    takes_of = [(path, index * step) for path, each in zip(names, cut, strict=True) for index in range(len(each))]
    search = Search(np.concatenate(cut))
    best = {path: Match(0.0, str(path), 0.0, "", 0.0) for path in names}
    for song in find_recordings(training):
        correlations, places = search.against(view.of(read_mono(song)))
        for (path, start), correlation, place in zip(takes_of, correlations, places, strict=True):
            if correlation > best[path].correlation:
                rate_hz = view.rate_hz
                best[path] = Match(float(correlation), str(path), start / rate_hz, str(song), float(place / rate_hz))
    return sorted(best.values(), key=lambda match: -match.correlation)


def excerpts(signal: Signal, samples: int, step: int) -> Signal:
    """(channels, n) → (excerpts, channels, samples)."""
    if signal.shape[1] < samples:
        return np.zeros((0, len(signal), samples), np.float32)
    return np.lib.stride_tricks.sliding_window_view(signal, samples, axis=1)[:, ::step].swapaxes(0, 1)


class Search:
    """Excerpts, and where in a signal each is found again."""

    def __init__(self, excerpts: Signal) -> None:
        """Take excerpts (excerpts, channels, samples)."""
        self._samples = excerpts.shape[2]
        centred = excerpts - excerpts.mean(2, keepdims=True)
        norms = np.sqrt(np.square(centred).sum((1, 2), keepdims=True))
        self._size = scipy.fft.next_fast_len(5 * self._samples, real=True)
        self._spectra = scipy.fft.rfft(centred / np.maximum(norms, 1e-9), self._size, axis=2).conj()

    def against(self, signal: Signal) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
        """The highest absolute normalised cross-correlation of each excerpt with a signal (channels, n), and where.

        Returns:
            (excerpts,) correlations, and places in samples; 0 and 0 where the signal is shorter than an excerpt.
        """
        best = np.zeros(len(self._spectra), np.float32)
        places = np.zeros(len(self._spectra))
        signal = signal - signal.mean(1, keepdims=True)  # changes nothing but the rounding
        scale = _scale(signal, self._samples)
        step = self._size - self._samples + 1
        for start in range(0, len(scale), step):
            block = scipy.fft.rfft(signal[:, start : start + self._size], self._size, axis=1)
            weights = np.repeat(scale[start : start + step], BETWEEN)
            for first in range(0, len(best), AT_ONCE):
                some = slice(first, first + AT_ONCE)
                correlations = np.abs(self._correlations(block, some)[:, : len(weights)]) * weights
                where = correlations.argmax(1)
                found = np.take_along_axis(correlations, where[:, None], 1)[:, 0]
                places[some] = np.where(found > best[some], start + where / BETWEEN, places[some])
                best[some] = np.maximum(found, best[some])
        return best, places

    def _correlations(self, block: npt.NDArray[np.complex64], some: slice) -> Signal:
        """Of some excerpts with every place of a block, BETWEEN times as fine as its samples."""
        products = np.einsum("ecf,cf->ef", self._spectra[some], block)
        if self._size % 2 == 0:
            products[:, -1] /= 2  # the highest frequency, which is one bin for two when there is room above it
        fine: Signal = scipy.fft.irfft(products, BETWEEN * self._size, axis=1, workers=-1)
        return fine * np.float32(BETWEEN)


def _scale(signal: Signal, samples: int) -> Signal:
    """One over the norm of every stretch of `samples`, each channel less its mean there; 0 for silence."""
    if signal.shape[1] < samples:
        return np.zeros(0, np.float32)
    exact = signal.astype(np.float64)
    sums, squares = _running(exact, samples), _running(np.square(exact), samples)
    variance = (squares - np.square(sums) / samples).sum(0)
    loud = variance > QUIET * samples * signal.var(1).sum() + 1e-12
    return np.where(loud, 1 / np.sqrt(np.where(loud, variance, 1)), 0).astype(np.float32)


def _running(values: npt.NDArray[np.float64], samples: int) -> npt.NDArray[np.float64]:
    """Sums over every stretch of `samples`, (channels, n) → (channels, n - samples + 1)."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    return sums[:, samples:] - sums[:, :-samples]


def summary(matches: Sequence[Match]) -> dict[str, Any]:
    """The highest correlation, where it is, and the mean of the recordings' highest."""
    mean = float(np.mean([match.correlation for match in matches]))
    return {"highest": asdict(matches[0]), "mean of the highest": mean}
