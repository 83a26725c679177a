"""Command line: tunes. Lines of melody that are sung or played as a theme, each a rhythm of syllables and a contour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from random import Random

from tools.house_band.form import Section
from tools.house_band.harmony import ladder, nearest, scale_over
from tools.house_band.rhythm import Stroke, read_rhythm
from tools.house_band.score import Note
from tools.house_band.songbook import SongPlan

BREATH_BEATS = 1.0  # silence before the next line, at least
BOUND_BEATS = 0.12  # notes nearer to each other than this belong together
OVERLAP_BEATS = 0.03  # of bound notes
THEME_STEP_BEATS = 0.5
SHORTEST_BEATS = 0.2
LONG_BEATS = 1.0  # notes from here on settle on the chord

# Lines of sixteen steps: where the syllables of a line fall.
VERSE_LINES = (
    "x-xxx-x-xx--....",
    "..xxx-xxx-x---..",
    "xxx-xxx-x-x---..",
    "x-x-xxxxx-----..",
    ".xx-x-xxx-xx---.",
    "...xxxx-x-xxx---",
    "x-xx-xx-x-------",
    "x--xx-x-x--x--..",
    "..x-xx-xx-xx--..",
    "xx-xx-x-........",
    "x---xx-xx---....",
)
CHORUS_LINES = (
    "X---x---x-x-x---",
    "X-x-X---x-x-x--.",
    "x-xxX-----x-X---",
    "X-----x-X-----..",
    "..x-X---x-x-X---",
    "X--x--X---x-x---",
    "X---x---X-------",
)
SILENT = "." * 16
LINE_ORDERS = ("aaba", "abab", "abac", "aabc")
AIRY_ORDERS = ("aab.", "a.b.", "abc.", "aaba", "abac", "ab.c")  # `.` leaves a line to whoever answers


@dataclass(frozen=True)
class Line:
    """A line of melody: its rhythm, and where each note lies on the scale relative to the tune's centre."""

    rhythm: str
    steps: tuple[int, ...]


@dataclass(frozen=True)
class Tune:
    """Four lines, some of them alike; `step_beats` is the length of one letter of their rhythms."""

    lines: tuple[Line, ...]
    step_beats: float

    @property
    def line_beats(self) -> float:
        """Length of a line with its rest."""
        return len(self.lines[0].rhythm) * self.step_beats


def write_tune(rhythms: Sequence[str], step_beats: float, rng: Random, orders: Sequence[str] = LINE_ORDERS) -> Tune:
    """A tune of four lines. Every other line answers: it ends where the tune is at home."""
    order = rng.choice(orders)
    written = {letter: _write_line(rng.choice(rhythms), rng) for letter in "abc"} | {".": Line(SILENT, ())}
    lines = [written[letter] for letter in order]
    return Tune(tuple(_closed(line) if number % 2 else line for number, line in enumerate(lines)), step_beats)


def theme_of(plan: SongPlan) -> Tune:
    """The tune that opens a song and comes back at its end."""
    return write_tune((*CHORUS_LINES, *VERSE_LINES[:4]), THEME_STEP_BEATS, plan.random("theme"))


def _write_line(rhythm: str, rng: Random) -> Line:
    steps, position = [], rng.choice((0, 0, 1, 2, -1))
    for _ in read_rhythm(rhythm, 1):
        steps.append(position)
        position += rng.choice((-2, -1, -1, 0, 0, 1, 1, 2, 3)) - round(position / 3)
    return Line(rhythm, tuple(steps))


def _closed(line: Line) -> Line:
    return replace(line, steps=(*line.steps[:-2], 1, 0)) if line.steps else line


@dataclass(frozen=True)
class Performer:
    """Somebody who sings or plays a tune: in which song, within which pitches, around which, and with whose chance."""

    plan: SongPlan
    tune: Tune
    low_high: tuple[int, int]
    centre: int
    rng: Random

    def play(self, section: Section) -> list[Note]:
        """The tune's lines in turn through a section, with small changes when they come again."""
        notes: list[Note] = []
        start, number = section.start_beats, 0
        while start < section.end_beats:
            line = self.tune.lines[number % len(self.tune.lines)]
            notes += self._play_line(section, line, start, again=number >= len(self.tune.lines))
            start, number = start + self.tune.line_beats, number + 1
        return notes

    def _play_line(self, section: Section, line: Line, start: float, *, again: bool) -> list[Note]:
        latest_end = min(start + self.tune.line_beats, section.end_beats) - BREATH_BEATS
        notes = []
        for stroke, step in zip(read_rhythm(line.rhythm, self.tune.step_beats), line.steps, strict=True):
            at = start + stroke.start_beats
            length = min(stroke.length_beats, latest_end - at)
            if length >= SHORTEST_BEATS:
                pitch = self._pitch(section, at, stroke, step + (self.rng.choice((-1, 0, 0, 0, 0, 1)) if again else 0))
                notes.append(Note(at, length, pitch, section.velocity_at(at, accent=stroke.accent)))
        return notes

    def _pitch(self, section: Section, at: float, stroke: Stroke, step: int) -> int:
        """The note `step` steps from home, or its neighbour in the chord (if it lasts) or in the chord's scale."""
        plan, chord = self.plan, section.chord_at(at).chord
        wished = self._steps[max(0, min(len(self._steps) - 1, self._home + step))]
        lasts = stroke.length_beats >= LONG_BEATS or stroke.accent
        classes = chord.pitch_classes if lasts else scale_over(chord, plan.tonic, plan.mode.scale)
        return nearest(wished, classes, *self.low_high)

    @cached_property
    def _steps(self) -> list[int]:
        return ladder(((self.plan.tonic + step) % 12 for step in self.plan.mode.pentatonic), *self.low_high)

    @cached_property
    def _home(self) -> int:
        return min(range(len(self._steps)), key=lambda i: (abs(self._steps[i] - self.centre), i))


def bound(notes: Sequence[Note]) -> list[Note]:
    """The notes as one line: each ends with the next's start, and neighbours overlap by a hair."""
    result = []
    for note, following in pairwise(sorted(notes)):
        gap = following.start_beats - note.start_beats - note.length_beats
        length = following.start_beats - note.start_beats + OVERLAP_BEATS if gap < BOUND_BEATS else note.length_beats
        result.append(replace(note, length_beats=length))
    return [*result, *sorted(notes)[-1:]]
