"""Engine thread: the latents of our own autoencoder become sound, as a stream in segments of fixed length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.audio.format import CHANNELS, Wave
from engine.musika.spectra import Float, InverseStft

if TYPE_CHECKING:
    from engine.musika.patches import PatchAutoencoder

SEGMENT_LATENTS = 4
"""Latents decoded at once. Fixed, so that the sound does not depend on how latents arrive."""

SPREAD_FRAMES = 2
"""Delay of what gives the sound its width: 23 ms, too short for an echo, too long for a hollow sound."""

KNEE = 0.8
"""Louder samples are rounded off towards 1: recovered phases pile up to peaks that the recording did not have. In
most takes it is one sample in a thousand (`docs/decisions/0023-loudest-levels.md`)."""


class PatchDecoder:
    """Latents to sound as a stream: however they are cut into pieces, the sound is the same to the bit.

    m latents make exactly m · frames_per_latent frames.
    """

    def __init__(self, autoencoder: PatchAutoencoder, seed: int) -> None:
        """Begin a sound; `seed` is of its noise."""
        config = autoencoder.config
        self._autoencoder = autoencoder
        self._waiting = np.zeros((0, autoencoder.latent_size), np.float32)
        self._neighbours = min(config.lap, 1)  # latents on each side of one that reach into its step
        self._earlier = self._waiting  # the last of those given out, as many as that
        self._phase = autoencoder.phase(seed)
        self._inverse = InverseStft(config.hop, CHANNELS)
        self._before = np.zeros((SPREAD_FRAMES, config.bins), np.complex64)  # the last spectra of the mid signal
        self._margin = (config.fft - config.hop) // 2  # frames of sound before the first patch begins
        self._to_skip = self._margin

    def push(self, latents: Float) -> Wave:
        """(m, latent_size) → the frames of all segments that are complete with these; perhaps none."""
        self._waiting = np.concatenate([self._waiting, latents])
        blocks = [np.zeros((0, CHANNELS), np.float32)]
        needed = SEGMENT_LATENTS + self._autoencoder.ahead_latents
        while len(self._waiting) >= needed:
            blocks.append(self._decode(self._waiting[:needed], SEGMENT_LATENTS))
            self._waiting = self._waiting[SEGMENT_LATENTS:]
        return np.concatenate(blocks)

    def flush(self) -> Wave:
        """The frames that are still due; nothing may be pushed after."""
        blocks = [np.zeros((0, CHANNELS), np.float32)]
        while len(self._waiting):
            keep = min(SEGMENT_LATENTS, len(self._waiting))
            blocks.append(self._decode(self._waiting, keep))
            self._waiting = self._waiting[keep:]
        if not self._to_skip:  # something was pushed
            blocks.append(self._emit(self._inverse.flush())[: self._margin])
        return np.concatenate(blocks)

    def _decode(self, latents: Float, keep: int) -> Wave:
        """Decode `latents`, of which the first `keep` are given out."""
        known, earlier = np.concatenate([self._earlier, latents]), len(self._earlier)
        self._earlier = known[earlier + keep - self._neighbours : earlier + keep]
        step = self._autoencoder.config.patch_frames
        before, kept = earlier * step, keep * step
        mid = self._phase.push(self._autoencoder.magnitudes(known)[before:], kept)
        history = np.concatenate([self._before, mid])
        self._before = history[kept:]
        places = self._autoencoder.places(known[: earlier + keep + self._neighbours])[before : before + kept]
        return self._emit(self._inverse.push(self._autoencoder.stereo(mid, history[:kept], places)))

    def _emit(self, sound: Float) -> Wave:
        """(2, samples) → (frames, 2) of what lies after the margin at the beginning."""
        skipped = min(self._to_skip, sound.shape[1])
        self._to_skip -= skipped
        return np.ascontiguousarray(soften(sound[:, skipped:]).T)


def soften(sound: Float) -> Float:
    """Samples within ± KNEE as they are, louder ones bent smoothly so that none passes ± 1."""
    loud = np.abs(sound) > KNEE  # few
    room, softened = np.float32(1 - KNEE), sound.copy()
    beyond = np.abs(sound[loud]) - np.float32(KNEE)
    softened[loud] = np.copysign(np.float32(KNEE) + room * np.tanh(beyond / room), sound[loud])
    return softened
