"""GUI thread: what one rarely changes of the next take: variation, adventure, morph, loop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from resources import theme
from widgets.captioned import Captioned
from widgets.choices import Tick
from widgets.morph_field import MorphField
from widgets.seed_field import SeedField
from widgets.value_slider import ValueSlider

TAMEST, WILDEST = 0.1, 3.9
"""Truncations."""


class ShapePanel(QWidget):
    """A row of controls."""

    loop_changed = Signal(bool)
    """Whether the take's end is to meet its beginning, after a click."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.variation = SeedField(name="Variation seed")
        self.variation.field.setToolTip("Another variation is other music in the same style")
        self.adventure = ValueSlider("Adventure", TAMEST, WILDEST, text=lambda value: f"{value:.1f}", width_px=112)
        self.adventure.setToolTip("From 0.1, tame and much alike, to 3.9, wild")
        self.morph = MorphField()
        self.loop = Tick("Seamless loop")
        self.loop.setToolTip("The end of the take meets its beginning; its style stays as it is")
        self.loop.setFixedHeight(theme.CONTROL_HEIGHT_PX)
        self.loop.clicked.connect(self.loop_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5 * theme.STEP_PX)
        for part in (Captioned("Variation", self.variation), self.adventure, self.morph, Captioned(" ", self.loop)):
            row.addWidget(part)
        row.addStretch()

    def show_use(self, *, loop: bool, changes: bool) -> None:
        """Whether the take may be a loop, and whether its style may change."""
        self.loop.setEnabled(loop)
        self.morph.setEnabled(changes)
