"""Engine thread: audio files in and out; the one place that knows rates and channel counts other than our own."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave, check_wave
from engine.audio.writing import output_error, replaced_on_success
from engine.errors import AudioFileError, OutputError

EXTENSIONS = (".wav", ".flac", ".ogg", ".mp3")
_SFC_SET_ADD_PEAK_CHUNK = 0x1050  # of libsndfile's sndfile.h
_FRAME_BYTES = 4 * CHANNELS
_WAV_LIMIT_BYTES = 2**32 - 2**16
LOUDEST = 1e3  # beyond this (+60 dB) a float file holds no audio but damage

# Rows: left, right. Front channels whole, centre and surrounds at -3 dB, no low-frequency channel, as in ITU-R BS.775;
# scaled so that nothing can clip. Channel orders are those of WAVE files.
_C = np.sqrt(0.5)
_DOWNMIX = {
    1: [[1], [1]],
    2: [[1, 0], [0, 1]],
    3: [[1, 0, _C], [0, 1, _C]],
    4: [[1, 0, _C, 0], [0, 1, 0, _C]],
    5: [[1, 0, _C, _C, 0], [0, 1, _C, 0, _C]],
    6: [[1, 0, _C, 0, _C, 0], [0, 1, _C, 0, 0, _C]],
    8: [[1, 0, _C, 0, _C, 0, _C, 0], [0, 1, _C, 0, 0, _C, 0, _C]],
}


@dataclass(frozen=True)
class AudioInfo:
    """What is known of an audio file before it is read: `frames` at the program's rate, the rest as in the file."""

    frames: int
    sample_rate_hz: int
    channels: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / SAMPLE_RATE_HZ


def probe(path: Path) -> AudioInfo:
    """What an audio file holds.

    Raises:
        AudioFileError: it is missing, empty, truncated or no audio that we can read.
    """
    with _opened(path) as file:
        return AudioInfo(_frames_out(file.frames, file.samplerate), file.samplerate, file.channels)


def read_blocks(path: Path, block_frames: int = 65_536) -> Iterator[Wave]:
    """Read any audio file as program audio, block by block, in memory that does not grow with the file.

    Other rates are resampled (soxr, high quality), mono goes to both sides, more than two channels are mixed down.

    Yields:
        Blocks (frames, 2), the last one shorter; together exactly `probe(path).frames` frames.

    Raises:
        AudioFileError: as `probe`, or NaN, infinite or absurd samples, or the file ends before its header says.
    """
    with _opened(path) as file:
        remaining = _frames_out(file.frames, file.samplerate)
        for block in _resampled(path, file, block_frames):
            block = block[:remaining]
            remaining -= len(block)
            if len(block):
                yield block
        if remaining:  # a resampler may round the last frame away
            yield np.zeros((remaining, CHANNELS), np.float32)


def _frames_out(frames: int, sample_rate_hz: int) -> int:
    return max(1, round(frames * SAMPLE_RATE_HZ / sample_rate_hz))


