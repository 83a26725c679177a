"""Engine thread: our own autoencoder: linear, fitted in a minute, numpy only.

A latent step is a patch of spectrogram: `patch_frames` frames of the mid signal (the mean of left and right), their
log-magnitudes projected onto principal components; beside it how the power of each frequency band lies between left and
right, projected likewise. The latents are whitened: each has about zero mean and unit variance over the music that the
components were fitted to. Phase is recovered from the magnitudes (`engine.musika.phase`).

Patches may be lapped, so that each fades into the next (`engine.musika.lapping`): then what a generator gets wrong in a
step begins and ends gradually, and not with a jump that would be heard at the rate of the latents.

The stereo sound is parametric, as in audio coding: the side signal is the mid signal panned, band by band, and what
panning does not explain (rooms, chorus) is the mid signal some frames late, added to one side and taken from the
other, as much of it in each band as the fitted music had. So the mono sum of what is decoded is the decoded mid signal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ, Wave, check_wave
from engine.errors import ModelError
from engine.models.card import load_card
from engine.models.weights import Tensors, check_shapes, read_tensors, write_tensors
from engine.musika.lapping import cut_patches, join_patches, lap_window, with_edges
from engine.musika.noise import Noise
from engine.musika.patch_decoder import PatchDecoder
from engine.musika.phase import PhaseRecovery
from engine.musika.spectra import OVERLAP, Complex, Float, stft

DESIGN = "patches"
WEIGHTS_FILE = "autoencoder.safetensors"

ANALYSIS_LATENTS = 64
"""Latents encoded at once, which bounds the memory."""

ITERATIONS = 3
"""Rounds of Griffin-Lim; more than that hardly changes what is heard."""

KNEE_DB, ROOM_DB = 5.0, 9.0
"""So far below the loudest usual level of its bin a level begins to be bent, and so far above that it ends, however
loud it is asked for. Generators exaggerate: 1 moment in 10 000 is asked for 4 to 15 dB louder than songs have it."""

LOUDEST_DB = 6.0
"""No music has a bin above this."""

UNUSUAL, MARGIN_DB = 4.0, 6.0
"""Nor, where it was not measured how loud bins get, so many deviations above its mean, and some dB more. In 20 minutes
of songs that the components were not fitted to, the loudest moment of a bin lay 3 to 4.3 deviations above its mean, in
the highest treble up to 5.9 of very small ones."""

SILENT_POWER = 1e-9
"""Relative power of a band, below which it counts as centred."""

BANDS = 24
LOWEST_BAND_HZ = 150.0
LARGEST_SIZE = 2**16


@dataclass(frozen=True)
class PatchConfig:
    """The numbers that decide the shapes; the `sizes` of a model's card.

    Attributes:
        hop: samples from one spectrogram frame to the next.
        fft: samples of a frame, 4 · hop.
        patch_frames: frames a latent step.
        mid: values a latent step for the mid signal.
        side: values a latent step for what lies where between left and right.
        floor_db: where levels end, relative to a sine at full scale.
        lap: frames that a patch shares with each of its neighbours, an even number; it is that much longer than a step.
        measured: whether it was measured how loud each bin gets (`mid/loudest`), and how much of what is flat in it is
            noise (`mid/noise`, see `engine.musika.noise`).
    """

    hop: int = 512
    fft: int = 2048
    patch_frames: int = 8
    mid: int = 96
    side: int = 16
    floor_db: float = -90.0
    lap: int = 0
    measured: bool = False

    def __post_init__(self) -> None:
        """Check that the numbers make sense together (ModelError)."""
        whole = (self.hop, self.fft, self.patch_frames, self.mid, self.side)
        if not all(type(size) is int and 0 < size <= LARGEST_SIZE for size in whole):
            raise ModelError("The card of the autoencoder holds sizes that are no positive whole numbers.")
        if self.fft != OVERLAP * self.hop:
            raise ModelError(f"The autoencoder's FFT must be {OVERLAP} times its hop.")
        if not -200 <= self.floor_db <= -20:
            raise ModelError("The autoencoder's floor must lie between -200 and -20 dB.")
        if type(self.lap) is not int or self.lap % 2 or not 0 <= self.lap <= self.patch_frames:
            raise ModelError("The autoencoder's lap must be an even number of frames, at most those of a step.")
        if type(self.measured) is not bool:
            raise ModelError("The card of the autoencoder must say whether its bins were measured, true or false.")
        if self.mid > self.span_frames * self.bins or self.side > self.bands:
            raise ModelError("The autoencoder has more latents than there is to describe.")

    @classmethod
    def from_sizes(cls, sizes: dict[str, Any]) -> PatchConfig:
        """The configuration that a card states.

        Raises:
            ModelError: a number is missing, of the wrong kind or impossible.
        """
        try:
            known = {name: sizes[name] for name in ("hop", "fft", "patch_frames", "mid", "side")}
            later = {name: sizes[name] for name in ("lap", "measured") if name in sizes}  # older cards do without
            return cls(**known, floor_db=float(sizes["floor_db"]), **later)
        except (KeyError, TypeError, ValueError) as cause:
            raise ModelError("The card of the autoencoder lacks one of its sizes: import the model again.") from cause

    @property
    def sizes(self) -> dict[str, Any]:
        """What a card says of this configuration."""
        return {"design": DESIGN, **asdict(self)}

    @property
    def bins(self) -> int:
        """Bins of a spectrum."""
        return self.fft // 2 + 1

    @property
    def bands(self) -> int:
        """Frequency bands of the stereo description."""
        return len(self.band_starts)

    @property
    def band_starts(self) -> tuple[int, ...]:
        """First bin of each band: from LOWEST_BAND_HZ up evenly spaced in pitch, the lowest band from 0."""
        hz = np.geomspace(LOWEST_BAND_HZ, SAMPLE_RATE_HZ / 2, BANDS + 1)[1:-1]
        starts = np.minimum(np.round(hz * self.fft / SAMPLE_RATE_HZ).astype(int), self.bins - 1)
        return (0, *sorted({int(start) for start in starts if start > 0}))

    @property
    def frames_per_latent(self) -> int:
        """Frames of sound a latent step."""
        return self.hop * self.patch_frames

    @property
    def span_frames(self) -> int:
        """Spectrogram frames that a patch describes, more than a step where patches are lapped."""
        return self.patch_frames + self.lap

    @property
    def reach_frames(self) -> int:
        """Spectrogram frames that a patch reaches beyond its step, to each side."""
        return self.lap // 2

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the tensors of such an autoencoder; without a lap there is nothing to trim."""
        trim = {"mid/trim": (self.patch_frames, self.bins)} if self.lap else {}
        measured = {name: (self.bins,) for name in ("mid/loudest", "mid/noise") if self.measured}
        return {
            **trim,
            **measured,
            "mid/mean": (self.bins,),
            "mid/components": (self.mid, self.span_frames * self.bins),
            "mid/deviations": (self.mid,),
            "side/mean": (self.bands,),
            "side/components": (self.side, self.bands),
            "side/deviations": (self.side,),
            "side/width": (self.bands,),
        }


