"""Command line: lead guitar and voices: the players who carry the melodies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tools.house_band.harmony import ladder, nearest, voicing
from tools.house_band.rhythm import humanise, read_rhythm
from tools.house_band.score import BEATS_PER_BAR, EXPRESSION, MODULATION, Bend, Control, Note, Track
from tools.house_band.songbook import Section, SongPlan

GUITAR_RANGE = (52, 88)  # E3…E6
LINE_BARS = 2
EIGHTH, SIXTEENTH = 0.5, 0.25

# Lines of two bars in eighths: where the syllables of a line fall.
VERSE_LINES = (
    "x-xxx-x-xx--....",
    "..xxx-xxx-x---..",
    "xxx-xxx-x-x---..",
    "x-x-xxxxx-----..",
    ".xx-x-xxx-xx---.",
    "...xxxx-x-xxx---",
    "x-xx-xx-x-------",
)
CHORUS_LINES = (
    "X---x---x-x-x---",
    "X-x-X---x-x-x--.",
    "x-xxX-----x-X---",
    "X-----x-X-----..",
    "..x-X---x-x-X---",
)
LINE_ORDERS = ("aaba", "abab", "abac", "aabc")

# One beat in sixteenths for the lead guitar, from sparse to dense.
CELLS = ("----", "....", "x---", "--x-", "x-x-", "..x-", "x-xx", "xx-x", "xxx-", "xxxx")


@dataclass(frozen=True)
class Line:
    """A line of melody: its rhythm, and where each note lies on the ladder relative to the line's first."""

    rhythm: str
    steps: tuple[int, ...]


def play_lead(plan: SongPlan) -> Track:
    """Lead guitar: the theme, answers between the sung lines, and solos that rise and fall with the band."""
    rng, seat = plan.random("lead"), plan.line_up["lead"]
    theme = _write_lines(CHORUS_LINES + VERSE_LINES, rng)
    notes: list[Note] = []
    for section in plan.sections_with("lead"):
        if section.name == "final":
            notes.append(_last_note(plan, section, 69))
        elif section.name == "theme":
            notes += _play_lines(plan, section, theme, GUITAR_RANGE, 67)
        else:
            notes += _improvise(plan, section, rng)
    played = humanise(notes, plan.tempo_bpm, rng, shuffle=plan.shuffle, spread_s=0.009)
    track = Track("guitars", 3, seat.program, seat.pan, seat.reverb, seat.chorus, played)
    track.bends = list(_bends(played, rng, share=0.3, depth=2.0))
    track.controls = list(_vibrato(played, 60))
    return track


def play_voices(plan: SongPlan) -> list[Track]:
    """A lead voice in verses and choruses, and two more in harmony above it in choruses."""
    rng = plan.random("voice")
    centre = rng.randint(58, 66)
    low_high = (centre - 8, centre + 11)
    lines = {"verse": _write_lines(VERSE_LINES, rng), "chorus": _write_lines(CHORUS_LINES, rng)}
    melody: list[Note] = []
    for section in plan.sections_with("voice"):
        if section.name == "final":
            melody.append(_last_note(plan, section, centre))
        else:
            melody += _play_lines(plan, section, lines[section.name], low_high, centre)
    voices = [_sing(plan, "voice", 4, melody, rng)]
    sections = list(plan.sections_with("backing"))
    for channel, distance in ((5, 3), (6, 7)):
        harmony: list[Note] = []
        for section in sections:
            sung = [n for n in melody if section.start_beats <= n.start_beats < section.end_beats]
            harmony += _harmonise(section, sung, distance) if sung else _hold_chords(section, centre, distance)
        voices.append(_sing(plan, "backing", channel, harmony, rng))
    return voices


def _write_lines(rhythms: tuple[str, ...], rng: Random) -> list[Line]:
    """Four lines of melody, some of them alike."""
    lines = {}
    for letter in "abc":
        rhythm = rng.choice(rhythms)
        steps, position = [], 0
        for _ in read_rhythm(rhythm, EIGHTH):
            steps.append(position)
            position += rng.choice((-2, -1, -1, 0, 1, 1, 2, 3)) - round(position / 4)
        lines[letter] = Line(rhythm, tuple(steps))
    return [lines[letter] for letter in rng.choice(LINE_ORDERS)]


