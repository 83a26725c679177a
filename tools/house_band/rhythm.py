"""Command line: rhythms written as text, swing, and human inaccuracy.

A rhythm is a string of equal steps: `x` strikes, `X` strikes with an accent, `c` chops (damped strings), `.` rests,
`-` goes on with what was before it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import NamedTuple

from tools.house_band.score import Note


class Stroke(NamedTuple):
    """One stroke of a rhythm; `mark` is the letter that it was written with."""

    start_beats: float
    length_beats: float
    mark: str

    @property
    def accent(self) -> bool:
        """Whether it is struck harder than the others."""
        return self.mark == "X"


def read_rhythm(text: str, step_beats: float) -> list[Stroke]:
    """The strokes of a written rhythm."""
    return [
        Stroke(match.start() * step_beats, len(match[0]) * step_beats, match[0][0])
        for match in re.finditer("[xXc]-*", text)
    ]


def repeat_rhythm(text: str, step_beats: float, start_beats: float, end_beats: float) -> Iterator[Stroke]:
    """A written rhythm over and over from `start_beats` until `end_beats`; the last stroke is cut there."""
    cycle, cycle_start = len(text) * step_beats, start_beats
    while cycle_start < end_beats:
        for start, length, mark in read_rhythm(text, step_beats):
            if cycle_start + start < end_beats:
                yield Stroke(cycle_start + start, min(length, end_beats - cycle_start - start), mark)
        cycle_start += cycle


def swing(beats: float) -> float:
    """A time played straight moved to where a shuffle puts it: the second eighth of each beat at two thirds."""
    beat, part = divmod(beats, 1)
    return beat + (part * 4 / 3 if part < 0.5 else 2 / 3 + (part - 0.5) * 2 / 3)


def humanise(notes: list[Note], tempo_bpm: float, rng: Random, *, shuffle: bool, spread_s: float = 0.007) -> list[Note]:
    """The notes with a player's inaccuracy: time (`spread_s`, standard deviation) and velocity (4 steps).

    With `shuffle` the notes are swung first. Ends stay where they were, so that what was bound stays bound.
    """
    return [_play_inexactly(_swung(note) if shuffle else note, spread_s * tempo_bpm / 60, rng) for note in notes]


def one_at_a_time(notes: Sequence[Note]) -> list[Note]:
    """The notes of one line in order, each ended where the next begins."""
    pairs = pairwise([*sorted(notes), Note(math.inf, 0, 0, 0)])
    return [
        replace(note, length_beats=min(note.length_beats, then.start_beats - note.start_beats)) for note, then in pairs
    ]


def _swung(note: Note) -> Note:
    start = swing(note.start_beats)
    return replace(note, start_beats=start, length_beats=swing(note.start_beats + note.length_beats) - start)


def _play_inexactly(note: Note, spread_beats: float, rng: Random) -> Note:
    late = max(-2 * spread_beats, min(2 * spread_beats, rng.gauss(0, spread_beats)))
    start = max(0.0, note.start_beats + late)
    length = max(0.05, note.start_beats + note.length_beats - start)
    velocity = max(1, min(127, round(note.velocity + rng.gauss(0, 4))))
    return replace(note, start_beats=start, length_beats=length, velocity=velocity)
