"""Command line: singers. Notes become voices: harmonics of the vocal folds, shaped by formants that follow vowels.

A line is sung in syllables, one a note. All that moves (pitch, loudness, formants, noise) is drawn as curves over
frames of `HOP_FRAMES`; the harmonics are added up at half the sample rate, where all that voices need has room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, resample_poly, sosfilt

from engine.audio.format import SAMPLE_RATE_HZ
from tools.house_band.mixing import Sound, looped
from tools.house_band.score import Note
from tools.house_band.shows import Voices

RATE_HZ = SAMPLE_RATE_HZ // 2
HOP_FRAMES = 128  # 5.8 ms at RATE_HZ
NOISE_FRAMES = 6 * RATE_HZ  # of consonants' and breath's noise, over and over
HIGHEST_HZ = 8_000.0
BLOCKS_AT_ONCE = 64
PHRASE_GAP_S = 0.15  # a shorter gap is sung through
GLIDE_S, VOWEL_GLIDE_S, ONSET_S, RELEASE_S = 0.07, 0.09, 0.045, 0.1

# First three formants of an average man's vowels in Hz: Peterson and Barney, JASA 1952, table II.
VOWELS_HZ = {
    "i": (270, 2290, 3010),
    "ɪ": (390, 1990, 2550),
    "ɛ": (530, 1840, 2480),
    "æ": (660, 1720, 2410),
    "ɑ": (730, 1090, 2440),
    "ɔ": (570, 840, 2410),
    "ʊ": (440, 1020, 2240),
    "u": (300, 870, 2240),
    "ʌ": (640, 1190, 2390),
    "ɝ": (490, 1350, 1690),
}
HIGHER_FORMANTS_HZ = (3_400, 4_300, 5_500, 6_500, 7_500)
BANDWIDTHS_HZ = np.array((80, 90, 130, 180, 250, 400, 500, 600), np.float32)
LONG_VOWELS, SHORT_VOWELS = ("i", "ɛ", "ɑ", "ɔ", "u", "ʌ"), tuple(VOWELS_HZ)
HUM_HZ = 250  # first formant of a nasal


@dataclass(frozen=True)
class Consonant:
    """Noise before a vowel: its band, how long it lasts, how loud it is, and how far the voice sinks meanwhile."""

    band: str
    length_s: float
    level: float
    voice: float


CONSONANTS = {
    "s": Consonant("hiss", 0.09, 0.5, 0.0),
    "f": Consonant("hiss", 0.07, 0.15, 0.1),
    "t": Consonant("burst", 0.03, 0.6, 0.0),
    "k": Consonant("burst", 0.04, 0.4, 0.0),
    "d": Consonant("burst", 0.02, 0.3, 0.3),
    "h": Consonant("breath", 0.08, 0.4, 0.1),
    "n": Consonant("hum", 0.06, 0.0, 0.5),
    "l": Consonant("hum", 0.05, 0.0, 0.7),
    "": Consonant("hum", 0.0, 0.0, 1.0),
}
NOISE_BANDS_HZ = {"hiss": (4_500, 9_500), "burst": (1_800, 5_500), "breath": (500, 5_000)}


@dataclass(frozen=True)
class Singer:
    """A voice: formants against an average man's, vibrato, share of breath, and how fast its harmonics fall off."""

    formant_scale: float
    vibrato_hz: float
    vibrato_cents: float
    breath: float
    tilt_db_per_octave: float


@dataclass(frozen=True)
class Syllable:
    """A note with its vowel and the consonant before it; `first` of a phrase or sung on from the one before."""

    start_s: float
    end_s: float
    pitch: float
    loudness: float
    vowel: str
    consonant: Consonant
    first: bool


@dataclass(frozen=True)
class Curves:
    """All that moves, frame by frame: pitch (Hz), loudness, formants (frames, 8) in Hz, noise bands' levels."""

    hz: npt.NDArray[np.float64]
    loudness: npt.NDArray[np.float64]
    formants_hz: npt.NDArray[np.float64]
    noise: dict[str, npt.NDArray[np.float64]]