class _Forward(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """A file that is read from front to back only.

    soundfile seeks after each block of a seekable file, and an MP3 decoder loses its state when it seeks: a click a
    block.
    """

    def seekable(self) -> bool:
        return False


def _opened(path: Path) -> soundfile.SoundFile:
    if not path.exists():
        raise AudioFileError(f"There is no file {path}: check the name.")
    if path.is_dir():
        raise AudioFileError(f"{path} is a folder: choose an audio file in it.")
    try:
        if path.stat().st_size == 0:
            raise AudioFileError(f"{path.name} is empty: choose another file.")
        file = _Forward(path)
    except PermissionError as cause:
        raise AudioFileError(f"{path} may not be read: change its permissions.") from cause
    except (soundfile.LibsndfileError, OSError) as cause:
        raise AudioFileError(f"{path.name} is no audio file that can be read: use WAV, FLAC, OGG or MP3.") from cause
    try:
        _check_header(path, file)
    except AudioFileError:
        file.close()
        raise
    return file


def _check_header(path: Path, file: soundfile.SoundFile) -> None:
    if file.frames <= 0:
        raise AudioFileError(f"{path.name} holds no sound: choose another file.")
    if not 1_000 <= file.samplerate <= 768_000:
        raise AudioFileError(f"{path.name} has a sample rate of {file.samplerate} Hz, which no recording has.")
    promised = _promised_bytes(path)
    if promised is not None and promised > path.stat().st_size:
        raise AudioFileError(f"{path.name} ends before its header says: it is truncated; copy or export it again.")


def _promised_bytes(path: Path) -> int | None:
    """How long a WAV file says it is, in bytes; None for other formats and for streams that could not know."""
    with path.open("rb") as file:
        header = file.read(12)
    size = int.from_bytes(header[4:8], "little")
    if header[:4] != b"RIFF" or header[8:12] != b"WAVE" or size in (0, 0xFFFFFFFF):
        return None
    return size + 8


def _resampled(path: Path, file: soundfile.SoundFile, block_frames: int) -> Iterator[Wave]:
    if file.samplerate == SAMPLE_RATE_HZ:
        yield from _stereo_blocks(path, file, block_frames)
        return
    resampler = soxr.ResampleStream(file.samplerate, SAMPLE_RATE_HZ, CHANNELS, dtype="float32", quality="HQ")
    for block in _stereo_blocks(path, file, block_frames):
        yield resampler.resample_chunk(block)
    yield resampler.resample_chunk(np.zeros((0, CHANNELS), np.float32), last=True)


def _stereo_blocks(path: Path, file: soundfile.SoundFile, block_frames: int) -> Iterator[Wave]:
    downmix = downmix_matrix(file.channels)
    read = 0
    while read < file.frames:
        try:
            block = file.read(block_frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as cause:
            place_s = read / file.samplerate
            raise AudioFileError(f"{path.name} is damaged after {place_s:.1f} s: export it again.") from cause
        if not len(block):
            break
        read += len(block)
        if not (np.abs(block) < LOUDEST).all():  # false for NaN too
            raise AudioFileError(f"{path.name} holds samples that are no numbers (NaN or infinity): export it again.")
        yield check_wave(block @ downmix)
    if read < file.frames * 0.99:  # MP3 headers estimate; a little less is no damage
        raise AudioFileError(f"{path.name} ends before its header says: it is truncated; copy or export it again.")


def downmix_matrix(channels: int) -> npt.NDArray[np.float32]:
    """The matrix (channels, 2) that brings any number of channels to left and right without clipping."""
    rows = np.array(_DOWNMIX.get(channels, [[1] * channels] * 2), np.float32)
    return np.ascontiguousarray((rows / rows.sum(1, keepdims=True)).T)


class WaveWriter:
    """Appends program audio to a float32 WAV file; made by `wave_writer`."""

    def __init__(self, path: Path, file: soundfile.SoundFile) -> None:
        """Write into an open file; `path` is the name for messages."""
        self._path = path
        self._file = file
        # libsndfile would put the time of day into a PEAK chunk: the same samples must make the same file.
        soundfile._snd.sf_command(file._file, _SFC_SET_ADD_PEAK_CHUNK, soundfile._ffi.NULL, 0)

    def write(self, wave: Wave) -> None:
        """Append (frames, 2).

        Raises:
            OutputError: the disk is full, or the file would grow beyond what a WAV file can say of itself.
        """
        if (self._file.frames + len(wave)) * _FRAME_BYTES > _WAV_LIMIT_BYTES:
            raise OutputError(f"{self._path} would pass 4 GB, the most a WAV file can hold: choose a shorter length.")
        try:
            self._file.write(check_wave(wave))
        except soundfile.LibsndfileError as cause:  # says no more than "system error"; on an open file that is the disk
            raise output_error(self._path, OSError(errno.ENOSPC, "disk full")) from cause


@contextmanager
def wave_writer(path: Path, *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Iterator[WaveWriter]:
    """Write a float32 WAV file that appears under its name when it is whole; identical samples make identical files.

    Raises:
        OutputError: it cannot be written.
    """
    with replaced_on_success(path) as partial:
        partial.touch()  # libsndfile would not say why it cannot
        with soundfile.SoundFile(partial, "w", sample_rate_hz, CHANNELS, subtype="FLOAT", format="WAV") as file:
            yield WaveWriter(path, file)
