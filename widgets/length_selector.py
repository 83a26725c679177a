"""GUI thread: how long the next take will be."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QWidget

from widgets.numerals import clock_text, length_s
from widgets.preset_field import PresetField

PRESETS_S = (15.0, 30.0, 60.0, 120.0, 300.0)
ENDLESS_S = math.inf
ENDLESS_TEXT = "∞"


class LengthSelector(PresetField):
    """Presets and a field for any length in seconds, as m:ss; one of them is endless."""

    def __init__(self, parent: QWidget | None = None) -> None:
        presets = {_on_a_clock(preset_s): preset_s for preset_s in (*PRESETS_S, ENDLESS_S)}
        super().__init__(presets, "Length", read=_length_s, text=_on_a_clock, parent=parent)
        self.field.setAccessibleName("Length, minutes and seconds")
        self.field.setToolTip("Any length from 0:01 to 3:00:00, or ∞ for music that goes on until you stop it")
        self.field.setFixedWidth(60)
        self.choose(PRESETS_S[1])


def _length_s(text: str) -> float:
    return ENDLESS_S if text.strip().lower() in (ENDLESS_TEXT, "endless") else length_s(text)


def _on_a_clock(length_s: float) -> str:
    return ENDLESS_TEXT if math.isinf(length_s) else clock_text(length_s, tenths=length_s % 1 != 0)
