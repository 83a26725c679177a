"""Engine thread: our own autoencoder with a learned decoder: principal components, refined by networks.

The latents are those of the components (`engine.musika.patches`), and so is the parametric stereo; what the networks
of `engine.musika.refinement` give are the phases of the mid signal, and magnitudes sharper than the components'.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ModelError
from engine.models.card import load_card
from engine.models.weights import Tensors, read_tensors, write_tensors
from engine.musika.backend import compiled
from engine.musika.checkpoint import fill
from engine.musika.layers import values
from engine.musika.patch_decoder import SEGMENT_LATENTS
from engine.musika.patches import PatchAutoencoder, PatchConfig, levels_of, read_components
from engine.musika.refinement import FINISH_REACH, SLOPES_REACH, Refinement, RefinementConfig, build_refinement
from engine.musika.slopes import PhaseIntegration, nearest
from engine.musika.spectra import OVERLAP, Complex, Float

DESIGN = "refined-patches"
REFINEMENT_FILE = "refinement.safetensors"
LARGEST_WIDTH = 512

NEIGHBOURS = OVERLAP - 1
"""Frames before and after a frame that share samples with it."""

SPECTRA_AHEAD = NEIGHBOURS + FINISH_REACH
"""Frames after a frame whose spectra are needed to finish it."""

FRAMES_AHEAD = SLOPES_REACH + SPECTRA_AHEAD
"""Frames after a frame whose magnitudes are."""


def refinement_config(config: PatchConfig, width: int) -> RefinementConfig:
    """The configuration of the networks that refine an autoencoder's spectra."""
    return RefinementConfig(config.bins, config.hop, width, config.floor_db)


def refined_sizes(config: PatchConfig, width: int) -> dict[str, Any]:
    """What the card of a refined autoencoder states."""
    return {**config.sizes, "design": DESIGN, "width": width}


class RefinedAutoencoder(PatchAutoencoder):
    """Sound to latents by principal components, and back with the help of networks."""

    def __init__(self, config: PatchConfig, tensors: Tensors, refinement: Refinement) -> None:
        """Put an autoencoder together; `refinement` is built."""
        super().__init__(config, tensors)
        self.refinement = refinement
        self.ahead_latents = -(-(FRAMES_AHEAD + config.reach_frames) // config.patch_frames)
        self.segment_frames = SEGMENT_LATENTS * config.patch_frames
        self.slopes = compiled(
            refinement.slopes, [(self.segment_frames + SPECTRA_AHEAD + 2 * SLOPES_REACH, config.bins)]
        )
        self.finish = compiled(refinement.finish, [(self.segment_frames + 2 * FINISH_REACH, config.bins)] * 4)

    @classmethod
    def load(cls, folder: Path) -> RefinedAutoencoder:
        """The autoencoder in a model folder.

        Raises:
            ModelError: a file is missing, damaged, or not of the shapes that the card states.
        """
        config, tensors = read_components(folder, DESIGN)
        width = load_card(folder).sizes.get("width")
        if type(width) is not int or not 0 < width <= LARGEST_WIDTH:
            raise ModelError(f"The card of the autoencoder needs a width of 1 to {LARGEST_WIDTH}: import it again.")
        path = folder / REFINEMENT_FILE
        weights = read_tensors(path)
        refinement = build_refinement(refinement_config(config, width))
        fill(refinement, path, weights)
        return cls(config, tensors, refinement)

    def save(self, folder: Path) -> None:
        """Write the weights into a model folder; the card is the caller's.

        Raises:
            OutputError: a file cannot be written.
        """
        super().save(folder)
        write_tensors(folder / REFINEMENT_FILE, values(self.refinement))

    def phase(self, seed: int) -> RefinedPhase:
        """Phases for a sound that begins; nothing in them is random, so the seed changes nothing."""
        return RefinedPhase(self)


class RefinedPhase:
    """Phases from learned slopes, finished together with the magnitudes: a stream in segments of equal length.

    Nothing but the integration of the slopes goes back further than a few frames, and that from frame to frame; so how
    the frames come changes nothing.
    """

    def __init__(self, autoencoder: RefinedAutoencoder) -> None:
        """Begin a sound: before it lies silence."""
        config = autoencoder.config
        self._autoencoder = autoencoder
        self._integration = PhaseIntegration(config.bins)
        self._magnitudes = np.zeros((SLOPES_REACH, config.bins), np.float32)  # of the last frames given out
        self._spectra = np.zeros((SPECTRA_AHEAD, config.bins), np.complex64)  # of these, before they were finished

    def push(self, magnitudes: Float, keep: int) -> Complex:
        """Give phases to the next frames, and correct their magnitudes.

        Args:
            magnitudes: (frames, bins); after those to keep, FRAMES_AHEAD more or, at the end of the sound, fewer.
            keep: how many of them are given out, at most a segment; those after come again next time.

        Returns:
            (keep, bins).
        """
        segment, hop = self._autoencoder.segment_frames, self._autoencoder.config.hop
        padded = np.zeros((segment + FRAMES_AHEAD, magnitudes.shape[1]), np.float32)
        known = magnitudes[: len(padded)]
        padded[: len(known)] = known
        padded = np.concatenate([self._magnitudes, padded])
        spectra = np.concatenate([self._spectra, self._integrated(padded, keep)])
        finished = self._finished(spectra[NEIGHBOURS:-NEIGHBOURS], nearest(spectra[None], hop)[0])
        self._magnitudes = padded[keep : keep + SLOPES_REACH]
        self._spectra = spectra[keep : keep + SPECTRA_AHEAD]
        return finished[:keep]

    def _integrated(self, magnitudes: Float, keep: int) -> Complex:
        """(SLOPES_REACH + segment + FRAMES_AHEAD, bins) → spectra (segment + SPECTRA_AHEAD, bins)."""
        config = self._autoencoder.config
        parts = self._autoencoder.slopes(levels_of(magnitudes / np.float32(config.hop), config)[None])
        time, frequency = parts[0] + 1j * parts[1], parts[2] + 1j * parts[3]
        own = magnitudes[None, SLOPES_REACH:-SLOPES_REACH]
        kept = self._integration.push(own[:, :keep], time[:, :keep], frequency[:, :keep])
        directions = self._integration.directions
        ahead = self._integration.push(own[:, keep:], time[:, keep:], frequency[:, keep:])
        self._integration.directions = directions  # what lies ahead comes again
        spectra: Complex = np.concatenate([kept, ahead], axis=1)[0]
        return spectra

    def _finished(self, spectra: Complex, near: Complex) -> Complex:
        """Two (segment + 2 · FINISH_REACH, bins) → (segment, bins)."""
        real, imaginary = self._autoencoder.finish(*(part[None] for z in (spectra, near) for part in (z.real, z.imag)))
        finished: Complex = (real + np.complex64(1j) * imaginary)[0]
        return finished
