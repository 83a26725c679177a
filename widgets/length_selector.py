"""GUI thread: how long the next take will be."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from resources import theme
from widgets.numerals import clock_text, length_s
from widgets.segments import Segments

PRESETS_S = (15.0, 30.0, 60.0, 120.0, 300.0)


class LengthSelector(QWidget):
    """Presets and a field for any length, as m:ss."""

    length_changed = Signal(float)
    """The length chosen, in seconds."""
    refused = Signal(str)
    """A sentence for the user: why what was typed is no length."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._length_s = 0.0
        self._presets = Segments([clock_text(preset_s) for preset_s in PRESETS_S], "Length")
        self._presets.pressed.connect(lambda index: self.set_length_s(PRESETS_S[index]))
        self.field = QLineEdit()
        self.field.setAccessibleName("Length, minutes and seconds")
        self.field.setToolTip("Any length from 0:01 to 3:00:00")
        self.field.setFont(theme.font(tabular=True))
        self.field.setFixedWidth(72)
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.editingFinished.connect(self._read_field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.STEP_PX)
        for part in (self._presets, self.field):
            part.setFixedHeight(theme.CONTROL_HEIGHT_PX)
            row.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_length_s(PRESETS_S[1])

    @property
    def length_s(self) -> float:
        """The length chosen, in seconds."""
        return self._length_s

    def set_length_s(self, chosen_s: float) -> None:
        """Choose a length; a preset of that length is marked."""
        self.field.setText(clock_text(chosen_s, tenths=chosen_s % 1 != 0))
        theme.mark(self.field, wrong=False)
        self._presets.mark(PRESETS_S.index(chosen_s) if chosen_s in PRESETS_S else None)
        if chosen_s != self._length_s:
            self._length_s = chosen_s
            self.length_changed.emit(chosen_s)

    def _read_field(self) -> None:
        try:
            typed_s = length_s(self.field.text())
        except ValueError as refusal:
            theme.mark(self.field, wrong=True)
            self.refused.emit(str(refusal))
        else:
            self.set_length_s(typed_s)
