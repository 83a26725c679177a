"""Command line: bass, rhythm guitar and keys: the players who carry the chords."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from tools.house_band.harmony import ChordSpan, ladder, nearest, voicing
from tools.house_band.rhythm import humanise, repeat_rhythm, swing
from tools.house_band.score import BEATS_PER_BAR, Note, Track
from tools.house_band.songbook import Section, SongPlan

BASS_RANGE = (28, 50)  # E1…D3
HOLD = "X" + "-" * 31  # two bars of sixteenths: the last chord
SIXTEENTH = 0.25

# One or two bars of sixteenths for the rhythm guitar; the feel is the drummers' style, "" is every other one.
STRUMS = {
    "funk": ("x.xX..x.xxX...x.", "..x.X..x..x.X.x.", "X..x..X...xxX..x"),
    "reggae": ("..X...X...X...X.", "....X-......X-..", "..X...Xx..X...X."),
    "soul": ("....X-......X-.x", "x-..X-..x-x.X-..", "....X-..x-..X---"),
    "country": ("x...X-x-x...X-x-", "X-..X-xxX-..X-x-"),
    "": ("X-.xx-x-X-x-x-xx", "X---x-x-..x-X-x-", "X-----x-X---x-x-", "X-x-X-x-X-x-X-xx", "X-------x-x-X---"),
}
FEEL_ALIKE = {"jazz/funk": "funk", "neworleans": "funk", "afrobeat": "funk", "hiphop": "soul", "gospel": "soul"}
KEYS_STABS = ("X-----------x---", "X--x--X---x--x-.", "X---x---X---x-x-", "X-----x---x-X---", "..X-..X-..X-..X-")
ORGANS = frozenset({16, 17, 18})


def play_bass(plan: SongPlan, kicks: Sequence[float]) -> Track:
    """A line of single notes on the drummer's kicks that walks along the scale from root to root."""
    rng = plan.random("bass")
    melodic = rng.uniform(0.1, 0.7)
    notes: list[Note] = []
    for section in plan.sections_with("bass"):
        for span, following in pairwise([*section.chords, section.chords[0]]):
            onsets = [span.start_beats] if section.name == "final" else _bass_onsets(plan, span, kicks, melodic, rng)
            notes += _bass_figure(plan, section, span, following, onsets, melodic, rng)
    return _track(plan, "bass", "bass", 0, humanise(notes, plan.tempo_bpm, rng, shuffle=False, spread_s=0.005))


def play_rhythm_guitar(plan: SongPlan) -> Track:
    """Chords strummed in a pattern that each kind of section keeps."""
    rng = plan.random("rhythm")
    feel = FEEL_ALIKE.get(plan.feel, plan.feel)
    patterns = STRUMS.get(feel, STRUMS[""])
    chosen = {section.name: rng.choice(patterns) for section in plan.sections}
    notes: list[Note] = []
    for section in plan.sections_with("rhythm"):
        pattern = HOLD if section.name == "final" else chosen[section.name]
        for number, (start, length, accent) in enumerate(_strokes(section, pattern)):
            chord = voicing(section.chord_at(start).chord, 57, 4)
            velocity = _velocity(section, start, accent)
            notes += _strum(chord, start, length, velocity, plan.tempo_bpm, upwards=number % 2 == 1)
    played = humanise(notes, plan.tempo_bpm, rng, shuffle=plan.shuffle, spread_s=0.003)
    return _track(plan, "rhythm", "guitars", 1, played)


def play_keys(plan: SongPlan) -> Track:
    """Organs hold their chords, pianos strike them; a piano's left hand adds roots."""
    rng = plan.random("keys")
    holds = plan.line_up["keys"].program in ORGANS
    centre = rng.randint(60, 65)
    patterns = (HOLD, HOLD, *KEYS_STABS[-2:]) if holds else KEYS_STABS
    chosen = {section.name: rng.choice(patterns) for section in plan.sections}
    notes: list[Note] = []
    for section in plan.sections_with("keys"):
        pattern = HOLD if section.name == "final" else chosen[section.name]
        for start, length, accent in _strokes(section, pattern):
            span = section.chord_at(start)
            pitches = voicing(span.chord, centre, 3)
            if not holds and start == span.start_beats:
                pitches.insert(0, nearest(45, [span.chord.root], 39, 51))
            velocity = _velocity(section, start, accent) - 6
            notes += [Note(start, length * 0.96, pitch, velocity) for pitch in pitches]
    return _track(plan, "keys", "keys", 2, humanise(notes, plan.tempo_bpm, rng, shuffle=plan.shuffle))


