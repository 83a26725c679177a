"""GUI thread: how long a training takes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from resources import theme
from widgets.numerals import duration_minutes, duration_text
from widgets.segments import Segments

PRESETS = {"10 min": 10.0, "1 hour": 60.0, "Overnight": 480.0}
"""Minutes by what the button says."""
DEFAULT_MINUTES = PRESETS["1 hour"]


class DurationSelector(QWidget):
    """Presets and a field for any time; the field shows in hours what "overnight" means."""

    changed = Signal()
    refused = Signal(str)
    """A sentence for the user: why what was typed is no length of time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._minutes = 0.0
        self._presets = Segments(list(PRESETS), "Learn for")
        self._presets.pressed.connect(lambda index: self.set_minutes(list(PRESETS.values())[index]))
        self.field = QLineEdit()
        self.field.setAccessibleName("Hours and minutes")
        self.field.setToolTip("Any time, such as 45 min or 2 h")
        self.field.setFont(theme.font(tabular=True))
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.setFixedWidth(96)
        self.field.editingFinished.connect(self._read_field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.STEP_PX)
        for part in (self._presets, self.field):
            part.setFixedHeight(theme.CONTROL_HEIGHT_PX)
            row.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_minutes(DEFAULT_MINUTES)

    @property
    def minutes(self) -> float:
        """The time chosen."""
        return self._minutes

    def set_minutes(self, minutes: float) -> None:
        """Choose a time; a preset of that time is marked."""
        self.field.setText(duration_text(60 * minutes))
        theme.mark(self.field, wrong=False)
        times = list(PRESETS.values())
        self._presets.mark(times.index(minutes) if minutes in times else None)
        if minutes != self._minutes:
            self._minutes = minutes
            self.changed.emit()

    def _read_field(self) -> None:
        try:
            typed = duration_minutes(self.field.text())
        except ValueError as refusal:
            theme.mark(self.field, wrong=True)
            self.refused.emit(str(refusal))
        else:
            self.set_minutes(typed)