def bin_weights(config: PatchConfig) -> Float:
    """How much the level of each bin counts, (bins,): the root of how narrowly the ear resolves frequency there.

    So an error counts about the same in each critical band. Width of the bands: Glasberg and Moore, "Derivation of
    auditory filter shapes from notched-noise data", Hearing Research 47 (1990).
    """
    khz = np.arange(config.bins) * SAMPLE_RATE_HZ / config.fft / 1000
    return (1 / np.sqrt(1 + 4.37 * khz)).astype(np.float32)


@dataclass(frozen=True)
class Description:
    """What the autoencoder describes of some patches of sound.

    Attributes:
        levels: (patches, span_frames, bins), dB of the mid signal relative to a sine at full scale.
        balances: (patches, bands), the power of left less that of right over their sum: -1 (right) to 1 (left).
        mid_power: (patches, bands) of the mid signal.
        spread_power: (patches, bands) of what the side signal has beyond the panned mid signal.
    """

    levels: Float
    balances: Float
    mid_power: Float
    spread_power: Float


def describe(wave: Wave, config: PatchConfig) -> Iterator[Description]:
    """What the autoencoder describes of a recording, at most ANALYSIS_LATENTS patches at a time.

    Frame t is centred on samples t · hop to (t + 1) · hop; the recording is filled up with silence to whole patches.

    Args:
        wave: (frames, 2).
        config: of the autoencoder.
    """
    step, margin, reach = config.frames_per_latent, (config.fft - config.hop) // 2, config.reach_frames
    patches = -(-len(wave) // step)
    padded = np.pad(wave, ((margin, margin + patches * step - len(wave)), (0, 0)))
    frames = patches * config.patch_frames
    for first in range(0, frames, ANALYSIS_LATENTS * config.patch_frames):
        last = min(first + ANALYSIS_LATENTS * config.patch_frames, frames)
        begin, end = max(first - reach, 0), min(last + reach, frames)
        heard = padded[begin * config.hop : end * config.hop + 2 * margin]
        spectra = stft(np.ascontiguousarray(heard.T), config.hop) / np.float32(config.hop)  # a sine of 1 has 1
        yield _describe(spectra, slice(first - begin, last - begin), config)


def _describe(spectra: Complex, own: slice, config: PatchConfig) -> Description:
    """The patches whose steps are the frames `own` of spectra (2, frames, bins); into the others they reach."""
    mids, reach = spectra.mean(axis=0), config.reach_frames
    beyond = own.start, len(mids) - own.stop
    levels = with_edges(levels_of(np.abs(mids), config), *(reach - known for known in beyond))
    spectra, mid = spectra[:, own], mids[own]
    side = (spectra[0] - spectra[1]) / 2
    left, right, mid_power, side_power = (_band_powers(each, config) for each in (*spectra, mid, side))
    balances = (left - right) / (left + right + np.float32(SILENT_POWER))
    spread = np.maximum(side_power - np.square(panning(balances)) * mid_power, 0)
    return Description(cut_patches(levels, config.patch_frames, config.lap), balances, mid_power, spread)


def levels_of(magnitudes: Float, config: PatchConfig) -> Float:
    """Levels in dB of magnitudes of which a sine at full scale has 1; silence has the autoencoder's floor."""
    levels: Float = 20 * np.log10(magnitudes + np.float32(10 ** (config.floor_db / 20)))
    return levels


def _band_powers(spectra: Complex, config: PatchConfig) -> Float:
    """(patches · patch_frames, bins) → (patches, bands)."""
    power = np.square(spectra.real) + np.square(spectra.imag)
    power = power.reshape(-1, config.patch_frames, config.bins).sum(axis=1)
    bands: Float = np.add.reduceat(power, config.band_starts, axis=1)
    return bands


def panning(balances: Float) -> Float:
    """What the side signal has of the mid signal where a sound is panned by amplitude, -1 (right) to 1 (left).

    For a balance b the powers of left and right are as 1 + b to 1 - b, and side over mid is (l - r) / (l + r).
    """
    left, right = (np.sqrt(np.clip(1 + sign * balances, 0, 2)) for sign in (1, -1))
    quotient: Float = (left - right) / (left + right)
    return quotient


class Phase(Protocol):
    """Phases for the magnitudes of the mid signal, as a stream."""

    def push(self, magnitudes: Float, keep: int) -> Complex:
        """Magnitudes (frames, bins) → spectra (keep, bins) of the first of them; those after come again next time."""
        ...


class PatchAutoencoder:
    """Sound to latents and back, by principal components."""

    ahead_latents = 1
    """Latents after a segment that must be known before it is decoded; they help to find its phases."""

    def __init__(self, config: PatchConfig, tensors: Tensors) -> None:
        """Put an autoencoder together; `tensors` have the shapes `config.shapes`."""
        self.config = config
        self.tensors = tensors
        self.frames_per_latent = config.frames_per_latent
        self.latent_size = config.mid + config.side
        self._window = lap_window(config.patch_frames, config.lap)
        window, weights = np.repeat(self._window, config.bins), np.tile(bin_weights(config), config.span_frames)
        components, deviations = tensors["mid/components"], tensors["mid/deviations"][:, None]
        self._mid_analysis = np.ascontiguousarray((components / deviations * (weights * window)).T)
        self._mid_synthesis = components * deviations / weights * window
        self._mid_course = tensors["mid/mean"] + tensors.get("mid/trim", np.float32(0))
        self._mid_knee = (tensors["mid/loudest"] if config.measured else self._guessed_loudest()) - np.float32(KNEE_DB)
        components, deviations = tensors["side/components"], tensors["side/deviations"][:, None]
        self._side_analysis = np.ascontiguousarray((components / deviations).T)
        self._side_synthesis = components * deviations
        widths = np.diff([*config.band_starts, config.bins])
        self._band_of_bin = np.repeat(np.arange(config.bands), widths)
        self._width = tensors["side/width"][self._band_of_bin]

    def _guessed_loudest(self) -> Float:
        power = np.square(self._mid_synthesis).reshape(-1, self.config.bins).sum(axis=0) / self.config.patch_frames
        highest = self.tensors["mid/mean"] + UNUSUAL * np.sqrt(power) + MARGIN_DB
        loudest: Float = np.minimum(LOUDEST_DB, highest) - np.float32(ROOM_DB - KNEE_DB)
        return loudest

    @classmethod
    def load(cls, folder: Path) -> PatchAutoencoder:
        """The autoencoder in a model folder.

        Raises:
            ModelError: a file is missing, damaged, or not of the shapes that the card states.
        """
        return cls(*read_components(folder, DESIGN))

    def save(self, folder: Path) -> None:
        """Write the weights into a model folder; the card is the caller's.

        Raises:
            OutputError: the file cannot be written.
        """
        write_tensors(folder / WEIGHTS_FILE, self.tensors)

    def encode(self, wave: Wave) -> Float:
        """Latents of a recording.

        Args:
            wave: (frames, 2), at least one frame.

        Returns:
            (m, latent_size), m = frames / frames_per_latent, rounded up.

        Raises:
            ValueError: not program audio.
        """
        pieces = [self._project(description) for description in describe(check_wave(wave), self.config)]
        return np.concatenate([np.zeros((0, self.latent_size), np.float32), *pieces])

    def mid_latents(self, levels: Float) -> Float:
        """Levels (m, span_frames, bins) of the mid signal, as `levels_of` → their part (m, mid) of the latents."""
        projected: Float = (levels - self.tensors["mid/mean"]).reshape(len(levels), -1) @ self._mid_analysis
        return projected

    def _project(self, description: Description) -> Float:
        mid = self.mid_latents(description.levels)
        side = (description.balances - self.tensors["side/mean"]) @ self._side_analysis
        return np.concatenate([mid, side], axis=1)

    def levels(self, latents: Float) -> Float:
        """Latents (m, latent_size), or their part `mid` → levels (m · patch_frames, bins) in dB, however loud."""
        config = self.config
        patches = (latents[:, : config.mid] @ self._mid_synthesis).reshape(-1, config.span_frames, config.bins)
        steps = join_patches(patches, self._window, config.patch_frames).reshape(-1, config.patch_frames, config.bins)
        levels: Float = (steps + self._mid_course).reshape(-1, config.bins)
        return levels

    def magnitudes(self, latents: Float) -> Float:
        """Latents (m, latent_size), or their part `mid` → magnitudes (m · patch_frames, bins) of the mid signal.

        What is asked for louder than music has it is bent (see KNEE_DB).
        """
        levels = self.levels(latents)
        room = np.float32(ROOM_DB)
        frames, bins = np.nonzero(levels > self._mid_knee)  # few
        knee = self._mid_knee[bins]
        levels[frames, bins] = knee + room * np.tanh((levels[frames, bins] - knee) / room)
        floor = 10 ** (self.config.floor_db / 20)
        magnitudes: Float = np.float32(10) ** (levels / np.float32(20)) - np.float32(floor)
        return np.maximum(magnitudes, 0) * np.float32(self.config.hop)

    def places(self, latents: Float) -> Float:
        """Latents (m, latent_size) → what the side has of the mid, (m · patch_frames, bins), see `panning`."""
        balances = latents[:, self.config.mid :] @ self._side_synthesis + self.tensors["side/mean"]
        patches = balances[:, None] * np.square(self._window)[:, None]
        found: Float = panning(join_patches(patches, self._window, self.config.patch_frames))
        return found[:, self._band_of_bin]

    def stereo(self, mid: Complex, late: Complex, places: Float) -> Complex:
        """Spectra of left and right.

        Args:
            mid: (frames, bins), spectra of the mid signal.
            late: the same, SPREAD_FRAMES frames late.
            places: (frames, bins), what the side has of the mid.

        Returns:
            (2, frames, bins).
        """
        side = places * mid + self._width * late
        return np.stack([mid + side, mid - side])

    def mirrored(self, latents: Float) -> Float:
        """Latents (…, latent_size) of the same sound with left and right exchanged; `side/mean` must be 0."""
        signs = np.repeat(np.array([1, -1], np.float32), [self.config.mid, self.config.side])
        return latents * signs

    def phase(self, seed: int) -> Phase:
        """Phases for a sound that begins; `seed` is of its noise, where there is any."""
        config = self.config
        if not config.measured:
            return PhaseRecovery(config.hop, ITERATIONS)
        quietest = config.hop * 10 ** (config.floor_db / 20)
        return PhaseRecovery(config.hop, ITERATIONS, Noise(config.hop, self.tensors["mid/noise"], quietest, seed))

    def decoder(self, seed: int = 0) -> PatchDecoder:
        """A decoder at the beginning of a sound; `seed` is of its noise, where there is any."""
        return PatchDecoder(self, seed)


def read_components(folder: Path, design: str) -> tuple[PatchConfig, Tensors]:
    """Configuration and components from a model folder whose card states this design.

    Raises:
        ModelError: a file is missing, damaged, or not of the shapes that the card states.
    """
    card = load_card(folder)
    if card.sizes.get("design") != design:
        raise ModelError(f"{card.name} is no autoencoder of the design “{design}”.")
    config = PatchConfig.from_sizes(card.sizes)
    path = folder / WEIGHTS_FILE
    tensors = read_tensors(path)
    check_shapes(path, tensors, config.shapes)
    for name in ("mid/deviations", "side/deviations"):
        if not (tensors[name] > 0).all():
            raise ModelError(f"{path.name}: the tensor {name} must be positive; the model is damaged.")
    if config.measured:
        if not ((tensors["mid/noise"] >= 0) & (tensors["mid/noise"] <= 1)).all():
            raise ModelError(f"{path.name}: the tensor mid/noise must lie between 0 and 1; the model is damaged.")
        if not (tensors["mid/loudest"] <= LOUDEST_DB).all():
            raise ModelError(f"{path.name}: the tensor mid/loudest lies too high; the model is damaged.")
    return config, tensors
