"""Command line: the voices. A melody in verses and choruses, harmonies around it, and held chords behind the jams."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tools.house_band.expression import SINGER, bends, swells
from tools.house_band.form import Section
from tools.house_band.harmony import nearest, scale_over, voicing
from tools.house_band.melody import AIRY_ORDERS, CHORUS_LINES, LONG_BEATS, VERSE_LINES, Performer, bound, write_tune
from tools.house_band.rhythm import humanise
from tools.house_band.score import Note, Track
from tools.house_band.songbook import SongPlan

LOWEST, HIGHEST = 48, 76  # C3…E5
CENTRES = (57, 65)  # of the lead voice: from a low man's to a high woman's
FAST_BPM = 116  # from here on a line may be stretched over four bars
EIGHTH, QUARTER = 0.5, 1.0
HELD_REST_BEATS = 0.6
BACKING_CHANNELS = (5, 6)

Harmony = Callable[[SongPlan, Section, Note], int]


def play_voices(plan: SongPlan) -> list[Track]:
    """The lead voice and, where the band has them, two more above and below it: one line of single notes each."""
    rng = plan.random("voice")
    centre = rng.randint(*CENTRES)
    low_high = max(LOWEST, centre - 8), min(HIGHEST, centre + 9)
    step = rng.choice((EIGHTH, QUARTER)) if plan.tempo_bpm >= FAST_BPM else EIGHTH
    tunes = {
        "verse": write_tune(VERSE_LINES, step, rng, AIRY_ORDERS),
        "chorus": write_tune(CHORUS_LINES, EIGHTH, rng),
        "bridge": write_tune((*VERSE_LINES[-4:], *CHORUS_LINES), EIGHTH, rng),
    }
    melody: list[Note] = []
    for section in plan.sections_with("voice"):
        if section.name in tunes:
            melody += Performer(plan, tunes[section.name], low_high, centre, rng).play(section)
    voices = [_sing(plan, "voice", 4, melody, rng)] if "voice" in plan.line_up else []
    return voices + (_backing(plan, melody, centre) if "backing" in plan.line_up else [])


def _backing(plan: SongPlan, melody: list[Note], centre: int) -> list[Track]:
    parts: tuple[list[Note], list[Note]] = ([], [])
    for section in plan.sections_with("backing"):
        sung = [n for n in melody if section.start_beats <= n.start_beats < section.end_beats]
        for part, harmony in zip(parts, (_above, _below), strict=True):
            part += [_harmonised(plan, section, note, harmony) for note in sung]
        if not sung:
            for part, held in zip(parts, _held_chords(section, centre), strict=True):
                part += held
    return [
        _sing(plan, "backing", channel, part, plan.random(f"backing {channel}"))
        for channel, part in zip(BACKING_CHANNELS, parts, strict=True)
    ]


def _harmonised(plan: SongPlan, section: Section, note: Note, harmony: Harmony) -> Note:
    return Note(note.start_beats, note.length_beats, harmony(plan, section, note), max(1, note.velocity - 8))


def _above(plan: SongPlan, section: Section, note: Note) -> int:
    """A third above, or what the chord has instead; an octave lower where that is too high."""
    pitch = nearest(note.pitch + 3.6, _classes(plan, section, note), note.pitch + 3, note.pitch + 14)
    return pitch if pitch <= HIGHEST else pitch - 12


def _below(plan: SongPlan, section: Section, note: Note) -> int:
    """A third to a fifth below; an octave higher where that is too low."""
    pitch = nearest(note.pitch - 4.4, _classes(plan, section, note), note.pitch - 14, note.pitch - 3)
    return pitch if pitch >= LOWEST else pitch + 12


def _classes(plan: SongPlan, section: Section, note: Note) -> frozenset[int]:
    """What a harmony voice may sing: the chord on long notes and on beats, its scale on what passes."""
    chord = section.chord_at(note.start_beats).chord
    if note.length_beats >= LONG_BEATS * 0.9 or note.start_beats % 1 == 0:
        return chord.pitch_classes
    return scale_over(chord, plan.tonic, plan.mode.scale)


def _held_chords(section: Section, centre: int) -> tuple[list[Note], list[Note]]:
    """Two voices of the chords, held while they last; a breath before each."""
    lower: list[Note] = []
    upper: list[Note] = []
    pitches: tuple[int, ...] = ()
    for span in section.chords:
        pitches = voicing(span.chord, 2, centre + 2, pitches)
        rest = HELD_REST_BEATS if span.length_beats >= 2 else 0.0
        velocity = section.velocity_at(span.start_beats) - 12
        for part, pitch in zip((lower, upper), pitches, strict=True):
            part.append(Note(span.start_beats, span.length_beats - rest, pitch, velocity))
    return upper, lower


def _sing(plan: SongPlan, player: str, channel: int, notes: list[Note], rng: Random) -> Track:
    sung = bound(humanise(notes, plan.tempo_bpm, rng, shuffle=plan.shuffle, spread_s=0.012))
    track = plan.line_up[player].track("vocals", channel, sung)
    track.bends = bends(plan, sung, SINGER, rng)
    track.controls = list(swells(sung))
    return track
