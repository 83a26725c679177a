"""GUI thread: what the next take will be, and the one loud button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from resources import theme
from widgets.captioned import Captioned
from widgets.length_selector import LengthSelector
from widgets.morph_button import MorphButton
from widgets.seed_field import SeedField
from widgets.value_slider import ValueSlider

TAMEST, USUAL, WILDEST = 0.1, 3.0, 3.9
"""Truncations; the usual one is the engine's."""
SURPRISE = " Surprise me"
SLIM_PX = 10  # what the style sheet pads a slim button with
MARGIN_PX = theme.GAP_PX
SPACING_PX = 2 * theme.STEP_PX


class MakeBar(QFrame):
    """All that a take is made of, the first things first.

    What has no place beside the buttons goes into a second row, which folds out and in.
    """

    generate_pressed = Signal()
    cancel_pressed = Signal()
    more_pressed = Signal()
    """More in the style of what is loaded."""
    surprise_pressed = Signal()
    """Something else, by chance."""
    loop_changed = Signal(bool)
    """Whether the take's end is to meet its beginning, after a click."""
    opened = Signal(bool)
    """Whether the second row was folded out, or in, by a click."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = False
        self._ready = False
        self._open = False
        self.setProperty("panel", "card")
        self._make_parts()
        self._make_buttons()
        self._lay_out()
        self.set_more_available(False)
        self._dress_button()

    def _make_parts(self) -> None:
        self.length = LengthSelector()
        self.loop = QPushButton()
        theme.set_icon(self.loop, "repeat")
        self.loop.setCheckable(True)
        self.loop.setProperty("weight", "square")
        self.loop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.loop.setAccessibleName("Seamless loop")
        self.loop.setToolTip("Make a loop: the end of the take meets its beginning, and its style stays as it is")
        self.loop.clicked.connect(self.loop_changed)
        self.loop.toggled.connect(self._dress_loop)
        self.seed = SeedField(name="Style seed")
        self.variation = SeedField(name="Variation seed")
        self.variation.field.setToolTip("Another variation is other music in the same style")
        self.adventure = ValueSlider("Adventure", TAMEST, WILDEST, usual=USUAL, text=lambda x: f"{x:.1f}", width_px=92)
        self.adventure.setToolTip("How far from the ordinary: 0.1 is tame, 3 is usual (double-click), 3.9 is wild")
        self.drift = ValueSlider("Drift", 0.0, 1.0, text=drift_text, width_px=84)
        self.drift.setToolTip("How far the style wanders from where it begins, as time goes on")
        self.morph = MorphButton()
        captioned = {
            "Length": self.length,
            "Loop": self.loop,
            "Style seed": self.seed,
            "Variation": self.variation,
        }
        self.parts: list[QWidget] = [Captioned(text, part) for text, part in captioned.items()]
        self.parts += [self.adventure, self.drift, Captioned("Morph", self.morph)]

    def _make_buttons(self) -> None:
        self.fold_button = QPushButton()
        self.fold_button.setCheckable(True)
        self.fold_button.setProperty("weight", "square")
        self.fold_button.setAccessibleName("More about the next take")
        self.fold_button.clicked.connect(self._fold)
        self._fold_part = Captioned("More", self.fold_button)
        self.surprise_button = QPushButton()
        theme.set_icon(self.surprise_button, "dices")
        self.surprise_button.setAccessibleName("Surprise me")
        self.surprise_button.setToolTip("Surprise me: other seeds, adventure and drift by chance, and Generate (R)")
        self.surprise_button.clicked.connect(self.surprise_pressed)
        self.more_button = QPushButton("More like this")
        self.more_button.setToolTip("New music in the style of what is loaded (Shift+G)")
        self.more_button.clicked.connect(self.more_pressed)
        for slim in (self.surprise_button, self.more_button):
            slim.setProperty("weight", "slim")
        self.button = QPushButton()
        self.button.setFixedWidth(102)
        self.button.clicked.connect(self._press)
        for button in (self.fold_button, self.surprise_button, self.more_button, self.button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        self._buttons = QWidget()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(SPACING_PX)
        for button in (self.surprise_button, self.more_button, self.button):
            buttons.addWidget(button)
        for row in (self._first, self._second):
            row.setSpacing(SPACING_PX)
        column = QVBoxLayout(self)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)  # it may be narrower: see `_rearrange`
        column.setContentsMargins(MARGIN_PX, 2 * theme.STEP_PX, MARGIN_PX, 2 * theme.STEP_PX)
        column.setSpacing(2 * theme.STEP_PX)
        column.addLayout(self._first)
        column.addLayout(self._second)
        self._in_first = 0
        self._arrange(len(self.parts))

    # Where everything is

    def minimumSizeHint(self) -> QSize:
        """As wide as length, loop and the buttons; the rest then goes into the second row."""
        parts_px = sum(_width_px(part) + SPACING_PX for part in (*self.parts[:2], self._fold_part))
        width_px = parts_px + self._buttons_px(narrow=True) + 2 * MARGIN_PX
        return QSize(width_px + self.width() - self.contentsRect().width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Move what has no place any more, or has one again."""
        super().resizeEvent(event)
        self._rearrange()

    def event(self, event: QEvent) -> bool:
        """A part that has become wider or narrower may need another place."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._rearrange()
        return super().event(event)

    def set_open(self, is_open: bool) -> None:
        """Fold the second row out or in; tells nobody."""
        self._open = is_open
        self._show_fold()

    def _rearrange(self) -> None:
        room_px = self.contentsRect().width() - 2 * MARGIN_PX
        widths_px = [_width_px(part) + SPACING_PX for part in self.parts]
        least_px = sum(widths_px[:2]) + _width_px(self._fold_part) + SPACING_PX
        narrow = least_px + self._buttons_px(narrow=False) > room_px
        self.surprise_button.setText("" if narrow else SURPRISE)
        room_px -= self._buttons_px(narrow=narrow)
        if sum(widths_px) > room_px:
            room_px -= _width_px(self._fold_part) + SPACING_PX
        fitting = [index for index in range(len(widths_px)) if sum(widths_px[: index + 1]) <= room_px]
        wanted = max(2, len(fitting))
        if wanted != self._in_first:
            self._arrange(wanted)

    def _buttons_px(self, *, narrow: bool) -> int:
        """What the three buttons need; the text of the first is left out where it is narrow."""
        text_px = self.surprise_button.fontMetrics().horizontalAdvance(SURPRISE)
        surprise_px = theme.ICON_PX + 2 * SLIM_PX + 2 + (0 if narrow else text_px + theme.STEP_PX)
        others_px = self.more_button.sizeHint().width() + self.button.width()
        return surprise_px + others_px + 2 * SPACING_PX

    def _arrange(self, count: int) -> None:
        """Put so many parts into the first row, and the rest into the second."""
        self._in_first = count
        for row in (self._first, self._second):
            while row.count():
                row.takeAt(0)
        for row, parts in ((self._first, self.parts[:count]), (self._second, self.parts[count:])):
            for part in parts:
                row.addWidget(part, 0, Qt.AlignmentFlag.AlignBottom)
        self._first.addWidget(self._fold_part, 0, Qt.AlignmentFlag.AlignBottom)
        self._first.addStretch()
        self._first.addWidget(self._buttons)
        self._second.addStretch()
        self._show_fold()

    def _show_fold(self) -> None:
        folds = self._in_first < len(self.parts)
        self._fold_part.setVisible(folds)
        for index, part in enumerate(self.parts):
            part.setVisible(index < self._in_first or self._open)
        self.fold_button.setChecked(self._open)
        self.fold_button.setToolTip("Fewer controls" if self._open else "More controls: seeds, adventure, drift, morph")
        theme.set_icon(self.fold_button, "chevron-down" if self._open else "chevron-right", "dim")

    def _fold(self, is_open: bool) -> None:
        self.set_open(is_open)
        self.opened.emit(is_open)

    # What it says

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

    def show_use(self, *, loop: bool, changes: bool) -> None:
        """Whether the take may be a loop, and whether its style may change."""
        self.loop.setEnabled(loop)
        self.morph.setEnabled(changes)
        self.drift.setEnabled(changes)

    def _dress_button(self) -> None:
        self.button.setText("Cancel" if self._busy else "Generate")
        self.button.setToolTip("Stop what is being made" if self._busy else "Make a new take (G)")
        self.button.setEnabled(self._busy or self._ready)
        self.surprise_button.setEnabled(self._ready and not self._busy)
        theme.mark(self.button, weight="loud", calm=self._busy)

    def _dress_loop(self, on: bool) -> None:
        theme.set_icon(self.loop, "repeat", "accent" if on else "text")
        theme.mark(self.loop, chosen=on)

    def _press(self) -> None:
        (self.cancel_pressed if self._busy else self.generate_pressed).emit()


def _width_px(part: QWidget) -> int:
    return part.sizeHint().expandedTo(part.minimumSize()).boundedTo(part.maximumSize()).width()


def drift_text(drift: float) -> str:
    """A drift, 0 to 1, in words."""
    return {0.0: "stay", 1.0: "wander"}.get(drift, f"{100 * drift:.0f} %")
