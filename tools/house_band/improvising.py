"""Command line: solos. Phrases that ask and answer, motifs that come again changed, and a climb with the energy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from tools.house_band.form import Section
from tools.house_band.harmony import ladder, nearest, scale_over
from tools.house_band.melody import BOUND_BEATS, OVERLAP_BEATS, Performer, theme_of
from tools.house_band.rhythm import read_rhythm
from tools.house_band.score import Note
from tools.house_band.songbook import SongPlan

EIGHTH, SIXTEENTH = 0.5, 0.25
LONG_BEATS = 0.75  # notes from here on settle on the chord
SHORTEST_REST_BEATS = 0.5
HAMMERED = 0.35  # share of the bound small steps whose second note is not picked
BLUE = 0.07  # share of the passing notes that are blue

# One beat in sixteenths, from sparse to dense.
CELLS = ("----", "....", "x---", "--x-", "x--x", "x-x-", "..x-", "-xx-", "x-xx", "xx-x", "xxx-", ".xxx", "xxxx", "xxxx")
# Figures that are played over and over at a peak, in steps of the scale from where the hand is.
LICKS = ((0, 1, 2, 1), (2, 1, 0), (0, 2, 1, 2), (3, 2, 1, 0), (0, 0, 1, 2), (2, 0, 1))


@dataclass(frozen=True)
class Gesture:
    """A note before it has its pitch: where in the phrase (beats), how long, and how many steps it moves."""

    offset: float
    length: float
    steps: int


class Improviser:
    """A soloist in the middle of a song, who remembers the motifs and the last phrase."""

    def __init__(self, plan: SongPlan, low_high: tuple[int, int], rng: Random) -> None:
        self._plan = plan
        self._low_high = low_high
        self._rng = rng
        self._pitch = round(low_high[0] + (low_high[1] - low_high[0]) * 0.3)
        self._motifs = [self._new_phrase(4.0, 0.45) for _ in range(3)]
        self._question = self._motifs[0]
        self._sparing = rng.uniform(0.8, 1.4)
        self._pentatonic_share = rng.uniform(0.45, 0.85)

    def theme(self, section: Section) -> list[Note]:
        """The song's theme; whoever plays it, it is the same tune."""
        low, high = self._low_high
        centre = round(low + (high - low) * 0.42)
        return Performer(self._plan, theme_of(self._plan), self._low_high, centre, self._rng).play(section)

    def solo(self, section: Section) -> list[Note]:
        """Phrases and rests; with the energy the phrases get longer, denser and higher, the rests shorter."""
        return self._phrases(section, lambda energy: energy)

    def comment(self, section: Section) -> list[Note]:
        """Short phrases far apart, behind another's solo."""
        return self._phrases(section, lambda energy: 0.15 + 0.3 * energy)

    def answer(self, section: Section, start: float, end: float) -> list[Note]:
        """One phrase that fills a gap."""
        energy = 0.25 + 0.45 * section.energy_at(start)
        return self._hammered(self._play(section, start, self._new_phrase(end - start, energy), energy, closes=True))

    def _phrases(self, section: Section, energy_of: Callable[[float], float]) -> list[Note]:
        notes: list[Note] = []
        at, asks = section.start_beats + self._rng.choice((0, 0, 0.5, 1)), True
        while section.end_beats - at >= 1.5:
            energy = energy_of(section.energy_at(at))
            beats = min(self._phrase_beats(energy), section.end_beats - at)
            phrase = self._choose_phrase(beats, energy, asks)
            notes += self._play(section, at, phrase, energy, closes=not asks)
            asks = not asks
            at += beats + self._rest_beats(energy)
        return self._hammered(notes)

    def _phrase_beats(self, energy: float) -> float:
        lengths = (3, 4, 4, 6) if energy < 0.4 else (4, 6, 8, 8) if energy < 0.75 else (6, 8, 8, 12, 16)
        return self._rng.choice(lengths) - SHORTEST_REST_BEATS

    def _rest_beats(self, energy: float) -> float:
        """A pause between two phrases, in whole eighths."""
        pause = self._rng.choice((1, 2, 2, 3, 4)) * (1.25 - energy) * self._sparing
        return max(SHORTEST_REST_BEATS, pause // EIGHTH * EIGHTH)

    def _choose_phrase(self, beats: float, energy: float, asks: bool) -> list[Gesture]:
        """A new phrase or one on a motif as a question; the question again, changed, as its answer."""
        if energy > 0.72 and self._rng.random() < (energy - 0.6) * 1.2:
            return self._lick(beats)
        if not asks and self._rng.random() < 0.7:
            return self._changed(self._question, beats, energy)
        fresh = self._new_phrase(beats, energy)
        if self._rng.random() < 0.5:
            fresh = self._continued(self._rng.choice(self._motifs)[:5], fresh, beats)
        self._question = fresh
        return fresh

    def _new_phrase(self, beats: float, energy: float) -> list[Gesture]:
        """A chain of one-beat cells that ends on a long note, and a contour of steps and now and then a leap."""
        width, middle = 3, 3 + energy * (len(CELLS) - 6)
        cells = CELLS[max(0, round(middle - width)) : round(middle + width)]
        whole = max(1, int(beats) - 1)
        text = "x" + "".join(self._rng.choice(cells) for _ in range(whole))[1:] + "x" + "-" * 3
        strokes = [stroke for stroke in read_rhythm(text, SIXTEENTH) if stroke.start_beats < beats - 0.2]
        steps = self._contour(len(strokes))
        return [
            Gesture(stroke.start_beats, min(stroke.length_beats, beats - stroke.start_beats), step)
            for stroke, step in zip(strokes, steps, strict=True)
        ]

    def _contour(self, count: int) -> list[int]:
        steps, leap = [0], 0
        direction = self._rng.choice((-1, 1, 1))
        while len(steps) < count:
            direction = -direction if self._rng.random() < 0.25 else direction
            leap = -(leap > 0) + (leap < 0) if leap else self._rng.choice((0, 0, 0, 0, 0, 2, 3)) * direction
            steps.append(leap or direction * self._rng.choice((1, 1, 1, 1, 0, 2)))
        return steps[:count]

    def _changed(self, phrase: list[Gesture], beats: float, energy: float) -> list[Gesture]:
        """The same rhythm at the start, moved or turned upside down, and an end of its own."""
        turn = self._rng.choice((1, 1, 1, -1))
        first = replace(phrase[0], steps=self._rng.choice((-2, -1, 1, 2)))
        kept = [first, *(replace(gesture, steps=turn * gesture.steps) for gesture in phrase[1:])]
        return self._continued(kept[: max(3, len(kept) * 2 // 3)], self._new_phrase(beats, energy), beats)

    def _continued(self, start: list[Gesture], fresh: list[Gesture], beats: float) -> list[Gesture]:
        """`start` as far as it fits, then what `fresh` plays after it."""
        kept = [gesture for gesture in start if gesture.offset + gesture.length <= beats]
        end = kept[-1].offset + kept[-1].length if kept else 0.0
        return kept + [gesture for gesture in fresh if gesture.offset >= end]

    def _lick(self, beats: float) -> list[Gesture]:
        """A figure of sixteenths over and over, each time moved by a step or not, and a long note on top."""
        figure = self._rng.choice(LICKS)
        climb = self._rng.choice((0, 1, 1))
        count = int(min(beats - 1.5, self._rng.choice((3, 4, 6))) / SIXTEENTH)
        heights = [figure[i % len(figure)] + climb * (i // len(figure) // 2) for i in range(max(0, count))]
        moves = [after - before for before, after in pairwise([0, *heights])]
        run = [Gesture(i * SIXTEENTH, SIXTEENTH, move) for i, move in enumerate(moves)]
        at = len(run) * SIXTEENTH
        return [*run, Gesture(at, min(beats - at, self._rng.choice((1.5, 2.5, 3.5))), 2)]

    def _play(self, section: Section, at: float, phrase: list[Gesture], energy: float, *, closes: bool) -> list[Note]:
        """The phrase from beat `at` on: pitches near where the energy wants them, long notes in the chord."""
        pentatonic = self._rng.random() < self._pentatonic_share
        low, high = self._low_high
        aim = low + (high - low) * (0.16 + 0.62 * energy)
        notes = []
        for gesture in phrase:
            start = at + gesture.offset
            pull = (aim - self._pitch) / 6
            steps = gesture.steps + (round(pull) if self._rng.random() < 0.3 else 0)
            classes = self._sounding(section, start, pentatonic=pentatonic)
            self._pitch = self._stepped(steps, classes)
            if gesture is phrase[-1]:
                self._pitch = self._cadence(section, start, closes=closes)
            else:
                self._pitch = self._settled(section, gesture, start)
            velocity = section.velocity_at(start, accent=start % 1 == 0 and self._rng.random() < 0.4) + 4
            notes.append(Note(start, gesture.length * 0.96, self._pitch, velocity))
        return notes

    def _sounding(self, section: Section, at: float, *, pentatonic: bool) -> frozenset[int]:
        """The pitch classes to step through: the chord's scale, or what the mode's five notes share with it."""
        plan = self._plan
        over_chord = scale_over(section.chord_at(at).chord, plan.tonic, plan.mode.scale)
        return (over_chord & self._classes(plan.mode.pentatonic) if pentatonic else over_chord) or over_chord

    def _cadence(self, section: Section, at: float, *, closes: bool) -> int:
        """Where a phrase ends: on the root or the third if it answers, on any note of the chord if it asks."""
        chord = section.chord_at(at).chord
        home = {chord.root, (chord.root + chord.intervals[1]) % 12}
        return nearest(self._pitch, home if closes else chord.pitch_classes, *self._low_high)

    def _settled(self, section: Section, gesture: Gesture, at: float) -> int:
        """The pitch, or its neighbour: in the chord where it lasts or leans, a blue note now and then in passing."""
        if gesture.length >= LONG_BEATS or (at % 2 == 0 and self._rng.random() < 0.5):
            return nearest(self._pitch, section.chord_at(at).chord.pitch_classes, *self._low_high)
        blue_notes = self._plan.mode.blue_notes
        if blue_notes and gesture.length <= EIGHTH and self._rng.random() < BLUE:
            return nearest(self._pitch, self._classes(blue_notes), *self._low_high)
        return self._pitch

    def _classes(self, steps: Iterable[int]) -> frozenset[int]:
        return frozenset((self._plan.tonic + step) % 12 for step in steps)

    def _stepped(self, steps: int, classes: frozenset[int]) -> int:
        """The pitch `steps` steps from the last one; at the ends of the range it turns back."""
        pitches = ladder(classes, *self._low_high)
        index = min(range(len(pitches)), key=lambda i: (abs(pitches[i] - self._pitch), i)) + steps
        if index >= len(pitches):
            index = 2 * len(pitches) - 2 - index
        return pitches[max(0, min(len(pitches) - 1, abs(index)))]

    def _hammered(self, notes: list[Note]) -> list[Note]:
        """Some small steps bound: the first note rings into the second, which is softer."""
        result = list(notes)
        for index, (note, following) in enumerate(pairwise(notes)):
            near = following.start_beats - note.start_beats - note.length_beats < BOUND_BEATS
            if near and 0 < abs(following.pitch - note.pitch) <= 3 and self._rng.random() < HAMMERED:
                bound = following.start_beats - note.start_beats + OVERLAP_BEATS
                result[index] = replace(result[index], length_beats=bound)
                result[index + 1] = replace(following, velocity=max(1, following.velocity - 14))
        return result
