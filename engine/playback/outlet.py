"""Audio callback (its process, in a thread of its own): keeps a device open, or the time where there is none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import DeviceError
from engine.playback.device import LATENCY_S, RATES_HZ, Output, OutputDevice, look_again, output_devices
from engine.playback.master import Master
from engine.playback.playout import Playout

WATCH_S = 0.05
"""How often we look whether the device still plays."""

TRY_AGAIN_S = 1.0
"""How often we look for a device where there is none."""

STALLED_S = 1.5
"""A device that has asked for nothing for so long is gone, whatever it says."""

TICK_S = 0.01
"""Without a device time goes on in steps of so much; after the machine has slept it does not make up for the night."""

LONGEST_STEP_S = 0.5

BUFFER_MARGIN_S = 0.1
"""Devices hold a little more than the latency that they tell."""


@dataclass(frozen=True)
class Wish:
    """Which device is to play.

    Args:
        device: index or (part of) its name; None for the system's default.
        latency_s: see `Output`.
        rates_hz: see `Output`.
    """

    device: int | str | None = None
    latency_s: float = LATENCY_S
    rates_hz: tuple[int, ...] = RATES_HZ


@dataclass(frozen=True)
class Outcome:
    """What plays instead of nothing.

    Args:
        name: the device; None where none plays.
        latency_s: from the callback to the ear.
        rate_hz: at which feeds are asked for.
        problem: why the wished-for device does not play, in a sentence for the user.
        devices: what could be chosen when we last looked.
    """

    name: str | None = None
    latency_s: float = 0.0
    rate_hz: int = SAMPLE_RATE_HZ
    problem: str | None = None
    devices: tuple[OutputDevice, ...] = ()


class Outlet(threading.Thread):
    """Plays a playout on the device that is wished for, else on the default one, else silently by the clock.

    A device that goes away is replaced as soon as that is noticed, and looked for again every TRY_AGAIN_S.
    """

    def __init__(self, playout: Playout, tell: Callable[[Outcome], None]) -> None:
        """Open nothing yet: `wish` does. `tell` is called, in this thread, whenever the outcome changes."""
        super().__init__(name="outlet", daemon=True)
        self._playout = playout
        self._tell = tell
        self._wish: Wish | None = None
        self._granted: Wish | None = None  # what the outcome answers
        self._outcome = Outcome()
        self._output: Output | None = None
        self._unheard: Master | None = None  # what plays to nobody, where there is no device
        self._measuring_anew = False
        self._stirred = threading.Event()
        self._closing = False
        self._tried_s = 0.0
        self._filled_s = 0.0
        self._seen = (0.0, 0.0)  # blocks that had been asked for, and since when
        self._scratch = np.empty((round(LONGEST_STEP_S * SAMPLE_RATE_HZ), CHANNELS), np.float32)

    def wish(self, wish: Wish) -> None:
        """Play on this device from now on."""
        self._wish = wish
        self._stirred.set()

    def measure_anew(self) -> None:
        """Forget how loud it has been so far."""
        self._measuring_anew = True

    def close(self) -> None:
        """Fall silent, let the device go and end the thread."""
        self._playout.held = True
        self._closing = True
        self._stirred.set()
        self.join()

    def run(self) -> None:
        """Look after the device until `close`."""
        while not self._closing:
            if self._wish is not None:
                self._tend(self._wish)
            self._stirred.wait(WATCH_S if self._output or not self._wish else TICK_S)
            self._stirred.clear()
        self._let_go()

    def _tend(self, wish: Wish) -> None:
        now_s = time.monotonic()
        if wish is not self._granted:
            self._let_go()
            self._open(wish)
        elif self._output and not self._plays(self._output, now_s):
            self._let_go(at_once=True)
            self._open(wish)
        elif self._outcome.problem and now_s - self._tried_s > TRY_AGAIN_S and not self._output:
            self._open(wish)
        if not self._output:
            self._pass_time()
        self._measure()

    def _plays(self, output: Output, now_s: float) -> bool:
        blocks, since_s = self._seen
        if self._playout.board.blocks != blocks:
            self._seen = (self._playout.board.blocks, now_s)
        elif now_s - since_s > STALLED_S:
            return False
        return output.active

    def _open(self, wish: Wish) -> None:
        """Open what is wished for, or else the default, and tell what came of it."""
        self._granted = wish
        problem = None
        for device in [wish.device] if wish.device is None else [wish.device, None]:
            try:
                self._begin(replace(wish, device=device))
                break
            except DeviceError as error:
                problem = problem or str(error)
        self._tried_s = self._filled_s = time.monotonic()
        self._seen = (self._playout.board.blocks, self._tried_s)
        self._report(problem)

    def _begin(self, wish: Wish) -> None:
        try:
            look_again()
            self._output = Output(wish.device, wish.latency_s, self._playout, wish.rates_hz)
            self._unheard = None
        finally:
            self._playout.held = self._closing

    def _report(self, problem: str | None) -> None:
        output, devices = self._output, tuple(output_devices())
        if output:
            outcome = Outcome(output.name, output.latency_s, output.rate_hz, problem, devices)
        else:
            self._unheard = self._unheard or Master(self._playout, SAMPLE_RATE_HZ, CHANNELS)
            self._playout.rate_hz = SAMPLE_RATE_HZ  # a device that opened and would not start has set its own
            outcome = Outcome(problem=f"{problem} Until then the music goes on silently.", devices=devices)
        if outcome != self._outcome:
            self._outcome = outcome
            self._tell(outcome)

    def _let_go(self, *, at_once: bool = False) -> None:
        """Close the device, after a fade-out if it still plays."""
        if self._output is None:
            return
        self._playout.held = True
        if not at_once:
            self._wait_until_unheard(self._output)
        self._output.close()
        self._output = None
        self._playout.break_off()

    def _wait_until_unheard(self, output: Output) -> None:
        """Wait until the fade-out has left the device's buffer, but not for ever: it may be gone by now."""
        buffer_s = output.latency_s + BUFFER_MARGIN_S
        begin_s = silent_s = time.monotonic()
        while output.active and time.monotonic() < min(silent_s + buffer_s, begin_s + 3 * buffer_s):
            time.sleep(TICK_S)
            if not self._playout.silent:
                silent_s = time.monotonic()

    def _pass_time(self) -> None:
        """Let the playout play to nobody, as far as time has gone on."""
        now_s = time.monotonic()
        frames = min(round((now_s - self._filled_s) * SAMPLE_RATE_HZ), len(self._scratch))
        self._filled_s = now_s
        if self._unheard:
            self._unheard.fill(self._scratch[:frames], now_s)

    def _measure(self) -> None:
        """Let it be known how loud it is."""
        master = self._output.master if self._output else self._unheard
        if master is None:
            return
        if self._measuring_anew:
            self._measuring_anew = False
            master.monitor.begin_anew()
        master.monitor.measure()
