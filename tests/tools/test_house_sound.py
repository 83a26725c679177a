"""The sound of the house band, measured: rooms, springs, amplifiers, singers, tape, audience, levels."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from scipy.signal import butter, hilbert, oaconvolve, sosfilt, sosfiltfilt

from engine.audio.format import SAMPLE_RATE_HZ
from tools.house_band.amplifier import amplify
from tools.house_band.audience import Cheer, listen_in
from tools.house_band.mixing import (
    PEAK_DBFS,
    Sound,
    decibels,
    level_db,
    limit,
    looped,
    placed,
    to_integers,
    total,
)
from tools.house_band.score import Note
from tools.house_band.session import STEMS
from tools.house_band.shows import SHOWS, Show
from tools.house_band.singers import (
    CONSONANTS,
    VOWELS_HZ,
    Singer,
    Syllable,
    choose_singer,
    choose_syllables,
    sing,
    utter,
)
from tools.house_band.spaces import convolve, decay_time_s, in_room, room_response, spring_response
from tools.house_band.tape import hiss, record_on_tape, saturation

NIGHTS = [show for show in SHOWS.values() if show.one_night]
STILL = Singer(formant_scale=1.0, vibrato_hz=5.5, vibrato_cents=0.0, breath=0.0, tilt_db_per_octave=6.0)
every_night = pytest.mark.parametrize("show", NIGHTS, ids=lambda show: show.name)


def _noise(seconds: float, rms: float = 0.1, channels: int = 2) -> Sound:
    rng = np.random.default_rng(0)
    return rng.normal(0, rms, (channels, round(seconds * SAMPLE_RATE_HZ))).astype(np.float32)


def _tone(hz: float, seconds: float, peak: float = 0.1) -> Sound:
    angle = 2 * np.pi * hz * np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return np.tile(peak * np.sin(angle), (2, 1)).astype(np.float32)


def _power_db(sound: npt.ArrayLike) -> float:
    return float(10 * np.log10(np.mean(np.square(sound)) + 1e-20))


def _spectrum_db(sound: Sound) -> npt.NDArray[np.float64]:
    """Amplitudes in dBFS at every hertz, of the first second."""
    second = sound[:SAMPLE_RATE_HZ] * np.blackman(SAMPLE_RATE_HZ)
    amplitudes = np.abs(np.fft.rfft(second)) * 2 / np.blackman(SAMPLE_RATE_HZ).sum()
    return 20 * np.log10(amplitudes + 1e-12)


# Spaces


def test_convolution_is_convolution() -> None:
    sound, response = _noise(2.5), _noise(1.7).reshape(2, 1, -1)
    expected = sum(oaconvolve(sound[source], response[source, 0]) for source in range(2))[: sound.shape[1]]
    assert np.allclose(convolve(sound, response)[0], expected, atol=2e-4 * np.abs(expected).max())


@every_night
@pytest.mark.parametrize("hz", [500, 1_000, 4_000])
def test_a_room_rings_as_long_as_asked(show: Show, hz: float) -> None:
    room = replace(show.night(Random(0)).room, echo_db=-60)
    response = room_response(room, np.random.default_rng(0))
    band = butter(2, (hz / 2**0.15, hz * 2**0.15), "band", fs=SAMPLE_RATE_HZ, output="sos")
    energy = (sosfiltfilt(band, response.astype(np.float64), axis=-1) ** 2).sum(axis=(0, 1))
    remaining_db = 10 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum())  # Schroeder's backward integration
    first, last = (int(np.argmax(remaining_db < level)) for level in (-8, -28))
    assert 3 * (last - first) / SAMPLE_RATE_HZ == pytest.approx(decay_time_s(room, hz), rel=0.15)


def test_a_room_is_as_loud_as_asked_and_louder_on_the_near_side() -> None:
    room = SHOWS["ballroom-73"].night(Random(0)).room
    left = np.concatenate([_noise(4, channels=1), np.zeros((1, 4 * SAMPLE_RATE_HZ), np.float32)])
    response = room_response(room, np.random.default_rng(0))
    added = in_room(left, response) - left
    assert _power_db(added) - _power_db(left[0]) == pytest.approx(room.wet_db, abs=1.0)
    assert np.square(added[0]).sum() > np.square(added[1]).sum()
    assert _power_db(in_room(left, response, send_db=-6) - left) == pytest.approx(_power_db(added) - 6, abs=0.05)


def test_the_towers_in_the_field_echo_once() -> None:
    room = SHOWS["field-72"].night(Random(0)).room
    response = room_response(room, np.random.default_rng(0))[0, 0]
    late = round(2 * room.length_m / 343 * SAMPLE_RATE_HZ)
    assert np.argmax(np.abs(response[late - 2_000 :])) == pytest.approx(2_000 + 7, abs=2)
    assert response[late : late + 16].sum() == pytest.approx(decibels(room.echo_db), rel=0.05)


def test_a_spring_chirps_upwards_and_dies_away() -> None:
    spring = SHOWS["ballroom-73"].night(Random(0)).spring
    impulse = spring_response(spring, np.random.default_rng(0))[0, 0].astype(np.float64)
    assert 10 * np.log10(np.square(impulse).sum()) == pytest.approx(spring.wet_db, abs=0.1)

    def band(low_hz: float, high_hz: float) -> npt.NDArray[np.float64]:
        sections = butter(4, (low_hz, high_hz), "band", fs=SAMPLE_RATE_HZ, output="sos")
        return np.abs(hilbert(sosfiltfilt(sections, impulse))) ** 2

    first = {hz: np.argmax(band(hz * 0.9, hz * 1.1)[:4_000]) for hz in (1_000, 3_000, 4_000)}
    assert first[1_000] < first[3_000] < first[4_000]
    assert band(6_000, 15_000).sum() < 1e-4 * band(300, 3_000).sum()
    middle = band(300, 3_000)
    half = SAMPLE_RATE_HZ // 2
    fall_db = 10 * np.log10(middle[:half].sum() / middle[2 * half : 3 * half].sum())
    assert 60 / fall_db == pytest.approx(spring.rt60_s, rel=0.25)


# Amplifier


def test_a_harder_driven_amplifier_has_stronger_harmonics_even_and_odd() -> None:
    tone = _tone(400, 1)[0]
    gentle, hard = (_spectrum_db(amplify(tone, drive_db)) for drive_db in (0, 14))
    for harmonic in (800, 1_200):
        assert gentle[harmonic] - gentle[400] < -25
        assert -30 < hard[harmonic] - hard[400] < -6


@pytest.mark.parametrize("hz", [1_700, 3_100, 5_300])
def test_what_an_amplifier_adds_is_harmonics_only(hz: int) -> None:
    spectrum = _spectrum_db(amplify(_tone(hz, 1)[0], 14))
    inharmonic = spectrum.copy()
    for harmonic in range(0, len(spectrum), hz):
        inharmonic[max(0, harmonic - 5) : harmonic + 6] = -200
    assert inharmonic[100:].max() < spectrum[hz] - 60


def test_a_cabinet_passes_neither_rumble_nor_hiss() -> None:
    spectrum = np.square(np.abs(np.fft.rfft(amplify(_noise(4)[0], 0)))) / 4
    levels = {hz: 10 * np.log10(spectrum[4 * hz : 4 * hz + 4 * hz // 8].mean()) for hz in (25, 1_000, 12_000)}
    assert levels[25] < levels[1_000] - 20
    assert levels[12_000] < levels[1_000] - 35


# Singers


def _syllable(start_s: float, end_s: float, pitch: float, vowel: str = "ɑ", consonant: str = "") -> Syllable:
    return Syllable(start_s, end_s, pitch, 1.0, vowel, CONSONANTS[consonant], first=start_s == 0)


def _pitch_hz(voice: Sound, start_s: float, end_s: float, near_hz: float) -> float:
    """Mean frequency of the fundamental."""
    band = butter(2, (near_hz / 1.4, near_hz * 1.4), "band", fs=SAMPLE_RATE_HZ, output="sos")
    phase = np.unwrap(np.angle(hilbert(sosfiltfilt(band, voice.astype(np.float64)))))
    start, end = round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ)
    return float((phase[end] - phase[start]) / (2 * np.pi) / (end - start) * SAMPLE_RATE_HZ)


@pytest.mark.parametrize("pitch", [48, 57, 64, 71])
def test_a_singer_sings_the_notes(pitch: int) -> None:
    """Within 12 cents in the mean over more than a second, vibrato and drift and all."""
    singer = choose_singer(SHOWS["ballroom-73"].voices[0], Random(1))
    notes = [Note(0, 2, pitch, 90), Note(2, 2, pitch + 4, 90)]
    voice = sing(notes, 60, 5 * SAMPLE_RATE_HZ, singer, Random(2))
    assert voice.shape == (5 * SAMPLE_RATE_HZ,)
    for start_s, sung in ((0.5, pitch), (2.5, pitch + 4)):
        hz = 440 * 2 ** ((sung - 69) / 12)
        cents = 1200 * np.log2(_pitch_hz(voice, start_s, start_s + 1.3, hz) / hz)
        assert abs(cents) < 12
    assert _power_db(voice[round(4.3 * SAMPLE_RATE_HZ) :]) < -80


@pytest.mark.parametrize("vowel", ["i", "ɑ", "u", "ɛ"])
@pytest.mark.parametrize("scale", [1.0, 1.17])
def test_formants_lie_where_the_vowel_has_them(vowel: str, scale: float) -> None:
    """A slow glide lets the harmonics sweep over the formants: the upper edge of the spectrum shows them."""
    syllables = [_syllable(i * 0.05, i * 0.05 + 0.05, 40 + i * 0.12, vowel) for i in range(100)]
    voice = utter(syllables, 5 * SAMPLE_RATE_HZ, replace(STILL, formant_scale=scale, tilt_db_per_octave=0.0), Random(0))
    frames = voice[: len(voice) // 4096 * 4096].reshape(-1, 4096) * np.hanning(4096)
    envelope = np.abs(np.fft.rfft(frames)).max(axis=0)
    hz = np.fft.rfftfreq(4096, 1 / SAMPLE_RATE_HZ)
    for formant_hz in VOWELS_HZ[vowel][:2]:
        asked = formant_hz * scale
        near = (hz > asked * 0.82) & (hz < asked * 1.18)
        assert hz[near][np.argmax(envelope[near])] == pytest.approx(asked, rel=0.06)


def test_joined_notes_glide_without_a_click() -> None:
    """From note to note nothing sounds above the voice's own band; a consonant's noise does."""
    joined = [_syllable(0.1, 0.5, 57, "u"), _syllable(0.5, 1.0, 64, "i"), _syllable(1.0, 1.5, 52, "ɑ")]
    above = butter(8, 9_500, "high", fs=SAMPLE_RATE_HZ, output="sos")

    def treble(syllables: list[Syllable]) -> float:
        voice = utter(syllables, 2 * SAMPLE_RATE_HZ, STILL, Random(0))
        return float(np.abs(sosfilt(above, voice)).max() / np.abs(voice).max())

    assert treble(joined) < 5e-4
    assert treble([_syllable(0.2, 0.7, 57, "ɑ", "s")]) > 1e-2


def test_singers_differ_and_one_night_has_the_same() -> None:
    voices = SHOWS["arena-90"].voices[0]
    assert choose_singer(voices, Random("a")) == choose_singer(voices, Random("a"))
    assert choose_singer(voices, Random("a")) != choose_singer(voices, Random("b"))


def test_one_voice_sings_one_note_at_a_time() -> None:
    syllables = choose_syllables([Note(0, 3, 60, 90), Note(1, 1, 62, 90), Note(4, 1, 64, 90)], 0.5, Random(0))
    assert [(s.start_s, s.end_s, s.first) for s in syllables] == [(0, 0.5, True), (0.5, 1.0, False), (2.0, 2.5, True)]


# Tape


def test_stems_recorded_add_up_to_the_mix_recorded() -> None:
    tape = SHOWS["field-72"].tape[0]
    rng = np.random.default_rng(3)
    stems = {name: rng.normal(0, 0.1, (2, SAMPLE_RATE_HZ)).astype(np.float32) for name in STEMS}
    apart = record_on_tape(stems, tape, np.random.default_rng(1))
    whole = record_on_tape({"mix": total(stems.values())}, tape, np.random.default_rng(1))["mix"]
    assert np.abs(total(apart.values()) - whole).max() < 1e-5
    assert np.abs(whole).max() < np.abs(total(stems.values())).max()


@every_night
def test_a_tape_passes_its_band(show: Show) -> None:
    tape = replace(show.tape[0], drive_db=-40, wow=0, flutter=0)

    def passed_db(hz: float) -> float:
        tone = _tone(hz, 1)
        recorded = record_on_tape({"tone": tone}, tape, np.random.default_rng(0))["tone"]
        return _power_db(recorded[:, 10_000:]) - _power_db(tone[:, 10_000:])

    assert passed_db(1_000) == pytest.approx(0, abs=0.2)
    assert passed_db(tape.low_hz) == pytest.approx(-3, abs=0.4)
    assert passed_db(tape.high_hz) == pytest.approx(-3, abs=0.4)


@every_night
def test_a_tape_runs_as_unevenly_as_asked(show: Show) -> None:
    tape = replace(show.tape[0], drive_db=-40, high_hz=19_000)
    recorded = record_on_tape({"tone": _tone(3_150, 12)}, tape, np.random.default_rng(0))["tone"][0]
    phase = np.unwrap(np.angle(hilbert(recorded.astype(np.float64))))
    speed = np.diff(phase[::100])[20:-20] / (100 * 2 * np.pi * 3_150 / SAMPLE_RATE_HZ)
    deviation = 100 * np.abs(speed - 1).max()
    assert deviation <= 1.1 * (tape.wow + tape.flutter) + 0.002
    assert deviation >= 0.7 * (tape.wow + tape.flutter)


@every_night
def test_a_tape_hisses_as_loudly_as_asked(show: Show) -> None:
    noise = hiss(show.tape[0], 40 * SAMPLE_RATE_HZ, np.random.default_rng(0))
    assert noise.shape == (2, 40 * SAMPLE_RATE_HZ)
    assert _power_db(noise) == pytest.approx(show.tape[0].hiss_db, abs=0.2)


def test_saturation_is_a_hyperbolic_tangent() -> None:
    mix = np.linspace(-1, 1, 1_001, dtype=np.float32)[None]
    assert np.allclose(saturation(mix, 6.0) * mix, np.tanh(decibels(6.0) * mix) / decibels(6.0), atol=1e-4)


# Audience


@every_night
def test_the_audience_murmurs_and_applauds_as_loudly_as_asked(show: Show) -> None:
    audience, second = show.audience[0], SAMPLE_RATE_HZ
    sound = listen_in(audience, [Cheer(8.0), Cheer(25.0, 9.0)], 30 * second, np.random.default_rng(0))
    assert sound.shape == (2, 30 * second)
    assert _power_db(sound[:, : 6 * second]) == pytest.approx(audience.murmur_db, abs=1.0)
    at_peak = _power_db(sound[:, round(7.9 * second) : round(8.3 * second)])
    assert at_peak == pytest.approx(audience.applause_db, abs=3.0)
    assert _power_db(sound[:, round(24.9 * second) : round(25.3 * second)]) < at_peak - 5
    assert np.abs(np.corrcoef(sound)[0, 1]) < 0.9


# Mixing


def test_level_counts_only_what_is_played() -> None:
    noise = _noise(10)
    noise[:, 3 * SAMPLE_RATE_HZ :] = 0
    assert level_db(noise) == pytest.approx(-20, abs=0.4)
    assert level_db(np.zeros_like(noise)) == float("-inf")


def test_a_loop_goes_on_evenly() -> None:
    loop = looped(_noise(1), 5 * SAMPLE_RATE_HZ)
    assert loop.shape == (2, 5 * SAMPLE_RATE_HZ)
    assert np.std(loop.reshape(2, -1, 441), axis=-1) == pytest.approx(0.1, rel=0.3)


@pytest.mark.parametrize("pan", [0, 30, 64, 127])
def test_a_place_keeps_the_power(pan: int) -> None:
    mono = _noise(1, channels=1)
    left, right = np.square(placed(mono, pan)).sum(axis=1)
    assert left + right == pytest.approx(np.square(mono).sum(), rel=1e-4)
    assert (left > right) == (pan < 64)


def test_the_limiter_brings_the_sum_to_its_peak_with_one_gain_for_all() -> None:
    rng = np.random.default_rng(0)
    stems = {name: rng.laplace(0, 0.2, (2, SAMPLE_RATE_HZ)).astype(np.float32) for name in STEMS}
    limited = limit(stems)
    assert np.abs(total(limited.values())).max() == pytest.approx(decibels(PEAK_DBFS), rel=1e-3)
    gains = [limited[name] / stems[name] for name in STEMS]
    assert np.allclose(gains[0], gains[1], rtol=1e-4)
    samples = to_integers(limited)
    assert np.array_equal(sum(samples[name].astype(int) for name in STEMS), samples["mixture"])
