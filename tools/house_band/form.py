"""Command line: form. Sections, who plays in them over which chords, and the energy that carries a song.

A song is intro, theme, verses and choruses, one or two jams, the theme again, and an ending. A jam goes in waves: each
begins quietly with few players, gathers them and climbs to a peak, and then falls or breaks off into what follows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, pairwise
from random import Random

from tools.house_band.harmony import MODES, ChordSpan, Mode, embellished, once_through, repeated
from tools.house_band.score import BEATS_PER_BAR

FINAL_BARS = 2  # the last chord, held
MOST_PAIRS = 6  # of a verse and a chorus
SINGERS = frozenset({"voice", "backing"})
SOLOISTS = ("lead", "keys")
PASSING_SHARE = {"verse": 0.22, "chorus": 0.18, "bridge": 0.25, "theme": 0.15}  # of the bars with one chord
VAMP_PASSING_SHARE = 0.07

# A wave of a jam: how long each part is against the others, and the energy where it begins; the last figure ends it.
WAVES = (
    ((3, 0.26), (3, 0.4), (2, 0.62), (2, 0.88), 1.0),
    ((4, 0.3), (4, 0.52), (2, 0.9), 1.0),
    ((2, 0.22), (3, 0.34), (3, 0.56), (1, 0.86), (1, 1.0), 0.5),
    ((3, 0.34), (3, 0.66), (2, 0.96), (2, 0.7), 0.3),
)


@dataclass(frozen=True)
class Section:
    """A stretch of the form: where it lies, who plays over which chords, the energy at its start and end, who solos."""

    name: str
    first_bar: int
    bars: int
    players: frozenset[str]
    chords: tuple[ChordSpan, ...]
    energy: tuple[float, float] = (0.5, 0.6)
    soloist: str = ""

    @property
    def start_beats(self) -> float:
        """Its first beat, counted from the start of the song."""
        return self.first_bar * BEATS_PER_BAR

    @property
    def end_beats(self) -> float:
        """The beat at which the next section begins."""
        return (self.first_bar + self.bars) * BEATS_PER_BAR

    @property
    def mean_energy(self) -> float:
        """How hard the band plays on the whole, 0…1."""
        return sum(self.energy) / 2

    def energy_at(self, beats: float) -> float:
        """How hard the band plays at a beat of the song, 0…1."""
        start, end = self.energy
        part = (beats - self.start_beats) / (self.end_beats - self.start_beats)
        return start + (end - start) * max(0.0, min(1.0, part))

    def velocity_at(self, beats: float, *, accent: bool = False) -> int:
        """The velocity of a stroke there."""
        on_the_bar = 4 if beats % BEATS_PER_BAR == 0 else 0
        return round(42 + 56 * self.energy_at(beats)) + (12 if accent else 0) + on_the_bar

    @cached_property
    def _chord_ends(self) -> list[float]:
        return [span.end_beats for span in self.chords]

    def chord_at(self, beats: float) -> ChordSpan:
        """The chord at a beat of the song; the section's first or last outside of it."""
        return self.chords[min(bisect_right(self._chord_ends, beats), len(self.chords) - 1)]


@dataclass(frozen=True)
class Part:
    """A section before it has its place in the song; `chords` names one of the song's progressions."""

    name: str
    bars: int
    energy: tuple[float, float]
    players: frozenset[str]
    chords: str
    soloist: str = ""


def plan_form(
    mode_name: str, tonic: int, total_bars: int, jam: float, band: frozenset[str], rng: Random
) -> list[Section]:
    """The sections of a song of about `total_bars` bars, `jam` (0…1) of them jam, for the players of `band`."""
    progressions = _choose_progressions(MODES[mode_name], tonic, rng)
    writer = FormWriter(
        band, {name: round(cycle[-1].end_beats / BEATS_PER_BAR) for name, cycle in progressions.items()}, rng
    )
    sections: list[Section] = []
    first_bar = 0
    for part in writer.write(total_bars, jam):
        chords = tuple(repeated(progressions[part.chords], first_bar, part.bars))
        sections.append(Section(part.name, first_bar, part.bars, part.players, chords, part.energy, part.soloist))
        first_bar += part.bars
    sections.append(_final(sections[-1], progressions["vamp"][0]))
    return sections


