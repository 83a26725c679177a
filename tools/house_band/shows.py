"""Command line: shows. A show is a night: a line-up with its instruments, a room, a tape and an audience.

"house" is the band at home: every song is another night, drawn between two extremes. In the other four shows the two
extremes are the same: who plays what, the room, the tape and the audience stay as they are all night.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from random import Random
from typing import TypeVar

from tools.house_band.groove import STYLES, TEMPO_RANGE_BPM

BAND = "The House Band"
EVERY_MODE = ("major", "mixolydian", "dorian", "minor", "blues")
CHOIR_AAHS, VOICE_OOHS = (52,), (53,)  # General MIDI's names for what singers.py sings

Setting = TypeVar("Setting", "Room", "Spring", "Tape", "Audience", "Voices")


@dataclass(frozen=True)
class Room:
    """Where the band stands.

    Attributes:
        length_m, width_m, height_m: inside measures; reflections come from the walls, the floor and the ceiling.
        rt60_s: time in which the reverberation of 1 kHz falls by 60 dB.
        damping: how much faster the treble dies away than the middle: 0 not at all, 1 twice as fast at 4 kHz.
        wet_db: energy of the reverberation against the direct sound.
        echo_db: level of one late echo from the far end, as of loudspeaker towers in the open; −60 is none.
    """

    length_m: float
    width_m: float
    height_m: float
    rt60_s: float
    damping: float
    wet_db: float
    echo_db: float = -60.0


@dataclass(frozen=True)
class Spring:
    """The spring reverb of guitar and organ amplifiers: its decay time, and its level against the dry sound."""

    rt60_s: float
    wet_db: float


@dataclass(frozen=True)
class Tape:
    """What the night was recorded on.

    Attributes:
        low_hz, high_hz: the band it passes (−3 dB).
        drive_db: how hard the mix drives it into saturation; 0 is hardly.
        wow, flutter: peak deviation of the speed in per cent, around 0.7 Hz and 9 Hz.
        hiss_db: level of the hiss in dBFS.
    """

    low_hz: float
    high_hz: float
    drive_db: float
    wow: float
    flutter: float
    hiss_db: float


@dataclass(frozen=True)
class Audience:
    """Who listens: murmur throughout and applause at its loudest (levels in dBFS), size 0…1, whistles a minute."""

    murmur_db: float
    applause_db: float
    size: float
    whistles_per_minute: float


@dataclass(frozen=True)
class Voices:
    """Who sings: formants against an average man's (1; a woman's 1.17), vibrato in cents, share of breath 0…1."""

    formant_scale: float
    vibrato_cents: float
    breath: float


@dataclass(frozen=True)
class Night:
    """One evening's settings; `drive_db` is how far the guitar amplifiers are turned up."""

    room: Room
    spring: Spring
    tape: Tape
    audience: Audience
    voices: Voices
    drive_db: float


@dataclass(frozen=True)
class Show:
    """A show, and the extremes between which each of its songs is drawn.

    Attributes:
        name: as `--show` names it.
        title, show_date, venue, description: for people. Band, dates and venues are invented.
        tempo_range_bpm: slowest and fastest beat.
        feels: styles of the Groove MIDI Dataset that the drummer plays (`groove.STYLES`).
        modes: names in `harmony.MODES`.
        instruments: General MIDI programs to choose from for each player (drums: kits). Who is not in it is not in the
            band that night. One program only means: all night.
        jam: share of the form that is jam, 0…1.
        room, spring, tape, audience, voices, drive_db: least and greatest.
    """

    name: str
    title: str
    show_date: str
    venue: str
    description: str
    tempo_range_bpm: tuple[float, float]
    feels: frozenset[str]
    modes: tuple[str, ...]
    instruments: Mapping[str, tuple[int, ...]]
    jam: float
    room: tuple[Room, Room]
    spring: tuple[Spring, Spring]
    tape: tuple[Tape, Tape]
    audience: tuple[Audience, Audience]
    voices: tuple[Voices, Voices]
    drive_db: tuple[float, float]

    @property
    def one_night(self) -> bool:
        """Whether all of its songs are played in one place by the same people."""
        return self.room[0] == self.room[1]

    def night(self, rng: Random) -> Night:
        """The settings of one song, each drawn evenly between its extremes."""
        return Night(
            room=_between(*self.room, rng),
            spring=_between(*self.spring, rng),
            tape=_between(*self.tape, rng),
            audience=_between(*self.audience, rng),
            voices=_between(*self.voices, rng),
            drive_db=rng.uniform(*self.drive_db),
        )


def _between(low: Setting, high: Setting, rng: Random) -> Setting:
    return type(low)(*(rng.uniform(least, most) for least, most in zip(astuple(low), astuple(high), strict=True)))


def _all_night(setting: Setting) -> tuple[Setting, Setting]:
    return setting, setting


