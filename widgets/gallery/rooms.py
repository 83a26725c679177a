"""GUI thread: the rooms of the gallery: which specimens hang together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from widgets.gallery import chrome, controls, exporting, making, mixer, models, stage, takes, training
from widgets.gallery.specimen import Specimen

ROOMS: Mapping[str, Sequence[Specimen]] = {
    "controls": controls.SPECIMENS,
    "models": models.SPECIMENS,
    "making": making.SPECIMENS,
    "stage": stage.SPECIMENS,
    "mixer": mixer.SPECIMENS,
    "takes": takes.SPECIMENS,
    "exporting": exporting.SPECIMENS,
    "chrome": chrome.SPECIMENS,
    "training": training.SPECIMENS,
}
"""Specimens by the name of their room; those of the same widget stand next to each other."""
