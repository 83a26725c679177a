"""GUI thread (or any one thread): the transport. Play, pause, seek, faders, meters."""

from __future__ import annotations

import time
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.playback.device import LATENCY_S, Output
from engine.playback.feeder import Feed, Feeder
from engine.playback.mixer import check_fits
from engine.playback.playout import Playout
from engine.playback.settings import MixSettings
from engine.takes.take import Take

State = Literal["stopped", "playing", "paused"]


class Player:
    """Plays one take at a time, also while it is being made.

    All calls come from one thread and return at once. The device is opened by the first `play()` and kept until
    `close()`; what is not to sound is silence.

    Where the take ends for now, playback waits in silence and goes on when more is there; it is still "playing". At
    the end of a finished take it is "stopped" and back at the beginning, as after `stop()`.
    """

    def __init__(self, device: int | str | None = None, *, latency_s: float = LATENCY_S) -> None:
        """Touch no device yet.

        Args:
            device: index or name of an output (see `output_devices`); None for the system's default.
            latency_s: from a fader to the ear, as near as the device can and below 0.5; more survives a busier machine.
        """
        self._device = device
        self._wanted_latency_s = latency_s
        self._output: Output | None = None
        self._playout = Playout()
        self._feeder = Feeder()
        self._feeder.start()
        self._take: Take | None = None
        self._mix = MixSettings()
        self._stopped = True

    def load(self, take: Take) -> None:
        """Stand at the beginning of `take`, stopped; faders stay where they are if it has as many stems as the last."""
        if len(take.stem_names) != len(self._mix.strips):
            strips = MixSettings.unity(len(take.stem_names)).strips
            self._mix = MixSettings(strips, self._mix.master_gain_db)
        self._take = take
        self.stop()

    def play(self) -> None:
        """Play on from `position_frames`.

        Raises:
            UsageError: no take is loaded.
            DeviceError: there is no device, or it refuses; all the rest goes on working, and one may try again.
        """
        if self._take is None:
            raise UsageError("There is nothing to play yet: generate or open something first.")
        self._notice_end()
        self._open_output()
        self._stopped = False
        self._playout.playing = True

    def pause(self) -> None:
        """Fall silent and stay where we are; nothing where nothing plays."""
        self._notice_end()
        self._playout.playing = False

    def stop(self) -> None:
        """Fall silent and go back to the beginning."""
        self._stopped = True
        self._playout.playing = False
        self._begin_at(0)

    def seek(self, frame: int) -> None:
        """Go to a frame, at most the last that exists, and play on from there if we play."""
        self._notice_end()
        self._begin_at(frame)

    def set_mix(self, settings: MixSettings) -> None:
        """Move faders, mutes and solos; heard after the device's latency, by a ramp.

        Raises:
            ValueError: the settings are for another number of stems than the loaded take's.
        """
        if self._take is not None:
            check_fits(settings, self._take)
        self._mix = settings
        if self._playout.feed:
            self._playout.feed.gains = settings.gains()

    @property
    def mix(self) -> MixSettings:
        """Where the faders stand."""
        return self._mix

    @property
    def state(self) -> State:
        """Whether it is stopped, playing or paused; a device that has gone away is a pause."""
        feed = self._playout.feed
        if self._stopped or feed is None or feed.ended:
            return "stopped"
        return "playing" if self._playout.playing and self._output and self._output.active else "paused"

    @property
    def position_frames(self) -> int:
        """The take's frame that is being heard, as far as the device tells its latency."""
        feed, sounding = self._playout.feed, self._playout.sounding
        if feed is None or feed.ended:
            return 0
        if feed is not sounding or self._output is None or not self._output.active:
            return feed.played_to_frame
        return self._heard_frame(feed, self._output)

    @property
    def underruns(self) -> int:
        """How often sound was missing because we were too late, since the player was made."""
        return self._playout.underruns

    @property
    def output_name(self) -> str | None:
        """The device that plays; None before the first `play()`."""
        return self._output.name if self._output else None

    @property
    def latency_s(self) -> float:
        """From the callback to the ear; 0 while no device is open."""
        return self._output.latency_s if self._output else 0.0

    def levels(self) -> npt.NDArray[np.float32]:
        """Linear peaks since last asked, (stems + 1, 2): the stems after their faders, then the master, unclipped."""
        if self._playout.feed is None:
            return np.zeros((1, CHANNELS), np.float32)
        return self._playout.feed.mixer.meter.take()

    def close(self) -> None:
        """Fall silent, let the device go and end the feeder thread. The take stays open."""
        self._playout.playing = False
        if self._output:
            self._wait_until_silent(self._output)
            self._output.close()
            self._output = None
        self._feeder.close()

    def _begin_at(self, frame: int) -> None:
        if self._take is None:
            return
        feed = Feed(self._take, max(0, min(frame, self._take.mix_frames)), self._mix.gains())
        self._feeder.give(feed, self._playout.sounding)
        self._playout.feed = feed

    def _notice_end(self) -> None:
        """Do what the callback cannot at the end of a take: go back to the beginning."""
        if self._playout.feed and self._playout.feed.ended:
            self.stop()

    def _open_output(self) -> None:
        if self._output and not self._output.active:
            self._output.close()
            self._output = None
            self._playout.break_off()
        if self._output is None:
            self._output = Output(self._device, self._wanted_latency_s, self._playout)

    def _wait_until_silent(self, output: Output) -> None:
        """Wait until the fade-out has been heard, but not for ever: a device that is gone asks for nothing any more."""
        deadline = time.monotonic() + 2 * output.latency_s + 0.1
        while output.active and not self._has_fallen_silent(output) and time.monotonic() < deadline:
            time.sleep(0.005)

    def _has_fallen_silent(self, output: Output) -> bool:
        feed = self._playout.sounding
        return self._playout.silent and (feed is None or self._heard_frame(feed, output) == feed.played_to_frame)

    def _heard_frame(self, feed: Feed, output: Output) -> int:
        """The frame of the sounding feed that leaves the device now, by the device's clock."""
        heard_at_s, frame = self._playout.clock
        heard = frame + round((output.time_s - heard_at_s) * SAMPLE_RATE_HZ)
        return min(max(heard, feed.start_frame), feed.played_to_frame)