def _choose_progressions(mode: Mode, tonic: int, rng: Random) -> dict[str, list[ChordSpan]]:
    """What is played in which part: a cycle of chords each, with its passing chords."""
    vamp, second = rng.sample(mode.vamps, 2)
    chorus, bridge = rng.sample(mode.choruses, 2)
    verse = rng.choice(mode.verses)
    theme = rng.choice((vamp, verse, chorus))
    chosen = {"vamp": vamp, "second vamp": second, "verse": verse, "chorus": chorus, "bridge": bridge, "theme": theme}

    def laid_out(name: str, text: str) -> list[ChordSpan]:
        return embellished(
            once_through(text, tonic), tonic, mode.scale, PASSING_SHARE.get(name, VAMP_PASSING_SHARE), rng
        )

    return {name: laid_out(name, text) for name, text in chosen.items()}


def _final(last: Section, home: ChordSpan) -> Section:
    first_bar = last.first_bar + last.bars
    chord = ChordSpan(first_bar * BEATS_PER_BAR, FINAL_BARS * BEATS_PER_BAR, home.chord)
    energy = last.energy[1]
    return Section("final", first_bar, FINAL_BARS, last.players, (chord,), (energy, energy * 0.7), last.soloist)


@dataclass(frozen=True)
class FormWriter:
    """Writes forms for a band; `cycle_bars` says how long each progression is."""

    band: frozenset[str]
    cycle_bars: dict[str, int]
    rng: Random

    def write(self, total_bars: int, jam: float) -> list[Part]:
        """All parts of a song but its last chord."""
        opening, closing = self._opening(), self._closing()
        song_bars = total_bars * (1 - jam) - sum(part.bars for part in (*opening, *closing))
        pairs = max(1, min(MOST_PAIRS, round(song_bars / sum(part.bars for part in self._pair(0)))))
        bodies = [self._pair(number) for number in range(pairs)]
        if pairs >= 3:
            bodies[1].append(self._solo())
            bodies[-2] += [self._sung("bridge", 8, 0.6, 0.5, "bridge")] if self.rng.random() < 0.6 else []
        written = sum(part.bars for part in (*opening, *closing, *chain.from_iterable(bodies)))
        jams = self._jams(max(16, total_bars - written, round(jam * total_bars)), pairs)
        return [*opening, *self._interleaved(bodies, jams), *closing]

    def _interleaved(self, bodies: list[list[Part]], jams: list[list[Part]]) -> list[Part]:
        """Verses and choruses with the jams between them: the last jam before the last verse, or after it."""
        last = len(bodies) - 1 if len(bodies) > 1 and self.rng.random() < 0.6 else len(bodies)
        places = {last: jams[-1]} if len(jams) == 1 else {max(1, last - 2): jams[0], last: jams[-1]}
        parts: list[Part] = []
        for number in range(len(bodies) + 1):
            parts += places.get(number, [])
            parts += bodies[number] if number < len(bodies) else []
        return parts

    def _opening(self) -> list[Part]:
        few = {"bass", "drums", *self._some_of(("rhythm", "keys", "lead"), self.rng.choice((1, 1, 2)))}
        intro = Part("intro", self.rng.choice((4, 8)), (0.28, 0.45), self._those(few), "vamp")
        return [intro, self._theme(0.52, 0.62)]

    def _closing(self) -> list[Part]:
        """The theme again, and an ending: all together, or one after the other leaving."""
        theme = self._theme(0.78, 0.88)
        if self.rng.random() < 0.5:
            return [theme, Part("ending", 4, (0.8, 0.95), self._instruments, "vamp", self._soloist())]
        some = {"bass", "drums", *self._some_of(("rhythm", "keys", "lead"), 2)}
        few = {"bass", *self._some_of(("rhythm", "keys"), 1)}
        return [
            theme,
            Part("ending", 4, (0.6, 0.5), self._instruments, "vamp", self._soloist()),
            Part("ending", 4, (0.45, 0.35), self._those(some), "vamp"),
            Part("ending", 4, (0.3, 0.2), self._those(few), "vamp"),
        ]

    def _theme(self, start: float, end: float) -> Part:
        return Part("theme", self._whole_cycles("theme", 8), (start, end), self._instruments, "theme", self._melodist)

    def _pair(self, number: int) -> list[Part]:
        """A verse and a chorus; each pair is a little louder than the one before."""
        lift = 0.05 * number
        verse = self._sung("verse", self._whole_cycles("verse", 12), 0.38 + lift, 0.5 + lift, "verse")
        chorus = self._sung("chorus", self._whole_cycles("chorus", 8), 0.64 + lift, 0.74 + lift, "chorus")
        return [verse, chorus]

    def _sung(self, name: str, bars: int, start: float, end: float, chords: str) -> Part:
        backing = {"backing"} if name != "verse" else set()
        return Part(name, bars, (start, end), self._those(self._instruments | {"voice"} | backing), chords)

    def _solo(self) -> Part:
        """A solo over the verse's chords."""
        return Part("solo", self._whole_cycles("verse", 12), (0.55, 0.85), self._instruments, "verse", self._soloist())

    def _whole_cycles(self, chords: str, about_bars: int) -> int:
        cycle = self.cycle_bars[chords]
        return cycle * max(1, round(about_bars / cycle))

    def _jams(self, bars: int, pairs: int) -> list[list[Part]]:
        if bars < 64 or pairs < 2 or self.rng.random() < 0.4:
            return [self._jam(bars)]
        first = 4 * round(bars * self.rng.uniform(0.3, 0.5) / 4)
        return [self._jam(first), self._jam(bars - first)]

    def _jam(self, bars: int) -> list[Part]:
        """Waves of 24 to 48 bars over one vamp or two, some with a breakdown between; the last is the highest."""
        count = max(1, round(bars / self.rng.uniform(28, 44)))
        chords = self.rng.choice((("vamp",), ("vamp", "second vamp"), ("second vamp",), ("vamp", "verse")))
        parts: list[Part] = []
        for number in range(count):
            last = number == count - 1
            over = chords[number % len(chords)]
            rest = 0 if last or self.rng.random() < 0.4 else 8
            wave_bars = max(16, 4 * round((bars - sum(part.bars for part in parts)) / (count - number) / 4) - rest)
            height = 1.0 if last else self.rng.uniform(0.75, 0.95)
            parts += self._wave(wave_bars, height, over)
            if rest:
                parts.append(self._breakdown(rest, over))
        return parts

    def _wave(self, bars: int, height: float, chords: str) -> list[Part]:
        *stages, end = self.rng.choice(WAVES)
        soloist, compers = self._soloist(), self._some_of(("rhythm", "keys", "lead"), 3)
        lengths = _shares(bars, [weight for weight, _ in stages])
        levels = [level * height for level in (*(level for _, level in stages), end)]
        return [
            Part("jam", length, energy, self._jam_players(energy, soloist, compers), chords, soloist)
            for length, energy in zip(lengths, pairwise(levels), strict=True)
            if length
        ]

    def _jam_players(self, energy: tuple[float, float], soloist: str, compers: Sequence[str]) -> frozenset[str]:
        """The higher the energy where they come in, the more of those who accompany; at a peak some sing."""
        others = [player for player in compers if player != soloist]
        joined = others[: 1 if energy[0] < 0.38 else 2 if energy[0] < 0.6 else 3]
        sings = {"backing"} if min(energy) > 0.65 and self.rng.random() < 0.5 else set()
        return self._those({"drums", "bass", soloist, *joined, *sings})

    def _breakdown(self, bars: int, chords: str) -> Part:
        """Hardly anybody is left."""
        drums = {"drums"} if self.rng.random() < 0.7 else set()
        alone = self._some_of(("rhythm", "keys", "lead"), 1)
        players = self._those({"bass", *drums, *alone, *self._some_of(("backing",), 1)})
        soloist = next((player for player in SOLOISTS if player in players), "")
        return Part("breakdown", bars, (0.3, 0.18), players, chords, soloist)

    @property
    def _instruments(self) -> frozenset[str]:
        return self.band - SINGERS

    @property
    def _melodist(self) -> str:
        return next((player for player in SOLOISTS if player in self.band), "")

    def _soloist(self) -> str:
        return self.rng.choice([player for player in ("lead", "lead", "lead", "keys") if player in self.band] or [""])

    def _some_of(self, players: Sequence[str], count: int) -> list[str]:
        present = [player for player in players if player in self.band]
        return self.rng.sample(present, min(count, len(present)))

    def _those(self, players: set[str] | frozenset[str]) -> frozenset[str]:
        return frozenset(players) & self.band


def _shares(bars: int, weights: Sequence[float]) -> list[int]:
    """`bars` parted by `weights` into multiples of four; what is left over goes to the last."""
    borders = [4 * round(bars * part / sum(weights) / 4) for part in accumulate(weights)]
    borders[-1] = bars
    return [end - start for start, end in pairwise([0, *borders])]
