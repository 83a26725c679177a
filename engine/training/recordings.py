"""Engine thread (or the command line): recordings: where they are, what is taken of each, and their sound in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.audio.files import EXTENSIONS
from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import UsageError

MIXTURE = "mixture.wav"
"""The whole of a song in a folder that also holds its stems."""


@dataclass(frozen=True)
class Changes:
    """What augmentation does to a recording while it is read, in this order; see `engine.training.changes`.

    Attributes:
        cuts: from and to which frame the other recording is heard instead, in order and apart.
        other: that recording, without changes of its own.
        speed: how much faster (over 1) or slower it plays; pitch moves with it.
        shift: frames that are left out at the beginning, after the change of speed.
        noise_db: root mean square of the noise that is added, relative to full scale; none if None.
        pink: whether the noise is pink rather than white.
        seed: of the noise.
    """

    cuts: tuple[tuple[int, int], ...] = ()
    other: Recording | None = None
    speed: float = 1.0
    shift: int = 0
    noise_db: float | None = None
    pink: bool = False
    seed: int = 0

    def frames(self, frames: int) -> int:
        """How many frames become of so many."""
        return max(0, round(frames / self.speed) - self.shift)


@dataclass(frozen=True)
class Recording:
    """An audio file that has been looked at, and what is taken of it.

    Attributes:
        name: of the recording; no other one of a collection has it.
        file: the audio file, relative to the folder of the recordings, with "/" between the parts.
        size_bytes, modified_ns: of the file when it was looked at, so that it is known again.
        start, stop: from and to which frame it is taken (at the program's rate).
        gain: what brings the peak of that to full scale.
        level_db: root mean square of that before the gain, relative to full scale.
        refused: why nothing is taken of it, a sentence; empty if it is taken.
        changes: what reading it changes.
    """

    name: str
    file: str
    size_bytes: int = 0
    modified_ns: int = 0
    start: int = 0
    stop: int = 0
    gain: float = 1.0
    level_db: float = 0.0
    refused: str = ""
    changes: Changes | None = None

    @property
    def frames(self) -> int:
        """Frames of sound that reading it gives."""
        taken = self.stop - self.start
        return self.changes.frames(taken) if self.changes else taken

    @property
    def duration_s(self) -> float:
        """Seconds of sound that reading it gives."""
        return self.frames / SAMPLE_RATE_HZ


def find_recordings(folder: Path, extensions: Iterable[str] = EXTENSIONS) -> list[Path]:
    """Every recording below `folder`, in the order of their paths; hidden files are none.

    Where a folder holds a `mixture.wav`, the files beside it are its stems and left out.

    Args:
        folder: looked through with all folders in it.
        extensions: of the files that are recordings, in small letters.

    Raises:
        UsageError: there is none.
    """
    wanted = set(extensions)
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in wanted and p.name[0] != "." and p.is_file())
    with_stems = {p.parent for p in files if p.name == MIXTURE}
    found = [p for p in files if p.name == MIXTURE or p.parent not in with_stems]
    if not found:
        raise UsageError(f"There is no recording in {folder}: choose a folder with {', '.join(EXTENSIONS)} files.")
    return found


def between(blocks: Iterable[Wave], start: int, stop: int) -> Iterator[Wave]:
    """The frames from `start` to `stop` of a sound; where it ends before `stop`, so do they."""
    position = 0
    for block in blocks:
        wanted = block[max(0, start - position) : max(0, stop - position)]
        if len(wanted):
            yield wanted
        position += len(block)
        if position >= stop:
            return


@dataclass(frozen=True)
class Piece:
    """A piece of a sound with what lies around it.

    Attributes:
        wave: (before + frames + after, 2); `after` frames follow, which are fewer at the end of the sound.
        before: frames that come before the piece.
        frames: of the piece itself.
    """

    wave: Wave
    before: int
    frames: int


def pieces(blocks: Iterable[Wave], piece_frames: int, margin_frames: int = 0) -> Iterator[Piece]:
    """Cut a sound into pieces, each with up to `margin_frames` of its neighbours on both sides.

    The last piece has no margin after it, and is longer than the others by up to a margin, or shorter.
    """
    waiting: list[Wave] = []
    count = before = 0
    for block in blocks:
        waiting.append(block)
        count += len(block)
        while count >= before + piece_frames + margin_frames:
            joined = np.concatenate(waiting)
            yield Piece(joined[: before + piece_frames + margin_frames], before, piece_frames)
            drop = max(0, before + piece_frames - margin_frames)
            before += piece_frames - drop
            waiting, count = [joined[drop:]], count - drop
    if count > before:
        yield Piece(np.concatenate(waiting), before, count - before)
