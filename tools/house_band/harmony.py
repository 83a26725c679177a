"""Command line: modes, chords, progressions and voicings, as pitch classes (0 is C) and MIDI pitches (60 is middle C).

Progressions are written in Roman numerals relative to the tonic: bars parted by `|`, the chords of a bar share it
equally; upper case is major, lower case minor, `b` lowers the root by a semitone, what follows `/` is the bass note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from random import Random

from tools.house_band.score import BEATS_PER_BAR

NOTE_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

_NUMERAL = re.compile(r"(b?)([ivIV]+)(maj7|7sus4|sus4|sus2|add9|7|9|6)?(?:/(b?)([ivIV]+))?")
_DEGREES = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
FLATTENED = frozenset({1, 3, 8, 10})  # intervals above a root
_SUS4 = (0, 5, 7)
_MAJOR_CHORDS = {
    None: (0, 4, 7),
    "6": (0, 4, 7, 9),
    "7": (0, 4, 7, 10),
    "9": (0, 4, 7, 10, 14),
    "add9": (0, 4, 7, 14),
    "maj7": (0, 4, 7, 11),
    "sus2": (0, 2, 7),
    "sus4": _SUS4,
    "7sus4": (0, 5, 7, 10),
}
_MINOR_CHORDS = {
    None: (0, 3, 7),
    "6": (0, 3, 7, 9),
    "7": (0, 3, 7, 10),
    "9": (0, 3, 7, 10, 14),
    "add9": (0, 3, 7, 14),
}


@dataclass(frozen=True)
class Mode:
    """A scale (semitones above the tonic), the five notes of it that suit every chord, and what is played over it."""

    scale: tuple[int, ...]
    pentatonic: tuple[int, ...]
    vamps: tuple[str, ...]
    verses: tuple[str, ...]
    choruses: tuple[str, ...]
    blue_notes: tuple[int, ...] = ()


MODES = {
    "mixolydian": Mode(
        scale=(0, 2, 4, 5, 7, 9, 10),
        pentatonic=(0, 2, 4, 7, 9),
        vamps=("I7 | bVII IV", "I | bVII", "I | I | bVII | IV", "I7 | v7", "I9", "I | IV/i", "Isus4 I | bVIIadd9"),
        verses=(
            "I | bVII | IV | I",
            "I7 | I7 | IV | bVII",
            "I | v7 | IV | IV",
            "I | IV | bVII | IV",
            "I | I | bVII | bVII | IV | IV | I | Isus4 I",
            "I | IV/i | I | bVII | IV | IV | bVII | I",
            "I | bVII/v | IV | ii7 | I | bVII/v | IV bVII | I",
        ),
        choruses=(
            "IV | I | bVII | I",
            "bVII | IV | I | I",
            "ii7 | IV | I | bVII",
            "IV | bVII | I | Isus4 I",
            "IV | IV | I | I | bVII | IV | I | bVII7sus4 I",
            "vi | IV | I | bVII | vi | IV | bVII | bVII",
        ),
        blue_notes=(3,),
    ),
    "dorian": Mode(
        scale=(0, 2, 3, 5, 7, 9, 10),
        pentatonic=(0, 3, 5, 7, 10),
        vamps=("i7 | IV7", "i9", "i7 | i7 | IV | bVII", "i | bVII IV", "i7 | v7", "i9 | IV9"),
        verses=(
            "i7 | IV7 | i7 | IV7",
            "i | bVII | IV | i",
            "i7 | ii7 | bIII | IV",
            "i | i | bVII | IV",
            "i7 | IV7 | i7 | IV7 | bIII | bVII | IV7 | i7",
            "i | i/bvii | IV | IV | bIII | bVII | i | bVII",
        ),
        choruses=(
            "bIII | bVII | IV | i",
            "IV7 | i7 | IV7 | v7",
            "bVII | IV | i7 | i7",
            "bIII | IV | i | bVII",
            "bIII | bIII | IV | IV | i7 | bVII | IV7 | i7",
        ),
        blue_notes=(6,),
    ),
    "major": Mode(
        scale=(0, 2, 4, 5, 7, 9, 11),
        pentatonic=(0, 2, 4, 7, 9),
        vamps=("I | IV", "I | I | IV | V", "Imaj7 | IVmaj7", "I | ii7", "Iadd9 | V/vii", "IVmaj7 | I6"),
        verses=(
            "I | IV | I | V",
            "I | vi | IV | V",
            "I | iii | IV | I",
            "I | V | vi | IV | I | V | IV | IV",
            "I | V/vii | vi | I/v | IV | I/iii | ii7 | V7sus4 V7",
            "I | I | IV | IV | I | vi | ii7 | V",
            "Imaj7 | iii7 | IVmaj7 | IV V",
        ),
        choruses=(
            "IV | I | V | I",
            "vi | IV | I | V",
            "IV | V | I | vi",
            "ii7 | V7 | I | IV",
            "IV | IV | I | I/iii | ii7 | V | I | Isus4 I",
            "IV | V/iv | I/iii | vi | ii7 | IV | V7sus4 | V7",
        ),
    ),
    "minor": Mode(
        scale=(0, 2, 3, 5, 7, 8, 10),
        pentatonic=(0, 3, 5, 7, 10),
        vamps=("i | bVII", "i7 | iv7", "i | bVI bVII", "iadd9", "i | bVImaj7", "i7 | v7"),
        verses=(
            "i | bVII | bVI | bVII",
            "i | iv | i | v7",
            "i | bIII | bVII | iv",
            "i | iv | bVI | bVII",
            "i | i/bvii | bVImaj7 | V7 | i | bIII | iv | V7sus4 V7",
            "i7 | iv7 | i7 | iv7 | bVI | bVII | i | v7",
        ),
        choruses=(
            "bVI | bVII | i | i",
            "bIII | bVII | iv | i",
            "iv | bVII | bIII | bVI",
            "bVI | bIII | bVII | i",
            "bVI | bVII | bIII | i/bvii | bVI | bVII | V7sus4 | V7",
        ),
        blue_notes=(6,),
    ),
    "blues": Mode(
        scale=(0, 2, 3, 5, 7, 9, 10),
        pentatonic=(0, 3, 5, 7, 10),
        vamps=("I7", "I7 | IV7", "I7 | I7 | IV7 | I7", "I9 | IV9", "I7 | bIII IV"),
        verses=(
            "I7 | IV7 | I7 | I7 | IV7 | IV7 | I7 | I7 | V7 | IV7 | I7 | V7",
            "I7 | I7 | I7 | I7 | IV9 | IV9 | I7 | I7 | V9 | IV9 | I7 IV7 | I7 V7",
            "I7 | I7 | IV7 | I7 | IV7 | IV7 | I7 | V7",
            "i7 | i7 | i7 | i7 | iv7 | iv7 | i7 | i7 | bVI7 | V7 | i7 | V7",
        ),
        choruses=(
            "IV7 | I7 | V7 | I7",
            "IV7 | IV7 | I7 | I7 | V7 | IV7 | I7 | I7",
            "IV9 | bVII | I7 | I7 | IV9 | V9 | I7 | I7",
        ),
        blue_notes=(4, 6),
    ),
}


@dataclass(frozen=True)
class Chord:
    """A root (pitch class), its notes (semitones above the root), and the bass note (pitch class) if not the root."""

    root: int
    intervals: tuple[int, ...]
    slash: int | None = None

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The pitch classes of all its notes, without the bass note."""
        return frozenset((self.root + interval) % 12 for interval in self.intervals)

    @property
    def bass(self) -> int:
        """The pitch class that lies lowest."""
        return self.root if self.slash is None else self.slash


