"""Command line: organ or piano. Held chords, stabs and runs of chords under the others, and solos of its own."""

from __future__ import annotations

from random import Random

from tools.house_band.expression import rotor
from tools.house_band.form import Section
from tools.house_band.harmony import Chord, nearest, voicing
from tools.house_band.improvising import Improviser
from tools.house_band.rhythm import Stroke, humanise
from tools.house_band.rhythm_guitar import HOLD, struck_again
from tools.house_band.score import Note, Track
from tools.house_band.songbook import SongPlan

ORGANS = frozenset({16, 17, 18, 19, 20})
SOLO_RANGE = (60, 91)
QUIET_ENERGY, LOUD_ENERGY = 0.42, 0.7

# One bar of sixteenths, for quiet, middling and loud sections.
ORGAN_PATTERNS = (
    (HOLD, HOLD[:16]),
    (HOLD, "X-----------x---", "X-------x-----x-", "..X-..X-..X-..X-"),
    (HOLD[:16], "X--x--X---x--x-.", "..X-..X-..X-.xX-", "X-------..x-X-x-", "x.xXx.x.xXx.x.Xx"),
)
PIANO_PATTERNS = (
    (HOLD[:16], "X-------x-------", "X-----x-----x---"),
    ("X-----------x---", "X---x---X---x-x-", "..X-..X-..X-..X-", "X--x--X---x--x-."),
    ("X-x-X-x-X-x-X-x-", "X--X--X-X--X--X-", "X-----x---x-X---", "x-X-x-Xxx-X-x-Xx"),
)
BROKEN_CHORD = "x-x-x-x-x-x-x-x-"  # a quiet piano's other way: one note after the other


def play_keys(plan: SongPlan) -> Track:
    """Organs hold their chords and swell, pianos strike them over a left hand that adds roots."""
    rng = plan.random("keys")
    organ = plan.line_up["keys"].program in ORGANS
    improviser = Improviser(plan, SOLO_RANGE, plan.random("keys solo"))
    centre = rng.randint(60, 65)
    chosen: dict[tuple[str, int], str] = {}
    notes: list[Note] = []
    for section in plan.sections_with("keys"):
        solo = section.soloist == "keys" and section.name != "final"
        pattern = _pattern(section, organ, chosen, rng)
        notes += _accompany(section, pattern, centre - (8 if solo else 0), organ=organ, solo=solo)
        if solo and section.name == "theme":
            notes += improviser.theme(section)
        elif solo:
            notes += improviser.solo(section)
    played = humanise(notes, plan.tempo_bpm, rng, shuffle=plan.shuffle)
    track = plan.line_up["keys"].track("keys", 2, played)
    track.controls = list(rotor(plan)) if organ else []
    return track


def _pattern(section: Section, organ: bool, chosen: dict[tuple[str, int], str], rng: Random) -> str:
    if section.name == "final":
        return HOLD
    level = (section.mean_energy >= QUIET_ENERGY) + (section.mean_energy >= LOUD_ENERGY)
    if (section.name, level) not in chosen:
        broken = not organ and level == 0 and rng.random() < 0.5
        chosen[section.name, level] = (
            BROKEN_CHORD if broken else rng.choice((PIANO_PATTERNS, ORGAN_PATTERNS)[organ][level])
        )
    return chosen[section.name, level]


def _accompany(section: Section, pattern: str, centre: int, *, organ: bool, solo: bool) -> list[Note]:
    notes: list[Note] = []
    pitches: tuple[int, ...] = ()
    chord: Chord | None = None
    voices = 2 if solo else 3 if section.mean_energy < LOUD_ENERGY else 4
    for number, stroke in enumerate(struck_again(section, pattern)):
        changes = chord != (chord := section.chord_at(stroke.start_beats).chord)
        if changes:
            pitches = voicing(chord, voices, centre, pitches)
        velocity = section.velocity_at(stroke.start_beats, accent=stroke.accent) - (16 if solo else 6)
        struck = (pitches[number % len(pitches)],) if pattern == BROKEN_CHORD else pitches
        notes += [Note(stroke.start_beats, stroke.length_beats * 0.97, pitch, velocity) for pitch in struck]
        if changes and not organ:
            notes += _left_hand(section, stroke, chord, velocity)
    return notes


def _left_hand(section: Section, stroke: Stroke, chord: Chord, velocity: int) -> list[Note]:
    """The bass note where a chord begins, with its octave when it is loud."""
    length = section.chord_at(stroke.start_beats).end_beats - stroke.start_beats
    low = nearest(44, [chord.bass], 38, 50)
    octave = [low - 12] if section.mean_energy > LOUD_ENERGY and low - 12 >= 33 else []
    return [Note(stroke.start_beats, length * 0.9, pitch, velocity - 4) for pitch in (*octave, low)]
