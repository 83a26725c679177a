"""Command line's main thread: a library full of takes which the bundled models have made, for the pictures."""

from __future__ import annotations

import itertools
from contextlib import closing
from pathlib import Path

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.catalogue import Catalogue
from engine.musika.journey import Journey
from engine.studio import Studio
from engine.takes.library import Library
from engine.takes.take import Take

TAKES = (
    # what the take is called, which of the models made it, its seed, its length in seconds, its stars
    ("Feedback", 4, 90, 15.0, 0),
    ("Dark corner", 2, 72, 20.0, 3),
    ("Slow burn", 1, 77, 30.0, 0),
    ("First set, closer", 0, 7, 30.0, 5),
)
LONG_NAME = "The long one from the night on which the lights went out twice, second half, as far as anybody remembers"
SIX_STEMS = ("drums", "bass", "other", "vocals", "guitar", "piano")
SPLIT_HZ = (400.0, 1600.0)
"""For the pictures of six strips: guitar below, piano above, other between; nothing that separates them is bundled."""


def fill_library(home: Path) -> None:
    """Make takes in the library of a home, the last of them the newest."""
    catalogue, library = Catalogue(), Library(home / "takes")
    studio = Studio(catalogue)
    generators, separator = catalogue.cards("generator"), studio.default_separator()
    for name, index, seed, length_s, stars in TAKES:
        card = generators[index % len(generators)]
        take, work = studio.generate(
            library.new_folder(name), card.name, Journey.from_seed(seed), length_s=length_s, separator=separator
        )
        entry = library.begin(take, name, card.title)
        with closing(take):
            for _ in work:
                pass
        if stars:
            library.rate(entry, stars)
    last = library.entries()[0]
    with closing(Take.open(last.folder)) as take:
        write_six(take, library, last.model)


def write_six(source: Take, library: Library, model: str) -> None:
    """The same take once more, with a long name and six stems."""
    mix, stems = source.read_mix(0, source.mix_frames), source.read_stems(0, source.mix_frames)
    low, middle, high = in_bands(stems[:, 2])
    six = np.stack([stems[:, 0], stems[:, 1], middle, stems[:, 3], low, high], axis=1)
    take = Take.create(library.new_folder(LONG_NAME), stem_names=SIX_STEMS, recipe=dict(source.recipe))
    library.begin(take, LONG_NAME, model)
    with closing(take):
        take.append_mix(mix)
        take.append_stems(six.astype(np.float32))
        take.finish()


def in_bands(wave: np.ndarray) -> list[np.ndarray]:
    """A wave (frames, 2) in three bands that add up to it."""
    spectrum = np.fft.rfft(wave, axis=0)
    edges = [0, *(round(hz * len(wave) / SAMPLE_RATE_HZ) for hz in SPLIT_HZ), len(spectrum)]
    bands = []
    for begin, end in itertools.pairwise(edges):
        part = np.zeros_like(spectrum)
        part[begin:end] = spectrum[begin:end]
        bands.append(np.fft.irfft(part, len(wave), axis=0))
    return bands
