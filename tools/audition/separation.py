"""Command line: the stems that a separator finds in songs whose stems are known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.audio.files import wave_writer
from engine.audio.writing import working_folder
from engine.separation.separator import Separator
from engine.studio import Studio
from engine.training.songs import Song, find_songs
from tools.audition.recordings import flat_name, linked

BLOCK_FRAMES = 65_536


def separate_songs(model: str, songs: Path, out: Path) -> Iterator[Path]:
    """Take the mix of every song below `songs` apart, into a folder each; what is there already is left alone.

    Raises:
        AudioFileError: a song cannot be read, or lacks a stem that the model finds.
        ModelError: the model is unknown or damaged.
        OutputError: a stem cannot be written.
    """
    separator = Studio().separator(model)
    for song in find_songs(songs, separator.stem_names):
        place = out / flat_name(song.folder, songs)
        if not place.exists():
            with working_folder(out) as working:
                _separate(separator, song, working / "stems")
                (working / "stems").replace(place)
        yield place


def _separate(separator: Separator, song: Song, folder: Path) -> None:
    mix = (stems.sum(1) for stems in song.blocks(BLOCK_FRAMES))
    with ExitStack() as stack:
        writers = [stack.enter_context(wave_writer(folder / f"{name}.wav")) for name in separator.stem_names]
        for block in separator.stream(mix):
            for index, writer in enumerate(writers):
                writer.write(block[:, index])


def score(yardstick: ModuleType, model: str, songs: Path, estimates: Path) -> dict[str, Any]:
    """What the yardstick's `stems` says of separated songs: "stems", its answer; "mean_sdr_db" over the stems.

    Raises:
        AudioFileError: as `separate_songs`.
    """
    names = Studio().separator(model).stem_names
    found = find_songs(songs, names)
    with linked({flat_name(song.folder, songs): song.folder for song in found}) as reference:
        stems = yardstick.stems(reference, estimates)
    return {"stems": stems, "mean_sdr_db": sum(each["sdr_db"] for each in stems.values()) / len(stems)}
