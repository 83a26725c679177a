"""GUI thread: how long a training takes."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from widgets.numerals import duration_minutes, duration_text
from widgets.preset_field import PresetField

PRESETS = {"10 min": 10.0, "1 hour": 60.0, "Overnight": 480.0}
"""Minutes by what the button says."""
DEFAULT_MINUTES = PRESETS["1 hour"]


class DurationSelector(PresetField):
    """Presets and a field for any time, in minutes; the field shows in hours what "overnight" means."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(PRESETS, "Learn for", read=duration_minutes, text=_in_words, parent=parent)
        self.field.setAccessibleName("Hours and minutes")
        self.field.setToolTip("Any time, such as 45 min or 2 h")
        self.field.setFixedWidth(96)
        self.choose(DEFAULT_MINUTES)


def _in_words(minutes: float) -> str:
    return duration_text(60 * minutes)
