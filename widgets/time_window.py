"""Any activity: which part of a take is looked at, as a plain value; how it is zoomed and scrolled."""

from __future__ import annotations

from dataclasses import dataclass

SHORTEST_S = 0.25
"""Closer than this there is nothing more to see."""


@dataclass(frozen=True)
class TimeWindow:
    """From one second to another."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How much is seen."""
        return self.end_s - self.start_s

    def __contains__(self, time_s: float) -> bool:
        return self.start_s <= time_s <= self.end_s

    def at(self, share: float) -> float:
        """The time at a share of the way: 0 is the start, 1 the end."""
        return self.start_s + share * self.length_s

    def share(self, time_s: float) -> float:
        """How far along a time is."""
        return (time_s - self.start_s) / self.length_s

    def zoomed(self, factor: float, about_s: float, whole: TimeWindow) -> TimeWindow:
        """Show `factor` times as much, with `about_s` staying where it is, within the whole."""
        length_s = min(max(self.length_s * factor, min(SHORTEST_S, whole.length_s)), whole.length_s)
        start_s = about_s - (about_s - self.start_s) * length_s / self.length_s
        return TimeWindow(start_s, start_s + length_s).within(whole)

    def scrolled(self, by_s: float, whole: TimeWindow) -> TimeWindow:
        """Show what lies later, as far as there is something."""
        return TimeWindow(self.start_s + by_s, self.end_s + by_s).within(whole)

    def within(self, whole: TimeWindow) -> TimeWindow:
        """The nearest of the same length that lies in the whole; all of it, if that is shorter."""
        if self.length_s >= whole.length_s:
            return whole
        start_s = min(max(self.start_s, whole.start_s), whole.end_s - self.length_s)
        return TimeWindow(start_s, start_s + self.length_s)
