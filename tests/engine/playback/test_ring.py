"""The ring between feeder and callback."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from engine.playback.ring import Ring
from engine.playback.tracks import Tracks


def counted(start: int, frames: int) -> Tracks:
    """Frames that are worth their number, in all of 3 tracks."""
    return np.broadcast_to(np.arange(start, start + frames, dtype=np.float32)[:, None, None], (frames, 3, 2))


def test_frames_come_out_as_they_went_in_however_they_are_cut() -> None:
    generator = np.random.default_rng(2)
    ring = Ring(100, tracks=3)
    written, read = 0, []
    while written < 5_000:
        frames = int(generator.integers(0, ring.free_frames + 1))
        ring.write(counted(written, frames))
        written += frames
        view = ring.peek(int(generator.integers(0, 150)))
        read.append(view.copy())
        ring.consume(len(view))
        assert ring.buffered_frames + ring.free_frames == 100
    while ring.buffered_frames:
        read.append(ring.peek(100).copy())
        ring.consume(len(read[-1]))
    np.testing.assert_array_equal(np.concatenate(read), counted(0, written))


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """Threads that take turns as often as Python can."""
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval_s)


@pytest.mark.usefixtures("busy_threads")
def test_two_threads_lose_and_invent_nothing() -> None:
    ring = Ring(1_000, tracks=3)
    total = 100_000
    read = np.empty((total, 3, 2), np.float32)

    def produce() -> None:
        while ring.written_frames < total:
            ring.write(counted(ring.written_frames, min(ring.free_frames, 170, total - ring.written_frames)))

    producer = threading.Thread(target=produce)
    producer.start()
    while ring.consumed_frames < total:
        view = ring.peek(230)
        read[ring.consumed_frames : ring.consumed_frames + len(view)] = view
        ring.consume(len(view))
    producer.join()
    np.testing.assert_array_equal(read, counted(0, total))
