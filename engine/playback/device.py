"""Audio callback (in the process that plays): audio devices through PortAudio, which is loaded at first use."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import DeviceError
from engine.playback.master import Master
from engine.playback.playout import Playout

LATENCY_S = 0.04
"""What we ask of the device: long enough for a busy machine, short enough for a fader to feel immediate."""

RATES_HZ = (SAMPLE_RATE_HZ, 48_000, 96_000, 88_200, 192_000)
"""What a device is asked for, after each other; then the rate it calls its own."""

CHECK_OUTPUT = "Connect or choose an output in the system's sound settings"


@dataclass(frozen=True)
class OutputDevice:
    """A device that can play."""

    index: int
    name: str
    is_default: bool


def output_devices() -> list[OutputDevice]:
    """The devices that can play, the default one first; an empty list where there is none or no PortAudio."""
    try:
        sounddevice = _portaudio()
    except DeviceError:
        return []
    default = sounddevice.default.device[1]
    devices = [
        OutputDevice(device["index"], device["name"], device["index"] == default)
        for device in sounddevice.query_devices()
        if device["max_output_channels"] >= 1
    ]
    return sorted(devices, key=lambda device: not device.is_default)


def look_again() -> None:
    """Find out which devices there are now: PortAudio lists them once. Only while none is open.

    Raises:
        DeviceError: PortAudio is missing.
    """
    sounddevice = _portaudio()
    sounddevice._terminate()
    sounddevice._initialize()


class Output:
    """A device that plays what a `Playout` fills in, from the moment it is opened until `close`."""

    def __init__(
        self, device: int | str | None, latency_s: float, playout: Playout, rates_hz: Sequence[int] = RATES_HZ
    ) -> None:
        """Open and start a device.

        Args:
            device: its index or (part of) its name; None for the system's default.
            latency_s: from the callback to the ear, as near as the device can.
            playout: fills each block, in PortAudio's own thread.
            rates_hz: sample rates, the best first; the first one that the device takes is its own from then on.

        Raises:
            DeviceError: PortAudio is missing, there is no such device, or it refuses.
        """
        sounddevice = _portaudio()
        self._playout = playout
        try:
            found = sounddevice.query_devices(device, kind="output")
        except (sounddevice.PortAudioError, ValueError) as cause:
            missing = "There is no audio output" if device is None else f"There is no audio output {device!r}"
            raise DeviceError(f"{missing}. {CHECK_OUTPUT}.") from cause
        self.name: str = found["name"]
        self.channels = min(CHANNELS, found["max_output_channels"])
        try:
            self._open(sounddevice, device, latency_s, [*rates_hz, int(found["default_samplerate"])])
        except sounddevice.PortAudioError as cause:
            raise DeviceError(f"The audio output {self.name!r} refuses to play. {CHECK_OUTPUT}.") from cause

    @property
    def active(self) -> bool:
        """Whether it still plays; False once the device is gone."""
        return bool(self._stream.active)

    def close(self) -> None:
        """Let the device go at once."""
        self._stream.close(ignore_errors=True)

    def _open(self, sounddevice: Any, device: int | str | None, latency_s: float, rates_hz: list[int]) -> None:
        wanted = {"device": device, "channels": self.channels, "dtype": "float32"}
        self.rate_hz = next((rate for rate in rates_hz if _takes(sounddevice, rate, wanted)), rates_hz[-1])
        self.master = Master(self._playout, self.rate_hz, self.channels)
        self._due_s = math.inf  # when the next block will be asked for at the latest, if the device is regular
        self._stream = sounddevice.OutputStream(
            samplerate=self.rate_hz, latency=latency_s, callback=self._callback, **wanted
        )
        try:
            self.latency_s = float(self._stream.latency) + self.master.latency_s
            self._stream.start()
        except sounddevice.PortAudioError:
            self._stream.close(ignore_errors=True)  # dropped open, it would go on calling what is no longer there
            raise

    def _callback(self, out: Any, frames: int, timing: Any, status: Any) -> None:
        """PortAudio's own thread."""
        board = self._playout.board
        if status.output_underflow:
            board.underruns += 1
        called_s = time.monotonic()
        board.late_s = max(board.late_s, called_s - self._due_s)
        self._due_s = called_s + frames / self.rate_hz
        self.master.fill(out, called_s + timing.outputBufferDacTime - timing.currentTime)
        board.blocks += 1
        board.filling_s = max(board.filling_s, time.monotonic() - called_s)


def _takes(sounddevice: Any, rate_hz: int, wanted: dict[str, Any]) -> bool:
    try:
        sounddevice.check_output_settings(samplerate=rate_hz, **wanted)
    except (sounddevice.PortAudioError, ValueError):
        return False
    return True


def _portaudio() -> Any:
    try:
        import sounddevice
    except OSError as cause:
        raise DeviceError(
            "Playback needs the PortAudio library: install it (on Debian and Ubuntu: sudo apt install libportaudio2)."
        ) from cause
    return sounddevice
