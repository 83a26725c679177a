"""Command line: takes of models, to be measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.audio.files import wave_writer
from engine.musika.journey import USUAL_TRUNCATION, Journey
from engine.studio import Studio, frames_of


def render_takes(
    models: Sequence[str], out: Path, *, count: int, length_s: float, truncation: float = USUAL_TRUNCATION
) -> Iterator[Path]:
    """Takes of the seeds from 0 on, as `out/<model>/seed-0000.wav`; those that are there already are left alone.

    Args:
        models: names of generators.
        out: where the takes go.
        count: of takes of each model.
        length_s: of each take.
        truncation: of its coordinates.

    Raises:
        UsageError: an impossible length.
        ModelError: a model is unknown or damaged.
        OutputError: a take cannot be written.
    """
    studio = Studio()
    frames = frames_of(length_s)
    for model in models:
        musika = studio.musika(model)
        for seed in range(count):
            path = out / model / f"seed-{seed:04d}.wav"
            if not path.exists():
                with wave_writer(path) as writer:
                    for block in musika.stream(Journey.from_seed(seed, truncation), frames):
                        writer.write(block)
            yield path
