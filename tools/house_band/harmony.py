"""Command line: modes, chords, progressions and voicings, as pitch classes (0 is C) and MIDI pitches (60 is middle C).

Progressions are written in Roman numerals relative to the tonic: bars parted by `|`, the chords of a bar share it
equally; upper case is major, lower case minor, `b` lowers the root by a semitone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tools.house_band.score import BEATS_PER_BAR

NOTE_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

_NUMERAL = re.compile(r"(b?)([ivIV]+)(maj7|sus4|7|9)?")
_DEGREES = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
_MAJOR_CHORDS = {
    None: (0, 4, 7),
    "7": (0, 4, 7, 10),
    "9": (0, 4, 7, 10, 14),
    "maj7": (0, 4, 7, 11),
    "sus4": (0, 5, 7),
}
_MINOR_CHORDS = {None: (0, 3, 7), "7": (0, 3, 7, 10), "9": (0, 3, 7, 10, 14)}


@dataclass(frozen=True)
class Mode:
    """A scale (semitones above the tonic), the five notes of it that suit every chord, and what is played over it."""

    scale: tuple[int, ...]
    pentatonic: tuple[int, ...]
    vamps: tuple[str, ...]
    verses: tuple[str, ...]
    choruses: tuple[str, ...]


MODES = {
    "mixolydian": Mode(
        scale=(0, 2, 4, 5, 7, 9, 10),
        pentatonic=(0, 2, 4, 7, 9),
        vamps=("I7 | bVII IV", "I | bVII", "I | I | bVII | IV", "I7 | v7", "I9"),
        verses=("I | bVII | IV | I", "I7 | I7 | IV | bVII", "I | v7 | IV | IV", "I | IV | bVII | IV"),
        choruses=("IV | I | bVII | I", "bVII | IV | I | I", "ii7 | IV | I | bVII", "IV | bVII | I | Isus4 I"),
    ),
    "dorian": Mode(
        scale=(0, 2, 3, 5, 7, 9, 10),
        pentatonic=(0, 3, 5, 7, 10),
        vamps=("i7 | IV7", "i9", "i7 | i7 | IV | bVII", "i | bVII IV"),
        verses=("i7 | IV7 | i7 | IV7", "i | bVII | IV | i", "i7 | ii7 | bIII | IV", "i | i | bVII | IV"),
        choruses=("bIII | bVII | IV | i", "IV7 | i7 | IV7 | v7", "bVII | IV | i7 | i7", "bIII | IV | i | bVII"),
    ),
    "major": Mode(
        scale=(0, 2, 4, 5, 7, 9, 11),
        pentatonic=(0, 2, 4, 7, 9),
        vamps=("I | IV", "I | I | IV | V", "Imaj7 | IVmaj7", "I | ii7"),
        verses=("I | IV | I | V", "I | vi | IV | V", "I | iii | IV | I", "I | V | vi | IV | I | V | IV | IV"),
        choruses=("IV | I | V | I", "vi | IV | I | V", "IV | V | I | vi", "ii7 | V7 | I | IV"),
    ),
    "minor": Mode(
        scale=(0, 2, 3, 5, 7, 8, 10),
        pentatonic=(0, 3, 5, 7, 10),
        vamps=("i | bVII", "i7 | iv7", "i | bVI bVII", "i"),
        verses=("i | bVII | bVI | bVII", "i | iv | i | v7", "i | bIII | bVII | iv", "i | iv | bVI | bVII"),
        choruses=("bVI | bVII | i | i", "bIII | bVII | iv | i", "iv | bVII | bIII | bVI", "bVI | bIII | bVII | i"),
    ),
    "blues": Mode(
        scale=(0, 2, 3, 5, 7, 9, 10),
        pentatonic=(0, 3, 5, 7, 10),
        vamps=("I7", "I7 | IV7", "I7 | I7 | IV7 | I7"),
        verses=(
            "I7 | IV7 | I7 | I7 | IV7 | IV7 | I7 | I7 | V7 | IV7 | I7 | V7",
            "I7 | I7 | IV7 | I7 | IV7 | IV7 | I7 | V7",
        ),
        choruses=("IV7 | I7 | V7 | I7", "IV7 | IV7 | I7 | I7 | V7 | IV7 | I7 | I7"),
    ),
}


@dataclass(frozen=True)
class Chord:
    """A root (pitch class) and its notes (semitones above the root)."""

    root: int
    intervals: tuple[int, ...]

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The pitch classes of all its notes."""
        return frozenset((self.root + interval) % 12 for interval in self.intervals)


@dataclass(frozen=True)
class ChordSpan:
    """A chord and where it sounds, in beats from the start of the song."""

    start_beats: float
    length_beats: float
    chord: Chord


def read_chord(numeral: str, tonic: int) -> Chord:
    """The chord of a Roman numeral in the key of `tonic` (pitch class); ValueError if it is none."""
    match = _NUMERAL.fullmatch(numeral)
    if match is None or match[2].lower() not in _DEGREES:
        raise ValueError(f"{numeral!r} is not a Roman numeral")
    flat, degree, colour = match.groups()
    chords = _MAJOR_CHORDS if degree.isupper() else _MINOR_CHORDS
    root = tonic + _DEGREES[degree.lower()] - len(flat)
    return Chord(root % 12, chords[colour])


def read_progression(text: str, tonic: int) -> list[list[Chord]]:
    """The bars of a written progression, each with the chords that share it."""
    return [[read_chord(numeral, tonic) for numeral in bar.split()] for bar in text.split("|")]


def lay_out(text: str, tonic: int, first_bar: int, bars: int) -> list[ChordSpan]:
    """The progression played round and round for `bars` bars of four beats from `first_bar` on."""
    progression = read_progression(text, tonic)
    spans = []
    for bar in range(bars):
        chords = progression[bar % len(progression)]
        length = BEATS_PER_BAR / len(chords)
        start = (first_bar + bar) * BEATS_PER_BAR
        spans += [ChordSpan(start + i * length, length, chord) for i, chord in enumerate(chords)]
    return spans


def ladder(tonic: int, scale: Iterable[int], low: int, high: int) -> list[int]:
    """All pitches of the scale from `low` to `high`, both included."""
    classes = {(tonic + step) % 12 for step in scale}
    return [pitch for pitch in range(low, high + 1) if pitch % 12 in classes]


def nearest(pitch: float, classes: Iterable[int], low: int, high: int) -> int:
    """The pitch of one of the pitch `classes` that lies nearest to `pitch` within `low`…`high` (≥ 12 apart)."""
    wanted = set(classes)
    return min((p for p in range(low, high + 1) if p % 12 in wanted), key=lambda p: (abs(p - pitch), p))


def voicing(chord: Chord, centre: float, voices: int) -> list[int]:
    """`chord` in close position around the pitch `centre`, so that one chord leads to the next by small steps.

    With fewer voices than notes the fifth goes first and the highest colours stay; with more, notes are doubled.
    """
    intervals = list(chord.intervals)
    if len(intervals) > voices and 7 in intervals:
        intervals.remove(7)
    classes = {(chord.root + interval) % 12 for interval in intervals[:voices]}
    low = round(centre) - 5
    pitches = [pitch for pitch in range(low, low + 24) if pitch % 12 in classes]
    return pitches[:voices]
