"""Engine thread: cuts a mix into overlapping segments as it comes, and lays what becomes of them together again.

The cuts and weights are those of `demucs.apply.apply_model` without shifts, but with no need to know the end of the
mix; and the first segments may be shorter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, Wave
from engine.takes.take import Stems

OVERLAP = 0.25
"""Part of a segment that it shares with the next one, as in demucs."""

FIRST_PARTS = (0.25, 0.5)
"""How long the first segments are, as parts of a whole one, where the first stems are wanted soon."""


@dataclass(frozen=True)
class Segment:
    """What the network is given, and which part of its answer counts; valid until the next is asked for.

    Attributes:
        audio: (segment frames, 2).
        first: where the part that counts begins.
        frames: its length.
        stride: the next segment begins so much later than this part.
    """

    audio: Wave
    first: int
    frames: int
    stride: int


def lengths(segment_frames: int, soon: bool) -> Iterator[int]:
    """The lengths of all segments, in frames, without end; the first ones shorter if stems are wanted `soon`."""
    first = [int(part * segment_frames) for part in FIRST_PARTS] if soon else []
    return chain(first, repeat(segment_frames))


def cut(blocks: Iterable[Wave], segment_frames: int, soon: bool = False) -> Iterator[Segment]:
    """Cut a mix into segments of `segment_frames`; a short one at the end has the mix before it, and silence behind.

    Args:
        blocks: the mix, in blocks of any length; read no further than the next segment needs.
        segment_frames: the length of all but the first segments.
        soon: the first segments are shorter.
    """
    past = segment_frames // 2
    window = np.zeros((past + segment_frames, CHANNELS), np.float32)
    coming = lengths(segment_frames, soon)
    length, filled = next(coming), 0
    for block in blocks:
        while len(block):
            taken = min(length - filled, len(block))
            window[past + filled :][:taken] = block[:taken]
            block, filled = block[taken:], filled + taken
            if filled == length:
                yield Segment(window[past:][:length], 0, length, _stride(length))
                _shift(window, _stride(length))
                filled -= _stride(length)
                length = next(coming)
    while filled > 0:
        before = (length - filled) // 2
        yield Segment(window[past - before :][:length], before, filled, _stride(length))
        _shift(window, _stride(length))
        filled -= _stride(length)
        length = next(coming)


class Joint:
    """Crosses segments over where they overlap: sums with triangular weights, divided by the sums of the weights."""

    def __init__(self, segment_frames: int, stems: int) -> None:
        """Make room for a segment of `segment_frames` with `stems` stems."""
        self._sums = np.zeros((segment_frames, stems, CHANNELS), np.float32)
        self._weights = np.zeros((segment_frames, 1, 1), np.float32)

    def lay(self, segment: Segment, answer: Stems) -> Stems:
        """Add what became of a segment, (segment frames, stems, 2); the frames that no later segment will change."""
        weight = _triangle(len(segment.audio))[: segment.frames, None, None]
        self._sums[: segment.frames] += weight * answer[segment.first :][: segment.frames]
        self._weights[: segment.frames] += weight
        settled = min(segment.stride, segment.frames)
        stems: Stems = self._sums[:settled] / self._weights[:settled]
        _shift(self._sums, segment.stride)
        _shift(self._weights, segment.stride)
        return stems


def _stride(length: int) -> int:
    """How much later than a segment of `length` the next one begins."""
    return int((1 - OVERLAP) * length)


def _triangle(frames: int) -> npt.NDArray[np.float32]:
    """Weights (frames,) that rise to 1 in the middle of a segment and fall again, never to 0."""
    rising = np.arange(1, frames // 2 + 1)
    falling = np.arange(frames - frames // 2, 0, -1)
    triangle: npt.NDArray[np.float32] = (np.concatenate([rising, falling]) / falling[0]).astype(np.float32)
    return triangle


def _shift(window: npt.NDArray[np.float32], frames: int) -> None:
    """Move the content of a window towards its begin, in place; zeros follow."""
    window[:-frames] = window[frames:]
    window[-frames:] = 0
