"""Engine thread (or the command line): look at every recording once, and write down what is taken of it and how loud.

No audio is copied, see docs/decisions/0008-collections-without-copies.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from engine.audio.files import EXTENSIONS, probe, read_blocks
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.writing import output_error
from engine.errors import AudioFileError, UsageError
from engine.training.collection import (
    RECORDINGS_FILE,
    line_of,
    read_about,
    read_recordings,
    write_about,
    write_recordings,
)
from engine.training.recordings import Recording, between, find_recordings
from engine.training.workers import spread

OTHER_AUDIO = (".aac", ".aif", ".aiff", ".alac", ".ape", ".m4a", ".mp4", ".opus", ".shn", ".wma", ".wv")
"""What a folder of recordings may also hold; it is named in the table rather than passed over in silence."""


@dataclass(frozen=True)
class Preparation:
    """What is taken of a recording.

    Attributes:
        cut_start_s, cut_end_s: left out at the beginning and at the end: the audience, tuning, announcements.
        shortest_s: what remains must be so long; a generator's window of 256 latents is 23.8 s.
        silence_db: root mean square of what remains, relative to full scale; below this it is silence.
    """

    cut_start_s: float = 10.0
    cut_end_s: float = 10.0
    shortest_s: float = 25.0
    silence_db: float = -60.0

    def __post_init__(self) -> None:
        """Check that the numbers make sense (UsageError)."""
        if not (0 <= self.cut_start_s < np.inf and 0 <= self.cut_end_s < np.inf and 0 < self.shortest_s < np.inf):
            raise UsageError("What is cut off must be at least 0 s, and the shortest recording longer than that.")
        if not -200 <= self.silence_db < 0:
            raise UsageError("The level of silence must lie between -200 and 0 dB.")


@dataclass(frozen=True)
class Examined:
    """A recording has been looked at.

    Attributes:
        recording: with what is taken of it, or why nothing is.
        done: how many have been by now, those of an earlier run among them.
        total: how many there are.
    """

    recording: Recording
    done: int
    total: int


def prepare(
    source: Path,
    out: Path,
    preparation: Preparation | None = None,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
) -> Iterator[Examined]:
    """Look at every recording below `source` and write the collection `out`; goes on where an earlier run stood.

    Recordings that cannot be read, are silent or too short are written down with the reason. A file that was looked at
    before and has not changed since is not read again.

    Args:
        source: folder of audio files, with folders in it as you like.
        out: folder of the collection.
        preparation: what is taken; by default what `Preparation` says.
        jobs: processes on this machine, see `workers.spread`.
        cluster: address of a Ray cluster that does the work instead.

    Raises:
        UsageError: there is no recording, nothing is left of them, or `out` holds another collection.
        OutputError: `out` cannot be written.
    """
    source, preparation = source.resolve(), preparation or Preparation()
    files = _files(source)
    known = _begin(source, out, preparation)
    found = {file: recording for file, recording in known.items() if file in files and _unchanged(source, recording)}
    write_recordings(out, found.values())  # without half a line at the end

    work = partial(examine, source=source, preparation=preparation)
    waiting = (file for file in files if file not in found)
    with closing(spread(work, waiting, jobs, cluster)) as results:
        for file, result in results:
            recording = result if isinstance(result, Recording) else Recording(file, file, refused=str(result))
            found[file] = recording
            _append(out, recording)
            yield Examined(recording, len(found), len(files))

    everything = [found[file] for file in files]
    write_recordings(out, everything)
    write_about(out, source, asdict(preparation), finished=True)
    if all(recording.refused for recording in everything):
        raise UsageError(_nothing_left(everything, source))


def _files(source: Path) -> dict[str, None]:
    """The recordings below a folder, by their paths relative to it, in order."""
    if not source.is_dir():
        raise UsageError(f"There is no folder {source}: choose the folder of your recordings.")
    found = find_recordings(source, (*EXTENSIONS, *OTHER_AUDIO))
    return dict.fromkeys(path.relative_to(source).as_posix() for path in found)


def _begin(source: Path, out: Path, preparation: Preparation) -> dict[str, Recording]:
    """What an earlier run into the same folder has looked at."""
    settings = asdict(preparation)
    about = read_about(out)
    if about and (about["source"], about["settings"]) != (str(source), settings):
        raise UsageError(f"{out} holds a collection of other recordings or settings: choose another folder.")
    write_about(out, source, settings, finished=False)
    if not about or not (out / RECORDINGS_FILE).exists():
        return {}
    return {recording.file: recording for recording in read_recordings(out)}


def _unchanged(source: Path, recording: Recording) -> bool:
    try:
        status = (source / recording.file).stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (recording.size_bytes, recording.modified_ns)


def _append(out: Path, recording: Recording) -> None:
    path = out / RECORDINGS_FILE
    try:
        with path.open("a", encoding="utf8") as file:
            file.write(line_of(recording))
    except OSError as cause:
        raise output_error(path, cause) from cause


def _nothing_left(refused: list[Recording], source: Path) -> str:
    count = f"None of the {len(refused)} recordings" if len(refused) > 1 else "The one recording"
    first = refused[0]
    return f"{count} in {source} can be used; {first.name}: {first.refused} Choose other recordings or settings."


# --- one recording ---------------------------------------------------------------------------------------------------


def examine(file: str, *, source: Path, preparation: Preparation) -> Recording:
    """Look at a recording; it is read once, block by block, or not at all where its length says enough.

    Args:
        file: its path relative to `source`.
        source: folder of the recordings.
        preparation: what is taken of it.
    """
    path = source / file
    try:
        status = path.stat()
    except OSError as cause:
        return Recording(file, file, refused=f"It cannot be read ({cause.strerror}).")
    recording = Recording(file, file, status.st_size, status.st_mtime_ns)
    if path.suffix.lower() not in EXTENSIONS:
        return replace(recording, refused="WAV, FLAC, OGG and MP3 can be read, this cannot: convert it.")
    try:
        return _measured(path, recording, preparation)
    except AudioFileError as error:
        return replace(recording, refused=str(error))


def _measured(path: Path, recording: Recording, preparation: Preparation) -> Recording:
    start = round(preparation.cut_start_s * SAMPLE_RATE_HZ)
    stop = probe(path).frames - round(preparation.cut_end_s * SAMPLE_RATE_HZ)
    recording = replace(recording, start=start, stop=max(start, stop))
    if recording.duration_s < preparation.shortest_s:
        return replace(recording, refused=_too_short(recording, preparation))
    peak, energy = 0.0, 0.0
    for block in between(read_blocks(path), start, stop):
        peak = max(peak, float(np.abs(block).max()))
        energy += float(np.square(block, dtype=np.float64).mean()) * len(block)
    level_db = round(10 * float(np.log10(max(energy / recording.frames, 1e-20))), 2)
    recording = replace(recording, level_db=level_db)
    if level_db < preparation.silence_db:
        return replace(recording, refused=f"It is silent: its level is {level_db:.0f} dB.")
    return replace(recording, gain=1 / peak)


def _too_short(recording: Recording, preparation: Preparation) -> str:
    cut_s = preparation.cut_start_s + preparation.cut_end_s
    left = f"{recording.duration_s:.0f} s are left" if recording.frames else "nothing is left"
    return f"It is too short: {left} after {cut_s:g} s were cut off, {preparation.shortest_s:g} s are needed."
