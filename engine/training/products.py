"""Engine thread (or the command line): what a training leaves to be heard: previews, and its model."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.audio.picture import save_picture
from engine.audio.spectrogram import Spectrogram
from engine.audio.writing import output_error, working_folder
from engine.models.card import ModelCard, load_card
from engine.models.preview import write_sound
from engine.training.logbook import MODEL_FOLDER, PREVIEWS_FOLDER


def write_preview(folder: Path, step: int, wave: Wave, colours: Sequence[str]) -> None:
    """Write what a training made after `step` steps into its folder, with its spectrogram beside it.

    Raises:
        OutputError: they cannot be written.
    """
    path = folder / PREVIEWS_FOLDER / f"step-{step:06d}.ogg"
    write_sound(path, wave)
    spectrogram = Spectrogram(len(wave))
    spectrogram.push(wave)
    spectrogram.finish()
    duration_s = len(wave) / SAMPLE_RATE_HZ
    save_picture(path.with_suffix(".png"), spectrogram.levels, duration_s=duration_s, stops=colours)


def write_model(folder: Path, export: Callable[[Path], ModelCard]) -> ModelCard:
    """Let `export` write a model folder, which then takes the place of the one before in a training's folder.

    Raises:
        OutputError: it cannot be written.
    """
    place, old = folder / MODEL_FOLDER, folder / f".{MODEL_FOLDER}.old"
    with working_folder(folder) as working:
        new = working / MODEL_FOLDER
        new.mkdir()
        export(new)
        try:
            shutil.rmtree(old, ignore_errors=True)
            if place.exists():
                place.replace(old)
            new.replace(place)
        except OSError as cause:
            raise output_error(place, cause) from cause
    shutil.rmtree(old, ignore_errors=True)
    return load_card(place)
