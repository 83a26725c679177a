"""Engine thread (or the command line): fit our own autoencoder, the principal components of spectrogram patches.

    python -m engine.training.autoencoder --songs DIR --out DIR

Subspace iteration with a fixed seed on patches that lie on disk: memory does not grow with the collection, and the
same recordings give the same components (on the same machine).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.audio.files import probe
from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import StudioError, UsageError
from engine.models.card import ModelCard, write_card
from engine.musika.patches import SILENT_POWER, Description, PatchAutoencoder, PatchConfig, bin_weights, describe
from engine.musika.spectra import Float
from engine.training.recordings import find_recordings, read_pieces

LARGEST_PATCHES = 24_000
"""Patches that are enough (37 minutes of sound, spread over all of it); about 0.8 GB on disk while it runs."""

PIECE_PATCHES = 256
"""Patches read or multiplied at once."""

EXTRA_DIRECTIONS = 32
ROUNDS = 8
"""Of subspace iteration; with the extra directions, enough for all that the components explain."""

SMALLEST_DEVIATION = 1e-3
"""Of a component in music that never uses it (mono recordings have no side)."""

WIDEST = 1.0
"""Of the side signal beside the mid signal; recordings with more are out of phase."""


@dataclass(frozen=True)
class Patches:
    """What the components are fitted to.

    Attributes:
        levels: (n, patch_frames · bins) in dB; on disk, as a rule.
        balances: (n, bands).
        width: (bands,), the root of how much power the side signal has beyond the panned mid signal, over that of mid.
    """

    levels: Float
    balances: Float
    width: Float


def collect(recordings: Sequence[Path], config: PatchConfig, scratch: Path) -> Patches:
    """Describe every k-th patch of all recordings, k the smallest that gives at most LARGEST_PATCHES.

    Args:
        recordings: audio files.
        config: of the autoencoder.
        scratch: folder for the file that holds the levels.

    Raises:
        AudioFileError: a recording cannot be read.
        UsageError: there are fewer patches than components.
    """
    total = sum(-(-probe(path).frames // config.frames_per_latent) for path in recordings)
    stride = -(-total // LARGEST_PATCHES)
    width = config.patch_frames * config.bins
    levels = np.memmap(scratch / "levels.f32", np.float32, "w+", shape=(-(-total // stride), width))
    balances: list[Float] = []
    powers = np.zeros((2, config.bands))
    seen = filled = 0
    for description in _descriptions(recordings, config):
        chosen = slice(-seen % stride, None, stride)
        rows = description.levels[chosen].reshape(-1, width)
        levels[filled : filled + len(rows)] = rows
        balances.append(description.balances[chosen])
        powers += description.spread_power.sum(axis=0), description.mid_power.sum(axis=0)
        seen += len(description.levels)
        filled += len(rows)
    if filled <= config.mid + EXTRA_DIRECTIONS:
        raise UsageError(f"{filled} patches are too few for {config.mid} components: give more music.")
    return Patches(levels[:filled], np.concatenate(balances), np.sqrt(powers[0] / np.maximum(powers[1], SILENT_POWER)))


def _descriptions(recordings: Sequence[Path], config: PatchConfig) -> Iterator[Description]:
    for path in recordings:
        for wave in read_pieces(path, PIECE_PATCHES * config.frames_per_latent):
            yield from describe(wave, config)


def fit(patches: Patches, config: PatchConfig) -> PatchAutoencoder:
    """The principal components of `patches`, whitened."""
    levels = patches.levels
    mean = sum(piece.sum(axis=0, dtype=np.float64) for piece in _pieces(levels)) / len(levels)
    mid_mean = mean.reshape(config.patch_frames, config.bins).mean(axis=0).astype(np.float32)
    weights = np.tile(bin_weights(config), config.patch_frames)
    mid, mid_deviations = _principal_components(levels, np.tile(mid_mean, config.patch_frames), weights, config.mid)

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
    return PatchAutoencoder(config, {name: tensor.astype(np.float32) for name, tensor in tensors.items()})


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


def train(recordings: Sequence[Path], config: PatchConfig) -> PatchAutoencoder:
    """Fit an autoencoder to recordings.

    Raises:
        AudioFileError: one cannot be read.
        UsageError: they are too short.
    """
    with tempfile.TemporaryDirectory(prefix="deepdeadnet-") as scratch:
        return fit(collect(recordings, config, Path(scratch)), config)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m engine.training.autoencoder", description="Fit an autoencoder.")
    parser.add_argument("--songs", type=Path, required=True, help="folder of recordings")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    parser.add_argument("--name", default="autoencoder", help="what the model is called")
    parser.add_argument("--title", default="Autoencoder", help="what it is called in the window")
    parser.add_argument("--trained-on", default="", help="what the recordings are, in words")
    parser.add_argument("--licence", default="", help="licence of the model")
    parser.add_argument("--mid", type=int, default=PatchConfig.mid, help="values a step for the mid signal")
    parser.add_argument("--side", type=int, default=PatchConfig.side, help="values a step for left and right")
    options = parser.parse_args(arguments)
    try:
        config = PatchConfig(mid=options.mid, side=options.side)
        recordings = find_recordings(options.songs)
        autoencoder = train(recordings, config)
        autoencoder.save(options.out)
        hours = sum(probe(path).frames for path in recordings) / SAMPLE_RATE_HZ / 3600
        card = ModelCard(
            name=options.name,
            title=options.title,
            kind="autoencoder",
            description="Principal components of spectrogram patches; phase by following spectral peaks.",
            trained_on=options.trained_on or f"{len(recordings)} recordings, {hours:.2f} hours",
            trained_for="one fit",
            licence=options.licence,
            sizes=config.sizes,
        )
        write_card(card, options.out)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
