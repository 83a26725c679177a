"""Command line: notes, controls and tracks, with times in beats (quarter notes) from the start of the song."""

from __future__ import annotations

from dataclasses import dataclass, field

BEATS_PER_BAR = 4
DRUM_CHANNEL = 9

MODULATION, PAN, EXPRESSION, REVERB_SEND, CHORUS_SEND = 1, 10, 11, 91, 93


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note: MIDI pitch (60 is middle C) and velocity 1…127."""

    start_beats: float
    length_beats: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Control:
    """A MIDI controller moved to a value 0…127."""

    at_beats: float
    number: int
    value: int


@dataclass(frozen=True, slots=True)
class Bend:
    """The pitch wheel moved to a distance in semitones, −2…2."""

    at_beats: float
    semitones: float


@dataclass
class Track:
    """One player on one MIDI channel; `bus` names the group of tracks that is rendered together."""

    bus: str
    channel: int
    program: int
    pan: int = 64
    reverb: int = 40
    chorus: int = 0
    notes: list[Note] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    bends: list[Bend] = field(default_factory=list)


@dataclass(frozen=True)
class Score:
    """A whole song: its tracks, and how long it lasts with the last notes rung out."""

    tempo_bpm: float
    length_beats: float
    tracks: tuple[Track, ...]

    @property
    def length_s(self) -> float:
        """Duration in seconds."""
        return self.length_beats * 60 / self.tempo_bpm

    def bus(self, name: str) -> list[Track]:
        """The tracks that are rendered together as `name`."""
        return [track for track in self.tracks if track.bus == name]
