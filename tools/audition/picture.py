"""Command line: spectrograms of takes beside those of real songs, as one picture for the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from engine.audio.files import probe, read_blocks
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.picture import MARKS_HZ
from engine.audio.spectrogram import HIGHEST_HZ, LOWEST_HZ, Levels, Spectrogram
from engine.audio.writing import replaced_on_success
from engine.training.recordings import between
from resources.colours import SPECTROGRAM


def draw(rows: Sequence[tuple[str, Sequence[Path]]], path: Path, length_s: float = 20.0) -> None:
    """Draw rows of spectrograms, a row a kind, from the middle of each recording.

    Args:
        rows: a title and as many recordings as in every other row.
        path: of the WebP picture.
        length_s: of what is shown of each recording.

    Raises:
        AudioFileError: a recording cannot be read.
        OutputError: the picture cannot be written.
    """
    columns = len(rows[0][1])
    figure = Figure(figsize=(6.4 * columns, 3 * len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), columns, sharex=True, squeeze=False)
    for (title, recordings), row in zip(rows, axes, strict=True):
        for recording, place in zip(recordings, row, strict=True):
            _draw_one(place, _levels(recording, length_s), length_s)
            place.set_title(f"{title}: {recording.parent.name}/{recording.stem}", fontsize=9)
    for place in axes[-1]:
        place.set_xlabel("s")
    for place in axes[:, 0]:
        place.set_ylabel("Hz")
    with replaced_on_success(path) as partial:
        figure.savefig(partial, format="webp", dpi=100, pil_kwargs={"quality": 80})


def _levels(path: Path, length_s: float) -> Levels:
    frames = round(length_s * SAMPLE_RATE_HZ)
    start = max(0, (probe(path).frames - frames) // 2)
    spectrogram = Spectrogram(frames)
    for block in between(read_blocks(path), start, start + frames):
        spectrogram.push(block)
    spectrogram.finish()
    return spectrogram.levels


def _draw_one(axes: Axes, levels: Levels, length_s: float) -> None:
    colours = LinearSegmentedColormap.from_list("spectrogram", SPECTROGRAM)
    axes.imshow(levels.T, origin="lower", aspect="auto", cmap=colours, vmin=0, vmax=255, extent=(0, length_s, 0, 1))
    heights = np.log(np.array(MARKS_HZ) / LOWEST_HZ) / np.log(HIGHEST_HZ / LOWEST_HZ)
    axes.set_yticks(heights, [f"{hz // 1000}k" if hz >= 1000 else f"{hz}" for hz in MARKS_HZ], fontsize=7)
