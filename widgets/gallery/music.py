"""GUI thread: some seconds of made-up music, as the stage and the meters are shown it."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

from engine.audio.columns import Columns, compute
from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.audio.spectrogram import BINS
from widgets.spectrogram_view import SpectrogramView

LENGTH_S = 24.0
BEAT_S = 0.5
BAR_S = 4 * BEAT_S
CHORDS_HZ = ((146.8, 220.0, 293.7), (196.0, 246.9, 392.0), (130.8, 196.0, 329.6), (220.0, 277.2, 440.0))
STEMS = ("drums", "bass", "other", "vocals")
SIX_STEMS = (*STEMS, "guitar", "piano")


@cache
def music() -> Wave:
    """The same for every call: a chord a bar, with a beat; (frames, 2)."""
    t_s = np.arange(round(BAR_S * SAMPLE_RATE_HZ), dtype=np.float32) / SAMPLE_RATE_HZ
    since_beat_s = t_s % BEAT_S
    noise = np.random.default_rng(7).standard_normal((len(t_s), CHANNELS)).astype(np.float32)
    beat = 0.2 * noise * np.exp(-since_beat_s / 0.03)[:, None]
    bars = []
    for chord_hz in CHORDS_HZ:
        tones = np.zeros(len(t_s), np.float32)
        for frequency_hz, overtone in product(chord_hz, range(1, 9)):
            swing = np.sin(2 * np.pi * overtone * frequency_hz * t_s) * np.exp(-since_beat_s / (0.4 / overtone))
            tones += 0.12 / overtone * swing
        bars.append(beat + tones[:, None])
    return np.tile(np.concatenate(bars), (round(LENGTH_S / BAR_S / len(CHORDS_HZ)), 1)).astype(np.float32)


def read(start: int, frames: int) -> Wave:
    """So many frames of it from a frame on; silence where there are none."""
    found = np.zeros((frames, CHANNELS), np.float32)
    whole = music()
    begin, end = max(start, 0), min(start + frames, len(whole))
    if begin < end:
        found[begin - start : end - start] = whole[begin:end]
    return found


@cache
def columns(level: int, first: int, count: int) -> Columns:
    """Columns of it, for the track 0."""
    return compute(read, 0, level, first, count)


@cache
def preview(seed: int) -> npt.NDArray[np.uint8]:
    """A picture such as a model's preview has, another for each seed: levels (columns, BINS)."""
    levels = columns(3, 0, 240).levels.astype(np.int64)
    rolled = np.roll(levels, (37 * seed, 5 * seed), (0, 1))[:, :BINS]
    return np.clip(rolled - 12 * (seed % 3), 0, 255).astype(np.uint8)


def let_see(view: SpectrogramView, made_s: float = LENGTH_S) -> None:
    """Let a view see it up to a time, whatever it looks at."""

    def fill() -> None:
        for look in view.looks:
            ready = [(0, round(made_s * SAMPLE_RATE_HZ))]
            while run := view.store.missing(look.track, look.level, *look.columns, ready):
                first, end = run
                seen = columns(look.level, first, end - first)
                view.show_columns(Columns(look.track, seen.level, seen.first, seen.levels, seen.peaks))

    view.looked_elsewhere.connect(fill)
    fill()
