"""Engine thread: short excerpts from anywhere in a collection, read straight from the files by seeking in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr

from engine.audio.files import downmix_matrix
from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import AudioFileError, UsageError
from engine.training.collection import Collection
from engine.training.recordings import Recording

RUN_UP_S = 0.1
"""Read before an excerpt and thrown away: resamplers, and decoders of MP3, are not themselves at once."""


class Excerpts:
    """The recordings of a collection as one long sound, of which any part can be read.

    What augmentation made of recordings is left out: it can only be read from the beginning.
    """

    def __init__(self, collection: Collection) -> None:
        """Look up how long the recordings are.

        Raises:
            UsageError: there are none but augmented ones.
        """
        self._source = collection.source
        self._recordings = [r for r in collection.recordings if r.changes is None and r.frames > 0]
        if not self._recordings:
            raise UsageError(f"{collection.folder} holds no recordings as they were: prepare some without changes.")
        self._ends = np.cumsum([recording.frames for recording in self._recordings])

    @property
    def frames(self) -> int:
        """Frames of sound in all."""
        return int(self._ends[-1])

    def read(self, position: int, frames: int) -> Wave:
        """The excerpt (frames, 2) at a position from 0 to `self.frames`, of one recording.

        It begins earlier where the recording would end too soon; a shorter recording has silence after it.

        Raises:
            AudioFileError: the file cannot be read.
        """
        index = int(np.searchsorted(self._ends, position, side="right"))
        recording = self._recordings[index]
        into = position - int(self._ends[index]) + recording.frames
        start = max(0, min(into, recording.frames - frames))
        wave = _read(self._source / recording.file, recording, start, min(frames, recording.frames))
        return np.pad(wave, ((0, frames - len(wave)), (0, 0)))

    def draw(self, count: int, frames: int, rng: np.random.Generator) -> Wave:
        """Excerpts (count, frames, 2), each place as likely as every other."""
        return np.stack([self.read(int(position), frames) for position in rng.integers(self.frames, size=count)])

    def spread(self, count: int) -> list[int]:
        """As many positions, evenly over everything."""
        return [self.frames * k // count for k in range(count)]


def _read(path: Path, recording: Recording, start: int, frames: int) -> Wave:
    """`frames` frames of a file from `start` of what is taken of it, with its gain."""
    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate / SAMPLE_RATE_HZ
            first = round((recording.start + start) * rate)
            run_up = min(first, round(RUN_UP_S * file.samplerate))
            file.seek(first - run_up)
            sound = file.read(run_up + round(frames * rate) + run_up, dtype="float32", always_2d=True)
            sound = sound @ downmix_matrix(file.channels)
            if file.samplerate != SAMPLE_RATE_HZ:
                sound = soxr.resample(sound, file.samplerate, SAMPLE_RATE_HZ, quality="HQ")
    except (soundfile.LibsndfileError, OSError) as cause:
        raise AudioFileError(f"{path} cannot be read: replace it, or prepare the collection anew.") from cause
    skipped = round(run_up / rate)
    wave: Wave = sound[skipped : skipped + frames] * np.float32(recording.gain)
    if not np.isfinite(wave).all():
        raise AudioFileError(f"{path} holds NaN or infinity: replace it, or prepare the collection anew.")
    return wave
