"""Command line: what fingers, throats and pedals add to notes: bends, vibrato, swells, the rotating loudspeaker."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from tools.house_band.midi import BEND_RANGE_SEMITONES
from tools.house_band.score import EXPRESSION, Bend, Control, Note
from tools.house_band.songbook import SongPlan

VIBRATO_HZ = 5.4
VIBRATO_DELAY_BEATS = 0.4
VIBRATO_POINTS = 8  # a cycle
BEND_POINTS = 8
SHORTEST_BENT_BEATS = 0.45
SHORTEST_SHAKEN_BEATS = 0.9
GRACE_BEATS = 0.09
CLEAR_BEATS = 0.01  # the wheel is back before the next note by this much

SLOW_ROTOR_HZ, FAST_ROTOR_HZ = 0.8, 6.6  # the treble horn of a rotating loudspeaker
ROTOR_RISE_S = 1.0
FAST_ROTOR_ENERGY = 0.66


@dataclass(frozen=True)
class Manner:
    """How a player shapes notes.

    Attributes:
        bends: share of the longer notes that are reached from below.
        graces: share of the shorter notes that are hammered on from the step below.
        releases: share of the long notes that are bent up and let down again.
        depth: largest bend in semitones.
        vibrato: depth in semitones, upwards and downwards.
    """

    bends: float
    graces: float
    releases: float
    depth: float
    vibrato: float


LEAD_GUITAR = Manner(bends=0.34, graces=0.16, releases=0.15, depth=2.0, vibrato=0.28)
SINGER = Manner(bends=0.35, graces=0.0, releases=0.0, depth=1.0, vibrato=0.0)  # singers.py adds a voice's own vibrato


def bends(plan: SongPlan, notes: Sequence[Note], manner: Manner, rng: Random) -> list[Bend]:
    """The pitch wheel through a line of single notes; it rests at 0 before each note and after the last."""
    scale = {(plan.tonic + step) % 12 for step in plan.mode.scale}
    result: list[Bend] = []
    for note, following in pairwise([*notes, Note(math.inf, 0, 0, 0)]):
        end = min(note.start_beats + note.length_beats, following.start_beats) - CLEAR_BEATS
        shape = list(_shape(note, end, scale, manner, plan.tempo_bpm, rng)) if end > note.start_beats else []
        result += [bend for bend in shape if bend.at_beats < end]
        if shape:
            result.append(Bend(end, 0.0))
    return result


def _shape(note: Note, end: float, scale: set[int], manner: Manner, tempo_bpm: float, rng: Random) -> Iterator[Bend]:
    length = end - note.start_beats
    step = min(manner.depth, _step_below(note.pitch, scale))
    if length >= SHORTEST_BENT_BEATS and rng.random() < manner.bends:
        yield from _rise(note.start_beats, min(0.35, length / 2), step * rng.choice((0.5, 1.0, 1.0)))
    elif rng.random() < manner.graces:
        yield from _rise(note.start_beats, min(GRACE_BEATS, length / 3), step)
    if length >= SHORTEST_SHAKEN_BEATS:
        if rng.random() < manner.releases:
            yield from _up_and_down(note.start_beats + length * 0.45, length / 2, step)
        elif manner.vibrato:
            yield from _vibrato(note.start_beats + VIBRATO_DELAY_BEATS, end, manner.vibrato, tempo_bpm)


def _step_below(pitch: int, scale: set[int]) -> float:
    return next(step for step in (1, 2, 3, 4) if (pitch - step) % 12 in scale)


def _rise(start: float, length: float, depth: float) -> Iterator[Bend]:
    for point in range(BEND_POINTS + 1):
        part = point / BEND_POINTS
        yield Bend(start + part * length, -depth * (1 - part) ** 2)


def _up_and_down(start: float, length: float, depth: float) -> Iterator[Bend]:
    for point in range(2 * BEND_POINTS + 1):
        part = point / (2 * BEND_POINTS)
        yield Bend(start + part * length, min(BEND_RANGE_SEMITONES, depth) * math.sin(math.pi * part))


def _vibrato(start: float, end: float, depth: float, tempo_bpm: float) -> Iterator[Bend]:
    """A sine that opens over its first two cycles."""
    cycle = tempo_bpm / 60 / VIBRATO_HZ
    for point in range(int((end - start) / cycle * VIBRATO_POINTS)):
        cycles = point / VIBRATO_POINTS
        yield Bend(start + cycles * cycle, depth * min(1.0, cycles / 2) * math.sin(2 * math.pi * cycles))


def swells(notes: Sequence[Note]) -> Iterator[Control]:
    """Expression that opens on each note and closes a little towards the end of long ones."""
    for note in notes:
        yield Control(max(0.0, note.start_beats - 0.02), EXPRESSION, 112)
        if note.length_beats >= 1:
            yield Control(note.start_beats + note.length_beats * 0.4, EXPRESSION, 124)
            yield Control(note.start_beats + note.length_beats * 0.8, EXPRESSION, 104)


def rotor(plan: SongPlan) -> Iterator[Control]:
    """A rotating loudspeaker and the swell pedal, as expression: slow in quiet sections, fast in loud ones."""
    beat_s = 60 / plan.tempo_bpm
    rate_hz, cycles = SLOW_ROTOR_HZ, 0.0
    for section in plan.sections_with("keys"):
        at_beats = section.start_beats
        while at_beats < section.end_beats:
            energy = section.energy_at(at_beats)
            target_hz = FAST_ROTOR_HZ if energy >= FAST_ROTOR_ENERGY else SLOW_ROTOR_HZ
            step_s = 1 / (6 * max(rate_hz, 2.0))
            rate_hz += (target_hz - rate_hz) * min(1.0, step_s / ROTOR_RISE_S * 2)
            cycles += rate_hz * step_s
            value = 84 + 26 * energy + 13 * math.sin(2 * math.pi * cycles)
            yield Control(at_beats, EXPRESSION, max(1, min(127, round(value))))
            at_beats += step_s / beat_s
