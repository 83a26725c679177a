"""Command line: figures of playback on the null sink: `python -m benchmarks.playback --seconds 60 --load networks`.

How long from `set_mix` and from `seek` to the sound, measured at the far end of the recorder, whose own 10 ms are
included; how often sound was missing, as the player counted it and as silence in the recording; how late the device's
calls came. All beside whatever load is asked for, in the same process.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import stalls
from benchmarks.null_sink import is_possible, recorder_command, running_daemon, sound_card, wait_until
from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.playback.device import LATENCY_S
from engine.playback.mixer import RAMP_FRAMES
from engine.playback.player import Player
from engine.playback.settings import MixSettings, Strip
from engine.takes.take import Take

STEM_NAMES = ("drums", "bass", "other", "vocals")
AUDIBLE = 1e-3
"""−60 dB below full scale: what is quieter does not count as sound."""

LEVEL = 0.25
CHANGE_EVERY_S = 0.4
TAKE_S = 20
NICENESS = 10
"""Of the threads that compute, in the studio as here."""

FRAME_BYTES = CHANNELS * 4
NO_SINK = "Playback was not measured: it needs PulseAudio (Debian: pulseaudio, pulseaudio-utils, libasound2-plugins)."

MEASURED = (
    *("fader_ms", "fader_most_ms", "seek_ms", "seek_most_ms"),
    *("underruns", "underruns_without_stall", "stalls", "stall_most_ms", "silent_frames", "late_ms", "filling_ms"),
)

Load = Callable[[], None]


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--latency", type=float, default=LATENCY_S, help="what to ask of the device, in seconds")
    parser.add_argument("--load", choices=list(LOADS), default="none", help="what is busy beside it")
    parser.add_argument("--nice", type=int, default=NICENESS, help="by how much the load gives way (Linux)")
    arguments = parser.parse_args()
    print(json.dumps(figures(arguments.seconds, arguments.load, arguments.latency, arguments.nice)))


def figures(
    seconds: float, load: str = "none", latency_s: float = LATENCY_S, niceness: int = NICENESS
) -> dict[str, object]:
    """Play for so long and measure; for tests of half an hour as well: memory does not grow with the length.

    Args:
        seconds: how long, at least 5.
        load: one of LOADS.
        latency_s: what to ask of the device.
        niceness: by how much the load gives way to what is not niced.

    Returns:
        `fader_ms` and `seek_ms` (95 of 100 were as fast), `fader_most_ms`, `seek_most_ms` (all were), `underruns`,
        `silent_frames` (zeros in the recording while all should sound), `late_ms`, `filling_ms` (see `Player`); these
        are None without PulseAudio, and `problem` says so. `underruns_without_stall` leaves out those near a moment in
        which the machine itself stood still (`benchmarks.stalls`), `stalls` and `stall_most_ms` are these moments;
        None where that cannot be seen.
    """
    if not is_possible():
        return {**dict.fromkeys(MEASURED), "problem": NO_SINK}
    with tempfile.TemporaryDirectory() as name:
        folder, card = Path(name), sound_card(Path(name))
        with _environment(card), running_daemon(folder, card):
            return _measure(folder, seconds, load, latency_s, niceness)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set environment variables for a while."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _measure(folder: Path, seconds: float, load: str, latency_s: float, niceness: int) -> dict[str, object]:
    player = Player(latency_s=latency_s)
    player.load(two_levels(folder / "take"))
    player.set_loop(SAMPLE_RATE_HZ, (TAKE_S // 2 - 1) * SAMPLE_RATE_HZ)
    try:
        with (
            stalls.watching() as stood_still,
            Recorder() as recorder,
            busy(LOADS[load], niceness),
            Tally(player) as tally,
        ):
            player.play()
            wait_until(lambda: player.position_frames > SAMPLE_RATE_HZ + 1, 120.0)
            silent_before = recorder.silent_frames
            faders_ms = _faders_ms(player, recorder, 0.7 * seconds)
            silent_frames = recorder.silent_frames - silent_before
            player.set_loop(None)
            seeks_ms = _seeks_ms(player, recorder, 0.3 * seconds)
        return {
            "load": load,
            "seconds": seconds,
            "latency_ms": round(1e3 * player.latency_s, 1),
            "fader_ms": _percentile(faders_ms, 95),
            "fader_most_ms": _percentile(faders_ms, 100),
            "seek_ms": _percentile(seeks_ms, 95),
            "seek_most_ms": _percentile(seeks_ms, 100),
            "underruns": player.underruns,
            "underruns_without_stall": sum(not stood_still.explains(at_s) for at_s in tally.underruns_s),
            "stalls": len(stood_still.seen) if stood_still.is_possible else None,
            "stall_most_ms": stood_still.most_ms if stood_still.is_possible else None,
            "silent_frames": silent_frames,
            "late_ms": round(1e3 * player.lateness_s, 1),
            "filling_ms": round(1e3 * player.filling_s, 1),
            "how": "null sink, recorded at its monitor; the recorder's 10 ms are included",
        }
    finally:
        player.close()


def two_levels(folder: Path) -> Take:
    """A take that stands at LEVEL in its first half and at −LEVEL in its second: each change shows in every sample."""
    half = np.full((TAKE_S * SAMPLE_RATE_HZ // 2, CHANNELS), LEVEL, np.float32)
    mix = np.concatenate([half, -half])
    take = Take.create(folder, stem_names=STEM_NAMES)
    take.append_mix(mix)
    take.append_stems(np.repeat(mix[:, None] / len(STEM_NAMES), len(STEM_NAMES), axis=1))
    take.finish()
    return take


def _faders_ms(player: Player, recorder: Recorder, seconds: float) -> list[float]:
    """How long each of many moves of the master took to be heard: the middle of its ramp, less half a ramp."""
    low = 10.0 ** (-6.0 / 20.0)
    heard = []
    for number, moved_s in enumerate(_moments(seconds)):
        down = number % 2 == 0
        player.set_mix(MixSettings((Strip(),) * len(STEM_NAMES), master_gain_db=-6.0 if down else 0.0))
        sign = -1.0 if down else 1.0
        frame = recorder.wait(lambda wave, sign=sign: sign * (np.abs(wave) - LEVEL * (1.0 + low) / 2.0) > 0.0)
        heard.append((moved_s, frame - RAMP_FRAMES // 2))
    player.set_mix(MixSettings.unity(len(STEM_NAMES)))
    return recorder.delays_ms(heard)


def _seeks_ms(player: Player, recorder: Recorder, seconds: float) -> list[float]:
    """How long each of many seeks took until the new place sounded: the end of its fade-in."""
    places = (TAKE_S // 2 + 1, 1)
    heard = []
    for number, moved_s in enumerate(_moments(seconds)):
        player.seek(places[number % 2] * SAMPLE_RATE_HZ)
        sign = -1.0 if number % 2 == 0 else 1.0
        heard.append((moved_s, recorder.wait(lambda wave, sign=sign: sign * wave > 0.99 * LEVEL)))
    return recorder.delays_ms(heard)


def _moments(seconds: float) -> Iterator[float]:
    """Moments to do something, at odd times, for so long."""
    generator = np.random.default_rng(0)
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        time.sleep(CHANGE_EVERY_S + generator.uniform(0.0, 0.02))
        yield time.monotonic()


def _percentile(values: list[float], percent: float) -> float:
    return round(float(np.percentile(values, percent)), 1)


class Tally:
    """Notes, in a thread, when sound was missing."""

    def __init__(self, player: Player) -> None:
        self.underruns_s: list[float] = []
        """When each was seen, by `time.monotonic`."""
        self._player = player
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._count)

    def __enter__(self) -> Tally:
        """Begin to count."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Count for the last time."""
        self._done.set()
        self._thread.join()

    def _count(self) -> None:
        done = False
        while not done:
            done = self._done.wait(0.05)
            self.underruns_s += [time.monotonic()] * (self._player.underruns - len(self.underruns_s))


