"""Command line: a session. Who of a plan is recorded how: amplifiers, voices, places, room, audience and tape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

import numpy as np

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from tools.house_band.amplifier import amplify
from tools.house_band.audience import Cheer, listen_in
from tools.house_band.mixing import Sound, at_level, decibels, level_db, limit, placed, total
from tools.house_band.score import Score, Track
from tools.house_band.shows import Night
from tools.house_band.singers import choose_singer, sing
from tools.house_band.songbook import SongPlan
from tools.house_band.spaces import convolve, in_room, room_response, spring_response
from tools.house_band.tape import hiss, record_on_tape

STEMS = ("drums", "bass", "other", "vocals")
CENTRE = 64
LEVELS_DB = {"drums": -14.5, "bass": -18.0, "guitars": -19.5, "keys": -21.0, "vocals": -16.5}  # RMS while playing
LEVEL_SPREAD_DB = 2.0
SENDS_DB = {"drums": 0.0, "bass": -9.0, "other": 0.0, "vocals": 1.5}  # into the room, against the room's own level
LOUDNESS_RANGE_DB = (-17.5, -13.5)  # RMS of the finished mix, before the limiter
BACKING_DB = -5.0  # against the lead voice
ORGANS = range(16, 21)
JAM_CHEER_DB, PEAK_ENERGY = 9.0, 0.8  # applause after a jam is this much weaker, and only after one that went so high

Instrument = Callable[[Score, list[Track]], Sound]


@dataclass(frozen=True)
class Session:
    """A song about to be recorded.

    In a show that is one night, all but the musicians' and the audience's chance is the same in every song.
    """

    plan: SongPlan
    score: Score
    night: Night
    play: Instrument

    @classmethod
    def of(cls, plan: SongPlan, score: Score, play: Instrument) -> Session:
        """The session of a plan; `play` renders tracks of the score, both channels, as FluidSynth does."""
        return cls(plan, score, plan.show.night(_fixed(plan, "night")), play)

    @property
    def frames(self) -> int:
        """How long it lasts."""
        return round(self.score.length_s * SAMPLE_RATE_HZ)

    def record(self) -> dict[str, Sound]:
        """The four stems (2, frames), peak of their sum at `mixing.PEAK_DBFS`. Audience and hiss are in "other"."""
        stems = self._in_the_room()
        mix_db = level_db(total(stems.values()))
        gain = np.float32(decibels(self.fixed("loudness").uniform(*LOUDNESS_RANGE_DB) - mix_db))
        stems = {name: sound * gain for name, sound in stems.items()}
        stems["other"] += listen_in(self.night.audience, self._cheers(), self.frames, self.noise("audience"))
        stems = record_on_tape(stems, self.night.tape, self.noise("tape"))
        stems["other"] += hiss(self.night.tape, self.frames, self.noise("hiss"))
        return limit(stems)

    def fixed(self, purpose: str) -> Random:
        """Chance for what stays as it is all night."""
        return _fixed(self.plan, purpose)

    def noise(self, purpose: str) -> np.random.Generator:
        """Chance for what no two songs share."""
        return np.random.default_rng(self.plan.random(purpose).getrandbits(64))

    def _in_the_room(self) -> dict[str, Sound]:
        balance = self.fixed("balance")
        recorded = {"guitars": self._guitars, "keys": self._keys, "vocals": self._vocals}
        buses = {}
        for bus, level in LEVELS_DB.items():
            sound = recorded[bus]() if bus in recorded else self.play(self.score, self.score.bus(bus))
            buses[bus] = at_level(sound, level + balance.uniform(-LEVEL_SPREAD_DB, LEVEL_SPREAD_DB))
        buses["other"] = buses.pop("guitars") + buses.pop("keys")
        room = room_response(self.night.room, self._generator("room"))
        return {stem: in_room(buses[stem], room, SENDS_DB[stem]) for stem in STEMS}

    def _guitars(self) -> Sound:
        """Each through an amplifier of its own, on opposite sides."""
        sounds = []
        for track, pan in zip(self._tracks("guitars"), self._places("guitars"), strict=True):
            dry = self._play_dry(track).mean(axis=0)
            sounds.append(placed(self._with_spring(at_level(amplify(dry, self.night.drive_db), -20)[None]), pan))
        return self._sum(sounds)

    def _keys(self) -> Sound:
        sounds = []
        for track, pan in zip(self._tracks("keys"), self._places("keys"), strict=True):
            sound = self._play_dry(track)
            sounds.append(placed(self._with_spring(sound) if track.program in ORGANS else sound, pan))
        return self._sum(sounds)

    def _vocals(self) -> Sound:
        """The first track is the lead voice."""
        sounds = []
        for number, (track, pan) in enumerate(zip(self._tracks("vocals"), self._places("vocals"), strict=True)):
            singer = choose_singer(self.night.voices, self.fixed(f"singer {number}"), backing=number > 0)
            chance = self.plan.random(f"syllables {number}")
            voice = sing(track.notes, self.score.tempo_bpm, self.frames, singer, chance)
            sounds.append(placed(voice[None] * np.float32(decibels(BACKING_DB * (number > 0))), pan))
        return self._sum(sounds)

    def _tracks(self, bus: str) -> list[Track]:
        return sorted(self.score.bus(bus), key=lambda track: track.channel)

    def _places(self, bus: str) -> list[int]:
        """MIDI pans for the tracks of a bus: the lead voice in the middle, two guitars facing each other."""
        count = len(self._tracks(bus))
        lean = {"vocals": (0.0, 0.6, -0.6), "keys": (-0.4,)}.get(bus, (0.3,) if count == 1 else (1.0, -0.8))
        width = self.fixed("places").choice((-1, 1)) * self.fixed(f"{bus} width").randint(20, 44)
        return [CENTRE + round(width * lean[number % len(lean)]) for number in range(count)]

    def _play_dry(self, track: Track) -> Sound:
        return self.play(self.score, [replace(track, pan=CENTRE)])

    def _with_spring(self, sound: Sound) -> Sound:
        spring = spring_response(self.night.spring, self._generator("spring"))
        return sound + convolve(sound.mean(axis=0, keepdims=True), spring)

    def _generator(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng(self.fixed(purpose).getrandbits(64))

    def _sum(self, sounds: Iterable[Sound]) -> Sound:
        """Silence where nobody plays."""
        return total([*sounds] or [np.zeros((CHANNELS, self.frames), np.float32)])

    def _cheers(self) -> list[Cheer]:
        """Applause as the song begins and as it ends, and after jams that went high."""
        beat_s, sections = 60 / self.plan.tempo_bpm, self.plan.sections
        cheers = [Cheer(0.5, 3.0), Cheer(self.plan.length_s - 1.0)]
        for section, following in pairwise(sections):
            if section.name == "jam" != following.name and max(section.energy) >= PEAK_ENERGY:
                cheers.append(Cheer(following.start_beats * beat_s + 0.6, JAM_CHEER_DB))
        return cheers


def _fixed(plan: SongPlan, purpose: str) -> Random:
    return Random(f"{plan.show.name}/{purpose}") if plan.show.one_night else plan.random(purpose)