HOUSE = Show(
    name="house",
    title="At home",
    show_date="",
    venue="The house",
    description="The band at home: any tempo, any instrument, another room and another tape for every song.",
    tempo_range_bpm=TEMPO_RANGE_BPM,
    feels=STYLES,
    modes=EVERY_MODE,
    instruments={
        "drums": (0, 1, 8, 9, 10, 16, 17, 24, 32),
        "bass": (32, 33, 33, 33, 34, 35, 36, 37, 38),
        "rhythm": (24, 25, 25, 26, 27, 27, 28),
        "lead": (26, 27, 27, 29, 29, 29, 30),
        "keys": (0, 1, 2, 3, 4, 5, 16, 16, 17, 18, 18),
        "voice": CHOIR_AAHS,
        "backing": VOICE_OOHS,
    },
    jam=0.45,
    room=(Room(6, 5, 2.6, 0.3, 0.3, -22), Room(48, 32, 15, 2.4, 1.0, -9)),
    spring=(Spring(1.2, -26), Spring(3.0, -10)),
    tape=(Tape(25, 9_000, 0, 0.0, 0.0, -84), Tape(70, 19_000, 7, 0.12, 0.06, -58)),
    audience=(Audience(-70, -50, 0.1, 0), Audience(-44, -26, 1.0, 3)),
    voices=(Voices(0.94, 14, 0.05), Voices(1.22, 45, 0.35)),
    drive_db=(4, 14),
)

BARN_77 = Show(
    name="barn-77",
    title="The barn dance",
    show_date="1977-10-15",
    venue="Elder Mill Hay Barn",
    description="A fast night among hay bales: acoustic guitar, a piano gone honky-tonk, double bass; a dry wooden room"
    " and a cassette that lost its treble.",
    tempo_range_bpm=(116, 145),
    feels=frozenset({"rock", "country", "pop", "highlife", "neworleans", "funk"}),
    modes=("major", "mixolydian"),
    instruments={
        "drums": (0,),
        "bass": (32,),
        "rhythm": (25,),
        "lead": (27,),
        "keys": (3,),
        "voice": CHOIR_AAHS,
        "backing": VOICE_OOHS,
    },
    jam=0.25,
    room=_all_night(Room(14, 9, 5, 0.55, 0.8, -15)),
    spring=_all_night(Spring(1.4, -24)),
    tape=_all_night(Tape(60, 8_500, 5, 0.10, 0.05, -57)),
    audience=_all_night(Audience(-50, -30, 0.25, 3)),
    voices=_all_night(Voices(1.02, 15, 0.10)),
    drive_db=(4, 4),
)

FIELD_72 = Show(
    name="field-72",
    title="The long afternoon",
    show_date="1972-08-19",
    venue="Alder Creek Meadow",
    description="Four of them in the open, no keys, two loud guitars and one voice; long modal jams, an echo from the"
    " towers, and a reel that runs unsteadily.",
    tempo_range_bpm=(88, 101),
    feels=frozenset({"rock", "funk", "afrobeat", "jazz/fusion", "hiphop", "neworleans"}),
    modes=("dorian", "mixolydian"),
    instruments={
        "drums": (8,),
        "bass": (34,),
        "rhythm": (27,),
        "lead": (29,),
        "voice": CHOIR_AAHS,
    },
    jam=0.7,
    room=_all_night(Room(70, 60, 18, 0.35, 1.0, -21, -17)),
    spring=_all_night(Spring(2.4, -9)),
    tape=_all_night(Tape(40, 11_000, 6, 0.16, 0.05, -62)),
    audience=_all_night(Audience(-46, -28, 0.8, 2)),
    voices=_all_night(Voices(0.96, 22, 0.20)),
    drive_db=(12, 12),
)

BALLROOM_73 = Show(
    name="ballroom-73",
    title="A night at the Larkspur",
    show_date="1973-11-03",
    venue="Larkspur Ballroom",
    description="Soul and funk on a sprung floor: drawbar organ through a spring, a mellow jazz guitar, three voices in"
    " harmony; a warm hall and a good recorder.",
    tempo_range_bpm=(101, 116),
    feels=frozenset({"soul", "funk", "jazz/funk", "rock"}),
    modes=("dorian", "mixolydian", "blues"),
    instruments={
        "drums": (32,),
        "bass": (33,),
        "rhythm": (26,),
        "lead": (26,),
        "keys": (16,),
        "voice": CHOIR_AAHS,
        "backing": VOICE_OOHS,
    },
    jam=0.45,
    room=_all_night(Room(32, 20, 9, 1.6, 0.6, -11)),
    spring=_all_night(Spring(2.8, -12)),
    tape=_all_night(Tape(30, 14_500, 3, 0.04, 0.03, -68)),
    audience=_all_night(Audience(-54, -30, 0.5, 1)),
    voices=_all_night(Voices(1.15, 34, 0.15)),
    drive_db=(5, 5),
)

ARENA_90 = Show(
    name="arena-90",
    title="Under the scoreboard",
    show_date="1990-03-10",
    venue="Northgate Arena",
    description="Slow and huge: electronic drums, a synthesiser for a bass, electric piano, one distorted guitar, and"
    " twenty thousand people; recorded digitally.",
    tempo_range_bpm=(79, 88),
    feels=frozenset({"rock", "soul", "hiphop", "funk", "afrobeat", "pop", "neworleans"}),
    modes=("minor", "major"),
    instruments={
        "drums": (24,),
        "bass": (38,),
        "lead": (30,),
        "keys": (5,),
        "voice": CHOIR_AAHS,
        "backing": VOICE_OOHS,
    },
    jam=0.5,
    room=_all_night(Room(90, 65, 24, 2.8, 0.9, -8)),
    spring=_all_night(Spring(1.6, -30)),
    tape=_all_night(Tape(20, 19_500, 0, 0.0, 0.0, -88)),
    audience=_all_night(Audience(-44, -26, 1.0, 5)),
    voices=_all_night(Voices(0.92, 40, 0.05)),
    drive_db=(10, 10),
)

SHOWS: Mapping[str, Show] = {show.name: show for show in (HOUSE, BARN_77, FIELD_72, BALLROOM_73, ARENA_90)}
