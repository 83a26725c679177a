"""Command line: the audience: murmur, applause, whistles and calls, all synthesised. Sounds are (2, frames)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, oaconvolve, sosfilt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from tools.house_band.mixing import Sound, decibels, looped
from tools.house_band.shows import Audience

MURMUR_HZ = (200, 2_200)
MURMUR_FRAMES = 60 * SAMPLE_RATE_HZ  # of talk, over and over
CLAP_S, CLAP_HZ = 0.012, (700, 900, 1_200, 1_700)  # palms differ, hollow to sharp
CLAPS_PER_SECOND = (40, 1_500)  # of a small and of a large audience
WHISTLE_S = 0.7
RISE_S, FALL_S = 0.6, 4.0


@dataclass(frozen=True)
class Cheer:
    """Applause that is loudest at a moment (seconds into the song) and weaker than the full by so many dB."""

    at_s: float
    weaker_db: float = 0.0


def listen_in(audience: Audience, cheers: Iterable[Cheer], frames: int, rng: np.random.Generator) -> Sound:
    """All that is heard of the audience during a song."""
    loudness = _applause_loudness(cheers, frames)
    sound = np.float32(decibels(audience.murmur_db)) * _murmur(frames, rng)
    for start, end in _loud_stretches(loudness):
        gain = decibels(audience.applause_db) * loudness[start:end]
        sound[:, start:end] += _applause(audience, end - start, rng) * gain.astype(np.float32)
    for start in _whistle_starts(audience, loudness, rng):
        whistle = _whistle(rng) * np.float32(decibels(audience.applause_db - 4))
        sound[:, start : start + whistle.shape[1]] += whistle[:, : frames - start]
    return sound


def _murmur(frames: int, rng: np.random.Generator) -> Sound:
    """Many talking at once (RMS 1): noise in the band of speech that heaves a little, at the rate of syllables."""
    noise = sosfilt(_band(*MURMUR_HZ), rng.standard_normal((CHANNELS, MURMUR_FRAMES), dtype=np.float32), axis=1)
    syllables = 1 + 0.35 * rng.standard_normal((CHANNELS, MURMUR_FRAMES * 4 // SAMPLE_RATE_HZ + 2))
    places = np.arange(MURMUR_FRAMES) * 4 / SAMPLE_RATE_HZ
    murmur: Sound = noise * [np.interp(places, np.arange(len(row)), row).astype(np.float32) for row in syllables]
    return looped(murmur / np.float32(np.std(murmur)), frames)


def _applause_loudness(cheers: Iterable[Cheer], frames: int) -> npt.NDArray[np.float32]:
    """How loud the applause is, 0…1: each cheer rises quickly and dies away slowly."""
    time_s = np.arange(0, frames + SAMPLE_RATE_HZ, SAMPLE_RATE_HZ // 50) / SAMPLE_RATE_HZ
    loudness = np.zeros(len(time_s))
    for cheer in cheers:
        since_s = time_s - cheer.at_s
        shape = np.where(since_s < 0, 1 + since_s / RISE_S, 1 - since_s / FALL_S).clip(0) ** 2
        loudness = np.maximum(loudness, shape * decibels(-cheer.weaker_db))
    return np.interp(np.arange(frames), time_s * SAMPLE_RATE_HZ, loudness).astype(np.float32)


def _loud_stretches(loudness: npt.NDArray[np.float32]) -> list[tuple[int, int]]:
    """Where it is above nothing: [start, end)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loudness > 1e-3, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _applause(audience: Audience, frames: int, rng: np.random.Generator) -> Sound:
    """Claps at random moments (RMS 1), of palms of four kinds, from everywhere between left and right."""
    few, many = CLAPS_PER_SECOND
    density = few * (many / few) ** audience.size / SAMPLE_RATE_HZ
    sound = np.zeros((CHANNELS, frames), np.float32)
    for clap in _claps(rng):
        count = rng.poisson(density * frames / len(CLAP_HZ))
        moments = np.zeros((CHANNELS, frames), np.float32)
        place, strength = rng.uniform(0, np.pi / 2, count), rng.gamma(2.0, 0.5, count)
        for channel, share in enumerate((np.cos(place), np.sin(place))):
            np.add.at(moments[channel], rng.integers(0, frames, count), share * strength)
        sound += oaconvolve(moments, clap[None], axes=1)[:, :frames]
    return sound / np.float32(max(float(np.std(sound)), 1e-9))


def _claps(rng: np.random.Generator) -> list[npt.NDArray[np.float32]]:
    """One clap of each kind: noise around its frequency that is gone after a hundredth of a second."""
    taps = round(4 * CLAP_S * SAMPLE_RATE_HZ)
    decay = np.exp(-np.arange(taps) / (CLAP_S * SAMPLE_RATE_HZ / 2)).astype(np.float32)
    noise = rng.standard_normal((len(CLAP_HZ), taps), dtype=np.float32)
    return [sosfilt(_band(hz / 1.4, hz * 1.8), row) * decay for hz, row in zip(CLAP_HZ, noise, strict=True)]


def _whistle_starts(audience: Audience, loudness: npt.NDArray[np.float32], rng: np.random.Generator) -> list[int]:
    """Somebody whistles where there is applause, as often as the show's audience does."""
    clapped = np.flatnonzero(loudness[:: SAMPLE_RATE_HZ // 10] > 0.1) * (SAMPLE_RATE_HZ // 10)
    if not len(clapped):
        return []
    minutes = len(loudness) / SAMPLE_RATE_HZ / 60
    return [int(start) for start in rng.choice(clapped, rng.poisson(audience.whistles_per_minute * minutes))]


def _whistle(rng: np.random.Generator) -> Sound:
    """A whistle on two fingers: a tone that swoops up and down again, placed somewhere."""
    time = np.linspace(0, 1, round(WHISTLE_S * rng.uniform(0.5, 1.3) * SAMPLE_RATE_HZ))
    top_hz, bottom_hz = rng.uniform(2_200, 3_200), rng.uniform(1_300, 1_900)
    hz = bottom_hz + (top_hz - bottom_hz) * np.sin(np.pi * time**1.5) ** 2
    tone = np.sin(2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ) * np.sin(np.pi * time) ** 0.6
    place = rng.uniform(0, np.pi / 2)
    return np.outer((np.cos(place), np.sin(place)), tone).astype(np.float32)


def _band(low_hz: float, high_hz: float) -> npt.NDArray[np.float32]:
    sections: npt.NDArray[np.float64] = butter(1, (low_hz, high_hz), "band", fs=SAMPLE_RATE_HZ, output="sos")
    return sections.astype(np.float32)
