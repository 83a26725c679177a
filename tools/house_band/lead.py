"""Command line: the lead guitar. The theme, answers between the sung lines, comments behind others, and solos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tools.house_band.expression import LEAD_GUITAR, bends
from tools.house_band.form import Section
from tools.house_band.harmony import nearest
from tools.house_band.improvising import Improviser
from tools.house_band.rhythm import humanise
from tools.house_band.score import Note, Track
from tools.house_band.songbook import SongPlan

GUITAR_RANGE = (52, 88)  # E3…E6
ANSWERED_GAP_BEATS = 2.0  # shorter rests of the voice are left alone
ANSWERED = 0.65  # share of the gaps


def play_lead(plan: SongPlan, sung: Sequence[Note]) -> Track:
    """A line of single notes with bends and vibrato; `sung` is what the lead voice sings."""
    rng = plan.random("lead")
    improviser = Improviser(plan, GUITAR_RANGE, plan.random("lead solo"))
    notes: list[Note] = []
    for section in plan.sections_with("lead"):
        if section.name == "final":
            notes.append(_last_note(section))
        elif section.soloist == "lead":
            notes += improviser.theme(section) if section.name == "theme" else improviser.solo(section)
        elif "voice" in section.players:
            for start, end in _gaps(section, sung):
                notes += improviser.answer(section, start, end) if rng.random() < ANSWERED else []
        else:
            notes += improviser.comment(section)
    played = humanise(notes, plan.tempo_bpm, rng, shuffle=plan.shuffle, spread_s=0.008)
    track = plan.line_up["lead"].track("guitars", 3, played)
    track.bends = bends(plan, played, LEAD_GUITAR, rng)
    return track


def _gaps(section: Section, sung: Sequence[Note]) -> Iterator[tuple[float, float]]:
    """Where the voice rests long enough to be answered, with an eighth of air on both sides."""
    inside = [note for note in sung if section.start_beats <= note.start_beats + 0.25 < section.end_beats]
    for note, following in pairwise([*inside, Note(section.end_beats, 0, 0, 0)]):
        start, end = note.start_beats + note.length_beats + 0.25, following.start_beats - 0.5
        if end - start >= ANSWERED_GAP_BEATS - 0.75:
            yield -(-start * 2 // 1) / 2, end


def _last_note(section: Section) -> Note:
    [span] = section.chords
    pitch = nearest(68, span.chord.pitch_classes, *GUITAR_RANGE)
    return Note(span.start_beats, span.length_beats - 0.5, pitch, section.velocity_at(span.start_beats))