def _play_lines(
    plan: SongPlan, section: Section, lines: list[Line], low_high: tuple[int, int], centre: int
) -> list[Note]:
    """The lines in turn through a section; long and last notes settle on the chord."""
    steps = ladder(plan.tonic, plan.mode.pentatonic, *low_high)
    home = min(range(len(steps)), key=lambda i: abs(steps[i] - centre))
    notes = []
    for number in range(section.bars // LINE_BARS):
        line = lines[number % len(lines)]
        start = section.start_beats + number * LINE_BARS * BEATS_PER_BAR
        for (offset, length, accent), step in zip(read_rhythm(line.rhythm, EIGHTH), line.steps, strict=True):
            at = start + offset
            pitch = steps[max(0, min(len(steps) - 1, home + step))]
            if length >= 1:
                pitch = nearest(pitch, section.chord_at(at).chord.pitch_classes, *low_high)
            velocity = round(66 + 34 * section.energy_at(at)) + (8 if accent else 0)
            notes.append(Note(at, length * 0.95, pitch, velocity))
    return notes


def _improvise(plan: SongPlan, section: Section, rng: Random) -> list[Note]:
    """Phrases and rests; the more energy, the longer, denser and higher the phrases and the shorter the rests.

    Outside solos the guitar answers in single bars at the end of every fourth.
    """
    solo = section.name == "solo"
    steps = ladder(plan.tonic, plan.mode.pentatonic if rng.random() < 0.6 else plan.mode.scale, *GUITAR_RANGE)
    position = len(steps) // 3
    notes: list[Note] = []
    at = section.start_beats if solo else section.start_beats + 2.5 * BEATS_PER_BAR
    while at < section.end_beats:
        energy = section.energy_at(at)
        beats = rng.choice((4, 6, 8, 8, 12)) if solo else rng.choice((4, 6))
        end = min(at + beats, section.end_beats)
        phrase = _improvise_rhythm(at, end, energy if solo else 0.4, rng)
        for start, length in phrase:
            aim = len(steps) * (0.25 + 0.45 * energy)
            position += rng.choice((-2, -1, -1, 0, 1, 1, 2)) + (rng.random() < 0.3) * round((aim - position) / 4)
            position = max(0, min(len(steps) - 1, position))
            pitch = steps[position]
            if length >= 0.75:
                pitch = nearest(pitch, section.chord_at(start).chord.pitch_classes, *GUITAR_RANGE)
            notes.append(Note(start, length * 0.95, pitch, round(62 + 42 * energy)))
        at = end + (_rest_beats(energy, rng) if solo else 4 * BEATS_PER_BAR - beats)
    return notes


def _rest_beats(energy: float, rng: Random) -> float:
    """A pause between two phrases, in whole eighths."""
    return rng.choice((1, 2, 2, 3)) * (1.2 - energy) // EIGHTH * EIGHTH


def _improvise_rhythm(start: float, end: float, energy: float, rng: Random) -> list[tuple[float, float]]:
    """Onsets and lengths (beats) of a phrase: a chain of one-beat cells that ends on a long note."""
    width, middle = 3, 2 + energy * (len(CELLS) - 5)
    low, high = max(0, round(middle - width)), min(len(CELLS), round(middle + width))
    beats = max(1, int(end - start) - 1)
    text = "x" + "".join(rng.choice(CELLS[low:high]) for _ in range(beats))[1:] + "x---"
    return [(start + offset, length) for offset, length, _ in read_rhythm(text, SIXTEENTH)]


def _last_note(plan: SongPlan, section: Section, centre: int) -> Note:
    pitch = nearest(centre, [plan.tonic], 40, 90)
    return Note(section.start_beats, section.bars * BEATS_PER_BAR - 0.5, pitch, 84)


def _harmonise(section: Section, melody: list[Note], distance: int) -> list[Note]:
    """The chord's note nearest above each melody note, at least `distance` semitones from it."""
    notes = []
    for note in melody:
        classes = section.chord_at(note.start_beats).chord.pitch_classes
        low = note.pitch + distance
        pitch = nearest(low, classes, low, low + 12)
        notes.append(Note(note.start_beats, note.length_beats, pitch, note.velocity - 8))
    return notes


def _hold_chords(section: Section, centre: int, distance: int) -> list[Note]:
    """One voice of the chords, held while they last."""
    index = 0 if distance < 5 else 2
    return [
        Note(span.start_beats, span.length_beats * 0.92, voicing(span.chord, centre + 2, 3)[index], 62)
        for span in section.chords
    ]


def _sing(plan: SongPlan, player: str, channel: int, notes: list[Note], rng: Random) -> Track:
    seat = plan.line_up[player]
    sung = humanise(notes, plan.tempo_bpm, rng, shuffle=plan.shuffle, spread_s=0.012)
    track = Track("vocals", channel, seat.program, seat.pan, seat.reverb, seat.chorus, sung)
    track.bends = list(_bends(sung, rng, share=0.45, depth=0.7))
    track.controls = [*_vibrato(sung, 45), *_swells(sung)]
    return track


def _bends(notes: list[Note], rng: Random, *, share: float, depth: float) -> Iterator[Bend]:
    """Some notes of half a beat or more (`share` of them) start up to `depth` semitones low and rise to their pitch."""
    points = 8
    for note in notes:
        if note.length_beats >= 0.45 and rng.random() < share:
            below, time = depth * rng.choice((0.5, 1.0)), min(0.3, note.length_beats / 2)
            for point in range(points + 1):
                part = point / points
                yield Bend(note.start_beats + part * time, -below * (1 - part) ** 2)


def _vibrato(notes: list[Note], depth: int) -> Iterator[Control]:
    """Modulation (0…127) that sets in half a beat after the start of long notes."""
    for note in notes:
        if note.length_beats >= 1:
            yield Control(note.start_beats + 0.5, MODULATION, depth)
            yield Control(note.start_beats + note.length_beats, MODULATION, 0)


def _swells(notes: list[Note]) -> Iterator[Control]:
    """Expression that opens on each note and closes a little towards the end of long ones."""
    for note in notes:
        yield Control(max(0.0, note.start_beats - 0.02), EXPRESSION, 112)
        if note.length_beats >= 1:
            yield Control(note.start_beats + note.length_beats * 0.4, EXPRESSION, 124)
            yield Control(note.start_beats + note.length_beats * 0.8, EXPRESSION, 104)
