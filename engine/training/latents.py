"""Engine thread (or the command line): recordings as latents, and the windows of them that a critic is shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.errors import UsageError
from engine.models.weights import Tensors, read_tensors, write_tensors
from engine.musika.patches import PatchAutoencoder
from engine.musika.spectra import Float
from engine.training.recordings import read_pieces

PIECE_LATENTS = 256
"""Latents encoded at once. The frames at a border between pieces see silence beyond it, so pieces are long."""


def encode_recordings(recordings: Sequence[Path], folder: Path, autoencoder: PatchAutoencoder) -> Tensors:
    """Latents of recordings, (m, latent_size) each, by their paths relative to `folder`.

    Raises:
        AudioFileError: a recording cannot be read.
    """
    return {path.relative_to(folder).as_posix(): _encode(path, autoencoder) for path in recordings}


def _encode(path: Path, autoencoder: PatchAutoencoder) -> Float:
    pieces = read_pieces(path, PIECE_LATENTS * autoencoder.frames_per_latent)
    return np.concatenate([autoencoder.encode(piece) for piece in pieces])


def save_latents(path: Path, latents: Tensors) -> None:
    """Write latents, a tensor a recording, half precision.

    Raises:
        OutputError: the file cannot be written.
    """
    write_tensors(path, latents)


class Windows:
    """Windows cut at random from recordings, every possible one as likely as every other."""

    def __init__(self, latents: Tensors, context: int, mirror: Float) -> None:
        """Keep the recordings that hold at least one window of `context` steps.

        Args:
            latents: of recordings, (m, latent_size) each.
            context: steps a window.
            mirror: (latent_size,), what the latents are multiplied by when left and right change places.

        Raises:
            UsageError: none does.
        """
        self.context = context
        self._mirror = mirror
        self._recordings = [latents[name] for name in sorted(latents) if len(latents[name]) >= context]
        if not self._recordings:
            raise UsageError(f"No recording has the {context} steps that a window needs: give longer ones.")
        self._ends = np.cumsum([len(recording) - context + 1 for recording in self._recordings])

    @property
    def steps(self) -> int:
        """Latent steps of all recordings together."""
        return sum(map(len, self._recordings))

    def draw(self, count: int, rng: np.random.Generator) -> Float:
        """(count, context, latent_size), chosen by `rng`; left and right change places in every other one."""
        choices = rng.integers(self._ends[-1], size=count)
        mirrored = rng.random(count) < 0.5
        windows = np.stack([self._window(int(choice)) for choice in choices])
        return np.where(mirrored[:, None, None], windows * self._mirror, windows)

    def _window(self, choice: int) -> Float:
        index = int(np.searchsorted(self._ends, choice, side="right"))
        recording = self._recordings[index]
        start = choice - int(self._ends[index]) + len(recording) - self.context + 1
        return recording[start : start + self.context]


def load_latents(path: Path) -> Tensors:
    """What `save_latents` wrote.

    Raises:
        ModelError: the file is missing or damaged.
    """
    return read_tensors(path)
