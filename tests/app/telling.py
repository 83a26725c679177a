"""What tests of the two threads need: what they tell, and recordings to work on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from app.worker import Worker
from engine.audio.format import SAMPLE_RATE_HZ


class Heard:
    """What a thread has told: (signal, its arguments)."""

    def __init__(self, worker: Worker, signals: Sequence[str]) -> None:
        self.notes: list[tuple[str, tuple[Any, ...]]] = []
        for name in signals:
            getattr(worker, name).connect(lambda *told, name=name: self.notes.append((name, told)))

    def names(self) -> list[str]:
        """The signals in order, without immediate repetitions."""
        return [name for name, _ in groupby(self.notes, key=itemgetter(0))]

    def all(self, name: str) -> list[Any]:
        """The first argument of every signal of a name; None where it has no argument."""
        return [told[0] if told else None for noted, told in self.notes if noted == name]


def sines(path: Path, duration_s: int) -> Path:
    """A recording of 220 Hz on the left and 330 Hz on the right."""
    t_s = np.arange(duration_s * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    wave = 0.5 * np.sin(2 * np.pi * np.outer(t_s, [220, 330]))
    soundfile.write(path, wave.astype(np.float32), SAMPLE_RATE_HZ, subtype="FLOAT")
    return path
