"""Any activity: who takes part in the making of a take, by protocol, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from engine.audio.format import Wave
from engine.errors import StudioError
from engine.gate import OPEN, Passage
from engine.takes.take import Stems

REST_S = 0.1
"""While a production rests, its driver may sleep for so long between two looks at it."""


class Separates(Protocol):
    """Whatever takes a mix apart as it comes."""

    @property
    def stem_names(self) -> tuple[str, ...]:
        """The stems it gives, in order."""

    def stream(self, blocks: Iterable[Wave], gate: Passage = OPEN, *, soon: bool = False) -> Iterator[Stems]:
        """Stems (frames, stems, 2) of the audio in `blocks`, as many frames as went in; `soon`: the first ones earlier.

        Goes through the gate at least ten times a second of computing, never while it asks for a block.
        """


class Listener(Protocol):
    """Who hears a take while it is made. Every value may be read from the producer's thread at any moment."""

    @property
    def heard_frame(self) -> int:
        """The take's frame that sounds now."""

    @property
    def read_frame(self) -> int:
        """Nothing before this frame can be changed any more.

        Raised *before* the frames up to it are read from the take. So if a producer first cuts the take and then finds
        this no further than the cut, nothing of what it cut away has been heard or will be.
        """

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself; while it does not, there is no hurry."""


class _Nobody:
    """Stands at the beginning for ever."""

    heard_frame = 0
    read_frame = 0
    playing = False


NOBODY: Listener = _Nobody()
"""For a take that is not played while it is made."""


@dataclass(frozen=True)
class Progress:
    """How far a take is, in frames.

    Attributes:
        made_frames: the end of the mix.
        separated_frames: the end of the stems; of the mix, for a take without stems.
        planned_frames: None for a length that is not known yet, or never.
        resting: enough exists for now: wait, at most REST_S, before asking for more.
        problem: a network has failed, and the take goes on without what it would have made.
    """

    made_frames: int
    separated_frames: int
    planned_frames: int | None
    resting: bool = False
    problem: StudioError | None = None

    @property
    def fraction(self) -> float:
        """Between 0 and 1, the share of the slower half of the work that is done; 0 while the length is not known."""
        return min(1.0, self.separated_frames / self.planned_frames) if self.planned_frames else 0.0
