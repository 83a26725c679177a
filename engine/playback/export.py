"""Engine thread: how a take leaves the studio: the mix as heard, the stems as they were separated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from engine.audio.files import wave_writer
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.picture import save_picture
from engine.audio.spectrogram import Spectrogram
from engine.audio.writing import replaced_on_success
from engine.errors import UsageError
from engine.playback.mixer import render
from engine.playback.settings import MixSettings
from engine.takes.take import Take

BLOCK_FRAMES = 65_536


def export_mix(take: Take, settings: MixSettings, path: Path) -> Iterator[float]:
    """Write the mix as the faders make it sound, all that exists of it; yield the fraction done.

    Raises:
        OutputError: the file cannot be written.
        UsageError: the take is empty.
    """
    frames = _existing_frames(take.mix_frames)
    done = 0
    with wave_writer(path) as writer:
        for wave in render(take, settings, 0, frames):
            writer.write(wave)
            done += len(wave)
            yield done / frames


def export_stems(take: Take, folder: Path) -> Iterator[float]:
    """Write each stem as it was separated, before the faders, as `folder/<stem>.wav`; yield the fraction done.

    Raises:
        OutputError: a file cannot be written.
        UsageError: the take has no stems.
    """
    frames = _existing_frames(take.stem_frames)
    with ExitStack() as files:
        writers = [files.enter_context(wave_writer(folder / f"{name}.wav")) for name in take.stem_names]
        for start in range(0, frames, BLOCK_FRAMES):
            stems = take.read_stems(start, min(BLOCK_FRAMES, frames - start))
            for index, writer in enumerate(writers):
                writer.write(stems[:, index])
            yield (start + len(stems)) / frames


def export_everything(take: Take, settings: MixSettings, folder: Path, *, stops: Sequence[str]) -> Iterator[float]:
    """Write mix.wav, stems/<stem>.wav, spectrogram.png and take.json (recipe and faders); yield the fraction done.

    Args:
        take: a take with stems.
        settings: the faders.
        folder: where; made if need be.
        stops: the colours of the spectrogram, the quietest first.

    Raises:
        OutputError: a file cannot be written.
        UsageError: the take is empty.
    """
    for fraction in export_mix(take, settings, folder / "mix.wav"):
        yield fraction / 2
    for fraction in export_stems(take, folder / "stems"):
        yield 0.5 + fraction / 2
    _export_picture(take, folder / "spectrogram.png", stops)
    recipe = {**take.recipe, "frames": take.mix_frames, "faders": asdict(settings)}
    with replaced_on_success(folder / "take.json") as partial:
        partial.write_text(json.dumps(recipe, indent=2) + "\n", encoding="utf8")


def _export_picture(take: Take, path: Path, stops: Sequence[str]) -> None:
    spectrogram = Spectrogram(take.mix_frames)
    for start in range(0, take.mix_frames, BLOCK_FRAMES):
        spectrogram.push(take.read_mix(start, BLOCK_FRAMES))
    spectrogram.finish()
    save_picture(path, spectrogram.levels, duration_s=take.mix_frames / SAMPLE_RATE_HZ, stops=stops)


def _existing_frames(frames: int) -> int:
    if not frames:
        raise UsageError("There is nothing to export yet: wait until there is sound.")
    return frames