def choose_singer(voices: Voices, rng: Random, *, backing: bool = False) -> Singer:
    """A singer of a night's kind; backing singers differ more, breathe more and shake less."""
    spread = 0.1 if backing else 0.015
    return Singer(
        formant_scale=voices.formant_scale * (1 + rng.uniform(-spread, spread)),
        vibrato_hz=rng.uniform(4.8, 6.2),
        vibrato_cents=voices.vibrato_cents * (0.6 if backing else 1.0),
        breath=voices.breath * (1.5 if backing else 1.0),
        tilt_db_per_octave=rng.uniform(6.0, 8.0) if backing else rng.uniform(4.5, 6.5),
    )


def sing(notes: Sequence[Note], tempo_bpm: float, frames: int, singer: Singer, rng: Random) -> Sound:
    """The notes sung as one line: (frames,) at the studio's sample rate, about −20 dBFS while it sounds.

    One voice has one pitch: a note ends where the next begins. How notes are joined and bent is the singer's business.
    """
    return utter(choose_syllables(notes, 60 / tempo_bpm, rng), frames, singer, rng)


def utter(syllables: Sequence[Syllable], frames: int, singer: Singer, rng: Random) -> Sound:
    """Syllables, in order of time, as sound (frames,); see `sing`."""
    if not syllables:
        return np.zeros(frames, np.float32)
    count = -(-frames // (2 * HOP_FRAMES)) + 1
    chance = np.random.default_rng(rng.getrandbits(64))
    curves = draw(syllables, count, singer, chance)
    voice = _harmonics(curves, singer) + _noise(curves, chance)
    sung: Sound = resample_poly(voice, 2, 1)[:frames]
    return sung


def choose_syllables(notes: Sequence[Note], beat_s: float, rng: Random) -> list[Syllable]:
    """One syllable a note, in order of time; short notes have any vowel, long ones those that carry."""
    line = sorted(notes)
    syllables: list[Syllable] = []
    for note, following in zip(line, [*line[1:], None], strict=False):
        start_s, end_s = note.start_beats * beat_s, (note.start_beats + note.length_beats) * beat_s
        end_s = min(end_s, following.start_beats * beat_s) if following else end_s
        first = not syllables or start_s - syllables[-1].end_s > PHRASE_GAP_S
        vowel = rng.choice(LONG_VOWELS if end_s - start_s > 0.5 else SHORT_VOWELS)
        consonant = CONSONANTS[rng.choice(("s", "f", "t", "k", "d", "h", "n", "n", "l", "l", "", ""))]
        if end_s > start_s:
            loudness = 10 ** ((note.velocity - 90) / 60)
            syllables.append(Syllable(start_s, end_s, note.pitch, loudness, vowel, consonant, first))
    return syllables


def draw(syllables: Sequence[Syllable], count: int, singer: Singer, rng: np.random.Generator) -> Curves:
    """The curves of a sung line, `count` frames long."""
    pitch, loudness, age_s = np.empty(count), np.zeros(count), np.zeros(count)
    formants = np.empty((count, len(BANDWIDTHS_HZ)))
    noise = {band: np.zeros(count) for band in NOISE_BANDS_HZ}
    previous = 0
    for syllable in syllables:
        start, end = _frame(syllable.start_s), min(_frame(syllable.end_s), count)
        turn = min(start, previous + _frame(RELEASE_S)) if previous else 0
        pitch[turn:], formants[turn:] = syllable.pitch, _formants_hz(syllable.vowel, singer)
        loudness[start:end] = syllable.loudness
        age_s[start:end] = np.arange(max(0, end - start)) * HOP_FRAMES / RATE_HZ
        _draw_consonant(syllable, start, loudness, formants, noise)
        if syllable.first:
            _draw_first(syllable, start, pitch, noise)
        previous = end
    loudness = _smooth(loudness, ONSET_S)
    noise = {band: _smooth(level, 0.02) for band, level in noise.items()}
    noise["breath"] += singer.breath * 0.25 * loudness
    semitones = _smooth(pitch, GLIDE_S) + _unsteadiness(age_s, singer, rng)
    hz = 440 * 2 ** ((semitones - 69) / 12)
    return Curves(hz, loudness, _smooth(formants, VOWEL_GLIDE_S), noise)


def _frame(time_s: float) -> int:
    return max(0, round(time_s * RATE_HZ / HOP_FRAMES))


def _formants_hz(vowel: str, singer: Singer) -> npt.NDArray[np.float64]:
    return singer.formant_scale * np.array((*VOWELS_HZ[vowel], *HIGHER_FORMANTS_HZ))


def _draw_consonant(
    syllable: Syllable,
    start: int,
    loudness: npt.NDArray[np.float64],
    formants_hz: npt.NDArray[np.float64],
    noise: dict[str, npt.NDArray[np.float64]],
) -> None:
    """A consonant lies before the beat, so that the vowel falls on it."""
    consonant = syllable.consonant
    before = slice(max(0, start - _frame(consonant.length_s)), start)
    loudness[before] = np.maximum(loudness[before], syllable.loudness) * consonant.voice
    if consonant.band == "hum":
        formants_hz[before, 0] = HUM_HZ
    else:
        noise[consonant.band][before] = consonant.level * syllable.loudness


def _draw_first(
    syllable: Syllable, start: int, pitch: npt.NDArray[np.float64], noise: dict[str, npt.NDArray[np.float64]]
) -> None:
    """A phrase begins with a breath taken in, and reaches its first note from a little below."""
    taken = slice(max(0, start - _frame(0.45)), max(0, start - _frame(0.15)))
    noise["breath"][taken] = 0.03
    pitch[max(0, start - _frame(0.1)) : start + _frame(0.02)] = syllable.pitch - 0.7


def _smooth(curve: npt.NDArray[np.float64], over_s: float) -> npt.NDArray[np.float64]:
    """The curve averaged over a bell of that width; its ends go on as they are."""
    half = max(1, _frame(over_s) // 2)
    bell = np.hanning(2 * half + 3)[1:-1]
    padded = np.pad(curve, [(half, half)] + [(0, 0)] * (curve.ndim - 1), mode="edge")
    columns = padded.reshape(len(padded), -1).T
    return np.stack([np.convolve(c, bell / bell.sum(), "valid") for c in columns], axis=-1).reshape(curve.shape)


def _unsteadiness(age_s: npt.NDArray[np.float64], singer: Singer, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Vibrato that sets in as a note is held, slow drift and jitter, in semitones."""
    count, seconds = len(age_s), HOP_FRAMES / RATE_HZ
    rate_hz = singer.vibrato_hz * (1 + 0.3 * _smooth(rng.standard_normal(count), 0.5))
    vibrato = np.sin(2 * np.pi * np.cumsum(rate_hz) * seconds) * np.clip((age_s - 0.2) / 0.35, 0, 1)
    drift, jitter = _smooth(rng.standard_normal(count), 0.4), _smooth(rng.standard_normal(count), 0.02)
    return singer.vibrato_cents / 100 * vibrato + 0.25 * drift + 0.05 * jitter


def _harmonics(curves: Curves, singer: Singer) -> npt.NDArray[np.float32]:
    """The voiced part: harmonics added block by block, only where the voice sounds."""
    blocks = len(curves.hz) - 1
    sound = np.zeros((blocks, HOP_FRAMES), np.float32)
    steps = (curves.hz[:-1] + curves.hz[1:]) / 2 * HOP_FRAMES / RATE_HZ
    cycles = np.concatenate([[0.0], np.cumsum(steps)])
    voiced = np.flatnonzero(np.maximum(curves.loudness[:-1], curves.loudness[1:]) > 1e-4)
    for first in range(0, len(voiced), BLOCKS_AT_ONCE):
        chosen = voiced[first : first + BLOCKS_AT_ONCE]
        both = np.stack([chosen, chosen + 1])
        levels = _levels(curves.hz[both], curves.loudness[both], curves.formants_hz[both], singer)
        sound[chosen] = _add_up(curves.hz[both], cycles[chosen], levels)
    return sound.ravel()


def _levels(
    hz: npt.NDArray[np.float64],
    loudness: npt.NDArray[np.float64],
    formants_hz: npt.NDArray[np.float64],
    singer: Singer,
) -> npt.NDArray[np.float32]:
    """Amplitudes of the harmonics, shape (…, harmonics), for pitch and loudness (…) and formants (…, 8).

    Each formant is a resonance of the second order (Fant, "Acoustic Theory of Speech Production", 1960). Vowels are
    made about equally strong; loud singing has stronger high harmonics.
    """
    number = np.arange(1, int(HIGHEST_HZ / hz.min()) + 1, dtype=np.float32)
    tilt = (singer.tilt_db_per_octave - 2 * (loudness - 1)) / 6.02
    harmonic_hz = hz.astype(np.float32)[..., None] * number
    levels = number ** -tilt.astype(np.float32)[..., None]
    squared = harmonic_hz**2
    for index, bandwidth in enumerate(BANDWIDTHS_HZ):
        resonance = formants_hz[..., index].astype(np.float32)[..., None] ** 2
        levels *= resonance / np.sqrt((resonance - squared) ** 2 + squared * bandwidth**2)
    levels *= np.clip((HIGHEST_HZ - harmonic_hz) / 1_000, 0, 1)
    strength = np.sqrt(np.sum(levels**2, axis=-1, keepdims=True) / 2)
    scaled: npt.NDArray[np.float32] = levels * (0.1 * loudness[..., None] / strength**0.85).astype(np.float32)
    return scaled


def _add_up(
    hz: npt.NDArray[np.float64], cycles: npt.NDArray[np.float64], levels: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Blocks (blocks, HOP_FRAMES) of harmonics whose pitch and amplitudes run straight from one end to the other.

    `hz` (2, blocks) and `levels` (2, blocks, harmonics) hold both ends, `cycles` (blocks,) the phase at the first. The
    sines of the multiples of an angle follow from each other: sin (k + 1)a = 2 cos a · sin ka − sin (k − 1)a.
    """
    frame = np.arange(HOP_FRAMES)
    turned = hz[0][:, None] * frame + (hz[1] - hz[0])[:, None] * frame**2 / (2 * HOP_FRAMES)
    angle = 2 * np.pi * ((cycles[:, None] + turned / RATE_HZ) % 1)
    sines = np.empty((len(cycles), levels.shape[2], HOP_FRAMES), np.float32)
    twice_cosine = (2 * np.cos(angle)).astype(np.float32)
    sines[:, 0] = np.sin(angle)
    before: npt.NDArray[np.float32] | float = 0.0
    for harmonic in range(1, sines.shape[1]):
        sines[:, harmonic] = twice_cosine * sines[:, harmonic - 1] - before
        before = sines[:, harmonic - 1]
    both: npt.NDArray[np.float32] = np.matmul(np.moveaxis(levels, 0, 1), sines)
    ramp = (frame / HOP_FRAMES).astype(np.float32)
    return both[:, 0] + (both[:, 1] - both[:, 0]) * ramp


def _noise(curves: Curves, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Consonants and breath: one noise through three bands, each as loud as its curve says."""
    white = rng.standard_normal((1, NOISE_FRAMES), dtype=np.float32)
    ramp = np.arange(HOP_FRAMES, dtype=np.float32) / HOP_FRAMES
    blocks = len(curves.hz) - 1
    sound = np.zeros((blocks, HOP_FRAMES), np.float32)
    for band, level in curves.noise.items():
        filtered = sosfilt(butter(2, NOISE_BANDS_HZ[band], "band", fs=RATE_HZ, output="sos").astype(np.float32), white)
        noise = looped(filtered * np.float32(0.1 / np.std(filtered)), sound.size).reshape(sound.shape)
        at_ends = level.astype(np.float32)[:, None]
        loud = np.flatnonzero((level[:-1] > 1e-5) | (level[1:] > 1e-5))
        sound[loud] += noise[loud] * (at_ends[loud] + (at_ends[loud + 1] - at_ends[loud]) * ramp)
    return sound.ravel()
