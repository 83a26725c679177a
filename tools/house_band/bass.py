"""Command line: the bass. Locked to the bass drum on the downbeats, and a melody of its own between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from tools.house_band.form import Section
from tools.house_band.harmony import ChordSpan, ladder, nearest, scale_over
from tools.house_band.rhythm import humanise, one_at_a_time, swing
from tools.house_band.score import Note, Track
from tools.house_band.songbook import SongPlan

LOWEST, HIGHEST = 28, 57  # E1…A3
HOME = 36  # around which the line moves when the band plays quietly
SHORTEST_GAP_BEATS = 0.375
NEAR_BEATS = 0.2  # a drummer's kick this near to a beat is on it


def play_bass(plan: SongPlan, kicks: Sequence[float]) -> Track:
    """A line of single notes: the chord's root where it begins, chord notes on the strong beats, steps between."""
    rng = plan.random("bass")
    line = BassLine(plan, kicks, rng, melodic=rng.uniform(0.25, 0.8), touch=rng.uniform(0.6, 0.95))
    notes: list[Note] = []
    for section in plan.sections_with("bass"):
        for span, following in pairwise([*section.chords, section.chords[0]]):
            notes += line.hold(section, span) if section.name == "final" else line.play(section, span, following)
    played = humanise(notes, plan.tempo_bpm, rng, shuffle=False, spread_s=0.005)
    return plan.line_up["bass"].track("bass", 0, one_at_a_time(played))


@dataclass
class BassLine:
    """A bass player in the middle of a song.

    Attributes:
        melodic: how much moves between the downbeats, 0…1.
        touch: how long notes sound, as a share of the time until the next.
        pitch: what was played last.
        upwards: where the line is heading.
    """

    plan: SongPlan
    kicks: Sequence[float]
    rng: Random
    melodic: float
    touch: float
    pitch: int = HOME
    upwards: bool = True

    def play(self, section: Section, span: ChordSpan, following: ChordSpan) -> list[Note]:
        """The notes on one chord, the last of them leading to the next."""
        onsets = self._onsets(section, span)
        self.pitch = self._bass_note(section, span)
        notes = []
        for index, (start, stop) in enumerate(pairwise([*onsets, span.end_beats])):
            if index:
                last = index == len(onsets) - 1
                self.pitch = self._next_pitch(section, span, following, start, last=last)
            length = max(0.1, (stop - start) * self.touch)
            velocity = section.velocity_at(start, accent=index == 0)
            notes.append(Note(max(0.0, start), length, self.pitch, velocity))
        return notes

    def hold(self, section: Section, span: ChordSpan) -> list[Note]:
        """The last chord's root."""
        pitch = nearest(33, [span.chord.bass], LOWEST, HIGHEST)
        return [Note(span.start_beats, span.length_beats * 0.95, pitch, section.velocity_at(span.start_beats))]

    def _onsets(self, section: Section, span: ChordSpan) -> list[float]:
        """The chord's first beat, the kicks, and passing eighths; none within three eighths of a beat of another."""
        start, end = span.start_beats - 0.1, span.end_beats - 0.1
        kicks = [kick for kick in self.kicks if start <= kick < end]
        first = min((k for k in kicks if abs(k - span.start_beats) < NEAR_BEATS), default=span.start_beats)
        candidates = [first, *(kick for kick in kicks if kick > first)]
        busy = self.melodic * (0.25 + 0.65 * section.energy_at(span.start_beats))
        for eighth in range(1, int(span.length_beats * 2)):
            moment = span.start_beats + eighth / 2
            if self.rng.random() < busy * (1.2 if eighth % 2 == 0 else 0.8):
                candidates.append(swing(moment) if self.plan.shuffle else moment)
        onsets: list[float] = []
        for moment in sorted(candidates):
            if not onsets or moment - onsets[-1] > SHORTEST_GAP_BEATS:
                onsets.append(moment)
        return onsets

    def _centre(self, section: Section, beats: float) -> float:
        """Where the line moves: higher as the band plays harder, and a voice of its own high up in a breakdown."""
        if section.name == "breakdown":
            return HOME + 10
        return HOME + 14 * self.melodic * max(0.0, section.energy_at(beats) - 0.4)

    def _bass_note(self, section: Section, span: ChordSpan) -> int:
        aim = 0.4 * self.pitch + 0.6 * self._centre(section, span.start_beats)
        return nearest(aim, [span.chord.bass], LOWEST, HIGHEST)

    def _next_pitch(self, section: Section, span: ChordSpan, following: ChordSpan, at: float, *, last: bool) -> int:
        chord, target_class = span.chord, following.chord.bass
        offset = at - span.start_beats
        strong = abs(offset - 2 * round(offset / 2)) < NEAR_BEATS
        scale = scale_over(chord, self.plan.tonic, self.plan.mode.scale)
        if strong:
            return self._move(chord.pitch_classes, section, at)
        if last and target_class != chord.bass and self.rng.random() < 0.75:
            return self._approach(nearest(self.pitch, [target_class], LOWEST, HIGHEST), scale)
        if self.rng.random() < 0.25 * (1 - self.melodic):
            return self.pitch
        return self._move(scale if self.rng.random() < self.melodic else chord.pitch_classes, section, at)

    def _approach(self, target: int, scale: frozenset[int]) -> int:
        """A step from the target, on the side from which the line comes; by a semitone now and then."""
        side = -1 if self.pitch <= target else 1
        steps = [1, 2] if self.rng.random() < 0.3 else [d for d in (1, 2, 3) if (target + side * d) % 12 in scale][:1]
        pitch = target + side * self.rng.choice(steps or [2])
        return pitch if LOWEST <= pitch <= HIGHEST else target

    def _move(self, classes: frozenset[int], section: Section, at: float) -> int:
        """The next of the pitch `classes` in the line's direction, which turns at the borders of its register."""
        centre = self._centre(section, at)
        if abs(self.pitch - centre) > 8:
            self.upwards = self.pitch < centre
        elif self.rng.random() < 0.22:
            self.upwards = not self.upwards
        steps = ladder(classes, LOWEST, HIGHEST)
        ahead = [p for p in steps if p > self.pitch] if self.upwards else [p for p in steps[::-1] if p < self.pitch]
        return ahead[0] if ahead else self.pitch
