"""Takes to play, and the sound card that is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.tracks import Tracks
from engine.takes.take import Take
from tests.engine.playback.hearing import Players
from tests.sound import NullSink

STEM_NAMES = ("drums", "bass", "other", "vocals")

TakeMaker = Callable[..., Take]


@pytest.fixture
def new_take(tmp_path: Path) -> Iterator[TakeMaker]:
    """`new_take(tracks, finished=True)`: a take of the tracks (frames, stems + 1, 2): stems, then the rest."""
    takes: list[Take] = []

    def make(tracks: Tracks, *, finished: bool = True) -> Take:
        names = STEM_NAMES[: tracks.shape[1] - 1]
        take = Take.create(tmp_path / f"take {len(takes)}", stem_names=names)
        takes.append(take)
        append(take, tracks)
        if finished:
            take.finish()
        return take

    yield make
    for take in takes:
        take.close()


def append(take: Take, tracks: Tracks) -> None:
    """Append tracks (frames, stems + 1, 2) to a take: their sum as its mix, and the stems."""
    take.append_mix(tracks.sum(axis=1))
    if take.stem_names:
        take.append_stems(tracks[:, :-1])


def smooth_tracks(frames: int, *, stems: int = 4, seed: int = 1) -> Tracks:
    """Independent noise below 500 Hz, RMS 0.05 a track: never twice the same, and so slow that any click stands out."""
    spectrum = np.random.default_rng(seed).standard_normal((frames // 2 + 1, stems + 1, 2))
    spectrum[np.fft.rfftfreq(frames, 1 / SAMPLE_RATE_HZ) > 500.0] = 0.0
    tracks = np.fft.irfft(spectrum, frames, axis=0)
    return (0.05 * tracks / tracks.std()).astype(np.float32)


@pytest.fixture
def new_player(null_sink: NullSink) -> Iterator[Players]:
    players = Players()
    yield players
    players.close()
