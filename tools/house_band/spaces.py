"""Command line: spaces. Impulse responses of rooms and of spring reverbs, and fast convolution with them."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import numpy.typing as npt
import scipy.fft

from engine.audio.format import SAMPLE_RATE_HZ
from tools.house_band.mixing import Sound, decibels
from tools.house_band.shows import Room, Spring

SOUND_SPEED_M_S = 343.0
LONGEST_BLOCK_FRAMES = 32_768  # larger transforms no longer fit the processor's cache
EARLY_SHARE = 0.35  # of the reverberation's energy
EARLY_S = 0.08
OCTAVES_HZ = (125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000)
SPRING_ROUND_TRIPS_S = (0.033, 0.041, 0.053)
SPRING_CUTOFF_HZ = 4_600


def convolve(sound: Sound, response: npt.NDArray[np.float32]) -> Sound:
    """Every source heard by every ear: `sound` (sources, frames) through `response` (sources, ears, taps).

    Returns (ears, frames): what rings on after the last frame is cut. Uniformly partitioned overlap-save convolution
    (Stockham 1966, Gardner 1995): one transform a block and source, however long the response.
    """
    taps, frames = response.shape[2], sound.shape[1]
    block = min(LONGEST_BLOCK_FRAMES, 1 << (taps - 1).bit_length())
    parts = -(-taps // block)
    padded = np.zeros((*response.shape[:2], parts * block), np.float32)
    padded[:, :, :taps] = response
    filters = scipy.fft.rfft(padded.reshape(*response.shape[:2], parts, block), 2 * block)
    heard = np.zeros((response.shape[1], frames), np.float32)
    spectra: deque[npt.NDArray[np.complex64]] = deque(maxlen=parts)
    window = np.zeros((len(sound), 2 * block), np.float32)
    summed, product = np.empty((2, block + 1), np.complex64)
    for start in range(0, frames, block):
        stretch = sound[:, start : start + block]
        window[:, :block] = window[:, block:]
        window[:, block:] = 0
        window[:, block : block + stretch.shape[1]] = stretch
        spectra.appendleft(scipy.fft.rfft(window))
        for ear in range(len(heard)):
            summed.fill(0)
            for part, spectrum in enumerate(spectra):
                for source in range(len(sound)):
                    np.multiply(spectrum[source], filters[source, ear, part], out=product)
                    np.add(summed, product, out=summed)
            heard[ear, start : start + block] = scipy.fft.irfft(summed)[block : block + stretch.shape[1]]
    return heard


def room_response(room: Room, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """What a room adds to the direct sound: (2 loudspeakers, 2 ears, taps), 1 being the direct sound's amplitude.

    Early reflections by image sources (Allen and Berkley 1979), then diffuse noise that dies away in each octave at a
    rate of its own. The energy that reaches an ear from a loudspeaker is `room.wet_db`.
    """
    taps = max(1, round(room.rt60_s * SAMPLE_RATE_HZ))
    early, late = _reflections(room, taps), _diffuse_tail(room, taps, rng)
    reverberation = np.sqrt(EARLY_SHARE) * _unit(early) + np.sqrt(1 - EARLY_SHARE) * _unit(late)
    reverberation = decibels(room.wet_db) * _unit(reverberation)
    return _with_echo(room, reverberation).astype(np.float32)


def in_room(sound: Sound, response: npt.NDArray[np.float32], send_db: float = 0.0) -> Sound:
    """A stereo sound (2, frames) and the reverberation of it, louder than the room's own by `send_db`."""
    return sound + convolve(sound, response * np.float32(decibels(send_db)))


def spring_response(spring: Spring, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """What a spring reverb adds to a dry sound: (1, 1, taps), three springs side by side.

    A wave on a helical spring runs to and fro, the slower the nearer its frequency is to the spring's cutoff, so each
    echo is a chirp that rises (Parker and Bilbao, "Spring reverberation: a physical perspective", DAFx 2009). Here
    the time of a round trip is that of the lowest frequency divided by √(1 − (f/cutoff)²); its integral is an arcsine.
    """
    size = 1 << round(spring.rt60_s * SAMPLE_RATE_HZ).bit_length()
    hz = scipy.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ)
    spectrum = np.zeros(len(hz), np.complex128)
    for round_trip_s in SPRING_ROUND_TRIPS_S:
        spectrum += _one_spring(hz, round_trip_s * rng.uniform(0.94, 1.06), spring.rt60_s)
    impulse = scipy.fft.irfft(spectrum * (hz > 90))[: round(spring.rt60_s * SAMPLE_RATE_HZ)]
    scaled: npt.NDArray[np.float64] = decibels(spring.wet_db) * impulse / np.linalg.norm(impulse)
    return scaled.astype(np.float32)[None, None]


