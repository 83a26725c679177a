"""GUI thread: how far the work is, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.library import Entry
from engine.takes.roles import Progress
from widgets.numerals import clock_text
from widgets.take_card import TakeCard

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


def recordings_text(left: int, *, from_last_time: bool = False) -> str:
    """How many recordings are still to be taken apart: "Taking a recording apart", "Taking 3 recordings apart"."""
    what = f"{left} recordings" if left > 1 else "a recording"
    return f"Going on with {what} from last time" if from_last_time else f"Taking {what} apart"


def gone_text(files: Sequence[Path]) -> str:
    """That recordings which waited to be taken apart have been moved or removed: a sentence."""
    if len(files) == 1:
        return f"“{files[0].name}” is not there any more, so it is not taken apart."
    others = "another recording" if len(files) == 2 else f"{len(files) - 1} other recordings"
    return f"“{files[0].name}” and {others} are not there any more, so they are not taken apart."


def given_up_text(file: Path) -> str:
    """That a recording is not tried again with which the program ended several times: a sentence."""
    return f"“{file.name}” is not taken apart: the program ended in the middle of it again and again. Drop it to retry."


def left_text(fraction: float, elapsed_s: float) -> str:
    """How long the rest takes at the pace so far: "9 s left"; empty while that cannot be told."""
    if fraction < SETTLED:
        return ""
    left_s = elapsed_s * (1 - fraction) / fraction
    return f"{clock_text(left_s)} left" if left_s >= 60 else f"{math.ceil(left_s)} s left"


def _clock(frames: int) -> str:
    return clock_text(frames / SAMPLE_RATE_HZ)


def take_card(entry: Entry, today: date, fraction: float | None = None) -> TakeCard:
    """What is shown of a take: while it is being made, with the fraction that is done (−1 where it has no end)."""
    return TakeCard(
        key=str(entry.folder),
        name=entry.name,
        line=take_line(entry, making=fraction is not None),
        group=day_text(entry.created_at.astimezone().date(), today),
        stars=entry.stars,
        details=take_details(entry),
        progress=fraction,
    )


def day_text(day: date, today: date) -> str:
    """A day as one says it today: "Today", "Yesterday", "12 November", "3 March 2025"."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return f"{day.day} {day:%B}" if day.year == today.year else f"{day.day} {day:%B %Y}"


def take_line(entry: Entry, *, making: bool = False) -> str:
    """What a take is, in few words: "Barn ’77 · 2:00 · 4 stems", "imported · 3:41 · making"."""
    origin = "imported" if entry.kind == "recording" else entry.model
    length = "" if making and not entry.length_s else clock_text(entry.length_s)
    return " · ".join(filter(None, (origin, length, _state_text(entry, making))))


def _state_text(entry: Entry, making: bool) -> str:
    if making:
        return {"radio": "on air", "recording": "being taken apart"}.get(entry.kind, "making")
    if entry.kind == "loop":
        return "loop"
    return f"{len(entry.stem_names)} stems" if entry.stem_names else "no stems"


def take_details(entry: Entry) -> str:
    """All that is known of a take, line by line: where it comes from, seeds, when it was made, how large it is."""
    lines = [entry.name, take_line(entry)]
    journey = entry.recipe.get("journey")
    if isinstance(journey, Mapping):
        if isinstance(journey.get("style"), int):
            lines.append(f"Style seed {journey['style']} · variation {journey.get('variation', '')}")
        lines.append(f"Adventure {journey.get('truncation', '')} · drift {journey.get('drift', 0)}")
    if file := entry.recipe.get("file"):
        lines.append(f"From {file}")
    made = entry.created_at.astimezone()
    size = f" · {bytes_text(entry.size_bytes)}" if entry.size_bytes else ""
    lines.append(f"Made {made.day} {made:%B %Y, %H:%M}{size}")
    return "\n".join(lines)


def bytes_text(size_bytes: float) -> str:
    """A size on the disk: "0 MB", "640 MB", "3.2 GB", "118 GB"; in steps of a thousand, as disks are sold."""
    gigabytes = size_bytes / 1e9
    if gigabytes >= 99.5:
        return f"{gigabytes:.0f} GB"
    return f"{gigabytes:.1f} GB" if gigabytes >= 1 else f"{size_bytes / 1e6:.0f} MB"
