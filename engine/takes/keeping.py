"""Engine thread (or any other that reads): keeps a stretch of a take as a take of its own, while the take goes on."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from engine.audio.writing import output_error, working_folder
from engine.errors import OutputError, UsageError
from engine.takes.pieces import recipe_between
from engine.takes.take import Take

BLOCK_FRAMES = 65_536


def keep(take: Take, start: int, end: int, folder: Path) -> Generator[float, None, None]:
    """Copy the frames from `start` to `end` into the new folder `folder`; yield the fraction done.

    The copy is a finished take with the mix, the stems where there are any, and the recipe of what sounds in it: for an
    endless take the pieces of that stretch, the last of which is the recipe's own model and journey too. The folder
    appears when all is there. To cancel, close the iterator: nothing is left.

    Args:
        take: what sounds.
        start: first frame; what an endless take has let go already is left out.
        end: the frame after the last; at most the end of the mix.
        folder: where the copy is to lie; must not exist.

    Raises:
        UsageError: nothing exists there.
        OutputError: the copy cannot be written, or the folder exists.
    """
    start, end = max(start, take.first_frame), min(end, take.mix_frames)
    if start >= end:
        raise UsageError("There is nothing to keep yet: wait until there is sound.")
    if folder.exists():
        raise OutputError(f"{folder} exists already: choose another name.")
    with working_folder(folder.parent) as place:
        recipe = recipe_between(take.recipe, start, end)
        stem_names = take.stem_names if take.stems_from(start) < end else ()
        copy = Take.create(place / "take", stem_names=stem_names, planned_frames=end - start, recipe=recipe)
        with closing(copy):
            for frame in range(start, end, BLOCK_FRAMES):
                block_end = min(frame + BLOCK_FRAMES, end)
                copy.append_mix(take.read_mix(frame, block_end - frame))
                _copy_stems(take, copy, start, frame, block_end)
                yield (block_end - start) / (end - start)
            copy.finish()
        try:
            copy.folder.rename(folder)
        except OSError as cause:
            raise output_error(folder, cause) from cause


def _copy_stems(take: Take, copy: Take, start: int, frame: int, end: int) -> None:
    while copy.stem_names and (frame := take.stems_from(frame)) < end:
        if frame - start != copy.next_stem_frame:
            copy.skip_stems(frame - start)
        stems = take.read_stems(frame, min(take.stems_end(frame), end) - frame)
        if not len(stems):
            return  # the producer has taken them back
        copy.append_stems(stems)
        frame += len(stems)
