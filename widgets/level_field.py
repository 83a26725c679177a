"""GUI thread: how loud an export is to be: as it is, its highest peak, or its loudness, at a value that one types."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal, get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from engine.export.choices import LOUDNESSES_LUFS, PEAKS_DBFS, ExportChoices, Level
from resources import theme
from widgets.numerals import signed_text, typed_number
from widgets.segments import Segments

TIPS = (
    "As loud as it is heard",
    "The highest sample of all the files comes to this level",
    "The mix becomes so loud to the ear (ITU-R BS.1770-4)",
)
WORDS: dict[Level, str] = {"as it is": "As it is", "peak": "Peak", "loudness": "Loudness"}
UNITS: dict[Level, str] = {"peak": "dBFS", "loudness": "LUFS"}
FIELD_WIDTH_PX = 72
Target = Literal["peak_dbfs", "loudness_lufs"]
TARGETS: dict[Level, Target] = {"peak": "peak_dbfs", "loudness": "loudness_lufs"}
RANGES: dict[Target, tuple[float, float]] = {"peak_dbfs": PEAKS_DBFS, "loudness_lufs": LOUDNESSES_LUFS}


class LevelField(QWidget):
    """Three ways, and for two of them a value; a view of the level in `ExportChoices`."""

    changed = Signal(object)
    """The `ExportChoices` with the level that the hand chose."""
    refused = Signal(str)
    """A sentence for the user: why what was typed cannot be chosen; empty when it can be again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = ExportChoices()
        self.ways = Segments(list(WORDS.values()), "Level")
        self.ways.set_tips(TIPS)
        self.ways.pressed.connect(lambda index: self._change(replace(self._choices, level=get_args(Level)[index])))
        self.field = QLineEdit()
        self.field.setFont(theme.font(tabular=True))
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setFixedWidth(FIELD_WIDTH_PX)
        self.field.textEdited.connect(self._read)
        self.field.editingFinished.connect(self._tidy)
        self._unit = QLabel()
        self._unit.setProperty("role", "dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.STEP_PX)
        for part in (self.ways, self.field):
            part.setFixedHeight(theme.CONTROL_HEIGHT_PX)
        for part in (self.ways, self.field, self._unit):
            row.addWidget(part)
        row.addStretch()
        self.set_choices(self._choices)

    def set_choices(self, choices: ExportChoices) -> None:
        """Show the level of `choices`; tells nobody."""
        self._choices = choices
        self.ways.mark(get_args(Level).index(choices.level))
        target = TARGETS.get(choices.level)
        self.field.setVisible(target is not None)
        self._unit.setVisible(target is not None)
        theme.mark(self.field, wrong=False)
        if target is None:
            return
        if typed_number(self.field.text()) != getattr(choices, target):  # else a hand may be typing it
            self.field.setText(signed_text(getattr(choices, target)))
        self.field.setAccessibleName(f"{WORDS[choices.level]} in {UNITS[choices.level]}")
        lowest, highest = RANGES[target]
        self.field.setToolTip(f"From {signed_text(lowest)} to {signed_text(highest)} {UNITS[choices.level]}")
        self._unit.setText(UNITS[choices.level])

    def _tidy(self) -> None:
        """Write what is chosen as it is written here."""
        if target := TARGETS.get(self._choices.level):
            self.field.setText(signed_text(getattr(self._choices, target)))
            theme.mark(self.field, wrong=False)
            self.refused.emit("")

    def _read(self, text: str) -> None:
        target = TARGETS[self._choices.level]
        lowest, highest = RANGES[target]
        value = typed_number(text)
        fits = not math.isnan(value) and lowest <= value <= highest
        theme.mark(self.field, wrong=not fits)
        if not fits:
            self.refused.emit(f"Type a level from {signed_text(lowest)} to {signed_text(highest)}.")
            return
        self.refused.emit("")
        self._choices = replace(self._choices, **{target: value})
        self.changed.emit(self._choices)

    def _change(self, choices: ExportChoices) -> None:
        self.set_choices(choices)
        self.refused.emit("")
        self.changed.emit(choices)
