"""Command line: how long from Generate to the first sound, and until the stems are on the faders.

    python -m benchmarks.live [--presses 3]

As in the window, models loaded and the player prepared: one thread makes a take for the player that another one tells
to play it. The first sound is looked for in a recording of what a null sink plays; without PulseAudio it is the moment
in which, by the device's own word, the take's first audible frame leaves it, the master fader all the way down. The
stems are on the faders when their meters, which are behind the faders in what plays, first move; to that the way to
the ear is added. Both for the bundled models and for networks of full size with random weights, which cost the same as
trained ones.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from queue import Queue
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from benchmarks.null_sink import is_possible, running_daemon, sound_card, wait_until
from benchmarks.playback import AUDIBLE, Recorder
from engine.audio.format import Wave
from engine.errors import StudioError
from engine.gate import Cancelled, Gate
from engine.models.card import ModelCard, write_card
from engine.models.catalogue import BUNDLED, Catalogue
from engine.models.weights import write_tensors
from engine.musika.journey import Journey
from engine.playback.player import Player
from engine.studio import Studio
from engine.takes.take import Take

SILENT_DB = -150.0
"""Of the master fader: nobody hears it, and the meters still move."""

TAKE_S = 60.0
PAUSE_S = 0.7
"""Between two presses: what played has fallen silent, and what is new is seen."""

LOOK_EVERY_S = 0.005
FULL_SIZE = ("full-size", "full-size-stems")
"""The names of the generator and of the separator with random weights."""

NO_OUTPUT = (
    "First sound and stems were not timed: there is neither PulseAudio (Debian: pulseaudio, pulseaudio-utils, "
    "libasound2-plugins) nor an output that plays."
)


def measure(presses: int = 3) -> dict[str, Any]:
    """Press Generate so often for either pair of models; of each the slowest press counts.

    Returns:
        `first_sound_s` and `stems_s` (full size, random weights), `first_sound_bundled_s` and `stems_bundled_s`, all
        presses of each in `…_presses`, and `heard_how`.

    Raises:
        StudioError: nothing can sound here.
    """
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as takes:
        folder = Path(name)
        write_full_size(folder / "models")
        studio = Studio(Catalogue([BUNDLED, folder / "models"]))
        bundled = (studio.catalogue.cards("generator")[0].name, studio.default_separator())
        with listening(folder) as (player, ear):
            desk = Desk(studio, player, ear)
            for label, models in (("", FULL_SIZE), ("_bundled", bundled)):
                studio.warm_up(*models)
                pressed = [desk.press(folder / f"take{label}-{number}", *models) for number in range(presses)]
                for take, _, _ in pressed:
                    takes.callback(take.close)  # when nobody plays it any more
                _, sounds_s, stems_s = zip(*pressed, strict=True)
                figures |= {f"first_sound{label}_s": max(sounds_s), f"first_sound{label}_presses_s": sounds_s}
                figures |= {f"stems{label}_s": max(stems_s), f"stems{label}_presses_s": stems_s}
        return {**figures, "bundled": bundled, "heard_how": ear.how}


def write_full_size(models: Path) -> None:
    """Write models of the published sizes with random weights, under the names in FULL_SIZE, into a new folder."""
    from benchmarks.random_musika import write_random_musika
    from benchmarks.separation import HTDEMUCS, htdemucs
    from engine.musika.coders import CoderConfig
    from engine.musika.networks import GeneratorConfig

    generator, separator = (models / name for name in FULL_SIZE)
    generator.mkdir(parents=True)
    write_random_musika(generator, GeneratorConfig(), CoderConfig(), encoders=False)
    write_card(ModelCard(name=generator.name, title="Full size", kind="generator"), generator)
    separator.mkdir()
    weights = {name: tensor.numpy() for name, tensor in htdemucs().state_dict().items()}
    write_tensors(separator / "weights.safetensors", weights)
    write_card(ModelCard(name=separator.name, title="Full size", kind="separator", sizes=HTDEMUCS), separator)


class Desk:
    """Where Generate is pressed. As in the window, takes are made in another thread than the one that plays them."""

    def __init__(self, studio: Studio, player: Player, ear: Ear) -> None:
        """Use a studio with its models loaded, a player that is prepared, and an ear that listens to it."""
        self._studio, self._player, self._ear = studio, player, ear

    @contextmanager
    def take(self, folder: Path, generator: str, separator: str) -> Iterator[Take]:
        """A take in a new folder, which is made from now on, until the end of the `with` block at the latest."""
        gate = Gate()
        begun: Queue[Take | Exception] = Queue()

        def make() -> None:
            try:
                journey = Journey.from_seed(0)
                take, work = self._studio.generate(
                    folder, generator, journey, length_s=TAKE_S, separator=separator, listener=self._player, gate=gate
                )
                begun.put(take)
                for _ in work:
                    pass
            except Cancelled:
                pass
            except Exception as error:
                begun.put(error)

        thread = threading.Thread(target=make, name="engine")
        thread.start()
        try:
            take = begun.get()
            if isinstance(take, Exception):
                raise take
            yield take
        finally:
            gate.cancel()
            thread.join()

    def press(self, folder: Path, generator: str, separator: str) -> tuple[Take, float, float]:
        """Press Generate and stop it again: the take, and the seconds to the first sound and to the stems."""
        time.sleep(PAUSE_S)
        begin_s = time.monotonic()
        with self.take(folder, generator, separator) as take:
            self._player.load(take)
            self._player.play()
            sound_s = self._ear.wait_for_sound(take) - begin_s
            stems_s = self._wait_for_stems() - begin_s
            self._player.stop()
        return take, round(sound_s, 3), round(stems_s, 3)

    def _wait_for_stems(self) -> float:
        """When the first sound of a stem comes through its fader to the ear, by `time.monotonic`."""
        deadline_s = time.monotonic() + TAKE_S
        while not self._player.levels()[0, :-1].any():
            if time.monotonic() > deadline_s:
                raise StudioError(f"No stem sounded within {TAKE_S:.0f} s.")
            time.sleep(LOOK_EVERY_S)
        return time.monotonic() + self._player.latency_s


# --- ears ----------------------------------------------------------------------------------------------------------


class Ear(Protocol):
    """Whoever hears when it sounds."""

    how: str

    def wait_for_sound(self, take: Take) -> float:
        """When the first audible sample of a take that has just begun to play is heard, by `time.monotonic`."""


class EarAtMonitor:
    """Listens to a recording of what the null sink plays."""

    how = "null sink, recorded at its monitor, the recorder's 10 ms included"

    def __init__(self, recorder: Recorder) -> None:
        """Listen to what is recorded."""
        self._recorder = recorder

    def wait_for_sound(self, take: Take) -> float:
        """See `Ear`."""
        frame = self._recorder.wait(_is_audible)
        return self._recorder.delays_ms([(0.0, frame)])[0] / 1e3


class EarAtDevice:
    """Asks where the player is, as the device tells, with the master fader down."""

    how = "by the device's own word, in silence"

    def __init__(self, player: Player) -> None:
        """Ask this one."""
        self._player = player

    def wait_for_sound(self, take: Take) -> float:
        """See `Ear`."""
        self._player.set_mix(replace(self._player.mix, master_gain_db=SILENT_DB))
        while not _is_audible(take.read_mix(0, self._player.position_frames)).any():
            time.sleep(LOOK_EVERY_S)
        return time.monotonic()


def _is_audible(wave: Wave) -> npt.NDArray[np.bool_]:
    return np.abs(wave) > AUDIBLE


@contextmanager
def listening(folder: Path) -> Iterator[tuple[Player, Ear]]:
    """A player that is prepared, and an ear that hears it; on a null sink if PulseAudio is there.

    Raises:
        StudioError: nothing plays here.
    """
    with ExitStack() as stack:
        if is_possible():
            card = sound_card(folder)
            os.environ |= card  # of a process that does nothing but measure
            stack.enter_context(running_daemon(folder, card))
        player = Player()
        stack.callback(player.close)
        player.prepare()
        wait_until(lambda: bool(player.output_name or player.output_problem))
        if player.output_name is None:
            raise StudioError(NO_OUTPUT)
        yield player, EarAtMonitor(stack.enter_context(Recorder())) if is_possible() else EarAtDevice(player)


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presses", type=int, default=3)
    print(json.dumps(measure(parser.parse_args().presses)))


if __name__ == "__main__":
    main()
