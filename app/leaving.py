"""GUI thread: what of the loaded take can leave the studio, by export or by a drag, and what its files are called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.audio.format import SAMPLE_RATE_HZ
from engine.export.naming import fields_of
from engine.playback.settings import MixSettings
from engine.takes.pieces import recipe_between
from engine.takes.take import Take

NOT_YET = "Wait until the take is made, or drag over the picture to choose a region of what there is."
NO_SOUND = "There is nothing to export yet: wait until there is sound."

Frames = tuple[int, int]
"""The first frame, and the frame after the last."""


def whole_of(take: Take) -> Frames | None:
    """All of a take that is made; of an endless one what is still there; None while it is being made."""
    if take.mix_frames <= take.first_frame or not (take.finished or take.kept_frames is not None):
        return None
    return take.first_frame, take.mix_frames


def region_of(take: Take, region_s: tuple[float, float] | None) -> Frames | None:
    """What exists of a region of a take, which is given in seconds."""
    if region_s is None:
        return None
    start, end = (round(edge_s * SAMPLE_RATE_HZ) for edge_s in region_s)
    start, end = max(start, take.first_frame), min(end, take.mix_frames)
    return (start, end) if start < end else None


def stems_of(take: Take, frames: Frames | None) -> tuple[str, ...]:
    """The stems that there are of a stretch of a take; while it is being made, only where they are all there."""
    if frames is None:
        return ()
    begin, end = frames
    there = take.stems_from(begin) < end if take.finished else take.stems_end(begin) >= end
    return take.stem_names if there else ()


def mix_of(remembered: object, stems: int) -> MixSettings:
    """Faders of so many stems as they were remembered; at 0 dB where they were not, or do not fit."""
    try:
        mix = MixSettings.from_json(remembered)
    except ValueError:
        return MixSettings.unity(stems)
    return mix if len(mix.strips) == stems else MixSettings.unity(stems)


def names_of(take: Take, title: str, titles: Mapping[str, str], frames: Frames) -> dict[str, str]:
    """What the fields of a name pattern stand for with a stretch of a take; `titles` are those of the models."""
    recipe = recipe_between(take.recipe, *frames)
    model = str(recipe.get("model", ""))
    return fields_of(
        recipe, title=title, model=titles.get(model, model), made_at=take.created_at, start_frame=frames[0]
    )


def folder_words(paths: list[Path]) -> str:
    """Files in words: "Jam - Mix.wav to /home/anna/Music"."""
    names = paths[0].name if len(paths) == 1 else f"{len(paths)} files"
    return f"{names} to {paths[0].parent}"