def _one_spring(hz: npt.NDArray[np.float64], round_trip_s: float, rt60_s: float) -> npt.NDArray[np.complex128]:
    """Its transfer function: half a round trip, then round trips without end, each inverted and weaker."""
    part = np.minimum(hz / SPRING_CUTOFF_HZ, 0.97)
    phase = 2 * np.pi * round_trip_s * SPRING_CUTOFF_HZ * np.arcsin(part)
    kept = 10 ** (-3 * round_trip_s / np.sqrt(1 - part**2) / rt60_s)  # amplitude left after one round trip
    passed = np.clip((0.97 - hz / SPRING_CUTOFF_HZ) / 0.25, 0, 1)
    series: npt.NDArray[np.complex128] = np.exp(-0.5j * phase) / (1 + kept * np.exp(-1j * phase))
    series *= passed * np.sqrt(kept)
    return series


def _unit(response: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Scaled so that the mean energy from a loudspeaker to an ear is 1."""
    energy = float(np.mean(np.sum(response**2, axis=-1)))
    scaled: npt.NDArray[np.float64] = response * max(energy, 1e-20) ** -0.5
    return scaled


def _reflections(room: Room, taps: int) -> npt.NDArray[np.float64]:
    """The mirror images of two loudspeakers on a stage at one end, heard in the middle by two microphones."""
    size = np.array([room.length_m, room.width_m, room.height_m])
    listener = size * (0.55, 0.5, 0.0) + (0.0, 0.0, 1.6)
    kept = np.sqrt(1 - _absorption(room))
    response = np.zeros((2, 2, taps))
    for source, across in enumerate((0.62, 0.38)):
        stage = size * (0.12, across, 0.0) + (0.0, 0.0, 1.3)
        images, bounces = _images(stage, size)
        path = images - listener
        distance = np.linalg.norm(path, axis=1)
        direct = float(np.linalg.norm(stage - listener))
        late = np.rint((distance - direct) / SOUND_SPEED_M_S * SAMPLE_RATE_HZ).astype(int)
        level = direct / distance * kept**bounces
        heard = (bounces > 0) & (late < min(taps, EARLY_S * SAMPLE_RATE_HZ))
        side = path[:, 1] / distance  # −1 right … 1 left
        for ear, sign in enumerate((1, -1)):
            np.add.at(response[source, ear], late[heard], (level * (0.5 + 0.5 * sign * side))[heard])
    return response


def _images(source: npt.NDArray[np.float64], size: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
    """Where the mirror images of a source lie in a box, and how often the sound of each is reflected."""
    box, mirrored = np.meshgrid(np.arange(-2, 3), (0, 1), indexing="ij")
    along = [
        ((1 - 2 * mirrored) * place + 2 * box * extent).ravel() for place, extent in zip(source, size, strict=True)
    ]
    once = np.abs(2 * box - mirrored).ravel()
    images = np.stack(np.meshgrid(*along, indexing="ij"), axis=-1).reshape(-1, 3)
    bounces = np.sum(np.meshgrid(once, once, once, indexing="ij"), axis=0).ravel()
    return images, bounces


def _absorption(room: Room) -> float:
    """The walls' share of swallowed energy, from the decay time (Sabine)."""
    length, width, height = room.length_m, room.width_m, room.height_m
    walls_m2 = 2 * (length * width + length * height + width * height)
    return min(0.97, 0.161 * length * width * height / (walls_m2 * room.rt60_s))


def _diffuse_tail(room: Room, taps: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Noise, octave by octave, independent from each loudspeaker to each ear, that sets in as the room fills."""
    size = scipy.fft.next_fast_len(taps, real=True)
    spectrum = scipy.fft.rfft(rng.standard_normal((2, 2, size)))
    octave = np.log2(np.maximum(scipy.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ), 1.0))
    time_s = np.arange(taps) / SAMPLE_RATE_HZ
    tail = np.zeros((2, 2, taps))
    for centre_hz in OCTAVES_HZ:
        distance = np.abs(octave - np.log2(centre_hz))
        outermost = (octave < 7) & (centre_hz == OCTAVES_HZ[0]) | (octave > 13.9) & (centre_hz == OCTAVES_HZ[-1])
        mask = np.where(outermost, 1.0, np.cos(np.pi / 2 * np.minimum(distance, 1)))
        decay = 10 ** (-3 * time_s / decay_time_s(room, centre_hz))
        tail += scipy.fft.irfft(spectrum * mask, size)[..., :taps] * decay
    filled_s = np.clip(np.sqrt(room.length_m * room.width_m * room.height_m) / 1000, 0.008, 0.08)
    tail *= np.minimum(1.0, time_s / filled_s)
    return tail


def decay_time_s(room: Room, hz: float) -> float:
    """The time in which a frequency's reverberation falls by 60 dB."""
    above = max(0.0, math.log2(hz / 1000))
    return room.rt60_s * (1.1 if hz < 400 else 1.0) / (1 + room.damping * above / 2)


def _with_echo(room: Room, response: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The response with one dull echo from the room's far end, where the room has one."""
    if room.echo_db <= -60:
        return response
    delay = round(2 * room.length_m / SOUND_SPEED_M_S * SAMPLE_RATE_HZ)
    echo = decibels(room.echo_db) * np.hanning(16) / np.hanning(16).sum()
    whole = np.zeros((2, 2, max(response.shape[2], delay + len(echo))))
    whole[..., : response.shape[2]] = response
    whole[..., delay : delay + len(echo)] += echo
    return whole
