"""Player's thread: audio devices through PortAudio, which is loaded when the first one is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import DeviceError
from engine.playback.playout import Playout

LATENCY_S = 0.03
"""What we ask of the device: long enough for a busy interpreter, short enough for a fader to feel immediate."""

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

    def __init__(self, device: int | str | None, playout: Playout) -> None:
        """Open and start a device.

        Args:
            device: its index or (part of) its name; None for the system's default.
            playout: fills each block, in PortAudio's own thread.

        Raises:
            DeviceError: PortAudio is missing, there is no such device, or it refuses.
        """
        sounddevice = _portaudio()
        try:
            self.name, self._stream = _start(sounddevice, device, playout)
        except DeviceError:
            # PortAudio lists the devices once, when it is initialised; one may have been connected since.
            sounddevice._terminate()
            sounddevice._initialize()
            self.name, self._stream = _start(sounddevice, device, playout)

    @property
    def active(self) -> bool:
        """Whether it still plays; False once the device is gone."""
        return bool(self._stream.active)

    @property
    def latency_s(self) -> float:
        """From the callback to the ear, as far as the device knows."""
        return float(self._stream.latency)

    @property
    def time_s(self) -> float:
        """Now, on the device's clock."""
        return float(self._stream.time)

    def close(self) -> None:
        """Play what has been filled in, and let the device go."""
        self._stream.close(ignore_errors=True)


def _portaudio() -> Any:
    try:
        import sounddevice
    except OSError as cause:
        raise DeviceError(
            "Playback needs the PortAudio library: install it (on Debian and Ubuntu: sudo apt install libportaudio2)."
        ) from cause
    return sounddevice


def _start(sounddevice: Any, device: int | str | None, playout: Playout) -> tuple[str, Any]:
    """The name of a device, and a stream that plays on it."""

    def callback(out: Any, _frames: int, time: Any, status: Any) -> None:
        if status.output_underflow:
            playout.underruns += 1
        playout.fill(out, time.outputBufferDacTime)

    try:
        name: str = sounddevice.query_devices(device, kind="output")["name"]
    except (sounddevice.PortAudioError, ValueError) as cause:
        missing = "There is no audio output" if device is None else f"There is no audio output {device!r}"
        raise DeviceError(f"{missing}. {CHECK_OUTPUT}") from cause
    try:
        stream = sounddevice.OutputStream(
            samplerate=SAMPLE_RATE_HZ,
            device=device,
            channels=CHANNELS,
            dtype="float32",
            latency=LATENCY_S,
            callback=callback,
        )
        stream.start()
    except sounddevice.PortAudioError as cause:
        raise DeviceError(f"The audio output {name!r} refuses to play. {CHECK_OUTPUT}") from cause
    return name, stream