class Recorder:
    """Listens to the sink, in a thread, and knows when what was heard first; keeps nothing else.

    The thread waits for its turn beside the load, so it is not asked when a sample came, but which one it was: samples
    are 1/44 100 s apart, and the one that came with the least delay of all tells when the first was recorded.
    """

    def __enter__(self) -> Recorder:
        """Begin to listen."""
        self.silent_frames = 0
        self._frames = 0
        self._begin_s = math.inf
        self._heard = threading.Condition()
        self._awaited: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.bool_]] | None = None
        self._found: int | None = None
        self._process = subprocess.Popen(recorder_command(), stdout=subprocess.PIPE)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._process.terminate()
        self._process.wait()
        self._thread.join()

    def wait(self, condition: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.bool_]]) -> int:
        """Wait for the first sample of the left channel for which `condition` holds; its number since the beginning."""
        with self._heard:
            self._awaited, self._found = condition, None
            assert self._heard.wait_for(lambda: self._found is not None, 30.0), "waited in vain for a change"
            assert self._found is not None
            return self._found

    def delays_ms(self, heard: list[tuple[float, int]]) -> list[float]:
        """From moments (by `time.monotonic`) to samples, by number."""
        return [1e3 * (self._begin_s + frame / SAMPLE_RATE_HZ - moment_s) for moment_s, frame in heard]

    def _listen(self) -> None:
        assert self._process.stdout
        rest = b""
        while block := os.read(self._process.stdout.fileno(), 65_536):
            came_s = time.monotonic()
            whole = (len(rest) + len(block)) // FRAME_BYTES * FRAME_BYTES
            left = np.frombuffer((rest + block)[:whole], np.float32)[::CHANNELS]
            rest = (rest + block)[whole:]
            self.silent_frames += int(np.count_nonzero(left == 0.0))
            self._look_for_awaited(left)
            self._frames += len(left)
            self._begin_s = min(self._begin_s, came_s - self._frames / SAMPLE_RATE_HZ)

    def _look_for_awaited(self, left: npt.NDArray[np.float32]) -> None:
        with self._heard:
            if self._awaited is not None and self._found is None and (holds := self._awaited(left)).any():
                self._found = self._frames + int(np.argmax(holds))
                self._heard.notify_all()


