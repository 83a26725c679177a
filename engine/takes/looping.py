"""Engine thread: stems of a perfect loop, which meet at its seam as its mix does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.takes.take import Stems, Take

AROUND_FRAMES = 4 * SAMPLE_RATE_HZ
"""The separator hears so much of the loop's end before its beginning, and of its beginning after its end."""

MEETING_FRAMES = SAMPLE_RATE_HZ // 2
"""At the loop's end the stems go over to those that the separator found before the beginning, which lead into it."""

BLOCK_FRAMES = 16_384


def more_than_a_turn(take: Take) -> Iterator[Wave]:
    """The mix of a take that is one turn of a loop, with AROUND_FRAMES more at either end; its whole mix must exist."""
    turn, frame, end = take.mix_frames, -AROUND_FRAMES, take.mix_frames + AROUND_FRAMES
    while turn and frame < end:
        block = take.read_mix(frame % turn, min(BLOCK_FRAMES, turn - frame % turn, end - frame))
        yield block
        frame += len(block)


def one_turn(stems: Iterable[Stems], frames: int) -> Iterator[Stems]:
    """A turn of `frames` frames out of the stems (frames, stems, 2) of `more_than_a_turn`; it can be repeated."""
    meeting = min(MEETING_FRAMES, frames)
    before: list[Stems] = []  # what was found before the turn's beginning
    position = -AROUND_FRAMES
    for block in stems:
        begin, position = position, position + len(block)
        if begin < 0:
            before.append(block[:-begin])
        turn = block[max(0, -begin) : max(0, frames - begin)]
        if len(turn):
            yield _met(turn, max(begin, 0) - (frames - meeting), np.concatenate(before)[-meeting:])


def _met(turn: Stems, first: int, before: Stems) -> Stems:
    """A part of the turn, whose frame `first` is counted from where it begins to go over to what came `before`.

    The same instruments are in both, so the sum of the weights is 1.
    """
    if (going := first + len(turn)) <= 0:
        return turn
    unchanged = max(0, -first)
    passed = np.arange(first + unchanged, going)
    weights = ((passed + 1) / (len(before) + 1)).astype(np.float32)[:, None, None]
    return np.concatenate([turn[:unchanged], (1 - weights) * turn[unchanged:] + weights * before[passed]])
