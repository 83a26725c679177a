"""Command line: the drummer. Human performances cut at bar lines, with fills where sections meet.

The energy of the form decides which bars of a performance are played, how hard, and how often a fill comes.
"""

from __future__ import annotations

from random import Random

from tools.house_band.form import Section
from tools.house_band.groove import CRASH, KICK, Performance
from tools.house_band.score import BEATS_PER_BAR, DRUM_CHANNEL, Note, Track
from tools.house_band.songbook import SongPlan

LOUD_ENERGY = 0.58  # from here on the louder of the song's two performances plays
PHRASE_BARS = 4
FILL_EVERY_BARS = 8  # inside a section
QUIET_ACCENT, LOUD_ACCENT = 66, 122  # velocities at energies 0 and 1
FEET_AND_CYMBALS = frozenset({36, 42, 44, 46, 51, 53, 59})  # what is left of the kit in a breakdown


def play_drums(plan: SongPlan) -> Track:
    """The drum track. Hits keep the timing of the performances, and their accents."""
    rng = plan.random("drums")
    notes: list[Note] = []
    for section in plan.sections_with("drums"):
        notes += _end(plan, section, rng) if section.name == "final" else _play_section(plan, section, rng)
    notes = [Note(max(0.0, n.start_beats), n.length_beats, n.pitch, n.velocity) for n in notes]
    return plan.line_up["drums"].track("drums", DRUM_CHANNEL, notes)


def kicks(drums: Track) -> list[float]:
    """When the bass drum sounds, in beats."""
    return sorted(note.start_beats for note in drums.notes if note.pitch == KICK)


def groove_of(plan: SongPlan, section: Section) -> Performance:
    """Which of the song's two performances is played in a section."""
    return plan.grooves[section.mean_energy >= LOUD_ENERGY]


def choose_start(groove: Performance, energy: float, rng: Random) -> int:
    """Where in the full bars of a performance to start, a multiple of four: with more energy, more is played there."""

    def played_from(start: int) -> float:
        return sum(groove.bar_levels[bar] for bar in groove.full_bars[start : start + PHRASE_BARS])

    starts = range(0, max(1, len(groove.full_bars) - PHRASE_BARS + 1), PHRASE_BARS)
    by_level = sorted(starts, key=lambda start: (played_from(start), start))
    part = max(0.0, min(1.0, energy + rng.uniform(-0.2, 0.2)))
    return by_level[round(part * (len(by_level) - 1))]


def _play_section(plan: SongPlan, section: Section, rng: Random) -> list[Note]:
    groove = groove_of(plan, section)
    start = choose_start(groove, section.mean_energy, rng)
    silent_bars = section.bars // 2 if section.name == "intro" and rng.random() < 0.3 else 0
    notes: list[Note] = []
    bar = silent_bars
    while bar < section.bars:
        hits = groove.excerpt(groove.full_bars[(start + bar) % len(groove.full_bars)], 1)
        if section.name == "breakdown":
            hits = [hit for hit in hits if hit.pitch in FEET_AND_CYMBALS]
        fill = _fill_at(plan, section, bar, rng)
        if fill:
            notes += _placed(fill, fill.excerpt(0, fill.bars), section, section.first_bar + bar)
            hits = _until_fill(hits, fill)
        notes += _placed(groove, hits, section, section.first_bar + bar)
        bar += fill.bars if fill else 1
    notes.sort()
    return notes if silent_bars else notes + _opening_crash(section, notes)


def _fill_at(plan: SongPlan, section: Section, bar: int, rng: Random) -> Performance | None:
    """The fill that begins in a bar, if any: into the next section often, every eighth bar sometimes."""
    fill = rng.choice(plan.fills)
    left = section.bars - bar
    into_next = left == fill.bars and rng.random() < 0.5 + 0.4 * section.energy[1]
    after_eight = fill.bars == 1 and left > 1 and bar % FILL_EVERY_BARS == FILL_EVERY_BARS - 1
    return fill if into_next or (after_eight and rng.random() < 0.15 + 0.5 * section.mean_energy) else None


def _until_fill(hits: list[Note], fill: Performance) -> list[Note]:
    """The groove goes on until the fill's first hit."""
    first = min(hit.start_beats for hit in fill.excerpt(0, fill.bars))
    return [hit for hit in hits if hit.start_beats < first - 0.1]


def _placed(performance: Performance, hits: list[Note], section: Section, bar: int) -> list[Note]:
    """Hits of a performance moved to a bar, its accents as loud as the energy there demands."""
    start = bar * BEATS_PER_BAR
    force = (QUIET_ACCENT + (LOUD_ACCENT - QUIET_ACCENT) * section.energy_at(start)) / performance.accent
    return [
        Note(start + hit.start_beats, hit.length_beats, hit.pitch, max(1, min(127, round(hit.velocity * force))))
        for hit in hits
    ]


def _opening_crash(section: Section, notes: list[Note]) -> list[Note]:
    """A crash on the first beat, at the moment of the drummer's own first kick, unless there is one or it is quiet."""
    first_beat = [note for note in notes if abs(note.start_beats - section.start_beats) < 0.2]
    if section.energy[0] < 0.4 or any(note.pitch == CRASH for note in first_beat):
        return []
    moment = next((note.start_beats for note in first_beat if note.pitch == KICK), section.start_beats)
    return [Note(moment, 4.0, CRASH, round(50 + 50 * section.energy[0]))]


def _end(plan: SongPlan, section: Section, rng: Random) -> list[Note]:
    """The last stroke; loud endings may roll through the held chord first."""
    rolls = section.energy[0] > 0.7 and rng.random() < 0.6
    fill = rng.choice(plan.fills)
    roll = _placed(fill, fill.excerpt(0, 1), section, section.first_bar) if rolls else []
    velocity = round(60 + 45 * section.energy[0])
    moments = [section.start_beats, section.start_beats + BEATS_PER_BAR] if rolls else [section.start_beats]
    strokes = [Note(at, length, pitch, velocity) for at in moments for length, pitch in ((4.0, CRASH), (0.25, KICK))]
    return roll + strokes
