"""GUI thread's door to the picture thread, and its own side: looks at takes, so that neither window nor engine must."""

from __future__ import annotations

import logging
from functools import partial

import numpy as np
from PySide6.QtCore import Signal

from app.worker import Worker
from engine.audio.columns import Columns, Read, compute
from engine.audio.format import CHANNELS, Wave
from engine.takes.take import Take

log = logging.getLogger(__name__)


class PictureThread(Worker):
    """Computes columns of a take's picture, as they are asked for."""

    seen = Signal(object, object, object)
    """The `Take`, its `cuts` when it was looked at, and the `Columns`; None where it could not be read any more."""

    def __init__(self) -> None:
        super().__init__("picture")

    def look(self, take: Take, track: int, level: int, first: int, count: int) -> None:
        """Compute `count` columns of a level, from `first` on, of a track (0 is the mix); `seen` follows."""
        self._posted.emit(partial(self._guarded, partial(self._look, take, track, level, first, count)))

    def _look(self, take: Take, track: int, level: int, first: int, count: int) -> None:
        cuts = take.cuts  # asked before it is read: what is cut away meanwhile is known by its being one more
        columns: Columns | None = None
        try:
            columns = compute(reader(take, track), track, level, first, count)
        except (OSError, ValueError):  # closed, since another take has been loaded; or the disk has gone
            log.info("%s cannot be read for its picture", take.folder, exc_info=True)
        self.seen.emit(take, cuts, columns)


def reader(take: Take, track: int) -> Read:
    """Reads a track of a take: 0 is the mix, then come the stems; silence before and after it."""

    def read(start: int, frames: int) -> Wave:
        begin = max(start, 0)
        wanted = max(start + frames - begin, 0)
        wave = take.read_stems(begin, wanted)[:, track - 1] if track else take.read_mix(begin, wanted)
        if len(wave) == frames:
            return wave
        padded = np.zeros((frames, CHANNELS), np.float32)
        padded[begin - start :][: len(wave)] = wave
        return padded

    return read
