"""Engine thread (or the command line): fit our own autoencoder, the principal components of spectrogram patches.

Subspace iteration with a fixed seed on patches that lie on disk: neither memory nor time grows with the collection, and
the same recordings give the same components (on the same machine).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from engine.audio.format import Wave
from engine.errors import UsageError
from engine.musika.lapping import lap_window
from engine.musika.noise import NOISE_VARIANCE, flatness
from engine.musika.patches import LOUDEST_DB, SILENT_POWER, PatchAutoencoder, PatchConfig, bin_weights, describe
from engine.musika.spectra import Float
from engine.training.excerpts import Excerpts

LARGEST_PATCHES = 24_000
"""Patches that are enough (37 minutes of sound, spread over all of it); 0.8 GB on disk while it runs, lapped 1.6 GB."""

EXCERPT_PATCHES = 16
"""Patches of an excerpt, and one more at each end, which sees the silence around the excerpt and is not counted."""

PIECE_PATCHES = 256
"""Patches multiplied at once."""

EXTRA_DIRECTIONS = 32
ROUNDS = 8
"""Of subspace iteration; with the extra directions, enough for all that the components explain."""

SMALLEST_DEVIATION = 1e-3
"""Of a component in music that never uses it (mono recordings have no side)."""

WIDEST = 1.0
"""Of the side signal beside the mid signal; recordings with more are out of phase."""


STRAY = 0.3
"""Deviations by which latents are off where levels are trimmed: between those of recordings and those of generators."""

SILENT_SUM = 1e-9

AUDIBLE_DB = 10.0
"""Above the floor of the levels: what lies lower says nothing of noise."""

LOUD_SHARE = 1e-3
"""Of its moments, in which a bin is louder than its loudest usual level."""

LOUD_STEP_DB = 0.5
"""How finely that level is told."""

LOUD_BINS = 9
"""Over so many neighbours it is smoothed: the few loudest moments of a bin hang on a few notes."""


@dataclass(frozen=True)
class Patches:
    """What the components are fitted to.

    Attributes:
        levels: (n, span_frames · bins) in dB; on disk, as a rule.
        balances: (n, bands).
        width: (bands,), the root of how much power the side signal has beyond the panned mid signal, over that of mid.
        runs: how many follow one another, excerpt by excerpt; n in all.
    """

    levels: Float
    balances: Float
    width: Float
    runs: tuple[int, ...]


def fit_components(excerpts: Excerpts, config: PatchConfig, begun: PatchAutoencoder | None = None) -> PatchAutoencoder:
    """Fit an autoencoder to a collection.

    Args:
        excerpts: of the collection.
        config: of the autoencoder.
        begun: one whose components stay as they are; how loud and how noisy its bins are is measured anew.

    Raises:
        AudioFileError: a recording cannot be read.
        UsageError: there are too few recordings.
    """
    step = config.frames_per_latent
    count = min(LARGEST_PATCHES // EXCERPT_PATCHES, -(-excerpts.frames // (EXCERPT_PATCHES * step)))
    waves = (excerpts.read(position, (EXCERPT_PATCHES + 2) * step) for position in excerpts.spread(count))
    with tempfile.TemporaryDirectory(prefix="deepdeadnet-") as scratch:
        patches = collect(waves, count * EXCERPT_PATCHES, config, Path(scratch))
        return _measured(begun, patches) if begun else fit(patches, config)


def collect(waves: Iterable[Wave], most: int, config: PatchConfig, scratch: Path) -> Patches:
    """Describe excerpts, without the first and last patch of each.

    Args:
        waves: (frames, 2) each.
        most: patches that they have at most.
        config: of the autoencoder.
        scratch: folder for the file that holds the levels.

    Raises:
        UsageError: there are fewer patches than components.
    """
    width = config.span_frames * config.bins
    levels = np.memmap(scratch / "levels.f32", np.float32, "w+", shape=(most, width))
    balances: list[Float] = []
    powers = np.zeros((2, config.bands))
    runs: list[int] = []
    filled = 0
    for wave in waves:
        (description,) = describe(wave, config)
        inner = slice(1, -1)
        rows = description.levels[inner].reshape(-1, width)
        levels[filled : filled + len(rows)] = rows
        balances.append(description.balances[inner])
        powers += description.spread_power[inner].sum(axis=0), description.mid_power[inner].sum(axis=0)
        filled += len(rows)
        runs.append(len(rows))
    if filled <= config.mid + EXTRA_DIRECTIONS:
        raise UsageError(f"{filled} patches are too few for {config.mid} components: give more music.")
    side_over_mid = np.sqrt(powers[0] / np.maximum(powers[1], SILENT_POWER))
    return Patches(levels[:filled], np.concatenate(balances), side_over_mid, tuple(runs))


def fit(patches: Patches, config: PatchConfig) -> PatchAutoencoder:
    """The principal components of `patches`, whitened."""
    levels = patches.levels
    mean = sum(piece.sum(axis=0, dtype=np.float64) for piece in _pieces(levels)) / len(levels)
    mid_mean = mean.reshape(config.span_frames, config.bins).mean(axis=0).astype(np.float32)
    weights = np.outer(lap_window(config.patch_frames, config.lap), bin_weights(config)).ravel()
    mid, mid_deviations = _principal_components(levels, np.tile(mid_mean, config.span_frames), weights, config.mid)

    # Every recording counts with its mirror image too: so the mean is zero, and swapping left and right is negating.
    variances, axes = np.linalg.eigh(patches.balances.T @ patches.balances / len(patches.balances))
    side = axes[:, ::-1][:, : config.side].T
    side_deviations = np.sqrt(np.maximum(variances[::-1][: config.side], 0))
    tensors = {
        "mid/mean": mid_mean,
        "mid/components": mid,
        "mid/deviations": np.maximum(mid_deviations, SMALLEST_DEVIATION),
        "side/mean": np.zeros(config.bands),
        "side/components": side,
        "side/deviations": np.maximum(side_deviations, SMALLEST_DEVIATION),
        "side/width": np.minimum(patches.width, WIDEST),
    }
    if config.lap:
        tensors["mid/trim"] = np.zeros(config.shapes["mid/trim"])
    if config.measured:
        tensors |= {"mid/loudest": np.full(config.bins, LOUDEST_DB), "mid/noise": np.zeros(config.bins)}
    autoencoder = PatchAutoencoder(config, {name: tensor.astype(np.float32) for name, tensor in tensors.items()})
    autoencoder = _trimmed(autoencoder, patches) if config.lap else autoencoder
    return _measured(autoencoder, patches) if config.measured else autoencoder


def _trimmed(autoencoder: PatchAutoencoder, patches: Patches) -> PatchAutoencoder:
    """The same autoencoder with the same mean power in all frames of a step, bin by bin.

    Where patches fade into each other, what they have wrong cancels in part, so levels vary less there; and the mean of
    a power falls with the variance of its level. It would be heard as a pulse at the rate of the latents.
    """
    config, rng = autoencoder.config, np.random.default_rng(0)
    powers = np.full((config.patch_frames, config.bins), SILENT_SUM)
    for end, count in zip(np.cumsum(patches.runs), patches.runs, strict=True):
        levels = np.asarray(patches.levels[end - count : end]).reshape(count, config.span_frames, config.bins)
        latents = autoencoder.mid_latents(levels)
        latents += np.float32(STRAY) * rng.standard_normal(latents.shape, dtype=np.float32)
        magnitudes = autoencoder.magnitudes(latents).reshape(count, config.patch_frames, config.bins)
        powers += np.square(magnitudes[1:-1]).sum(axis=0)  # the outer ones lack a neighbour
    decibels = 10 * np.log10(powers)
    trim = (decibels.mean(axis=0) - decibels).astype(np.float32)
    return PatchAutoencoder(config, autoencoder.tensors | {"mid/trim": trim})


def _measured(autoencoder: PatchAutoencoder, patches: Patches) -> PatchAutoencoder:
    """The same autoencoder, which knows how loud bins get, and how much of what it decodes as flat is noise."""
    config, step = autoencoder.config, autoencoder.config.patch_frames
    own = slice(config.reach_frames, config.reach_frames + step)
    errors, counts = np.zeros(config.bins), np.zeros(config.bins)
    histogram = np.zeros((config.bins, round((LOUDEST_DB - config.floor_db) / LOUD_STEP_DB) + 1), np.int64)
    for end, count in zip(np.cumsum(patches.runs), patches.runs, strict=True):
        heard = np.asarray(patches.levels[end - count : end]).reshape(count, config.span_frames, config.bins)
        levels = autoencoder.levels(autoencoder.mid_latents(heard))[step:-step]  # the outer patches lack a neighbour
        decoded = np.clip(levels, config.floor_db, LOUDEST_DB)
        flat = flatness(decoded) * (decoded > config.floor_db + AUDIBLE_DB)
        errors += (flat * np.square(heard[1:-1, own].reshape(-1, config.bins) - decoded)).sum(axis=0)
        counts += flat.sum(axis=0)
        places = np.round((decoded - config.floor_db) / LOUD_STEP_DB).astype(int)
        places += np.arange(config.bins) * histogram.shape[1]
        histogram += np.bincount(places.ravel(), minlength=histogram.size).reshape(histogram.shape)
    measured = {"mid/loudest": loudest_levels(histogram, config), "mid/noise": noise_shares(errors, counts)}
    return PatchAutoencoder(config, autoencoder.tensors | measured)


def loudest_levels(histogram: npt.NDArray[np.int64], config: PatchConfig) -> Float:
    """The level that a bin exceeds in LOUD_SHARE of its moments only, smoothed.

    Args:
        histogram: (bins, steps), how many of a bin's levels fall on each step of LOUD_STEP_DB from the floor on.
        config: of the autoencoder.

    Returns:
        (bins,) in dB.
    """
    below = np.cumsum(histogram, axis=1)
    place = (below >= (1 - LOUD_SHARE) * below[:, -1:]).argmax(axis=1)
    loudest: Float = uniform_filter1d(config.floor_db + LOUD_STEP_DB * place, LOUD_BINS).astype(np.float32)
    return loudest


def noise_shares(errors: npt.NDArray[np.float64], counts: npt.NDArray[np.float64]) -> Float:
    """How much of what is flat is noise, bin by bin.

    Args:
        errors: (bins,), summed squares of what decoded levels are off in flat places, in dB².
        counts: (bins,), how many levels were summed, weighted by how flat their places are.

    Returns:
        (bins,), from 0 (levels stay as they are) to 1 (they waver as noise does).
    """
    shares: Float = np.clip(errors / np.maximum(counts, 1) / NOISE_VARIANCE, 0, 1).astype(np.float32)
    return shares


def _pieces(levels: Float) -> Iterator[Float]:
    for first in range(0, len(levels), PIECE_PATCHES):
        yield np.asarray(levels[first : first + PIECE_PATCHES])


def _principal_components(levels: Float, mean: Float, weights: Float, count: int) -> tuple[Float, Float]:
    """The first `count` principal axes (count, width) of (levels - mean) · weights, and the deviations along them."""
    rng = np.random.default_rng(0)
    axes = rng.standard_normal((levels.shape[1], count + EXTRA_DIRECTIONS)).astype(np.float32)
    for _ in range(ROUNDS):
        axes, _ = np.linalg.qr(axes)
        image = np.zeros_like(axes)
        for piece in _pieces(levels):
            centred = (piece - mean) * weights
            image += centred.T @ (centred @ axes)
        axes = image
    axes, _ = np.linalg.qr(axes)
    covariance = np.zeros((axes.shape[1], axes.shape[1]))
    for piece in _pieces(levels):
        along = ((piece - mean) * weights) @ axes
        covariance += along.T @ along
    variances, turn = np.linalg.eigh(covariance / len(levels))
    chosen = np.argsort(variances)[::-1][:count]
    components = (axes @ turn[:, chosen]).T
    components *= np.where(components.sum(axis=1, keepdims=True) < 0, -1, 1)  # the sign is free; up is louder
    return components.astype(np.float32), np.sqrt(variances[chosen]).astype(np.float32)
