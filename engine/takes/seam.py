"""Engine thread: how a take goes over from one music into another: crossfades whose loudness stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.takes.take import Stems, Take

FADE_FRAMES = SAMPLE_RATE_HZ

RESTORED_FRAMES = 30 * SAMPLE_RATE_HZ
"""How much of what was cut away is at hand, should the listener have been quicker: more than the radio makes ahead."""

Sound = npt.NDArray[np.float32]
"""A mix (frames, 2) or stems (frames, stems, 2)."""


@dataclass(frozen=True)
class Crossfade:
    """Weights (frames,) of what ends and of what begins."""

    ending: npt.NDArray[np.float32]
    beginning: npt.NDArray[np.float32]

    @classmethod
    def between(cls, old: Wave, new: Wave) -> Crossfade:
        """The crossfade from one mix to another of the same length, of equal power however alike they are.

        With weights a = cos θ, b = sin θ, the power of a · old + b · new is 1 + 2 a b r times that of either, where r
        is their correlation; both weights are divided by the root of that. What differs (r = 0) gets the well-known
        crossfade of equal power, and what is the same (r = 1) does not change at all. Works against each other (r < 0)
        are faded as if they had nothing to do with one another.
        """
        angle = (np.arange(len(old)) + 0.5) * (np.pi / 2 / max(1, len(old)))
        likeness = max(0.0, _correlation(old, new))
        power = np.sqrt(1 + likeness * np.sin(2 * angle))
        return cls((np.cos(angle) / power).astype(np.float32), (np.sin(angle) / power).astype(np.float32))

    def fade(self, old: Sound, new: Sound) -> Sound:
        """One sound going over into the other, all three as long as the crossfade."""
        return self.fade_out(old) + self.fade_in(new)

    def fade_out(self, old: Sound) -> Sound:
        """What ends, alone."""
        return _weighted(old, self.ending)

    def fade_in(self, new: Sound) -> Sound:
        """What begins, alone."""
        return _weighted(new, self.beginning)


@dataclass(frozen=True)
class Seam:
    """Where a take goes over into other music.

    Attributes:
        frame: where the crossfade begins.
        fresh: the new music of the crossfade alone, (frames, 2), for the separator.
        crossfade: as the mix has it.
        old_stems: the stems of what ends, (frames, stems, 2), through all of the crossfade; None where they are not.
    """

    frame: int
    fresh: Wave
    crossfade: Crossfade
    old_stems: Stems | None

    @property
    def end(self) -> int:
        """Where only the new music is left."""
        return self.frame + len(self.fresh)

    def stems(self, new: Stems) -> Stems | None:
        """The stems of the crossfade, from those of the new music there, (frames, stems, 2)."""
        return None if self.old_stems is None else self.crossfade.fade(self.old_stems, new)


def lay_seam(take: Take, frame: int, fresh: Wave, read_frame: Callable[[], int]) -> Seam | None:
    """Cut a take at a frame and append the beginning of other music, crossfaded with what was there.

    The new music has no stems yet. Those of the old are faded out, where they reach through the crossfade, and end at
    its beginning otherwise; the next stems belong at its end.

    Args:
        take: with a mix up to `frame` at least.
        frame: where to cut.
        fresh: the beginning of the new music, (frames, 2); the crossfade is as long as it and the old allow.
        read_frame: says how far the take has been read; asked after the cut.

    Returns:
        The seam; or None if the listener was quicker, and the take goes on as before, for RESTORED_FRAMES at most.

    Raises:
        OutputError: the take cannot be written.
    """
    stems_end = take.stems_end(frame)
    old = take.read_mix(frame, RESTORED_FRAMES)
    old_stems = take.read_stems(frame, min(stems_end - frame, RESTORED_FRAMES))
    take.cut(frame)
    if read_frame() > frame:
        _restore(take, frame, old, old_stems)
        return None
    fade = min(FADE_FRAMES, len(old), len(fresh))
    crossfade = Crossfade.between(old[:fade], fresh[:fade])
    take.append_mix(np.concatenate([crossfade.fade(old[:fade], fresh[:fade]), fresh[fade:]]))
    seam = Seam(frame, fresh[:fade], crossfade, old_stems[:fade] if 0 < fade <= len(old_stems) else None)
    if seam.old_stems is not None:
        take.skip_stems(frame)
        take.append_stems(crossfade.fade_out(seam.old_stems))
    take.skip_stems(seam.end)
    return seam


def _restore(take: Take, frame: int, mix: Wave, stems: Stems) -> None:
    take.append_mix(mix)
    if len(stems):
        take.skip_stems(frame)
        take.append_stems(stems)


def _weighted(sound: Sound, weights: npt.NDArray[np.float32]) -> Sound:
    weighted: Sound = sound * weights.reshape(-1, *[1] * (sound.ndim - 1))
    return weighted


def _correlation(one: Wave, other: Wave) -> float:
    """Between −1 and 1; 0 where either is silent."""
    powers = float(np.vdot(one, one)) * float(np.vdot(other, other))
    return float(np.vdot(one, other)) / powers**0.5 if powers > 0 else 0.0
