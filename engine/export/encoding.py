"""Engine thread: audio into a file of any of the formats: limited, resampled, dithered, with its tags."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.audio.writing import output_error, replaced_on_success
from engine.export.choices import ExportChoices
from engine.export.quantising import quantised
from engine.export.tags import Behind, Tags
from engine.playback.limiter import Limiting

WAV_LIMIT_BYTES = 2**32 - 2**20
"""The most a WAV file can hold, and some room for what it says of itself; beyond that it becomes an RF64 file."""

_SFC_SET_ADD_PEAK_CHUNK = 0x1050  # of libsndfile's sndfile.h

NOTHING: Wave = np.zeros((0, CHANNELS), np.float32)


@dataclass(frozen=True)
class Extent:
    """What goes through the filters of an export: what is written, and what sounds before and after it.

    That is nothing, but for a loop: its other turns, or its end would meet its beginning with a click.
    """

    frames: int
    lead_frames: int = 0
    tail_frames: int = 0

    @property
    def all_frames(self) -> int:
        """What goes in, at the program's rate."""
        return self.lead_frames + self.frames + self.tail_frames


class Levelled:
    """A gain, and if wanted the limiter, its delay made up for: as many frames come out as went in."""

    def __init__(self, gain: float, *, limited: bool) -> None:
        """Begin with the first frame."""
        self._gain = np.float32(gain)
        self._limiting = Limiting() if limited else None

    def push(self, wave: Wave) -> Wave:
        """What comes of the next frames (frames, 2)."""
        wave = wave * self._gain
        return self._limiting.push(wave) if self._limiting else wave

    def flush(self) -> Wave:
        """What is still to come when all is in."""
        return self._limiting.flush() if self._limiting else NOTHING


class Resampled:
    """What is written, at another rate: as many seconds come out as are written, to the nearest frame."""

    def __init__(self, rate_hz: int, extent: Extent) -> None:
        """Begin with the first frame that goes in, at the program's rate; `rate_hz` is the other one.

        A loop is made as long as the nearest whole number of frames: a turn that ended between two would meet its
        beginning with a click. It changes the pitch of the shortest loop by less than a tenth of a cent.
        """
        self._missing = round(extent.frames * rate_hz / SAMPLE_RATE_HZ)
        is_loop = extent.lead_frames > 0
        exact_hz = SAMPLE_RATE_HZ * self._missing / extent.frames if is_loop else rate_hz
        self._stream: Any = None
        if rate_hz != SAMPLE_RATE_HZ:
            self._stream = soxr.ResampleStream(SAMPLE_RATE_HZ, exact_hz, CHANNELS, dtype="float32", quality="VHQ")
        self._early = round(extent.lead_frames * exact_hz / SAMPLE_RATE_HZ)

    def push(self, wave: Wave) -> Wave:
        """What comes of the next frames (frames, 2)."""
        return self._cut(self._stream.resample_chunk(wave) if self._stream else wave)

    def flush(self) -> Wave:
        """What is still to come when all is in."""
        rest = self._cut(self._stream.resample_chunk(NOTHING, last=True)) if self._stream else NOTHING
        return np.concatenate([rest, np.zeros((self._missing, CHANNELS), np.float32)])

    def _cut(self, wave: Wave) -> Wave:
        kept = wave[self._early : self._early + self._missing]
        self._early = max(0, self._early - len(wave))
        self._missing -= len(kept)
        return kept


class EncodedFile:
    """Appends program audio to a file; made by `encoded_file`."""

    def __init__(
        self, file: soundfile.SoundFile, choices: ExportChoices, levelled: Levelled, extent: Extent, seed: int
    ) -> None:
        """Write into an open file; `seed` makes the dither."""
        self._file, self._format = file, choices.file_format
        self._levelled = levelled
        self._resampled = Resampled(choices.rate_hz, extent)
        self._rng = np.random.default_rng(seed)

    def write(self, wave: Wave) -> None:
        """Append (frames, 2); of a loop, what comes before it and after it as well, which is not written."""
        self._put(self._resampled.push(self._levelled.push(wave)))

    def finish(self) -> None:
        """Append what is still on its way."""
        self._put(self._resampled.push(self._levelled.flush()))
        self._put(self._resampled.flush())

    def _put(self, wave: Wave) -> None:
        if not len(wave):
            return
        bits = self._format.bits
        self._file.write(quantised(wave, bits, self._rng) if bits else wave)


def is_limited(choices: ExportChoices) -> bool:
    """Whether what would clip is limited; a peak that is brought to its place never does, and floats cannot clip."""
    return choices.level != "peak" and not choices.file_format.is_float


@contextmanager
def encoded_file(
    path: Path, choices: ExportChoices, tags: Tags, levelled: Levelled, *, extent: Extent, seed: int
) -> Iterator[EncodedFile]:
    """Write an audio file that appears under its name when it is whole; the same sound makes the same file.

    Args:
        path: where, with the extension of the format.
        choices: format and rate.
        tags: what it says of itself.
        levelled: what brings the sound to its level.
        extent: how much will come, and how much of it is written.
        seed: of the dither.

    Raises:
        OutputError: it cannot be written.
    """
    with replaced_on_success(path) as partial:
        try:
            with _opened(path, partial, choices, tags, extent.frames) as file:
                encoded = EncodedFile(file, choices, levelled, extent, seed)
                yield encoded
                encoded.finish()
        except soundfile.LibsndfileError as cause:
            # It says no more than "system error": on a file that could be opened that is the disk.
            raise output_error(path, OSError(errno.ENOSPC, "disk full")) from cause


@contextmanager
def _opened(
    path: Path, partial: Path, choices: ExportChoices, tags: Tags, frames: int
) -> Iterator[soundfile.SoundFile]:
    form = choices.file_format
    with partial.open("w+b") as beginning:  # libsndfile would not say why it cannot
        target: Path | Behind = partial
        if form.family == "MP3":
            beginning.write(tags.to_id3())
            target = Behind(beginning)
        options: dict[str, Any] = {} if form.compression is None else {"compression_level": form.compression}
        if form.family == "MP3":
            options["bitrate_mode"] = "CONSTANT"
        with soundfile.SoundFile(
            target, "w", choices.rate_hz, CHANNELS, subtype=form.subtype, format=container(choices, frames), **options
        ) as file:
            # libsndfile would put the time of day into a PEAK chunk: the same samples must make the same file.
            soundfile._snd.sf_command(file._file, _SFC_SET_ADD_PEAK_CHUNK, soundfile._ffi.NULL, 0)
            if form.family != "MP3":
                tags.mark(file)
            yield file
        if isinstance(target, Behind) and target.problem:
            raise output_error(path, target.problem) from target.problem


def container(choices: ExportChoices, frames: int) -> str:
    """What libsndfile calls the kind of file that so many frames at the program's rate go into."""
    family = choices.file_format.family
    return "RF64" if family == "WAV" and choices.file_bytes(frames) > WAV_LIMIT_BYTES else family
