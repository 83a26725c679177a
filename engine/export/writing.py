"""Engine thread: how a take leaves the studio: the mix as heard, the stems as they were separated."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from engine.audio.format import CHANNELS, Wave
from engine.errors import OutputError, UsageError
from engine.export.choices import MIX, ExportChoices
from engine.export.encoding import EncodedFile, Extent, Levelled, encoded_file, is_limited
from engine.export.levelling import Measuring, loudness_gain, peak_gain
from engine.export.naming import existing, free_paths
from engine.export.tags import Tags, recipe_text
from engine.playback.limiter import LATENCY_FRAMES
from engine.playback.mixer import LOOP_LEAD_FRAMES, render, render_turn
from engine.playback.settings import MixSettings
from engine.takes.pieces import recipe_between
from engine.takes.take import Stems, Take

Conflict = Literal["ask", "replace", "beside"]

LOOP_TAIL_FRAMES = LATENCY_FRAMES + 4096
"""So much of a loop's next turn the limiter hears, and after it what resamples: more than its filter is long."""


class InTheWayError(OutputError):
    """Files that would be written over."""

    def __init__(self, paths: list[Path]) -> None:
        """Those that exist."""
        super().__init__(f"{paths[0]} exists already: choose another name.")
        self.paths = paths


@dataclass(frozen=True)
class Export:
    """All that is to be known to write files of a take.

    Attributes:
        take: what it is of.
        mix: where the faders stand.
        choices: which part of it, in which format.
        paths: where each part goes: `MIX` and names of stems, a path with the format's extension for each.
        title: what the take is called.
        dated: the files say when the take was made.
        conflict: what is to be done about files that exist: "ask" refuses, "replace" writes over them, "beside" gives
            the new ones a number.
    """

    take: Take
    mix: MixSettings
    choices: ExportChoices
    paths: Mapping[str, Path]
    title: str = ""
    dated: bool = True
    conflict: Conflict = "ask"
    span: tuple[int, int] = field(init=False)
    """First frame, and the frame after the last, of what is written."""

    def __post_init__(self) -> None:
        """See how much of it exists."""
        object.__setattr__(self, "span", span_of(self.take, self.choices))

    @property
    def frames(self) -> int:
        """The length of each file, at the program's rate."""
        return self.span[1] - self.span[0]

    @property
    def extent(self) -> Extent:
        """What goes through the filters: a whole loop with what sounds before and after it."""
        around = (LOOP_LEAD_FRAMES, LOOP_TAIL_FRAMES) if self.is_loop else (0, 0)
        return Extent(self.frames, *around)

    @property
    def is_loop(self) -> bool:
        """Whether the end of what is written meets its beginning."""
        return self.span == (0, self.take.loop_frames)


def span_of(take: Take, choices: ExportChoices) -> tuple[int, int]:
    """First frame, and the frame after the last, of what there is to export of a take.

    Stems are as long as the mix where both are written: where they do not exist, they are silent.

    Raises:
        UsageError: there is nothing.
    """
    begin, end = choices.region or (0, take.mix_frames)
    start, stop = max(begin, take.first_frame), min(end, take.mix_frames)
    if choices.what != "mix":
        if take.stems_from(start) >= stop:
            raise UsageError("There are no stems to export: wait until they are there, or export the mix.")
        stop = min(stop, take.stem_frames) if choices.what == "stems" else stop
    if start >= stop:
        raise UsageError("There is nothing to export yet: wait until there is sound.")
    return start, stop


