"""Command line: the rhythm guitar. Picked chords when it is quiet, off-beats and chops, full strums when it is loud."""

from __future__ import annotations

from random import Random

from tools.house_band.form import Section
from tools.house_band.harmony import Chord, voicing
from tools.house_band.rhythm import Stroke, humanise, repeat_rhythm
from tools.house_band.score import Note, Track
from tools.house_band.songbook import SongPlan

HOLD = "X" + "-" * 31  # two bars of sixteenths: the last chord
SIXTEENTH = 0.25
STRINGS = 4
STRUM_GAP_S = 0.009
PICKED_ENERGY, STRUMMED_ENERGY, WILD_ENERGY = 0.36, 0.6, 0.84

# One or two bars of sixteenths; the feel is the drummers' style, "" is every other one.
PICKED = ("x-x-x-x-x-x-x-x-", "x---x-x---x-x---", "x-x---x-x-x---x-", "x--x--x-x--x--x-", "x---..x-x-..x---")
OFF_BEATS = {
    "funk": ("c.xXc.cxc.xXc.x.", "..x.Xc.xc.x.Xcx.", "X.cx..X.c.xxX..c"),
    "reggae": ("..X...X...X...X.", "....X-......X-..", "..X...Xc..X...Xc"),
    "soul": ("....X-......X-.c", "c.c.X-c.c.c.X-c.", "....X-..x-..X---"),
    "country": ("..X-..X-..X-..X-", "c.X-c.X-c.X-c.X-"),
    "": ("....X-..c...X-..", "..X-..X-..X-..X-", "c.c.X.c.c.c.X.c.", "X-----c.c.x-c.c.", "..x-X-....x-X-.."),
}
STRUMS = {
    "funk": ("x.xXc.x.xxXcc.x.", "X.cX..xcxc.X.cxX", "XcxX.cX.xcxxXcxX"),
    "reggae": ("..X.x.X...X.x.X.", "x-X-..X-x-X-..Xc"),
    "soul": ("x-c.X-c.x-xcX-cx", "x-..X-..x-x.X-x-"),
    "country": ("x-c.X-x-x-c.X-x-", "X-..X-xxX-..X-x-", "x-xxX-xxx-xxX-xx"),
    "": ("X-.xx-x-X-x-x-xx", "X---x-x-c.x-X-x-", "X-----x-X---x-x-", "X-x-X-x-X-x-X-xx", "X-------x-x-X---"),
}
WILD = ("X-x-XxxxX-xxXxxx", "X-xxX-x-XxxxX-xx", "xxX-xxX-xxX-X-xx")
FEEL_ALIKE = {"jazz/funk": "funk", "neworleans": "funk", "afrobeat": "funk", "hiphop": "soul", "gospel": "soul"}


def play_rhythm_guitar(plan: SongPlan) -> Track:
    """Chords in a pattern that each kind of section keeps, in inversions that move little."""
    rng = plan.random("rhythm")
    chosen: dict[tuple[str, int], str] = {}
    notes: list[Note] = []
    pitches: tuple[int, ...] = ()
    for section in plan.sections_with("rhythm"):
        pattern = _pattern(plan, section, chosen, rng)
        centre = 57 + round(6 * max(0.0, section.mean_energy - 0.5))
        chord: Chord | None = None
        for number, stroke in enumerate(struck_again(section, pattern)):
            if chord != (chord := section.chord_at(stroke.start_beats).chord):
                pitches = voicing(chord, STRINGS, centre, pitches)
            if section.mean_energy < PICKED_ENERGY and section.name != "final":
                notes += _pick(section, pitches, stroke, number)
            else:
                notes += _strum(section, pitches, stroke, plan.tempo_bpm, upwards=number % 2 == 1)
    played = humanise(notes, plan.tempo_bpm, rng, shuffle=plan.shuffle, spread_s=0.003)
    return plan.line_up["rhythm"].track("guitars", 1, played)


def struck_again(section: Section, pattern: str) -> list[Stroke]:
    """The strokes of a pattern through a section; one that lasts into the next chord is struck again there."""
    strokes = []
    for start, length, mark in repeat_rhythm(pattern, SIXTEENTH, section.start_beats, section.end_beats):
        end = start + length
        while start < end:
            stop = min(end, section.chord_at(start).end_beats)
            stop = end if stop <= start else stop
            strokes.append(Stroke(start, stop - start, mark))
            start = stop
    return strokes


def _pattern(plan: SongPlan, section: Section, chosen: dict[tuple[str, int], str], rng: Random) -> str:
    """Four bars of a pattern for this kind of section at its energy, the fourth with a turn of its own."""
    if section.name == "final":
        return HOLD
    feel = FEEL_ALIKE.get(plan.feel, plan.feel)
    levels = (PICKED, OFF_BEATS.get(feel, OFF_BEATS[""]), STRUMS.get(feel, STRUMS[""]), WILD)
    level = sum(section.mean_energy >= border for border in (PICKED_ENERGY, STRUMMED_ENERGY, WILD_ENERGY))
    if (section.name, level) not in chosen:
        pattern, turn = rng.choice(levels[level]), rng.choice(levels[level])
        chosen[section.name, level] = pattern * 3 + pattern[:8] + turn[8:]
    return chosen[section.name, level]


def _pick(section: Section, pitches: tuple[int, ...], stroke: Stroke, number: int) -> list[Note]:
    """One string at a time, up and down the chord, each left to ring into the next."""
    string = (0, 2, 1, 3, 2, 1)[number % 6] if number % 12 < 6 else (0, 1, 2, 3, 1, 2)[number % 6]
    ring = min(max(stroke.length_beats, 1.25), section.chord_at(stroke.start_beats).end_beats - stroke.start_beats)
    return [Note(stroke.start_beats, ring, pitches[string], section.velocity_at(stroke.start_beats) - 2)]


def _strum(
    section: Section, pitches: tuple[int, ...], stroke: Stroke, tempo_bpm: float, *, upwards: bool
) -> list[Note]:
    """One string after the other; upstrokes start on the highest and are lighter, chops are short and soft."""
    velocity = section.velocity_at(stroke.start_beats, accent=stroke.accent) - (8 if upwards else 0)
    length = max(0.12, stroke.length_beats * 0.9)
    if stroke.mark == "c":
        velocity, length = round(velocity * 0.6), 0.06
    gap = STRUM_GAP_S * tempo_bpm / 60
    strings = pitches[::-1] if upwards else pitches
    return [Note(stroke.start_beats + i * gap, length, pitch, velocity) for i, pitch in enumerate(strings)]
