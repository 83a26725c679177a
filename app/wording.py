"""GUI thread: how far the work is, in words."""

from __future__ import annotations

import math

from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.roles import Progress
from widgets.numerals import clock_text

SETTLED = 0.05
"""From this fraction on the pace is steady enough to tell how long the rest takes."""


def doing_text(progress: Progress) -> str:
    """What is being done, and how much of it is: "Making 0:20 of 1:00", once that is there "Separating …"."""
    if progress.planned_frames is None:
        return f"Making {_clock(progress.made_frames)}"
    making = progress.made_frames < progress.planned_frames
    done_frames = progress.made_frames if making else progress.separated_frames
    return f"{'Making' if making else 'Separating'} {_clock(done_frames)} of {_clock(progress.planned_frames)}"


def radio_text(progress: Progress, heard_frame: int) -> str:
    """How far a radio is ahead of what is heard: "Radio: made 18 s ahead, stems 9 s"."""
    made, stems = (
        round(max(0, frames - heard_frame) / SAMPLE_RATE_HZ)
        for frames in (progress.made_frames, progress.separated_frames)
    )
    return f"Radio: made {made} s ahead, stems {stems} s"


def left_text(fraction: float, elapsed_s: float) -> str:
    """How long the rest takes at the pace so far: "9 s left"; empty while that cannot be told."""
    if fraction < SETTLED:
        return ""
    left_s = elapsed_s * (1 - fraction) / fraction
    return f"{clock_text(left_s)} left" if left_s >= 60 else f"{math.ceil(left_s)} s left"


def _clock(frames: int) -> str:
    return clock_text(frames / SAMPLE_RATE_HZ)
