"""GUI thread (or any one thread): the transport. Play, pause, seek, loop, faders, meters."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.audio.loudness import Loudness
from engine.errors import UsageError
from engine.playback.device import LATENCY_S, RATES_HZ, OutputDevice
from engine.playback.feeder import Feeder
from engine.playback.filling import Filling
from engine.playback.mixer import Gains, check_fits
from engine.playback.outlet import Wish
from engine.playback.passage import Region
from engine.playback.settings import MixSettings
from engine.takes.take import Take

State = Literal["stopped", "playing", "paused"]

SHORTEST_BUFFER_MS, LONGEST_BUFFER_MS = 5.0, 500.0

JOIN_AHEAD_S = 0.15
"""How far ahead of what sounds a loop is set or lifted: time to read a little from there on."""


@dataclass(frozen=True)
class _Held:
    """Where the loaded take stands while another is auditioned, and how to go back to it."""

    heard_frame: int
    read_frame: int
    playing: bool
    stems: int
    crossfade_s: float


class Player:
    """Plays one take at a time, also while it is being made. It is a `Listener` for whoever makes it.

    All calls come from one thread and return at once; `heard_frame`, `read_frame`, `playing` and `uses` may be asked
    from any. What plays is a process of its own, begun by `prepare` or the first `play()` and kept until `close()`.

    Where the take ends for now, playback waits in silence and goes on when more is there; it is still "playing". At
    the end of a finished take it is "stopped" and back at the beginning, as after `stop()`. Without a device the take
    goes on in silence, and `output_problem` says why.
    """

    def __init__(
        self,
        device: int | str | None = None,
        *,
        latency_s: float = LATENCY_S,
        rates_hz: tuple[int, ...] = RATES_HZ,
    ) -> None:
        """Touch no device yet.

        Args:
            device: index or name of an output (see `output_devices`); None for the system's default.
            latency_s: from a fader to the ear, as near as the device can and below 0.5; more survives a busier machine.
            rates_hz: what the device is asked for, the best first.
        """
        self._wish = Wish(device, latency_s, rates_hz)
        self._feeder = Feeder(self._wish)
        self._board = self._feeder.link.board
        self._take: Take | None = None
        self._mix = MixSettings()
        self._region: Region | None = None
        self._playing = False
        self._stopped = True
        self._held: _Held | None = None
        self._feeder.start()

    def prepare(self) -> None:
        """Begin the process that plays before it is needed: the first `play()` sounds a third of a second sooner."""
        self._feeder.begin()

    def load(self, take: Take, *, crossfade_s: float = 0.0, at_frame: int = 0) -> None:
        """Stand at the beginning of a take, stopped; the faders stay if it has as many stems as the last.

        Args:
            take: stays open until `uses` says that it is not needed any more.
            crossfade_s: while another take plays, let it play on until this one has sound, and go over to this one
                in so many seconds. 0, or anything while nothing plays: stop.
            at_frame: where to begin, instead of at the beginning; the nearest frame that exists.
        """
        if len(take.stem_names) != len(self._mix.strips):
            strips = MixSettings.unity(len(take.stem_names)).strips
            self._mix = MixSettings(strips, self._mix.master_gain_db)
        self.measure_loudness_anew()
        goes_over = crossfade_s > 0.0 and (self.playing or self._held is not None)
        self._take, self._region, self._held = take, None, None
        if goes_over:
            frame = max(take.first_frame, min(at_frame, take.mix_frames))
            self._give(Filling(take, frame, crossfade_s=crossfade_s))
        else:
            self.stop()
            if at_frame:
                self._begin_at(at_frame)
                self._stopped = False  # it stands in the middle, and is not to begin anew

    def play(self) -> None:
        """Play on from `position_frames`, or from the oldest frame that is left where that is gone.

        Raises:
            UsageError: no take is loaded.
        """
        if self._take is None:
            raise UsageError("There is nothing to play yet: generate or open something first.")
        self.end_audition()
        self._notice_end()
        if self.position_frames < self._take.first_frame:
            self._begin_at(self._take.first_frame)
        self._feeder.begin()
        self._stopped = False
        self._set_playing(True)

    def pause(self) -> None:
        """Fall silent and stay where we are; nothing where nothing plays."""
        self.end_audition()
        self._notice_end()
        self._set_playing(False)

    def stop(self) -> None:
        """Fall silent and go back to the beginning."""
        self.end_audition()
        self._stopped = True
        self._set_playing(False)
        self._begin_at(0)

    def seek(self, frame: int) -> None:
        """Go to a frame that exists, or the nearest, and play on from there if we play."""
        self.end_audition()
        self._notice_end()
        self._begin_at(frame)

    def set_loop(self, start: int | None, end: int | None = None) -> None:
        """Play from frame `start` up to, but without, `end` round and round; `set_loop(None)` plays on beyond it.

        What plays within the region plays on without a break; from elsewhere we go to its beginning. A take that
        was made as a loop turns to the sample when all of it is the region; other regions in a crossfade of 10 ms.

        Raises:
            UsageError: the region is shorter than a tenth of a second.
        """
        self._region = None if start is None or end is None else Region(start, end)
        self.end_audition()
        self._notice_end()
        filling = self._feeder.wanted
        if filling is None or self._take is None:
            return
        position = self.position_frames
        if self._region and not self._region.start <= position < self._region.end:
            self._begin_at(self._region.start)
        elif not self._join(filling):
            self._begin_at(position)

    @property
    def loop(self) -> tuple[int, int] | None:
        """The region that is played round and round, in frames."""
        return (self._region.start, self._region.end) if self._region else None

    def audition(self, take: Take, *, crossfade_s: float = 0.0) -> None:
        """Let another take be heard, as it is, from its beginning to its end; then the loaded one goes on as before.

        Meanwhile the loaded one stands still: to those who show it or make it, it is "stopped" where it is. Any wish
        about it (play, pause, seek, …) ends the audition.

        Args:
            take: stays open until `uses` says that it is not needed any more.
            crossfade_s: in so many seconds it takes the place of what plays, and gives it back.
        """
        heard, read, sounds = self.position_frames, self.read_frame, self.playing or self._held is not None
        playing = self._held.playing if self._held else self.playing
        self._held = _Held(heard, read, playing, len(take.stem_names), crossfade_s)
        self._give(Filling(take, take.first_frame, crossfade_s=crossfade_s if sounds else 0.0))
        self.measure_loudness_anew()
        self._feeder.begin()
        self._set_playing(True)

    def end_audition(self) -> None:
        """Go back to the loaded take, if another is auditioned."""
        if self._held is None:
            return
        held, self._held = self._held, None
        self.measure_loudness_anew()
        if not held.playing:
            self._set_playing(False)
        if self._take is None:
            self._feeder.drop()
        else:
            frame = max(self._take.first_frame, held.heard_frame)
            self._give(Filling(self._take, frame, self._region, crossfade_s=held.crossfade_s if held.playing else 0.0))

    @property
    def audition_frame(self) -> int | None:
        """The frame of the auditioned take that sounds now; None where none does, or no longer."""
        filling = self._feeder.wanted
        if self._held is not None and (filling is None or filling.ended):
            self.end_audition()
        return self._heard_frame(filling) if self._held is not None and filling is not None else None

    def set_mix(self, settings: MixSettings) -> None:
        """Move faders, pans, mutes and solos; heard after the device's latency, by a ramp.

        Raises:
            ValueError: the settings are for another number of stems than the loaded take's.
        """
        if self._take is not None:
            check_fits(settings, self._take)
        self._mix = settings
        self._feeder.set_gains(self._gains())

    @property
    def mix(self) -> MixSettings:
        """Where the faders stand."""
        return self._mix

    def set_device(self, device: int | str | None) -> None:
        """Play on another device (see `devices`), None for the system's default; the music fades over to it."""
        self._wish = replace(self._wish, device=device)
        self._feeder.set_device(self._wish)

    def set_buffer(self, buffer_ms: float) -> None:
        """Let so many milliseconds lie between a fader and the ear, as near as the device can; applied at once.

        Raises:
            UsageError: it is not between 5 and 500.
        """
        if not SHORTEST_BUFFER_MS <= buffer_ms <= LONGEST_BUFFER_MS:
            raise UsageError(
                f"The buffer must last {SHORTEST_BUFFER_MS:g} to {LONGEST_BUFFER_MS:g} ms: choose one between."
            )
        self._wish = replace(self._wish, latency_s=buffer_ms / 1000.0)
        self._feeder.set_device(self._wish)

    @property
    def devices(self) -> tuple[OutputDevice, ...]:
        """What could be played on when a device was last opened or looked for, the default first.

        The system is asked whenever a device is opened: `set_device` with the same device looks for new ones.
        """
        return self._feeder.outcome.devices

    @property
    def state(self) -> State:
        """Whether it is stopped, playing or paused. Without a device too it is playing, in silence."""
        if self._stopped or self._held or self._feeder.wanted is None or self._feeder.wanted.ended:
            return "stopped"
        return "playing" if self._playing else "paused"

    @property
    def playing(self) -> bool:
        """Whether the take goes on."""
        return self.state == "playing"

    @property
    def waiting(self) -> bool:
        """Whether it plays, but all that exists of the take has been played."""
        filling = self._feeder.wanted
        is_short = filling is not None and filling.feed is not None and bool(filling.feed.flags.waiting)
        return self.playing and is_short and bool(self._board.silent)

    @property
    def position_frames(self) -> int:
        """The take's frame that is being heard, as far as the device tells its latency."""
        filling = self._feeder.wanted
        if self._held is not None:
            return self._held.heard_frame
        if filling is None or filling.ended:
            return 0
        return self._heard_frame(self._audible(filling))

    @property
    def heard_frame(self) -> int:
        """The same, for whoever makes the take."""
        return self.position_frames

    @property
    def read_frame(self) -> int:
        """Nothing of the take before this frame can be changed any more: it is on its way to the device."""
        filling = self._feeder.wanted
        if self._held is not None:
            return self._held.read_frame
        return filling.passage.read_frame if filling else 0

    def uses(self, take: Take) -> bool:
        """Whether a take must stay open: it is loaded, or still sounds while another one is coming."""
        return take is self._take or self._feeder.uses(take)

    @property
    def underruns(self) -> int:
        """How often sound was missing because we were too late, since the player was made."""
        return int(self._board.underruns)

    @property
    def lateness_s(self) -> float:
        """By how much the device's call came late at most, since the player was made."""
        return self._board.late_s

    @property
    def filling_s(self) -> float:
        """The longest that filling one of the device's blocks took, since the player was made."""
        return self._board.filling_s

    @property
    def output_name(self) -> str | None:
        """The device that plays; None where none does."""
        return self._feeder.outcome.name

    @property
    def output_problem(self) -> str | None:
        """Why nothing, or not the wished-for device, is heard, in a sentence for the user; None while all is well."""
        return self._feeder.outcome.problem

    @property
    def output_rate_hz(self) -> int:
        """The sample rate of the device."""
        return self._feeder.outcome.rate_hz

    @property
    def latency_s(self) -> float:
        """From a fader to the ear; 0 while no device is open."""
        return self._feeder.outcome.latency_s

    @property
    def limiting_db(self) -> float:
        """What the limiter on the master takes away, of the last block at most, in decibels: 0 for nothing."""
        return self._board.limiting_db

    def levels(self) -> npt.NDArray[np.float32]:
        """Highest samples and RMS since last asked, linear, (2, stems + 1, 2).

        The stems after their faders, then the master as it is heard, limited; of an auditioned take the master alone.
        """
        filling = self._feeder.wanted
        levels = np.zeros((2, len(self._mix.strips) + 1, CHANNELS), np.float32)
        levels[:, -1:] = self._board.meter.take()
        if filling is not None and not self._held and (feed := self._audible(filling).feed) is not None:
            levels[:, :-1] = feed.mixer.meter.take()[:, :-1]  # no strip shows the rest
        return levels

    @property
    def loudness(self) -> Loudness:
        """How loud it is what leaves the limiter: lately, and since a take was loaded or `measure_loudness_anew`."""
        if not self._board.measuring:
            return Loudness()
        return Loudness(self._board.momentary_lufs, self._board.short_term_lufs, self._board.integrated_lufs)

    def measure_loudness_anew(self) -> None:
        """Let the integrated loudness be that of what is played from now on."""
        self._feeder.measure_anew()

    def close(self) -> None:
        """Fall silent, let the device go, end process and thread. The take stays open."""
        self._feeder.close()

    def _set_playing(self, playing: bool) -> None:
        self._playing = playing
        self._feeder.set_playing(playing)

    def _begin_at(self, frame: int) -> None:
        if self._take is not None:
            frame = max(self._take.first_frame, min(frame, self._take.mix_frames))
            self._give(Filling(self._take, frame, self._region))

    def _join(self, filling: Filling) -> bool:
        """Go on from a moment ahead in the region that is set now, without a break, if what sounds allows it."""
        if filling.serial == 0 or filling.serial != self._board.sounding or not self._playing:
            return False
        index = filling.consumed_frames + round(JOIN_AHEAD_S * SAMPLE_RATE_HZ)
        frame = filling.frame_at(index)
        last = self._region.end if self._region else filling.take.mix_frames
        if filling.rate_hz != SAMPLE_RATE_HZ or not frame < min(last, filling.take.mix_frames):
            return False
        self._give(Filling(filling.take, frame, self._region, joins=(filling, index)))
        return True

    def _give(self, filling: Filling) -> None:
        self._feeder.give(filling, self._gains())

    def _gains(self) -> Gains:
        """What the faders do to what sounds; to an auditioned take only the master's."""
        if self._held is None:
            return self._mix.gains()
        return MixSettings(MixSettings.unity(self._held.stems).strips, self._mix.master_gain_db).gains()

    def _notice_end(self) -> None:
        """Do what the callback cannot at the end of a take: go back to the beginning."""
        if self._feeder.wanted and self._feeder.wanted.ended:
            self.stop()

    def _audible(self, filling: Filling) -> Filling:
        """The filling, or what it will follow without a break while that still sounds."""
        return filling.joins[0] if filling.joins and filling.joins[0].serial == self._board.sounding else filling

    def _heard_frame(self, filling: Filling) -> int:
        """The frame of a filling that leaves the device now."""
        consumed: float = filling.consumed_frames
        if filling.serial and filling.serial == self._board.sounding:
            heard = (time.monotonic() - self._board.origin_s) * filling.rate_hz
            consumed = min(max(heard, 0.0), consumed)
        return filling.frame_at(consumed)
