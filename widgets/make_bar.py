"""GUI thread: what the next take will be, and the one loud button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from resources import theme
from widgets.captioned import Captioned
from widgets.length_selector import LengthSelector
from widgets.seed_field import SeedField
from widgets.shape_panel import ShapePanel
from widgets.value_slider import ValueSlider


class MakeBar(QFrame):
    """Length, seed and drift; a second row with the rest folds out. While something is made, Generate is Cancel."""

    generate_pressed = Signal()
    cancel_pressed = Signal()
    more_pressed = Signal()
    """More in the style of what is loaded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = False
        self._ready = False
        self.setProperty("panel", "card")
        self.length = LengthSelector()
        self.seed = SeedField(name="Style seed")
        self.drift = ValueSlider("Drift", 0.0, 1.0, text=drift_text, width_px=104)
        self.drift.setToolTip("How far the style wanders from where it begins, as time goes on")
        self.shape = ShapePanel()
        self.fold_button = QPushButton()
        self.fold_button.setCheckable(True)
        self.fold_button.setProperty("weight", "square")
        self.fold_button.setAccessibleName("More about the next take")
        self.fold_button.setToolTip("Variation, adventure, morph and loop")
        self.fold_button.toggled.connect(self._fold)
        self.more_button = QPushButton("More like this")
        self.more_button.setToolTip("New music in the style of what is loaded")
        self.more_button.clicked.connect(self.more_pressed)
        self.button = QPushButton()
        self.button.setFixedWidth(112)
        self.button.clicked.connect(self._press)
        for button in (self.fold_button, self.more_button, self.button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._lay_out()
        self._fold(False)
        self.set_more_available(False)
        self._dress_button()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_PX)
        for part in (Captioned("Length", self.length), Captioned("Style seed", self.seed), self.drift):
            row.addWidget(part)
        row.addWidget(Captioned(" ", self.fold_button))
        row.addStretch()
        row.addWidget(self.more_button)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_PX, 2 * theme.STEP_PX, theme.GAP_PX, 2 * theme.STEP_PX)
        column.setSpacing(2 * theme.STEP_PX)
        column.addLayout(row)
        column.addWidget(self.shape)

    def set_busy(self, busy: bool) -> None:
        """Whether something is being made that can be cancelled."""
        self._busy = busy
        self._dress_button()

    def set_ready(self, ready: bool) -> None:
        """Whether there is a model to generate with."""
        self._ready = ready
        self._dress_button()

    def set_more_available(self, available: bool) -> None:
        """Whether what is loaded has a style of which there could be more."""
        self.more_button.setEnabled(available)

    def _dress_button(self) -> None:
        self.button.setText("Cancel" if self._busy else "Generate")
        self.button.setToolTip("Stop what is being made" if self._busy else "Make a new take (Ctrl+Return)")
        self.button.setEnabled(self._busy or self._ready)
        theme.mark(self.button, weight="loud", calm=self._busy)

    def _press(self) -> None:
        (self.cancel_pressed if self._busy else self.generate_pressed).emit()

    def _fold(self, open_: bool) -> None:
        self.shape.setVisible(open_)
        self.fold_button.setIcon(theme.icon("chevron-down" if open_ else "chevron-right", theme.COLOURS.dim))


def drift_text(drift: float) -> str:
    """A drift, 0 to 1, in words."""
    return {0.0: "stay", 1.0: "wander"}.get(drift, f"{100 * drift:.0f} %")
