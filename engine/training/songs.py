"""Engine thread: songs whose stems are known, drawn from in short varied pieces to train a separator on.

Every other piece is as its song has it, the rest are put together from stems of different songs; all stems have random
gains and signs, and their channels may be swapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import AudioFileError

GAINS_DB = (-6.0, 3.0)


class Songs:
    """A folder of songs, each a folder with a WAV file a stem; songs may be added while it is in use.

    Files are opened for the piece at hand only, so that any number of hours costs no memory.
    """

    def __init__(self, folder: Path, stem_names: Sequence[str]) -> None:
        """Look for songs in `folder`.

        Raises:
            AudioFileError: there is none, or one is not stereo at 44.1 kHz or has stems of different lengths.
        """
        self._folder = folder
        self._stem_names = tuple(stem_names)
        self._lengths: dict[Path, int] = {}
        self.rescan()

    def __len__(self) -> int:
        return len(self._lengths)

    def rescan(self) -> None:
        """Look for songs that were added.

        Raises:
            AudioFileError: as the constructor.
        """
        for song in sorted(self._folder.glob("*/")):
            stems = [song / f"{name}.wav" for name in self._stem_names]
            if song not in self._lengths and all(stem.is_file() for stem in stems):
                self._lengths[song] = _common_length(stems)
        if not self._lengths:
            raise AudioFileError(
                f"{self._folder} holds no songs: each must be a folder with {', '.join(self._stem_names)} (.wav)."
            )

    def batch(self, pieces: int, frames: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
        """Draw pieces (pieces, stems, 2, frames), every other one with each stem from a song and place of its own."""
        return np.stack([self._piece(frames, rng, mixed=bool(index % 2)) for index in range(pieces)])

    def _piece(self, frames: int, rng: np.random.Generator, *, mixed: bool) -> npt.NDArray[np.float32]:
        songs = sorted(self._lengths)
        song, place = songs[rng.integers(len(songs))], rng.random()
        stems = []
        for name in self._stem_names:
            if mixed:
                song, place = songs[rng.integers(len(songs))], rng.random()
            start = int(place * max(1, self._lengths[song] - frames))
            stems.append(_varied(_read(song / f"{name}.wav", start, frames), rng))
        return np.stack(stems)


def _common_length(stems: Sequence[Path]) -> int:
    """The frames of a song, from its stems' headers."""
    try:
        headers = [soundfile.info(stem) for stem in stems]
    except soundfile.LibsndfileError as cause:
        raise AudioFileError(f"A stem in {stems[0].parent} cannot be read: replace it or remove the song.") from cause
    kinds = {(header.frames, header.samplerate, header.channels) for header in headers}
    if len(kinds) > 1 or kinds.pop()[1:] != (SAMPLE_RATE_HZ, CHANNELS):
        raise AudioFileError(f"The stems in {stems[0].parent} must be stereo, at 44.1 kHz and of one length.")
    frames: int = headers[0].frames
    return frames


def _read(path: Path, start: int, frames: int) -> npt.NDArray[np.float32]:
    """A piece (2, frames) of a stem, with silence after its end."""
    try:
        audio, _ = soundfile.read(path, frames, start, dtype="float32", always_2d=True, fill_value=0.0)
    except soundfile.LibsndfileError as cause:
        raise AudioFileError(f"{path} cannot be read: replace it or remove the song.") from cause
    if not np.isfinite(audio).all():
        raise AudioFileError(f"{path} holds NaN or infinity: replace it or remove the song.")
    piece: npt.NDArray[np.float32] = audio.T
    return piece


def _varied(stem: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """A stem (2, frames) with a random gain and sign, its channels perhaps swapped: as good a stem as before."""
    gain = 10 ** (rng.uniform(*GAINS_DB) / 20) * rng.choice((-1, 1))
    return stem[:: rng.choice((-1, 1))] * np.float32(gain)
