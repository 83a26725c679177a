"""Command line: what a song is. Key, tempo, form and line-up, all planned from a seed before a note is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tools.house_band.groove import Drummers, Performance
from tools.house_band.harmony import MODES, ChordSpan, Mode, lay_out
from tools.house_band.score import BEATS_PER_BAR

DURATION_RANGE_S = (155, 230)
FINAL_BARS = 2  # the last chord, held
TAIL_S = 2.5  # for it to ring out

# Forms: sections and their lengths in bars, before they are stretched to the length of the song.
FORMS = (
    "intro 4, theme 8, verse 16, chorus 8, verse 16, chorus 8, solo 16, verse 8, chorus 8, ending 4",
    "intro 8, verse 16, chorus 8, theme 4, verse 16, chorus 8, solo 16, chorus 12, ending 4",
    "intro 4, chorus 8, verse 16, chorus 8, solo 20, verse 16, chorus 12, ending 4",
    "intro 4, theme 4, verse 24, solo 12, verse 16, solo 8, chorus 16, ending 4",
)
EVERYBODY = frozenset({"drums", "bass", "rhythm", "keys", "lead", "voice", "backing"})
INSTRUMENTS = EVERYBODY - {"voice", "backing"}
# How hard the band plays at the start, at two thirds and at the end of a section, 0…1.
ENERGY = {
    "intro": (0.3, 0.4, 0.5),
    "theme": (0.55, 0.6, 0.6),
    "verse": (0.45, 0.5, 0.55),
    "chorus": (0.7, 0.75, 0.8),
    "solo": (0.4, 1.0, 0.55),
    "ending": (0.65, 0.6, 0.5),
    "final": (0.7, 0.5, 0.4),
}

_FIRST_WORDS = ("Copper", "Lantern", "Willow", "Northbound", "Paper", "Midnight", "Juniper", "Velvet", "Marigold")
_LAST_WORDS = ("Ferry", "Crossing", "Parade", "Orchard", "Weather", "Kitchen", "Harbour", "Ladder", "Almanac")


@dataclass(frozen=True)
class Section:
    """A stretch of the form: where it lies, who plays and over which chords."""

    name: str
    first_bar: int
    bars: int
    players: frozenset[str]
    chords: tuple[ChordSpan, ...]

    @property
    def start_beats(self) -> float:
        """Its first beat, counted from the start of the song."""
        return self.first_bar * BEATS_PER_BAR

    @property
    def end_beats(self) -> float:
        """The beat at which the next section begins."""
        return (self.first_bar + self.bars) * BEATS_PER_BAR

    def energy_at(self, beats: float) -> float:
        """How hard the band plays at a beat of the song, 0…1: rising to two thirds of the section, then falling."""
        start, peak, end = ENERGY[self.name]
        part = (beats - self.start_beats) / (self.end_beats - self.start_beats)
        return start + (peak - start) * part * 1.5 if part < 2 / 3 else peak + (end - peak) * (part * 3 - 2)

    def chord_at(self, beats: float) -> ChordSpan:
        """The chord at a beat of the song; the section's first or last outside of it."""
        for span in self.chords:
            if beats < span.start_beats + span.length_beats:
                return span
        return self.chords[-1]


@dataclass(frozen=True)
class Seat:
    """A player's instrument (General MIDI program, counted from 0), place (pan, 64 is the centre) and room (sends)."""

    program: int
    pan: int = 64
    reverb: int = 40
    chorus: int = 0


@dataclass(frozen=True)
class SongPlan:
    """All that is decided before the players start. `tonic` is a pitch class; `feel` is the drummers' style."""

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
        return song_random(self.seed, self.split, self.number, purpose)


def song_random(seed: int, split: str, number: int, purpose: str) -> Random:
    """Chance that depends on nothing but these four."""
    return Random(f"{seed}/{split}/{number}/{purpose}")


