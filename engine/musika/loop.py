"""Engine thread: sound whose end meets its beginning; numpy only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave

FADE_S = 0.1
"""Length of the crossfade at the end of a turn; at most half of the turn."""


def fade_frames(turn_frames: int) -> int:
    """Frames of the crossfade at the end of a turn."""
    return min(round(FADE_S * SAMPLE_RATE_HZ), turn_frames // 2)


def one_turn(blocks: Iterable[Wave], turn_frames: int) -> Iterator[Wave]:
    """A turn that can be heard again and again: its end goes over into what would have led to its beginning.

    So the beginning sounds as soon as it is there, and no more than the crossfade is kept.

    Args:
        blocks: sound that begins `fade_frames(turn_frames)` before the turn does, and is long enough.
        turn_frames: at least 1.

    Yields:
        Blocks of sound, `turn_frames` frames together.
    """
    fade = fade_frames(turn_frames)
    sound = _Portions(blocks)
    lead = sound.whole(fade)
    yield from sound.take(turn_frames - fade)
    if fade:
        yield crossfade(sound.whole(fade), lead)


def crossfade(leaving: Wave, coming: Wave) -> Wave:
    """One sound going over into another of the same length, with steady power however alike they are.

    Two sounds of the same power and of the correlation ρ, at the gains g and h, have together the power
    g² + h² + 2 ρ g h. Straight lines divided by the root of that are the linear crossfade of two equal sounds (ρ = 1),
    and one of equal power for two that have nothing in common (ρ = 0).
    """
    fraction = ((np.arange(len(coming)) + 0.5) / len(coming)).astype(np.float32)[:, None]
    norm = np.sqrt(float(np.sum(np.square(leaving))) * float(np.sum(np.square(coming))))
    likeness = np.clip(float(np.sum(leaving * coming)) / norm, 0, 1) if norm else 1.0
    power = (1 - fraction) ** 2 + fraction**2 + np.float32(2 * likeness) * fraction * (1 - fraction)
    return (((1 - fraction) * leaving + fraction * coming) / np.sqrt(power)).astype(np.float32)


def cut(blocks: Iterable[Wave], start: int, frames: int | None = None) -> Iterator[Wave]:
    """The frames from `start` on, all of them or so many (at least 1); what lies before is computed and left away."""
    missing = frames
    for block in blocks:
        own = block[start:][:missing]
        start = max(start - len(block), 0)
        if len(own):
            yield own
        if missing is not None:
            missing -= len(own)
            if not missing:
                return


class _Portions:
    """Blocks of sound, taken in portions of other sizes."""

    def __init__(self, blocks: Iterable[Wave]) -> None:
        self._blocks = iter(blocks)
        self._rest = np.zeros((0, CHANNELS), np.float32)

    def take(self, frames: int) -> Iterator[Wave]:
        """The next `frames` frames, as they come."""
        while frames:
            block = self._rest if len(self._rest) else next(self._blocks)
            own, self._rest = block[:frames], block[frames:]
            frames -= len(own)
            if len(own):
                yield own

    def whole(self, frames: int) -> Wave:
        """The next `frames` frames in one piece."""
        return np.concatenate([self._rest[:0], *self.take(frames)])
