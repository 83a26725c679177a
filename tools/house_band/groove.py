"""Command line: human drum performances, read from the Groove MIDI Dataset.

The dataset's own split keeps songs for training and songs held out apart: a held-out song is drummed by performances
of the dataset's `test` split only.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median

import mido

from engine.errors import UsageError
from tools.house_band.score import BEATS_PER_BAR, Note

SPLITS = {"train": ("train", "validation"), "test": ("test",)}

# Where a Roland TD-11 sends another note than General MIDI for a part of the kit (rims, edges, second crash).
GENERAL_MIDI = {22: 42, 26: 46, 40: 38, 47: 45, 50: 48, 52: 57, 55: 49, 58: 43, 59: 51}
KICK, SNARE, CRASH = 36, 38, 49
CYMBALS = frozenset({46, 49, 51, 53, 57})

STYLES = frozenset(
    {"afrobeat", "blues", "country", "funk", "gospel", "highlife", "hiphop", "jazz/funk", "jazz/fusion"}
    | {"neworleans", "pop", "reggae", "rock", "soul"}
)
TEMPO_RANGE_BPM = (68, 145)
SHORTEST_BARS = 8
ALIKE_TEMPO = 0.06  # natural logarithm: six per cent
ANTICIPATION_BEATS = 0.12  # a hit this early still belongs to the bar that follows


@dataclass(frozen=True)
class Performance:
    """One recorded performance in four-four time; `name` is its file's path inside the dataset."""

    folder: Path
    name: str
    style: str
    bpm: float
    duration_s: float

    @property
    def bars(self) -> int:
        """Whole bars; a last bar played to nine tenths counts."""
        return math.floor(self.duration_s * self.bpm / 60 / BEATS_PER_BAR + 0.1)

    @cached_property
    def hits(self) -> list[Note]:
        """All hits as played, in General MIDI's drum notes and in beats."""
        file = mido.MidiFile(self.folder / self.name)
        hits, ticks = [], 0
        for message in mido.merge_tracks(file.tracks):
            ticks += message.time
            if message.type == "note_on" and message.velocity > 0:
                pitch = GENERAL_MIDI.get(message.note, message.note)
                length = 2.0 if pitch in CYMBALS else 0.25
                hits.append(Note(ticks / file.ticks_per_beat, length, pitch, message.velocity))
        return hits

    @cached_property
    def bar_levels(self) -> list[float]:
        """How much is played in each bar: the sum of the squared velocities, 1 for one hit as hard as can be."""
        levels = [0.0] * max(1, self.bars)
        for hit in self.hits:
            bar = min(len(levels) - 1, int((hit.start_beats + ANTICIPATION_BEATS) / BEATS_PER_BAR))
            levels[bar] += (hit.velocity / 127) ** 2
        return levels

    @cached_property
    def full_bars(self) -> list[int]:
        """The bars that can be played anywhere: without the pickup before the groove, and without stops in it."""
        least = 0.5 * median(self.bar_levels)
        return [bar for bar, level in enumerate(self.bar_levels) if level >= least]

    @property
    def level(self) -> float:
        """How much is played in a bar, on the average."""
        return sum(self.bar_levels) / len(self.bar_levels)

    @cached_property
    def accent(self) -> int:
        """The velocity that one hit in ten reaches: how hard the drummer plays when it counts."""
        velocities = sorted(hit.velocity for hit in self.hits)
        return velocities[len(velocities) * 9 // 10] if velocities else 1

    @cached_property
    def is_full(self) -> bool:
        """Whether, from a start in its first half bar, every half bar has at least two hits."""
        half_bars = Counter(int(max(0.0, hit.start_beats) // 2) for hit in self.excerpt(0, self.bars))
        return half_bars[0] > 0 and all(half_bars[number] >= 2 for number in range(1, 2 * self.bars))

    @cached_property
    def is_shuffle(self) -> bool:
        """Whether the off-beats lie nearer to two thirds of a beat than to its middle."""
        parts = [hit.start_beats % 1 for hit in self.hits]
        straight = sum(abs(part - 1 / 2) < 0.07 for part in parts)
        return sum(abs(part - 2 / 3) < 0.07 for part in parts) > straight

    def excerpt(self, first_bar: int, bars: int) -> list[Note]:
        """The hits of some bars, counted from the first of them; hits played early come out just below 0."""
        start = first_bar * BEATS_PER_BAR
        low, high = start - ANTICIPATION_BEATS, start + bars * BEATS_PER_BAR - ANTICIPATION_BEATS
        return [
            Note(hit.start_beats - start, hit.length_beats, hit.pitch, hit.velocity)
            for hit in self.hits
            if low <= hit.start_beats < high
        ]


@dataclass(frozen=True)
class Drummers:
    """The performances that one split may use: whole grooves, and fills of a bar or two."""

    grooves: tuple[Performance, ...]
    fills: tuple[Performance, ...]

    def choose(
        self, styles: frozenset[str], tempo_range_bpm: tuple[float, float], rng: Random
    ) -> tuple[Performance, Performance]:
        """Two performances that go together, the calmer first: alike in feel and tempo, of one style where possible.

        A style's chance grows with the square root of its performances, so that rare ones are heard but not worn out.
        Where none of the `styles` was recorded in the tempo range, the nearest in tempo is played faster or slower.
        The two may be one and the same.
        """
        suitable = self._suitable(styles, tempo_range_bpm)
        sizes = sorted(Counter(groove.style for groove in suitable).items())
        [style] = rng.choices([name for name, _ in sizes], [math.sqrt(size) for _, size in sizes])
        first = rng.choice([groove for groove in suitable if groove.style == style])
        alike = [groove for groove in suitable if abs(math.log(groove.bpm / first.bpm)) < ALIKE_TEMPO]
        others = rng.sample([groove for groove in alike if groove != first], len(alike) - 1)
        others.sort(key=lambda groove: groove.style != style)
        second = next((groove for groove in others if groove.is_shuffle == first.is_shuffle), first)
        calm, loud = sorted((first, second), key=lambda groove: (groove.level, groove.name))
        return calm, loud

    def _suitable(self, styles: frozenset[str], tempo_range_bpm: tuple[float, float]) -> list[Performance]:
        slowest, fastest = tempo_range_bpm
        of_styles = [groove for groove in self.grooves if groove.style in styles] or list(self.grooves)
        in_range = [groove for groove in of_styles if slowest <= groove.bpm <= fastest]
        if in_range:
            return in_range
        middle = math.sqrt(slowest * fastest)
        nearest = min(abs(math.log(groove.bpm / middle)) for groove in of_styles)
        return [groove for groove in of_styles if abs(math.log(groove.bpm / middle)) <= nearest + ALIKE_TEMPO]

    def choose_fills(self, bpm: float, count: int, rng: Random) -> list[Performance]:
        """`count` different fills from the twice as many that are nearest in tempo and have no holes."""
        by_tempo = sorted(self.fills, key=lambda fill: (abs(math.log(fill.bpm / bpm)), fill.name))
        return rng.sample(list(islice((fill for fill in by_tempo if fill.is_full), 2 * count)), count)


def load_drummers(folder: Path, split: str) -> Drummers:
    """The performances of a split, "train" or "test". UsageError where the dataset is not at `folder`."""
    try:
        with (folder / "info.csv").open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["split"] in SPLITS[split]]
    except OSError as cause:
        message = f"No Groove MIDI Dataset at {folder}: download it and name the folder that holds info.csv."
        raise UsageError(message) from cause
    rows = [row for row in rows if row["time_signature"] == "4-4"]
    grooves = [_performance(folder, row) for row in rows if row["beat_type"] == "beat"]
    fills = [_performance(folder, row) for row in rows if row["beat_type"] == "fill"]
    return Drummers(
        grooves=tuple(groove for groove in grooves if _suits_a_song(groove)),
        fills=tuple(fill for fill in fills if 1 <= fill.bars <= 2),
    )


def _performance(folder: Path, row: dict[str, str]) -> Performance:
    style = row["style"] if row["style"] in STYLES else row["style"].split("/")[0]
    return Performance(folder, row["midi_filename"], style, float(row["bpm"]), float(row["duration"]))


def _suits_a_song(groove: Performance) -> bool:
    slowest, fastest = TEMPO_RANGE_BPM
    return groove.style in STYLES and slowest <= groove.bpm <= fastest and groove.bars >= SHORTEST_BARS
