"""GUI thread: how long the next take will be."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from widgets.numerals import clock_text, length_s
from widgets.preset_field import PresetField

PRESETS_S = (15.0, 30.0, 60.0, 120.0, 300.0)


class LengthSelector(PresetField):
    """Presets and a field for any length in seconds, as m:ss."""

    def __init__(self, parent: QWidget | None = None) -> None:
        presets = {clock_text(preset_s): preset_s for preset_s in PRESETS_S}
        super().__init__(presets, "Length", read=length_s, text=_on_a_clock, parent=parent)
        self.field.setAccessibleName("Length, minutes and seconds")
        self.field.setToolTip("Any length from 0:01 to 3:00:00")
        self.field.setFixedWidth(72)
        self.choose(PRESETS_S[1])


def _on_a_clock(length_s: float) -> str:
    return clock_text(length_s, tenths=length_s % 1 != 0)
