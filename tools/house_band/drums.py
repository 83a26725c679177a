"""Command line: the drummer. Human performances cut at bar lines, with fills where sections meet."""

from __future__ import annotations

from random import Random

from tools.house_band.groove import CRASH, KICK, Performance
from tools.house_band.score import BEATS_PER_BAR, DRUM_CHANNEL, Note, Track
from tools.house_band.songbook import Section, SongPlan

LOUD_SECTIONS = frozenset({"chorus", "solo"})  # the second performance of the song plays these


def play_drums(plan: SongPlan) -> Track:
    """The drum track. Hits keep the timing and the velocities of the performances."""
    rng, seat = plan.random("drums"), plan.line_up["drums"]
    starts = {section.name: _choose_start(_groove_of(plan, section), rng) for section in plan.sections}
    notes: list[Note] = []
    for section in plan.sections:
        if section.name == "final":
            notes += _last_stroke(section)
        else:
            notes += _play_section(plan, section, starts[section.name], rng)
    notes = [Note(max(0.0, n.start_beats), n.length_beats, n.pitch, n.velocity) for n in notes]
    return Track("drums", DRUM_CHANNEL, seat.program, seat.pan, seat.reverb, seat.chorus, notes)


def kicks(drums: Track) -> list[float]:
    """When the bass drum sounds, in beats."""
    return sorted(note.start_beats for note in drums.notes if note.pitch == KICK)


def _groove_of(plan: SongPlan, section: Section) -> Performance:
    return plan.grooves[section.name in LOUD_SECTIONS]


def _choose_start(groove: Performance, rng: Random) -> int:
    return rng.randrange(0, max(1, groove.bars - 4), 4)


def _play_section(plan: SongPlan, section: Section, start_bar: int, rng: Random) -> list[Note]:
    fill = rng.choice(plan.fills) if rng.random() < 0.75 else None
    groove_bars = section.bars - (fill.bars if fill else 0)
    silent_bars = section.bars // 2 if section.name == "intro" and rng.random() < 0.3 else 0
    groove = _groove_of(plan, section)
    notes = []
    for bar in range(silent_bars, groove_bars):
        notes += _shift(groove.excerpt((start_bar + bar) % groove.bars, 1), section.first_bar + bar)
    if fill:
        notes += _shift(fill.excerpt(0, fill.bars), section.first_bar + groove_bars)
    return notes if silent_bars else notes + _opening_crash(section, notes)


def _shift(hits: list[Note], bar: int) -> list[Note]:
    start = bar * BEATS_PER_BAR
    return [Note(start + hit.start_beats, hit.length_beats, hit.pitch, hit.velocity) for hit in hits]


def _opening_crash(section: Section, notes: list[Note]) -> list[Note]:
    """A crash on the first beat, at the moment of the drummer's own first kick, unless there is one already."""
    first_beat = [note for note in notes if abs(note.start_beats - section.start_beats) < 0.2]
    if any(note.pitch == CRASH for note in first_beat):
        return []
    moment = next((note.start_beats for note in first_beat if note.pitch == KICK), section.start_beats)
    return [Note(moment, 4.0, CRASH, round(60 + 40 * section.energy_at(section.start_beats)))]


def _last_stroke(section: Section) -> list[Note]:
    return [Note(section.start_beats, 8.0, CRASH, 100), Note(section.start_beats, 0.25, KICK, 100)]