def export(order: Export) -> Generator[float, None, list[Path]]:
    """Write the files of an export; yield the fraction done, and return their paths.

    They appear together when all are whole. To cancel, close the iterator: nothing is left.

    Raises:
        InTheWayError: files would be written over, and the order does not say that they may be; nothing is written.
        OutputError: a file cannot be written.
    """
    order = _settled(order)
    gain, behind = 1.0, 0.0
    if order.choices.level != "as it is":
        behind = 0.5
        gain = yield from _measured(_measuring(order), order.extent.all_frames, behind)
    done = 0
    with ExitStack() as files:
        writers = {part: files.enter_context(_file(order, part, gain, seed)) for seed, part in enumerate(order.paths)}
        for blocks in _blocks(order, tuple(writers)):
            for part, wave in blocks.items():
                writers[part].write(wave)
            done += len(next(iter(blocks.values())))
            yield behind + (1.0 - behind) * done / order.extent.all_frames
    return list(order.paths.values())


def _settled(order: Export) -> Export:
    """The same with paths that may be written."""
    if order.conflict == "beside":
        return replace(order, paths=free_paths(order.paths))
    if order.conflict == "ask" and (there := existing(order.paths.values())):
        raise InTheWayError(there)
    return order


def _measured(measuring: Measuring, frames: int, most: float) -> Generator[float, None, float]:
    """Measure; yield a fraction that comes nearer to `most`, however often all frames are gone through."""
    gone = 0
    while True:
        try:
            gone += next(measuring)
        except StopIteration as end:
            return float(end.value)
        yield most * (1.0 - 0.5 ** (gone / frames))


def _measuring(order: Export) -> Measuring:
    if order.choices.level == "peak":
        return peak_gain(_blocks(order, tuple(order.paths)), order.choices, order.extent)
    return loudness_gain(partial(_blocks, order, (MIX,)), order.choices, order.extent)


def _file(order: Export, part: str, gain: float, seed: int) -> AbstractContextManager[EncodedFile]:
    limited = is_limited(order.choices) and not (part == MIX and gain == 1.0)  # it has been already
    return encoded_file(
        order.paths[part],
        order.choices,
        _tags(order, part, gain),
        Levelled(gain, limited=limited),
        extent=order.extent,
        seed=seed,
    )


def _tags(order: Export, part: str, gain: float) -> Tags:
    recipe = recipe_between(order.take.recipe, *order.span)
    mix = order.mix if part == MIX else None
    return Tags(
        title=" – ".join(filter(None, (order.title, part.capitalize() if part != MIX or len(order.paths) > 1 else ""))),
        album=order.title,
        date=f"{order.take.created_at.astimezone():%Y-%m-%d}" if order.dated else "",
        comment=recipe_text(recipe, part=part, span=order.span, gain=gain, mix=mix),
    )


def _blocks(order: Export, parts: tuple[str, ...]) -> Iterator[dict[str, Wave]]:
    """What is to be heard of each part, stretch by stretch: (frames, 2) each, all of the same length.

    It is what the extent of the order says. Of stems alone, `MIX` is all of the take as it was made; else it is what
    the faders make of it.
    """
    take, extent, frame = order.take, order.extent, order.span[0]
    faders = order.mix if MIX in order.paths else MixSettings.unity(len(take.stem_names))
    if order.is_loop:
        mixes = render_turn(take, faders, extent.lead_frames, extent.tail_frames)
    else:
        mixes = render(take, faders, frame, order.frames)
    frame -= extent.lead_frames
    for mix in mixes:
        blocks = {MIX: mix}
        if parts != (MIX,):
            stems = _stems(order, frame, len(mix))
            blocks |= {name: stems[:, index] for index, name in enumerate(take.stem_names)}
        frame += len(mix)
        yield {part: blocks[part] for part in parts}


def _stems(order: Export, frame: int, frames: int) -> Stems:
    """Stems (frames, stems, 2) from a frame on, silent where there are none; a loop goes on in both directions."""
    take = order.take
    found: Stems = np.zeros((frames, len(take.stem_names), CHANNELS), np.float32)
    done = 0
    while done < frames:
        place = (frame + done) % order.frames if order.is_loop else frame + done
        count = min(frames - done, order.frames - place) if order.is_loop else frames
        there = take.read_stems(place, count)
        found[done : done + len(there)] = there
        done += count
    return found
