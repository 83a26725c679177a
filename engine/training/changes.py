"""Engine thread (or the command line): the sound of a recording, as it is taken and as augmentation changes it.

Everything streams: sound comes in blocks and goes on in blocks, whatever their lengths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import soxr

from engine.audio.files import read_blocks
from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.training.recordings import Changes, Recording, between, pieces

BLOCK_FRAMES = 65_536

CROSSFADE_FRAMES = 882
"""20 ms from one recording to the other: no click, no hole."""

# Noise that falls by 3 dB an octave from white noise: J. O. Smith, "Spectral Audio Signal Processing" (2011), "Example:
# Synthesis of 1/F Noise (Pink Noise)".
PINK_NUMERATOR = (0.049922035, -0.095993537, 0.050612699, -0.004408786)
PINK_DENOMINATOR = (1.0, -2.494956002, 2.017265875, -0.522189400)
IMPULSE_FRAMES = 2**16


def sound(folder: Path, recording: Recording) -> Iterator[Wave]:
    """What a recording sounds like, block by block (frames, 2): exactly `recording.frames` frames.

    Args:
        folder: of the recordings.
        recording: of a collection.

    Raises:
        AudioFileError: its file cannot be read.
    """
    taken = between(read_blocks(folder / recording.file, BLOCK_FRAMES), recording.start, recording.stop)
    blocks: Iterator[Wave] = (block * np.float32(recording.gain) for block in taken)
    changes = recording.changes
    if changes is None:
        return blocks
    if changes.other:
        blocks = cut_mixed(blocks, sound(folder, changes.other), changes.cuts)
    if changes.speed != 1:
        blocks = at_speed(blocks, changes.speed)
    shifted = between(blocks, changes.shift, changes.shift + recording.frames)
    return shifted if changes.noise_db is None else with_noise(shifted, changes)


def cut_mixed(blocks: Iterable[Wave], other: Iterable[Wave], cuts: Iterable[tuple[int, int]]) -> Iterator[Wave]:
    """One sound, and in its place another from and to the frames of `cuts`, as long as both last.

    Both run side by side, so that each is read once. They are no relatives of each other, so their crossfades keep the
    power rather than the amplitude.
    """
    cuts = tuple(cuts)
    others = (piece.wave for piece in pieces(other, BLOCK_FRAMES))
    position = 0
    for piece in pieces(blocks, BLOCK_FRAMES):
        share = _share(cuts, position, len(piece.wave))
        there = next(others, np.zeros((0, CHANNELS), np.float32))[: len(piece.wave)]
        share[len(there) :] = 0
        mixed = piece.wave * np.cos(share * (np.pi / 2))
        mixed[: len(there)] += there * np.sin(share[: len(there)] * (np.pi / 2))
        yield mixed.astype(np.float32, copy=False)
        position += len(mixed)


def _share(cuts: Iterable[tuple[int, int]], start: int, frames: int) -> Wave:
    """How far the other sound has taken over, 0 to 1, (frames, 1)."""
    places = np.arange(start, start + frames)
    share = np.zeros(frames, np.float32)
    for first, last in cuts:
        if first < start + frames and last > start:
            ramp = np.minimum(places - first, last - places) / np.float32(CROSSFADE_FRAMES)
            share = np.maximum(share, np.clip(ramp, 0, 1).astype(np.float32))
    return share[:, None]


def at_speed(blocks: Iterable[Wave], speed: float) -> Iterator[Wave]:
    """A sound played `speed` times as fast, its pitch moving with it, as on tape; a frame may be missing at the end."""
    resampler = soxr.ResampleStream(SAMPLE_RATE_HZ * speed, SAMPLE_RATE_HZ, CHANNELS, dtype="float32", quality="HQ")
    for block in blocks:
        yield resampler.resample_chunk(block)
    yield resampler.resample_chunk(np.zeros((0, CHANNELS), np.float32), last=True)
    yield np.zeros((1, CHANNELS), np.float32)


def with_noise(blocks: Iterable[Wave], changes: Changes) -> Iterator[Wave]:
    """A sound with noise of the level `changes.noise_db`, each channel its own."""
    from scipy.signal import lfilter  # takes a second to import, in every process, and few recordings need it

    assert changes.noise_db is not None
    rng = np.random.default_rng(changes.seed)
    numerator, denominator = (PINK_NUMERATOR, PINK_DENOMINATOR) if changes.pink else ((1.0,), (1.0,))
    impulse = np.eye(1, IMPULSE_FRAMES)[0]
    power = np.square(lfilter(numerator, denominator, impulse)).sum()  # of the filtered noise, for white noise of 1
    gain = 10 ** (changes.noise_db / 20) / np.sqrt(power)
    state = np.zeros((max(len(numerator), len(denominator)) - 1, CHANNELS))
    for block in blocks:
        white = rng.standard_normal(block.shape, dtype=np.float32)
        noise, state = lfilter(numerator, denominator, white, axis=0, zi=state)
        yield block + (gain * noise).astype(np.float32)
