"""GUI thread: a number chosen from a few presets, or typed into the field beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from resources import theme
from widgets.segments import Segments


class PresetField(QWidget):
    """Presets as buttons, and a field for anything else; the one that is chosen is marked."""

    chosen = Signal(float)
    refused = Signal(str)
    """A sentence for the user: why what was typed cannot be chosen."""

    def __init__(
        self,
        presets: Mapping[str, float],
        name: str,
        *,
        read: Callable[[str], float],
        text: Callable[[float], str],
        parent: QWidget | None = None,
    ) -> None:
        """Choose nothing yet; whoever inherits gives the field its names, its width and a first value.

        Args:
            presets: values by what their buttons say.
            name: of the presets, for those who do not see them.
            read: what was typed as a value; a ValueError says in a sentence why it is none.
            text: a value as the field shows it.
            parent: the widget that this one belongs to.
        """
        super().__init__(parent)
        self._value = 0.0
        self._values = list(presets.values())
        self._read, self._text = read, text
        self._presets = Segments(list(presets), name)
        self._presets.setProperty("dense", True)
        self._presets.pressed.connect(lambda index: self.choose(self._values[index]))
        self.field = QLineEdit()
        self.field.setProperty("dense", True)
        self.field.setFont(theme.font(tabular=True))
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.editingFinished.connect(self._read_field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.STEP_PX)
        for part in (self._presets, self.field):
            part.setFixedHeight(theme.CONTROL_HEIGHT_PX)
            row.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> float:
        """What is chosen."""
        return self._value

    def choose(self, value: float) -> None:
        """Choose a value; a preset of that value is marked."""
        self.field.setText(self._text(value))
        theme.mark(self.field, wrong=False)
        self._presets.mark(self._values.index(value) if value in self._values else None)
        if value != self._value:
            self._value = value
            self.chosen.emit(value)

    def _read_field(self) -> None:
        try:
            typed = self._read(self.field.text())
        except ValueError as refusal:
            theme.mark(self.field, wrong=True)
            self.refused.emit(str(refusal))
        else:
            self.choose(typed)
