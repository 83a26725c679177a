"""Any activity: the preview of a model: some seconds of it as a file, as a take, and as a small picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from engine.audio.files import probe, read_blocks
from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.audio.spectrogram import BINS, FFT_FRAMES, Levels, levels_of
from engine.audio.writing import replaced_on_success
from engine.errors import OutputError
from engine.gate import OPEN, Passage
from engine.models.card import ModelCard

PREVIEW_FILE = "preview.ogg"
PREVIEW_FRAMES = 12 * SAMPLE_RATE_HZ
PREVIEW_SEED = 1
PICTURE_COLUMNS = 480
LONGEST_S = 120.0
"""So much of a preview is looked at: it comes with a model, and may be anything."""
LOOKS = 3
"""How often at most a column of the picture is looked at; the loudest counts."""


def preview_of(card: ModelCard) -> Path | None:
    """Where the preview of a model lies; None where it has none."""
    return card.folder / PREVIEW_FILE if PREVIEW_FILE in card.files else None


def write_sound(path: Path, wave: Wave) -> None:
    """Write a sound (frames, 2) as Ogg Vorbis.

    Raises:
        OutputError: it cannot be written.
    """
    with replaced_on_success(path) as partial:
        try:
            soundfile.write(partial, wave, SAMPLE_RATE_HZ, format="OGG", subtype="VORBIS")
        except soundfile.LibsndfileError as cause:
            raise OutputError(f"{path} could not be written ({cause}): is the disk full?") from cause


def preview_blocks(path: Path) -> Iterator[Wave]:
    """A preview as the program's sound, in blocks (frames, 2): as much of it as LONGEST_S allows.

    Raises:
        AudioFileError: missing, damaged or no audio.
    """
    missing = round(LONGEST_S * SAMPLE_RATE_HZ)
    for block in read_blocks(path):
        yield block[:missing]
        missing -= len(block)
        if missing <= 0:
            return


def preview_picture(path: Path, gate: Passage = OPEN) -> Levels:
    """Levels (at most PICTURE_COLUMNS, BINS) of a preview, for a small picture: time over log frequency.

    Args:
        path: of the preview.
        gate: passed through between columns; it takes a third of a second.

    Raises:
        AudioFileError: missing, damaged or no audio.
    """
    frames = min(probe(path).frames, round(LONGEST_S * SAMPLE_RATE_HZ))
    mono = np.zeros(max(frames, 1) + FFT_FRAMES, np.float32)
    filled = 0
    for block in preview_blocks(path):
        part = block[: frames - filled].mean(axis=1)
        mono[filled : filled + len(part)] = part
        filled += len(part)
        gate.go_through()
    columns = max(1, min(PICTURE_COLUMNS, filled // 64))
    picture = np.zeros((columns, BINS), np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(mono, FFT_FRAMES)
    for column in range(columns):  # one after the other: all windows at once would take a hundred megabytes
        begin, end = filled * column // columns, filled * (column + 1) // columns
        picture[column] = levels_of(windows[np.linspace(begin, max(begin, end - 1), LOOKS).astype(int)][None])[0]
        gate.go_through()
    return picture