@contextmanager
def busy(loads: Sequence[Callable[[], Load]], niceness: int) -> Iterator[None]:
    """A thread for each load, which loads and then repeats it all the time, giving way to others by `niceness`."""
    done = threading.Event()
    ready = threading.Barrier(len(loads) + 1)

    def work(begin: Callable[[], Load]) -> None:
        if sys.platform == "linux":  # threads that a library starts for this one inherit it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
        try:
            load = begin()
            load()
            ready.wait()
        except BaseException:
            ready.abort()
            raise
        while not done.is_set():
            load()

    threads = [threading.Thread(target=work, args=(load,)) for load in loads]
    for thread in threads:
        thread.start()
    ready.wait()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def python() -> Load:
    """Python code that never lets go of the interpreter lock by itself."""

    def count() -> None:
        sum(index for index in range(10_000))

    return count


def tensorflow() -> Load:
    """The bundled generator."""
    from engine.models.catalogue import Catalogue
    from engine.musika.journey import Journey
    from engine.musika.synthesis import Musika

    musika = Musika.load(Catalogue().find("house-band").folder)

    def generate() -> None:
        for _ in musika.stream(Journey.from_seed(1), 10 * SAMPLE_RATE_HZ):
            pass

    return generate


def torch() -> Load:
    """A separator of htdemucs's size with random weights."""
    from benchmarks.separation import htdemucs
    from engine.separation.separator import Separator

    separator = Separator(htdemucs())
    noise = (0.1 * np.random.default_rng(0).standard_normal((10 * SAMPLE_RATE_HZ, CHANNELS))).astype(np.float32)

    def separate() -> None:
        for _ in separator.stream([noise]):
            pass

    return separate


LOADS: dict[str, tuple[Callable[[], Load], ...]] = {
    "none": (),
    "python": (python, python),
    "tensorflow": (tensorflow,),
    "torch": (torch,),
    "networks": (tensorflow, torch),
}
"""What can be busy beside playback; "networks" is both at once, more than the studio does: there they take turns."""


if __name__ == "__main__":
    main()
