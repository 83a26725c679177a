"""Engine thread: what the command line writes of a take: 32-bit float WAV files under fixed names, and all about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.picture import save_picture
from engine.audio.spectrogram import Spectrogram
from engine.audio.writing import replaced_on_success
from engine.export.choices import MIX, ExportChoices, What
from engine.export.writing import Export, export
from engine.playback.settings import MixSettings
from engine.takes.take import Take

BLOCK_FRAMES = 65_536


def export_mix(take: Take, settings: MixSettings, path: Path) -> Iterator[float]:
    """Write the mix as the faders make it sound, all that exists of it; yield the fraction done.

    Raises:
        OutputError: the file cannot be written.
        UsageError: the take is empty.
    """
    return _export(take, settings, "mix", {MIX: path})


def export_stems(take: Take, folder: Path) -> Iterator[float]:
    """Write each stem as it was separated, before the faders, as `folder/<stem>.wav`; yield the fraction done.

    Raises:
        OutputError: a file cannot be written.
        UsageError: the take has no stems.
    """
    as_made = MixSettings.unity(len(take.stem_names))
    return _export(take, as_made, "stems", {name: folder / f"{name}.wav" for name in take.stem_names})


def _export(take: Take, settings: MixSettings, what: What, paths: Mapping[str, Path]) -> Iterator[float]:
    """Undated: the same take makes the same files on any day."""
    yield from export(
        Export(take, settings, ExportChoices(what, format="wav32"), paths, dated=False, conflict="replace")
    )


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
    paths = {MIX: folder / "mix.wav"} | {name: folder / "stems" / f"{name}.wav" for name in take.stem_names}
    yield from _export(take, settings, "both", paths)
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
