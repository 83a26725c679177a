"""Any activity: which stretches of a take have stems: an immutable value, so that readers never see half a change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[int, int]
"""From a frame up to, but without, another."""


@dataclass(frozen=True)
class Stretches:
    """Spans of frames in order, none empty, no two touching."""

    spans: tuple[Span, ...] = ()

    @property
    def end(self) -> int:
        """The end of the last stretch; 0 where there is none."""
        return self.spans[-1][1] if self.spans else 0

    def end_from(self, frame: int) -> int:
        """The end of the stretch that `frame` lies in; `frame` itself where it lies in none."""
        return next((end for begin, end in self.spans if begin <= frame < end), frame)

    def next_from(self, frame: int) -> int | None:
        """The first frame at or after `frame` that lies in a stretch; None where there is none."""
        return next((max(begin, frame) for begin, end in self.spans if frame < end), None)

    def within(self, start: int, end: int) -> Iterator[Span]:
        """The parts of the stretches that lie between two frames."""
        for begin, finish in self.spans:
            if begin < end and start < finish:
                yield max(begin, start), min(finish, end)

    def joined(self, start: int, end: int) -> Stretches:
        """Together with one more span, which may touch or overlap the others."""
        apart = [span for span in self.spans if span[1] < start or end < span[0]]
        touching = [span for span in self.spans if not (span[1] < start or end < span[0])]
        whole = (min([start, *(begin for begin, _ in touching)]), max([end, *(finish for _, finish in touching)]))
        return Stretches(tuple(sorted([*apart, whole]))) if start < end else self

    def until(self, frame: int) -> Stretches:
        """What lies before a frame."""
        return Stretches(tuple(self.within(0, frame)))

    def counted_from(self, frame: int) -> Stretches:
        """What lies from a frame on, with that frame as the first."""
        return Stretches(tuple((begin - frame, end - frame) for begin, end in self.within(frame, max(self.end, frame))))

    def since(self, frame: int) -> Stretches:
        """Without the stretches that end at a frame or earlier."""
        return Stretches(tuple(span for span in self.spans if span[1] > frame))
