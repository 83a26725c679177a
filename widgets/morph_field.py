"""GUI thread: whether the style of the next take becomes another, which, and in how much time."""

from __future__ import annotations

from secrets import randbelow

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from resources import theme
from widgets.captioned import Captioned
from widgets.choices import Tick
from widgets.numerals import clock_text, length_s
from widgets.preset_field import PresetField
from widgets.seed_field import SEEDS, SeedField

PRESETS_S = (10.0, 30.0, 120.0)


class OverSelector(PresetField):
    """The time that a morph takes, in seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            {clock_text(s): s for s in PRESETS_S}, "Morph over", read=length_s, text=clock_text, parent=parent
        )
        self.field.setAccessibleName("Time that the morph takes, minutes and seconds")
        self.field.setToolTip("Any time from 0:01 on")
        self.field.setFixedWidth(64)
        self.choose(PRESETS_S[1])


class MorphField(QWidget):
    """A tick, the seed of the style to arrive at, and the time; the latter two count only while it is ticked."""

    changed = Signal()
    """Something was changed by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tick = Tick("Morph to")
        self.tick.setToolTip("Let the style become that of another seed")
        self.seed = SeedField(randbelow(SEEDS), name="Seed to morph to", lockable=False)
        self.over = OverSelector()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.STEP_PX)
        self.tick.setFixedHeight(theme.CONTROL_HEIGHT_PX)
        for part in (Captioned(" ", self.tick), Captioned("Style seed", self.seed), Captioned("Over", self.over)):
            row.addWidget(part)
        self.tick.clicked.connect(self._tell)
        self.seed.seed_changed.connect(self._tell)
        self.over.chosen.connect(self._tell)
        self._show_use(False)
        self.tick.toggled.connect(self._show_use)

    @property
    def wanted(self) -> tuple[int, float] | None:
        """The seed to arrive at and the seconds that it takes; None where the style is to stay."""
        return (self.seed.seed, self.over.value) if self.tick.isChecked() else None

    def show_wanted(self, wanted: tuple[int, float] | None) -> None:
        """Show a seed and a time, or that none is wanted; tells nobody."""
        self.blockSignals(True)
        self.tick.setChecked(wanted is not None)
        if wanted is not None:
            self.seed.set_seed(wanted[0])
            self.over.choose(wanted[1])
        self.blockSignals(False)

    def _tell(self) -> None:
        self.changed.emit()

    def _show_use(self, used: bool) -> None:
        for part in (self.seed, self.over):
            part.setEnabled(used)
