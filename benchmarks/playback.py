"""Command line: figures of playback on the null sink: `python -m benchmarks.playback --seconds 60 --load torch`.

How long from `set_mix` to the sound (measured at the far end of the recorder, so its own 10 ms are included), and how
often sound was missing: as the player counted it, and as gaps in the recording.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.device import LATENCY_S
from engine.playback.mixer import RAMP_FRAMES
from engine.playback.player import Player
from engine.playback.settings import MixSettings, Strip
from engine.takes.take import Take
from tests.sound import recorder_command, running_daemon, sound_card

LEVEL = 0.25
CHANGE_EVERY_S = 0.4


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--latency", type=float, default=LATENCY_S, help="what to ask of the device, in seconds")
    parser.add_argument("--load", choices=list(LOADS), default="none", help="busy threads beside it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= sound_card(folder)
        with running_daemon(folder, sound_card(folder)):
            print(json.dumps(measure(folder, arguments.seconds, arguments.latency, arguments.load)))


def measure(folder: Path, seconds: float, latency_s: float, load: str) -> dict[str, object]:
    """Play a constant, move the master up and down, and see when the recording follows."""
    player = Player(latency_s=latency_s)
    player.load(constant_take(folder / "take", seconds))
    arrivals: list[tuple[float, bytes]] = []
    with subprocess.Popen(recorder_command(), stdout=subprocess.PIPE) as recorder:
        threading.Thread(target=record, args=(recorder, arrivals)).start()
        with busy(LOADS[load]):
            moves = play_and_move(player, seconds)
        figures: dict[str, object] = {"latency_s": round(player.latency_s, 4), "underruns": player.underruns}
        player.close()
        recorder.terminate()
    times, wave = recorded(arrivals)
    delays_ms = [1e3 * (arrival_of_change(times, wave, at_s) - at_s) for at_s in moves]
    sounding = np.flatnonzero(wave)
    return figures | {
        "load": load,
        "moves": len(moves),
        "fader_to_sound_ms": {str(p): round(float(np.percentile(delays_ms, p)), 1) for p in (50, 95, 100)},
        "silent_frames_in_between": int(sounding[-1] - sounding[0] + 1 - len(sounding)),
        "seconds": round(len(sounding) / SAMPLE_RATE_HZ, 1),
    }


def constant_take(folder: Path, seconds: float) -> Take:
    """A take that stands at LEVEL throughout, so that a move of the master shows in every sample."""
    frames = round((seconds + 1.0) * SAMPLE_RATE_HZ)
    take = Take.create(folder, stem_names=("drums", "bass", "other", "vocals"))
    take.append_mix(np.full((frames, 2), LEVEL, np.float32))
    take.append_stems(np.full((frames, 4, 2), LEVEL / 4, np.float32))
    take.finish()
    return take


def play_and_move(player: Player, seconds: float) -> list[float]:
    """The moments at which the master moved."""
    moves = []
    player.play()
    time.sleep(1.0)
    generator = np.random.default_rng(0)
    end_s = time.monotonic() + seconds - 1.0
    while time.monotonic() < end_s:
        moves.append(time.monotonic())
        player.set_mix(MixSettings((Strip(),) * 4, master_gain_db=-6.0 * (len(moves) % 2)))
        time.sleep(CHANGE_EVERY_S + generator.uniform(0.0, 0.02))
    return moves


def record(recorder: subprocess.Popen[bytes], arrivals: list[tuple[float, bytes]]) -> None:
    """Keep what comes with the moment at which it came."""
    assert recorder.stdout
    while block := os.read(recorder.stdout.fileno(), 65_536):
        arrivals.append((time.monotonic(), block))


def recorded(arrivals: list[tuple[float, bytes]]) -> tuple[np.ndarray, np.ndarray]:
    """When each sample of the left channel arrived, and what it is."""
    samples = np.frombuffer(b"".join(block for _, block in arrivals), np.float32)[::2]
    ends = np.cumsum([len(block) for _, block in arrivals]) / 8
    times = np.array([at_s for at_s, _ in arrivals])[np.searchsorted(ends, np.arange(1, len(samples) + 1))]
    return times, samples


def arrival_of_change(times: np.ndarray, wave: np.ndarray, moved_at_s: float) -> float:
    """When the middle of the ramp arrived, less half a ramp: its beginning."""
    begin = int(np.searchsorted(times, moved_at_s))
    middle = LEVEL * (1.0 + 10.0 ** (-6.0 / 20.0)) / 2.0
    crossed = np.flatnonzero(np.diff(np.sign(wave[begin:] - middle)))
    return float(times[begin + crossed[0]]) - RAMP_FRAMES / 2 / SAMPLE_RATE_HZ


@contextmanager
def busy(load: Callable[[], object] | None) -> Iterator[None]:
    """Two threads that repeat `load` all the time."""
    done = threading.Event()

    def work(load: Callable[[], object]) -> None:
        while not done.is_set():
            load()

    threads = [threading.Thread(target=work, args=(load,)) for _ in range(2) if load]
    for thread in threads:
        thread.start()
    yield
    done.set()
    for thread in threads:
        thread.join()


def count() -> None:
    """Python code that never lets go of the interpreter lock by itself."""
    sum(index for index in range(10_000))


def convolve() -> None:
    """Convolutions like a separator's, on all cores."""
    import torch

    with torch.no_grad():
        torch.nn.functional.conv1d(torch.ones(1, 64, 44_100), torch.ones(64, 64, 9), padding=4)


LOADS: dict[str, Callable[[], None] | None] = {"none": None, "python": count, "torch": convolve}


if __name__ == "__main__":
    main()
