"""Command line: the recordings that are measured, as sound and as the yardstick's features."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

from engine.audio.files import probe, read_blocks, wave_writer
from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.training.recordings import find_recordings

USED = ("GROUPS", "chroma_matrix", "features", "frechet", "load_mono", "mel_matrix", "music", "stems")
"""What is used of the yardstick."""

Features = npt.NDArray[np.float64]
"""Statistics of the 2 s windows of a recording, (windows, 264)."""


def load_yardstick(path: Path) -> ModuleType:
    """The project's yardstick, `score.py`, as a module.

    Raises:
        UsageError: it is not there, or lacks what is used of it.
    """
    try:
        spec = importlib.util.spec_from_file_location("yardstick", path)
        assert spec is not None
        assert spec.loader is not None
        yardstick = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(yardstick)
    except (AssertionError, OSError, SyntaxError) as cause:
        raise UsageError(f"{path} is no yardstick: give the path of score.py.") from cause
    if missing := [name for name in USED if not hasattr(yardstick, name)]:
        raise UsageError(f"{path} has no “{missing[0]}”: give the path of the project's score.py.")
    return yardstick


def features_below(yardstick: ModuleType, folder: Path) -> dict[Path, Features]:
    """The features of every recording below a folder.

    Raises:
        UsageError: there is none.
    """
    mel, chroma = yardstick.mel_matrix(), yardstick.chroma_matrix()
    return {path: yardstick.features(yardstick.load_mono(path), mel, chroma) for path in find_recordings(folder)}


@contextmanager
def linked(folders: dict[str, Path]) -> Iterator[Path]:
    """A folder with links by the given names, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="audition-") as name:
        for link, target in folders.items():
            (Path(name) / link).symlink_to(target.resolve())
        yield Path(name)


@contextmanager
def mixtures(folder: Path) -> Iterator[Path]:
    """A folder that holds every recording below `folder`, and of songs in stems the mixtures alone.

    Raises:
        UsageError: there is none.
    """
    found = find_recordings(folder)
    with linked({flat_name(path, folder): path for path in found}) as links:
        yield links


def flat_name(path: Path, folder: Path) -> str:
    """A name without slashes for what lies below a folder."""
    return "--".join(path.relative_to(folder).parts)


def read_mono(path: Path) -> npt.NDArray[np.float32]:
    """A recording, (frames,) at the program's rate: the mean of left and right."""
    return np.concatenate([block.mean(1) for block in read_blocks(path)])


def write_excerpts(folder: Path, out: Path, *, start_s: float, length_s: float) -> Iterator[Path]:
    """A stretch of every recording below `folder`, as loud as trainings hear it; those that are there are left alone.

    That is: as if the peak of the whole recording were at full scale, as after `train prepare`.

    Args:
        folder: of recordings; of songs in stems the mixtures count.
        out: where the excerpts go, `<recording>.wav` each.
        start_s: where they begin.
        length_s: of each.

    Raises:
        UsageError: there is no recording, or one that is too short.
        AudioFileError: one cannot be read.
        OutputError: an excerpt cannot be written.
    """
    first, last = round(start_s * SAMPLE_RATE_HZ), round((start_s + length_s) * SAMPLE_RATE_HZ)
    for source in find_recordings(folder):
        path = out / f"{flat_name(source, folder)}.wav"
        if probe(source).frames < last:
            raise UsageError(f"{source} ends before {start_s + length_s:g} s: choose an earlier stretch.")
        if not path.exists():
            wave = np.concatenate(list(read_blocks(source)))
            with wave_writer(path) as writer:
                writer.write(wave[first:last] / max(float(np.abs(wave).max()), 1e-9))
        yield path
