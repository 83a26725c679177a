"""Audio callback: the last stage before the device: limiter, meters, and as many channels as the device has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS
from engine.playback.limiter import LATENCY_FRAMES, Limiter
from engine.playback.monitor import Monitor
from engine.playback.playout import PART_FRAMES, Playout


class Master:
    """Fills the blocks of a device of one or two channels with what a playout plays, limited."""

    def __init__(self, playout: Playout, rate_hz: int, channels: int) -> None:
        """Take all memory that is needed.

        Args:
            playout: what plays.
            rate_hz: the device's sample rate.
            channels: 2, or 1: then left and right are heard at half their level each.
        """
        playout.rate_hz = rate_hz
        self.latency_s = LATENCY_FRAMES / rate_hz
        self.monitor = Monitor(playout.board, rate_hz)
        self._playout = playout
        self._rate_hz = rate_hz
        self._channels = channels
        self._limiter = Limiter(rate_hz)
        self._stereo = np.empty((PART_FRAMES, CHANNELS), np.float32)
        self._heard = np.empty((PART_FRAMES, 1, CHANNELS), np.float32)

    def fill(self, out: npt.NDArray[np.float32], heard_at_s: float) -> None:
        """Fill all of `out` (frames, channels), whose first frame will be heard at `heard_at_s` by `time.monotonic`."""
        if self._channels == CHANNELS:
            self._fill_stereo(out, heard_at_s)
        else:
            self._fill_mono(out, heard_at_s)
        self._playout.board.limiting_db = self._limiter.limiting_db

    def _fill_stereo(self, out: npt.NDArray[np.float32], heard_at_s: float) -> None:
        self._playout.fill(out, heard_at_s + self.latency_s)
        self._limiter.process(out)
        self.monitor.note(out)
        for begin in range(0, len(out), PART_FRAMES):
            part = out[begin : begin + PART_FRAMES]
            heard = self._heard[: len(part)]
            np.copyto(heard[:, 0], part)  # the meter works in what it is given
            self._playout.board.meter.note(heard)

    def _fill_mono(self, out: npt.NDArray[np.float32], heard_at_s: float) -> None:
        for begin in range(0, len(out), PART_FRAMES):
            part = out[begin : begin + PART_FRAMES]
            stereo = self._stereo[: len(part)]
            self._fill_stereo(stereo, heard_at_s + begin / self._rate_hz)
            np.mean(stereo, axis=1, keepdims=True, out=part)
