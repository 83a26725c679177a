"""Engine thread: how a take comes to be: blocks of audio in, a growing take out, stems as they are ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.takes.take import Stems, Take

HEAD_START_FRAMES = 4 * SAMPLE_RATE_HZ


class Separates(Protocol):
    """Whatever takes a mix apart as it comes."""

    @property
    def stem_names(self) -> tuple[str, ...]:
        """The stems it gives, in order."""

    def stream(self, blocks: Iterable[Wave]) -> Iterator[Stems]:
        """Stems (frames, stems, 2) of the audio in `blocks`, as many frames as went in."""


@dataclass(frozen=True)
class Progress:
    """How far a take is, in frames; `planned_frames` is None for a length that is not known yet."""

    made_frames: int
    separated_frames: int
    planned_frames: int | None

    @property
    def fraction(self) -> float:
        """Between 0 and 1, the share of the slower half of the work that is done; 0 while the length is not known."""
        return min(1.0, self.separated_frames / self.planned_frames) if self.planned_frames else 0.0


def make_take(take: Take, blocks: Iterator[Wave], separator: Separates | None) -> Iterator[Progress]:
    """Append `blocks` to a take, and their stems where there is a separator; yield after each step; finish the take.

    The first seconds of the mix are made before the separator begins, so that there is something to hear. To cancel,
    close the iterator: the take keeps what it has and stays unfinished.

    Raises:
        OutputError: the take cannot be written.
    """
    head: list[Wave] = []
    for block in blocks:
        take.append_mix(block)
        head.append(block)
        yield _progress(take, separator)
        if separator is not None and take.mix_frames >= HEAD_START_FRAMES:
            break
        if separator is None:
            head.clear()
    if separator is not None:
        for stems in separator.stream(chain(head, _appended(take, blocks))):
            take.append_stems(stems)
            yield _progress(take, separator)
    take.finish()


def _appended(take: Take, blocks: Iterator[Wave]) -> Iterator[Wave]:
    """The remaining blocks, each appended to the take before the separator sees it."""
    for block in blocks:
        take.append_mix(block)
        yield block


def _progress(take: Take, separator: Separates | None) -> Progress:
    separated = take.stem_frames if separator is not None else take.mix_frames
    return Progress(take.mix_frames, separated, take.planned_frames)