def _bass_onsets(plan: SongPlan, span: ChordSpan, kicks: Sequence[float], melodic: float, rng: Random) -> list[float]:
    """The chord's first beat, the kicks at least three eighths of a beat apart, and passing eighths between them."""
    start, end = span.start_beats - 0.1, span.start_beats + span.length_beats - 0.1
    candidates = [kick for kick in kicks if start <= kick < end]
    if not any(abs(kick - span.start_beats) < 0.25 for kick in candidates):
        candidates.append(span.start_beats)
    for eighth in range(1, int(span.length_beats * 2)):
        if rng.random() < melodic * 0.8:
            moment = span.start_beats + eighth / 2
            candidates.append(swing(moment) if plan.shuffle else moment)
    onsets: list[float] = []
    for moment in sorted(candidates):
        if not onsets or moment - onsets[-1] > 0.375:
            onsets.append(moment)
    return onsets


def _bass_figure(
    plan: SongPlan,
    section: Section,
    span: ChordSpan,
    following: ChordSpan,
    onsets: list[float],
    melodic: float,
    rng: Random,
) -> list[Note]:
    """The notes on one chord: its root first, then chord notes or steps, at the end a step towards the next root."""
    scale = ladder(plan.tonic, plan.mode.scale, *BASS_RANGE)
    root = nearest(rng.choice((33, 36, 38)), [span.chord.root], *BASS_RANGE)
    target = nearest(root, [following.chord.root], *BASS_RANGE)
    end = span.start_beats + span.length_beats
    staccato = rng.choice((0.6, 0.8, 0.95))
    notes, pitch = [], root
    for index, (start, stop) in enumerate(pairwise([*onsets, end])):
        if index == 0:
            pitch = root
        elif index == len(onsets) - 1 and target != root and rng.random() < 0.6:
            pitch = min(scale, key=lambda step: (step == target, abs(step - target), step))
        elif rng.random() < melodic:
            pitch = rng.choice([step for step in scale if abs(step - pitch) <= 4])
        else:
            pitch = rng.choice([p for p in (root, root, root + 7, root + 12, root - 5) if 28 <= p <= 52])
        length = max(0.1, (stop - start) * (0.97 if section.name == "final" else staccato))
        notes.append(Note(max(0.0, start), length, pitch, _velocity(section, start, index == 0)))
    return notes


def _strokes(section: Section, pattern: str) -> list[tuple[float, float, bool]]:
    """The strokes of a pattern through a section; one that lasts into the next chord is struck again there."""
    strokes = []
    for start, length, accent in repeat_rhythm(pattern, SIXTEENTH, section.start_beats, section.end_beats):
        end = start + length
        while start < end:
            span = section.chord_at(start)
            stop = min(end, span.start_beats + span.length_beats)
            strokes.append((start, stop - start, accent))
            start = stop
    return strokes


def _strum(
    chord: list[int], start: float, length: float, velocity: int, tempo_bpm: float, *, upwards: bool
) -> list[Note]:
    """One string after the other, 9 ms apart; upstrokes start on the highest and are lighter."""
    gap = 0.009 * tempo_bpm / 60
    strings = chord[::-1] if upwards else chord
    velocity -= 10 if upwards else 0
    return [Note(start + i * gap, max(0.12, length * 0.9), pitch, velocity) for i, pitch in enumerate(strings)]


def _velocity(section: Section, beats: float, accent: bool) -> int:
    on_the_bar = 4 if beats % BEATS_PER_BAR == 0 else 0
    return round(56 + 36 * section.energy_at(beats)) + (14 if accent else 0) + on_the_bar


def _track(plan: SongPlan, player: str, bus: str, channel: int, notes: list[Note]) -> Track:
    seat = plan.line_up[player]
    return Track(bus, channel, seat.program, seat.pan, seat.reverb, seat.chorus, notes)
