"""GUI thread (whichever owns the player): audio devices through PortAudio, which is loaded at first use."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import DeviceError
from engine.playback.playout import Playout

LATENCY_S = 0.035
"""What we ask of the device: long enough for a busy interpreter, short enough for a fader to feel immediate."""

SWITCH_INTERVAL_S = 0.000_5
"""The callback waits for Python's interpreter lock like any thread. While a device is open, busy threads are asked for
it after this time rather than after Python's 5 ms: that would be a large part of the device's latency."""

CHECK_OUTPUT = "Connect or choose an output in the system's sound settings, then press play again."


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
        if device["max_output_channels"] >= CHANNELS
    ]
    return sorted(devices, key=lambda device: not device.is_default)


class Output:
    """A device that plays what a `Playout` fills in, from the moment it is opened until `close`."""

    def __init__(self, device: int | str | None, latency_s: float, playout: Playout) -> None:
        """Open and start a device.

        Args:
            device: its index or (part of) its name; None for the system's default.
            latency_s: from the callback to the ear, as near as the device can.
            playout: fills each block, in PortAudio's own thread.

        Raises:
            DeviceError: PortAudio is missing, there is no such device, or it refuses.
        """
        self._playout = playout
        sounddevice = _portaudio()
        try:
            self._start(sounddevice, device, latency_s)
        except DeviceError:
            # PortAudio lists the devices once, when it is initialised; one may have been connected since.
            sounddevice._terminate()
            sounddevice._initialize()
            self._start(sounddevice, device, latency_s)
        self._switch_interval_s = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL_S)

    @property
    def active(self) -> bool:
        """Whether it still plays; False once the device is gone."""
        return bool(self._stream.active)

    @property
    def time_s(self) -> float:
        """Now, on the device's clock."""
        return float(self._stream.time)

    def close(self) -> None:
        """Let the device go at once."""
        self._stream.close(ignore_errors=True)
        sys.setswitchinterval(self._switch_interval_s)

    def _start(self, sounddevice: Any, device: int | str | None, latency_s: float) -> None:
        try:
            self.name: str = sounddevice.query_devices(device, kind="output")["name"]
        except (sounddevice.PortAudioError, ValueError) as cause:
            missing = "There is no audio output" if device is None else f"There is no audio output {device!r}"
            raise DeviceError(f"{missing}. {CHECK_OUTPUT}") from cause
        try:
            self._stream = sounddevice.OutputStream(
                samplerate=SAMPLE_RATE_HZ,
                device=device,
                channels=CHANNELS,
                dtype="float32",
                latency=latency_s,
                callback=self._callback,
            )
        except sounddevice.PortAudioError as cause:
            raise DeviceError(f"The audio output {self.name!r} refuses to play. {CHECK_OUTPUT}") from cause
        try:
            self.latency_s = float(self._stream.latency)
            self._stream.start()
        except sounddevice.PortAudioError as cause:
            self._stream.close(ignore_errors=True)  # dropped open, it would go on calling what is no longer there
            raise DeviceError(f"The audio output {self.name!r} refuses to play. {CHECK_OUTPUT}") from cause

    def _callback(self, out: Any, _frames: int, time: Any, status: Any) -> None:
        """PortAudio's own thread."""
        if status.output_underflow:
            self._playout.underruns += 1
        self._playout.fill(out, time.outputBufferDacTime)


def _portaudio() -> Any:
    try:
        import sounddevice
    except OSError as cause:
        raise DeviceError(
            "Playback needs the PortAudio library: install it (on Debian and Ubuntu: sudo apt install libportaudio2)."
        ) from cause
    return sounddevice