@dataclass(frozen=True)
class ChordSpan:
    """A chord and where it sounds, in beats from the start of the song."""

    start_beats: float
    length_beats: float
    chord: Chord

    @property
    def end_beats(self) -> float:
        """Where the next chord begins."""
        return self.start_beats + self.length_beats


def read_chord(numeral: str, tonic: int) -> Chord:
    """The chord of a Roman numeral in the key of `tonic` (pitch class); ValueError if it is none."""
    match = _NUMERAL.fullmatch(numeral)
    if match is None or match[2].lower() not in _DEGREES or (match[5] or "i").lower() not in _DEGREES:
        raise ValueError(f"{numeral!r} is not a Roman numeral")
    flat, degree, colour, bass_flat, bass = match.groups()
    chords = _MAJOR_CHORDS if degree.isupper() else _MINOR_CHORDS
    if colour not in chords:
        raise ValueError(f"{numeral!r}: no minor chord has {colour!r}")
    slash = None if bass is None else (tonic + _DEGREES[bass.lower()] - len(bass_flat)) % 12
    return Chord((tonic + _DEGREES[degree.lower()] - len(flat)) % 12, chords[colour], slash)


def read_progression(text: str, tonic: int) -> list[list[Chord]]:
    """The bars of a written progression, each with the chords that share it."""
    return [[read_chord(numeral, tonic) for numeral in bar.split()] for bar in text.split("|")]


def once_through(text: str, tonic: int) -> list[ChordSpan]:
    """A written progression once, from beat 0 on."""
    spans = []
    for bar, chords in enumerate(read_progression(text, tonic)):
        length = BEATS_PER_BAR / len(chords)
        spans += [ChordSpan(bar * BEATS_PER_BAR + i * length, length, chord) for i, chord in enumerate(chords)]
    return spans


def repeated(cycle: Sequence[ChordSpan], first_bar: int, bars: int) -> list[ChordSpan]:
    """A progression that was laid out once, played round and round for `bars` bars from `first_bar` on."""
    start, end = first_bar * BEATS_PER_BAR, (first_bar + bars) * BEATS_PER_BAR
    spans: list[ChordSpan] = []
    while start < end:
        for span in cycle:
            if start + span.start_beats < end:
                spans.append(replace(span, start_beats=start + span.start_beats))
        start += round(cycle[-1].end_beats)
    return spans


