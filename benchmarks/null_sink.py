"""Any activity: a sound card that is not there: a private PulseAudio daemon with a null sink that can be recorded.

For tests and benchmarks on machines without a sound card, and for measuring what a sound card plays.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ, Wave

SOUND_CARD = """
pcm.pulse { type pulse hint { show on description "PulseAudio" } }
ctl.pulse { type pulse }
pcm.!default { type pulse hint { show on description "Default" } }
ctl.!default { type pulse }
"""


@dataclass(frozen=True)
class NullSink:
    """A running daemon. Within `environment`, PortAudio sees its sink as the devices "pulse" and "default"."""

    folder: Path
    environment: dict[str, str]

    @contextmanager
    def record(self, sink: str = "studio", rate_hz: int = SAMPLE_RATE_HZ) -> Iterator[Recording]:
        """Record everything that a sink plays within the `with` block."""
        path = self.folder / f"{sink}.f32"
        with path.open("wb") as file, _recorder(self.environment, file.fileno(), sink, rate_hz):
            wait_until(lambda: path.stat().st_size > 0)
            yield Recording(path)

    @contextmanager
    def another(self, sink: str, rate_hz: int = SAMPLE_RATE_HZ, channels: int = 2) -> Iterator[None]:
        """Plug in another sink, which is the default within the `with` block, and unplug it."""
        form = f"format=float32le rate={rate_hz} channels={channels} norewinds=1"
        module = self._control("load-module", "module-null-sink", f"sink_name={sink}", *form.split())
        self._control("set-default-sink", sink)
        try:
            with _recorder(self.environment, subprocess.DEVNULL, sink, rate_hz):  # keeps its blocks short
                yield
        finally:
            self._control("unload-module", module)

    def _control(self, *command: str) -> str:
        environment = os.environ | self.environment
        run = subprocess.run(["pactl", *command], env=environment, capture_output=True, text=True, check=True)
        return run.stdout.strip()


@dataclass(frozen=True)
class Recording:
    """What the sink has played since the recording began."""

    path: Path

    def wave(self) -> Wave:
        """All of it so far, (frames, 2)."""
        samples = np.fromfile(self.path, np.float32)
        return samples[: len(samples) // 2 * 2].reshape(-1, 2)

    def wait_for_silence(self, frames: int = SAMPLE_RATE_HZ // 5) -> None:
        """Wait until something has sounded, and been followed by so many frames of silence."""

        def is_silent() -> bool:
            wave = self.wave()
            return bool(wave.any()) and not wave[-frames:].any()

        wait_until(is_silent)


def is_possible() -> bool:
    """Whether the programs that it takes are installed."""
    return bool(shutil.which("pulseaudio") and shutil.which("parec") and shutil.which("setpriv"))


def wait_until(condition: Callable[[], bool], at_most_s: float = 30.0) -> None:
    """Wait for something that does happen, on a machine however slow."""
    deadline = time.monotonic() + at_most_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def sound_card(folder: Path) -> dict[str, str]:
    """The environment in which the daemon of `folder`, running or not, is the sound card."""
    (folder / "alsa.conf").write_text(SOUND_CARD)
    # Without shared memory: when clients come and go the daemon's books of it can be wrong, and it aborts.
    (folder / "client.conf").write_text(f"autospawn = no\nenable-shm = no\ncookie-file = {folder / 'cookie'}\n")
    return {
        "ALSA_CONFIG_PATH": str(folder / "alsa.conf"),
        "PULSE_CLIENTCONFIG": str(folder / "client.conf"),
        "PULSE_RUNTIME_PATH": str(folder),
        "PULSE_SERVER": f"unix:{folder / 'native'}",
    }


@contextmanager
def running_daemon(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """Run the daemon of `sound_card(folder)`; the private folders keep it away from the user's own."""
    modules = (
        f"module-native-protocol-unix socket={folder / 'native'} auth-anonymous=1",
        # Rewinding, to mix a new client into what has been mixed already, would cut that out of the recording.
        f"module-null-sink sink_name=studio format=float32le rate={SAMPLE_RATE_HZ} channels=2 norewinds=1",
    )
    command = ["pulseaudio", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "-n", "-F", os.devnull]
    command += ["--disable-shm=1"]
    command += [f"--load={module}" for module in modules] + [f"--log-target=newfile:{folder / 'daemon.log'}"]
    home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PATH": os.environ["PATH"]}
    with _process([*_in_real_time(), *command], home, subprocess.DEVNULL):
        ask = ["pactl", "info"]
        wait_until(lambda: subprocess.run(ask, env=os.environ | environment, capture_output=True).returncode == 0)
        # The sink works in blocks of the latency that its clients want, of two seconds without any. One that always
        # listens keeps the blocks short; without it playback would begin with long stalls.
        with _recorder(environment, subprocess.DEVNULL):
            yield


def recorder_command(sink: str = "studio", rate_hz: int = SAMPLE_RATE_HZ) -> list[str]:
    """What writes all that a sink plays to standard output, as raw float32 (frames, 2)."""
    form = ["--format=float32le", f"--rate={rate_hz}", "--channels=2", "--raw"]
    return ["parec", f"--device={sink}.monitor", "--latency-msec=10", *form]


def _in_real_time() -> list[str]:
    """What makes a command run in real time, as a desktop's sound server does; nothing where we may not."""
    prefix = ["chrt", "--rr", "5"]
    try:
        allowed = subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return []
    return prefix if allowed else []


@contextmanager
def _recorder(
    environment: dict[str, str], output: int, sink: str = "studio", rate_hz: int = SAMPLE_RATE_HZ
) -> Iterator[None]:
    with _process(recorder_command(sink, rate_hz), os.environ | environment, output):
        yield


@contextmanager
def _process(command: list[str], environment: dict[str, str], output: int) -> Iterator[None]:
    outliving_nobody = ["setpriv", "--pdeathsig", "TERM", *command]  # ends with this process, even if that is killed
    process = subprocess.Popen(outliving_nobody, env=environment, stdout=output, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
