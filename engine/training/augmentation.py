"""Engine thread (or the command line): more recordings from the same, each with changes of its own, as a longer list.

The changes are drawn here and made while a recording is read (`engine.training.changes`): no audio is copied.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.training.collection import Collection, write_about, write_recordings
from engine.training.recordings import Changes, Recording

LOUDEST_NOISE_DB = -30.0
"""Root mean square of the noise at strength 1, relative to the peak of the music: tape from the audience."""

QUIETEST_SHARE = 0.1
"""The least noise of a copy, as a share of the most."""

LARGEST_SHARE = 0.5
"""Of the other recording in a cut-mix at strength 1."""

CUT_S = (4.0, 16.0)
"""Shortest and longest stretch of the other recording."""

LARGEST_SHIFT_FRAMES = SAMPLE_RATE_HZ
"""At strength 1: ten latent steps of the published design; what matters most is the part of a step."""

LARGEST_SPEED_CHANGE = 0.06
"""At strength 1: a semitone up or down."""


@dataclass(frozen=True)
class Augmentation:
    """How recordings are changed; strengths from 0 (not at all) to 1.

    Attributes:
        noise: white or pink noise is added, at most LOUDEST_NOISE_DB.
        cutmix: stretches are replaced by such of another recording, at most LARGEST_SHARE of all.
        shift: the beginning is left out, so that the latent steps fall elsewhere, at most LARGEST_SHIFT_FRAMES.
        speed: played faster or slower, pitch moving with it, by at most LARGEST_SPEED_CHANGE.
        copies: changed copies of each recording, beside the recording itself.
        seed: of everything that is drawn.
    """

    noise: float = 0.0
    cutmix: float = 0.0
    shift: float = 0.0
    speed: float = 0.0
    copies: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        """Check that the numbers make sense (UsageError)."""
        strengths = (self.noise, self.cutmix, self.shift, self.speed)
        if not all(0 <= strength <= 1 for strength in strengths):
            raise UsageError("The strengths of noise, cut-mix, shift and speed lie between 0 and 1.")
        if not any(strengths):
            raise UsageError("Copies without any change teach nothing: choose noise, cut-mix, shift or speed.")
        if self.copies < 1 or self.seed < 0:
            raise UsageError("There must be at least one copy, and the seed must be a whole number from 0.")


def augment(collection: Collection, out: Path, augmentation: Augmentation) -> Collection:
    """Write a collection that holds the recordings of another and changed copies of them; the same ones each time.

    Args:
        collection: as it was prepared.
        out: folder of the new collection; one that is there is replaced.
        augmentation: what changes, and how much.

    Raises:
        UsageError: the collection holds changed copies already, or a cut-mix is asked for and there is one recording.
        OutputError: `out` cannot be written.
    """
    originals = collection.recordings
    if any(recording.changes for recording in originals):
        raise UsageError(f"{collection.folder} holds changed copies already: augment the collection that was prepared.")
    if augmentation.cutmix and len(originals) < 2:
        raise UsageError("A cut-mix needs two recordings, and there is one: choose noise, shift or speed.")
    if out.resolve() == collection.folder.resolve():
        raise UsageError("What is augmented needs a folder of its own: choose another one.")
    recordings = [*originals, *_copies(originals, augmentation), *collection.refused]
    write_recordings(out, recordings)
    write_about(out, collection.source, asdict(augmentation), finished=True)
    return Collection.open(out)


def _copies(originals: Sequence[Recording], augmentation: Augmentation) -> Iterator[Recording]:
    for number in range(1, augmentation.copies + 1):
        for recording in originals:
            rng = np.random.default_rng(
                [augmentation.seed, number, zlib.crc32(recording.name.encode(errors="replace"))]
            )
            changes = _drawn(recording, originals, augmentation, rng)
            yield replace(recording, name=f"{recording.name} ({number})", changes=changes)


def _drawn(
    recording: Recording, originals: Sequence[Recording], augmentation: Augmentation, rng: np.random.Generator
) -> Changes:
    changes = Changes(seed=int(rng.integers(2**32)))
    if augmentation.cutmix:
        others = [other for other in originals if other.name != recording.name]
        other = others[rng.integers(len(others))]
        cuts = tuple(_cuts(min(recording.frames, other.frames), LARGEST_SHARE * augmentation.cutmix, rng))
        changes = replace(changes, other=other, cuts=cuts)
    if augmentation.speed:
        change = LARGEST_SPEED_CHANGE * augmentation.speed * rng.uniform(-1, 1)
        changes = replace(changes, speed=round(1 + float(change), 5))
    if augmentation.shift:
        most = min(int(LARGEST_SHIFT_FRAMES * augmentation.shift), recording.frames // 2)
        changes = replace(changes, shift=int(rng.integers(most + 1)))
    if augmentation.noise:
        amount_db = 20 * np.log10(augmentation.noise * rng.uniform(QUIETEST_SHARE, 1))
        changes = replace(changes, noise_db=round(LOUDEST_NOISE_DB + float(amount_db), 2), pink=bool(rng.integers(2)))
    return changes


def _cuts(frames: int, share: float, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Stretches of CUT_S within `frames`, with pauses such that they make up `share` of all, on average."""
    mean_pause_s = np.mean(CUT_S) * (1 - share) / share
    position = 0
    while True:
        start = position + round(float(rng.uniform(0, 2 * mean_pause_s)) * SAMPLE_RATE_HZ)
        position = start + round(float(rng.uniform(*CUT_S)) * SAMPLE_RATE_HZ)
        if position > frames:
            return
        yield start, position