def lay_out(text: str, tonic: int, first_bar: int, bars: int) -> list[ChordSpan]:
    """A written progression played round and round for `bars` bars of four beats from `first_bar` on."""
    return repeated(once_through(text, tonic), first_bar, bars)


def embellished(
    cycle: Sequence[ChordSpan], tonic: int, scale: Sequence[int], share: float, rng: Random
) -> list[ChordSpan]:
    """`cycle` with suspensions and passing chords in some (`share`) of the bars that one chord fills.

    A major chord that goes on is suspended first (a fourth that falls to the third); one that moves is left a beat
    early for the triad of the scale that lies a step from the chord to come.
    """
    spans = []
    for span, following in pairwise([*cycle, cycle[0]]):
        if span.length_beats < BEATS_PER_BAR or rng.random() >= share:
            spans.append(span)
        elif following.chord.root == span.chord.root:
            spans += _suspended(span)
        else:
            spans += _left_early(span, following.chord.root, tonic, scale, rng)
    return spans


def _suspended(span: ChordSpan) -> list[ChordSpan]:
    if span.chord.intervals[:2] != (0, 4):
        return [span]
    half = span.length_beats / 2
    suspended = replace(span.chord, intervals=(*_SUS4, *span.chord.intervals[3:]))
    return [ChordSpan(span.start_beats, half, suspended), ChordSpan(span.start_beats + half, half, span.chord)]


def _left_early(span: ChordSpan, target: int, tonic: int, scale: Sequence[int], rng: Random) -> list[ChordSpan]:
    classes = [(tonic + step) % 12 for step in scale]
    triads = [
        _triad(classes, degree) for degree, pitch in enumerate(classes) if (pitch - target) % 12 in (1, 2, 10, 11)
    ]
    steps = [triad for triad in triads if triad.intervals[2] == 7 and triad.root != span.chord.root]
    if not steps:
        return [span]
    stay = span.length_beats - 1
    passing = ChordSpan(span.start_beats + stay, 1, rng.choice(steps))
    return [ChordSpan(span.start_beats, stay, span.chord), passing]


def _triad(classes: Sequence[int], degree: int) -> Chord:
    """The triad of the scale on one of its degrees."""
    root = classes[degree]
    third, fifth = ((classes[(degree + step) % len(classes)] - root) % 12 for step in (2, 4))
    return Chord(root, (0, third, fifth))


@lru_cache(maxsize=4096)
def scale_over(chord: Chord, tonic: int, scale: tuple[int, ...]) -> frozenset[int]:
    """The pitch classes that sound right over `chord`: the scale, bent to the chord's own notes where they differ.

    A flat third or seventh takes the place of the step above it, any other strange note that of the step below.
    """
    classes = {(tonic + step) % 12 for step in scale}
    for own in chord.pitch_classes - classes:
        flattened = (own - chord.root) % 12 in FLATTENED
        classes -= {(own + 1 if flattened else own - 1) % 12} - chord.pitch_classes
        classes.add(own)
    return frozenset(classes)


def ladder(classes: Iterable[int], low: int, high: int) -> list[int]:
    """All pitches from `low` to `high`, both included, that belong to one of the pitch `classes`."""
    wanted = frozenset(classes)
    return [pitch for pitch in range(low, high + 1) if pitch % 12 in wanted]


def nearest(pitch: float, classes: Iterable[int], low: int, high: int) -> int:
    """The pitch of one of the pitch `classes` that lies nearest to `pitch` within `low`…`high` (≥ 11 apart)."""
    return min(ladder(classes, low, high), key=lambda candidate: (abs(candidate - pitch), candidate))


def voicing(chord: Chord, voices: int, centre: int, previous: Sequence[int] = ()) -> tuple[int, ...]:
    """`chord` for `voices` voices in close position around `centre`; each moves little from `previous`.

    With fewer voices than notes the fifth goes first and the highest colours stay; with more, notes are doubled.
    """
    return _voicing(chord, voices, centre, tuple(previous))


@lru_cache(maxsize=16384)
def _voicing(chord: Chord, voices: int, centre: int, previous: tuple[int, ...]) -> tuple[int, ...]:
    def effort(pitches: tuple[int, ...]) -> float:
        moved = sum(abs(a - b) for a, b in zip(pitches, previous, strict=False))
        return moved + 0.5 * abs(sum(pitches) / len(pitches) - centre)

    return min(_inversions(chord, voices, centre), key=lambda pitches: (effort(pitches), pitches))


def _inversions(chord: Chord, voices: int, centre: int) -> list[tuple[int, ...]]:
    intervals = list(chord.intervals)
    while len(intervals) > voices:
        intervals.remove(7 if 7 in intervals else intervals[0])
    classes = {(chord.root + interval) % 12 for interval in intervals}
    steps = ladder(classes, centre - 12, centre + 18)
    return [tuple(steps[i : i + voices]) for i, low in enumerate(steps[: 1 - voices or None]) if low <= centre + 2]
