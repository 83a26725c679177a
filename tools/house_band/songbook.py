"""Command line: what a song is. Key, tempo, form and line-up, all planned from a seed before a note is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tools.house_band.form import Section, plan_form
from tools.house_band.groove import Drummers, Performance
from tools.house_band.harmony import MODES, Mode
from tools.house_band.score import BEATS_PER_BAR, Note, Track
from tools.house_band.shows import Show

DURATION_RANGE_S = (245.0, 500.0)
TAIL_S = 2.5  # for the last chord to ring out
TEMPO_SPREAD = 0.04  # how far the band's tempo may lie from the drummer's
JAM_SPREAD = 0.12
FILLS = 6

_FIRST_WORDS = (
    *("Copper", "Lantern", "Willow", "Northbound", "Paper", "Midnight", "Juniper", "Velvet", "Marigold", "Hollow"),
    *("Crooked", "Silver", "Thistle", "Second", "Patchwork", "Slow", "Amber", "Windfall", "Cardboard", "Salt"),
)
_LAST_WORDS = (
    *("Ferry", "Crossing", "Parade", "Orchard", "Weather", "Kitchen", "Harbour", "Ladder", "Almanac", "Mile"),
    *("Window", "Engine", "Carnival", "Letter", "Sparrow", "Junction", "Season", "Telescope", "Porch", "Tide"),
)


@dataclass(frozen=True)
class Seat:
    """A player's instrument (General MIDI program, counted from 0), place (pan, 64 is the centre) and room (sends)."""

    program: int
    pan: int = 64
    reverb: int = 40
    chorus: int = 0

    def track(self, bus: str, channel: int, notes: list[Note]) -> Track:
        """What is played from this seat."""
        return Track(bus, channel, self.program, self.pan, self.reverb, self.chorus, notes)


@dataclass(frozen=True)
class SongPlan:
    """All that is decided before the players start. `tonic` is a pitch class; `feel` is the drummers' style."""

    show: Show
    seed: int
    number: int
    split: str
    title: str
    tonic: int
    mode_name: str
    tempo_bpm: float
    feel: str
    shuffle: bool
    sections: tuple[Section, ...]
    line_up: dict[str, Seat]
    grooves: tuple[Performance, Performance]
    fills: tuple[Performance, ...]

    @property
    def mode(self) -> Mode:
        """The song's scale and harmony."""
        return MODES[self.mode_name]

    @property
    def length_beats(self) -> float:
        """Duration with the last chord rung out."""
        return self.sections[-1].end_beats + TAIL_S * self.tempo_bpm / 60

    @property
    def length_s(self) -> float:
        """Duration with the last chord rung out, in seconds."""
        return self.length_beats * 60 / self.tempo_bpm

    def sections_with(self, player: str) -> Iterator[Section]:
        """The sections in which `player` plays, in order."""
        return (section for section in self.sections if player in section.players)

    def random(self, purpose: str) -> Random:
        """A stream of chance of its own for each purpose, so that one player's choices leave the others alone."""
        return song_random(self.seed, self.show.name, self.split, self.number, purpose)


def song_random(seed: int, show: str, split: str, number: int, purpose: str) -> Random:
    """Chance that depends on nothing but these five."""
    return Random(f"{seed}/{show}/{split}/{number}/{purpose}")


def plan_song(drummers: Drummers, show: Show, split: str, seed: int, number: int) -> SongPlan:
    """Plan song `number` of the show with this seed; the drummers set the tempo and the feel."""
    rng = song_random(seed, show.name, split, number, "plan")
    grooves = drummers.choose(show.feels, show.tempo_range_bpm, rng)
    feel = grooves[0].style
    slowest, fastest = show.tempo_range_bpm
    tempo_bpm = max(slowest, min(fastest, grooves[0].bpm * rng.uniform(1 - TEMPO_SPREAD, 1 + TEMPO_SPREAD)))
    mode_name = "blues" if feel == "blues" and "blues" in show.modes else rng.choice(show.modes)
    tonic = rng.randrange(12)
    jam = max(0.1, min(0.8, show.jam + rng.uniform(-JAM_SPREAD, JAM_SPREAD)))
    total_bars = round(rng.uniform(*DURATION_RANGE_S) * tempo_bpm / 60 / BEATS_PER_BAR)
    form_rng = song_random(seed, show.name, split, number, "form")
    return SongPlan(
        show=show,
        seed=seed,
        number=number,
        split=split,
        title=f"{rng.choice(_FIRST_WORDS)} {rng.choice(_LAST_WORDS)}",
        tonic=tonic,
        mode_name=mode_name,
        tempo_bpm=tempo_bpm,
        feel=feel,
        shuffle=grooves[0].is_shuffle,
        sections=tuple(plan_form(mode_name, tonic, total_bars, jam, frozenset(show.instruments), form_rng)),
        line_up=_plan_line_up(show, song_random(seed, show.name, split, number, "line-up")),
        grooves=grooves,
        fills=tuple(drummers.choose_fills(tempo_bpm, FILLS, rng)),
    )


def _plan_line_up(show: Show, rng: Random) -> dict[str, Seat]:
    """Who sits where: the two guitars face each other, the keys stand nearer to the lead."""
    side, width = rng.choice((-1, 1)), rng.randint(20, 46)
    room = rng.randint(20, 60)
    places = {
        "drums": (0, room, 0),
        "bass": (rng.randint(-4, 4), room // 4, 0),
        "rhythm": (side * width, room // 2, rng.choice((0, 0, 30))),
        "lead": (-side * rng.randint(8, width), room, rng.choice((0, 0, 20))),
        "keys": (-side * rng.randint(0, 30), room, rng.choice((0, 20, 50))),
        "voice": (rng.randint(-5, 5), room + 15, 0),
        "backing": (rng.randint(-18, 18), room + 25, 15),
    }
    programs = {player: rng.choice(show.instruments[player]) for player in places if player in show.instruments}
    return {
        player: Seat(program, 64 + places[player][0], places[player][1], places[player][2])
        for player, program in programs.items()
    }
