"""Engine thread (or the command line): the recordings below a folder, and their sound piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.audio.files import EXTENSIONS, read_blocks
from engine.audio.format import Wave
from engine.errors import UsageError

MIXTURE = "mixture.wav"
"""The whole of a song in a folder that also holds its stems."""


def find_recordings(folder: Path) -> list[Path]:
    """Every recording below `folder`, in the order of their paths.

    Where a folder holds a `mixture.wav`, the files beside it are its stems and left out.

    Raises:
        UsageError: there is none.
    """
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in EXTENSIONS and p.is_file())
    with_stems = {p.parent for p in files if p.name == MIXTURE}
    found = [p for p in files if p.name == MIXTURE or p.parent not in with_stems]
    if not found:
        raise UsageError(f"There is no recording in {folder}: choose a folder with {', '.join(EXTENSIONS)} files.")
    return found


def read_pieces(path: Path, piece_frames: int) -> Iterator[Wave]:
    """A recording in pieces (piece_frames, 2), the last one shorter; in memory that does not grow with its length.

    Raises:
        AudioFileError: it cannot be read.
    """
    waiting: list[Wave] = []
    count = 0
    for block in read_blocks(path):
        waiting.append(block)
        count += len(block)
        while count >= piece_frames:
            joined = np.concatenate(waiting)
            yield joined[:piece_frames]
            waiting, count = [joined[piece_frames:]], count - piece_frames
    if count:
        yield np.concatenate(waiting)