def plan_song(drummers: Drummers, split: str, seed: int, number: int) -> SongPlan:
    """Plan song `number` of the band with this seed; the drummers set the tempo and the feel."""
    rng = song_random(seed, split, number, "plan")
    grooves = drummers.choose(rng)
    tempo_bpm = grooves[0].bpm
    feel = grooves[0].style
    mode_name = "blues" if feel == "blues" else rng.choice(sorted(MODES))
    tonic = rng.randrange(12)
    return SongPlan(
        seed=seed,
        number=number,
        split=split,
        title=f"{rng.choice(_FIRST_WORDS)} {rng.choice(_LAST_WORDS)}",
        tonic=tonic,
        mode_name=mode_name,
        tempo_bpm=tempo_bpm,
        feel=feel,
        shuffle=grooves[0].is_shuffle,
        sections=_plan_form(MODES[mode_name], tonic, tempo_bpm, rng),
        line_up=_plan_line_up(rng),
        grooves=grooves,
        fills=tuple(drummers.choose_fills(tempo_bpm, 4, rng)),
    )


def _plan_form(mode: Mode, tonic: int, tempo_bpm: float, rng: Random) -> tuple[Section, ...]:
    form = [(name, int(bars)) for name, bars in (item.split() for item in rng.choice(FORMS).split(", "))]
    total_bars = rng.uniform(*DURATION_RANGE_S) * tempo_bpm / 60 / BEATS_PER_BAR
    stretch = (total_bars - FINAL_BARS) / sum(bars for _, bars in form)
    vamp, verse, chorus = rng.choice(mode.vamps), rng.choice(mode.verses), rng.choice(mode.choruses)
    theme, solo = rng.choice((vamp, verse, chorus)), rng.choice((vamp, vamp, verse))
    chords = {"intro": vamp, "theme": theme, "verse": verse, "chorus": chorus, "solo": solo, "ending": vamp}
    sections, first_bar = [], 0
    for name, bars in form:
        stretched = max(4, 4 * round(bars * stretch / 4))
        spans = lay_out(chords[name], tonic, first_bar, stretched)
        sections.append(Section(name, first_bar, stretched, _choose_players(name, rng), tuple(spans)))
        first_bar += stretched
    home = lay_out(vamp.split()[0], tonic, first_bar, 1)[0].chord
    last_chord = ChordSpan(first_bar * BEATS_PER_BAR, FINAL_BARS * BEATS_PER_BAR, home)
    sections.append(Section("final", first_bar, FINAL_BARS, EVERYBODY, (last_chord,)))
    return tuple(sections)


def _choose_players(section: str, rng: Random) -> frozenset[str]:
    if section == "intro":
        return frozenset({"drums", "bass", *rng.sample(("rhythm", "keys", "lead"), rng.choice((1, 2, 2, 3)))})
    if section == "verse":
        return EVERYBODY - {"backing"}
    if section == "chorus":
        return EVERYBODY
    sings_along = {"backing"} if section in ("solo", "ending") and rng.random() < 0.4 else set()
    return INSTRUMENTS | sings_along


def _plan_line_up(rng: Random) -> dict[str, Seat]:
    side = rng.choice((-1, 1))
    width = rng.randint(20, 46)
    rhythm_guitar = rng.choice((24, 25, 25, 26, 27, 27))
    lead_guitar = rng.choice((26, 27, 27, 29, 29, 29, 30))
    keys = rng.choice((0, 1, 2, 4, 5, 16, 16, 17, 18, 18))
    bass = rng.choice((32, 33, 33, 33, 34, 35, 37))
    voice, backing = rng.choice((52, 52, 53, 54, 85)), rng.choice((52, 52, 53))
    room = rng.randint(20, 60)
    return {
        "drums": Seat(rng.choice((0, 1, 2, 3, 8, 9, 10, 16, 17, 32)), reverb=room),
        "bass": Seat(bass, pan=64 + rng.randint(-4, 4), reverb=room // 4),
        "rhythm": Seat(rhythm_guitar, pan=64 + side * width, reverb=room // 2, chorus=rng.choice((0, 0, 30))),
        "lead": Seat(lead_guitar, pan=64 - side * rng.randint(8, width), reverb=room, chorus=rng.choice((0, 0, 20))),
        "keys": Seat(keys, pan=64 - side * rng.randint(0, 30), reverb=room, chorus=rng.choice((0, 20, 50))),
        "voice": Seat(voice, pan=64 + rng.randint(-5, 5), reverb=room + 15),
        "backing": Seat(backing, pan=64 + rng.randint(-18, 18), reverb=room + 25, chorus=15),
    }
