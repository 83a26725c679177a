"""Engine thread (or the command line): songs whose stems are known, and short varied pieces of them to learn from.

A song is a folder with a WAV file a stem (drums.wav, bass.wav, …); a `mixture.wav` beside them is the sum of these and
is not read. Some pieces are as their song has them, the others are put together from stems of different songs; all
stems have random gains and signs, and their channels may be swapped. Where a stem is silent another place is looked
for: little is learned from silence, and voices are silent for most of a song.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import AudioFileError
from engine.takes.take import Stems
from engine.training.recordings import MIXTURE

GAINS_DB = (-6.0, 3.0)

PLACES = 3
"""So many places are looked at for one where no stem is silent; the last is taken as it is, for silence occurs too."""

SILENT_POWER = 1e-6
"""Mean square of what counts as silent: -60 dB."""


@dataclass(frozen=True)
class Song:
    """A song in stems.

    Attributes:
        folder: where its stems lie.
        stem_names: of the files, without ".wav".
        frames: length.
    """

    folder: Path
    stem_names: tuple[str, ...]
    frames: int

    def read(self, start: int, frames: int) -> Stems:
        """Its stems (frames, stems, 2) from the frame `start` on, with silence after the end.

        Raises:
            AudioFileError: a stem cannot be read or holds no numbers.
        """
        return np.stack([read_stem(self.folder / f"{name}.wav", start, frames) for name in self.stem_names], 1)

    def blocks(self, block_frames: int) -> Iterator[Stems]:
        """All of it, in blocks (block_frames, stems, 2), the last one shorter.

        Raises:
            AudioFileError: as `read`.
        """
        for start in range(0, self.frames, block_frames):
            yield self.read(start, min(block_frames, self.frames - start))


def find_songs(folder: Path, stem_names: Sequence[str] = ()) -> list[Song]:
    """The songs anywhere below `folder`, in the order of their paths.

    Args:
        folder: to look in.
        stem_names: what each must have, in this order; by default whatever WAV files lie beside a mixture.

    Raises:
        AudioFileError: there is none, or one is not stereo at 44.1 kHz or has stems of different lengths.
    """
    mark = f"{stem_names[0]}.wav" if stem_names else MIXTURE
    places = sorted(path.parent for path in folder.rglob(mark) if not _is_hidden(path.relative_to(folder)))
    songs = []
    for place in places:
        names = tuple(stem_names) or _stems_beside_mixture(place)
        if names and all((place / f"{name}.wav").is_file() for name in names):
            songs.append(Song(place, names, _common_frames(place, names)))
    if not songs:
        wanted = ", ".join(stem_names) or "its stems and their mixture"
        raise AudioFileError(f"{folder} holds no songs: each must be a folder with {wanted} (.wav).")
    return songs


def _is_hidden(path: Path) -> bool:
    """Whether it is work in progress, see `engine.audio.writing`."""
    return any(part.startswith(".") for part in path.parts)


def _stems_beside_mixture(place: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in place.glob("*.wav") if path.name != MIXTURE))


def _common_frames(place: Path, stem_names: Sequence[str]) -> int:
    """The frames of a song, from its stems' headers."""
    try:
        headers = [soundfile.info(place / f"{name}.wav") for name in stem_names]
    except soundfile.LibsndfileError as cause:
        raise AudioFileError(f"A stem in {place} cannot be read: replace it or remove the song.") from cause
    kinds = {(header.frames, header.samplerate, header.channels) for header in headers}
    if len(kinds) > 1 or kinds.pop()[1:] != (SAMPLE_RATE_HZ, CHANNELS):
        raise AudioFileError(f"The stems in {place} must be stereo, at 44.1 kHz and of one length.")
    frames: int = headers[0].frames
    return frames


def read_stem(path: Path, start: int, frames: int) -> npt.NDArray[np.float32]:
    """A part (frames, 2) of a stem, with silence after its end.

    Raises:
        AudioFileError: it cannot be read or holds no numbers.
    """
    try:
        audio, _ = soundfile.read(path, frames, start, dtype="float32", always_2d=True, fill_value=0.0)
    except soundfile.LibsndfileError as cause:
        raise AudioFileError(f"{path} cannot be read: replace it or remove the song.") from cause
    if not np.isfinite(audio).all():
        raise AudioFileError(f"{path} holds NaN or infinity: replace it or remove the song.")
    part: npt.NDArray[np.float32] = audio
    return part


class Pieces:
    """Short pieces of songs, drawn at random.

    Files are opened for the piece at hand only, so that any number of hours costs no memory.
    """

    def __init__(self, folders: Sequence[Path], stem_names: Sequence[str], mixed: float = 0.5) -> None:
        """Look for songs.

        Args:
            folders: that hold songs; every song is as likely as every other, those of a folder that is named twice
                count twice. Stems of different folders are never mixed: what has been through an autoencoder and what
                has not do not belong together.
            stem_names: what is to be told apart, in order.
            mixed: share of the pieces whose stems are each of a song and place of its own, 0 to 1.

        Raises:
            AudioFileError: as `find_songs`.
        """
        self._folders = [find_songs(folder, stem_names) for folder in folders]
        self._ends = np.cumsum([len(songs) for songs in self._folders])
        self._stem_names = tuple(stem_names)
        self._mixed = mixed

    def __len__(self) -> int:
        """How many songs there are."""
        return int(self._ends[-1])

    def piece(self, frames: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
        """Draw a piece (stems, 2, frames).

        Raises:
            AudioFileError: a stem cannot be read or holds no numbers.
        """
        songs = self._folders[int(np.searchsorted(self._ends, rng.integers(len(self)), side="right"))]
        mixed = rng.random() < self._mixed
        together = [(name,) for name in self._stem_names] if mixed else [self._stem_names]
        stems = [stem for names in together for stem in _sounding(songs, names, frames, rng)]
        return np.stack([_varied(stem.T, rng) for stem in stems])


def _sounding(
    songs: Sequence[Song], names: Sequence[str], frames: int, rng: np.random.Generator
) -> list[npt.NDArray[np.float32]]:
    """Stems (frames, 2) of one song from one place on, where all of them sound if that is found soon."""
    for _ in range(PLACES):
        song = songs[int(rng.integers(len(songs)))]
        start = int(rng.random() * max(1, song.frames - frames))
        stems = [read_stem(song.folder / f"{name}.wav", start, frames) for name in names]
        if all(np.square(stem).mean() > SILENT_POWER for stem in stems):
            break
    return stems


def _varied(stem: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """A stem (2, frames) with a random gain and sign, its channels perhaps swapped: as good a stem as before."""
    gain = 10 ** (rng.uniform(*GAINS_DB) / 20) * rng.choice((-1, 1))
    return stem[:: rng.choice((-1, 1))] * np.float32(gain)
