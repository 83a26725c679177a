"""GUI thread: one training: what it does, how far it is, its losses, how it sounds, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from resources import theme
from widgets.preview_strip import PreviewStrip

BAR_STEPS = 1000


@dataclass(frozen=True)
class TrainingFacts:
    """What there is to say of a training, in words.

    Attributes:
        title: of the model.
        line: what it begins with and learns from.
        state: what it is doing.
        lamp: role of the colour of the state's lamp.
        done: the part of it that is behind, 0 to 1; None where it works and nobody knows.
        figures: a caption and a value each.
        can_stop, can_remove, can_continue, can_choose: which buttons there are.
    """

    title: str
    line: str
    state: str
    lamp: str
    done: float | None = 0.0
    figures: tuple[tuple[str, str], ...] = ()
    can_stop: bool = False
    can_remove: bool = False
    can_continue: bool = False
    can_choose: bool = False


class TrainingPanel(QWidget):
    """Shows `TrainingFacts`; its plot and its preview are filled by themselves."""

    stop_pressed = Signal()
    remove_pressed = Signal()
    continue_pressed = Signal()
    choose_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # The library that it plots with takes a quarter of a second to import: not while the program starts.
        from widgets.loss_plot import LossPlot

        self._facts: TrainingFacts | None = None
        self.plot = LossPlot()
        self.preview = PreviewStrip()
        self._title = QLabel()
        self._title.setProperty("role", "time")
        self._line = QLabel()
        self._line.setProperty("role", "dim")
        self._lamp = QLabel("●")
        self.state = QLabel()
        self.state.setProperty("role", "title")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("How far the training is")
        self._figures = _Figures()
        self.stop_button = self._button("Stop", "plain", self.stop_pressed, "Save what it knows and stop; go on later")
        self.remove_button = self._button(
            "Remove…", "plain", self.remove_pressed, "Delete this training; its model stays"
        )
        self.continue_button = self._button("Continue", "second", self.continue_pressed, "Go on where it stopped")
        self.choose_button = self._button("Use this model", "loud", self.choose_pressed, "Choose it in the window")
        self._lay_out()

    def _button(self, text: str, weight: str, pressed: Signal, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("weight", weight)
        button.setToolTip(tip)
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.setSpacing(2 * theme.STEP_PX)
        heading.addWidget(self._title)
        heading.addStretch()
        heading.addWidget(self._lamp)
        heading.addWidget(self.state)
        curves = QFrame()
        curves.setProperty("panel", "card")
        around = QVBoxLayout(curves)
        around.setContentsMargins(theme.GAP_PX, 2 * theme.STEP_PX, theme.GAP_PX, 2 * theme.STEP_PX)
        around.addWidget(self.plot)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * theme.STEP_PX)
        buttons.addWidget(self.remove_button)
        buttons.addStretch()
        for button in (self.stop_button, self.continue_button, self.choose_button):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_PX)
        column.addLayout(heading)
        column.addWidget(self._line)
        column.addWidget(self._bar)
        column.addWidget(self._figures)
        column.addWidget(curves, stretch=1)
        column.addWidget(self.preview)
        column.addLayout(buttons)

    def show_facts(self, facts: TrainingFacts) -> None:
        """Show how a training goes."""
        if facts == self._facts:
            return
        self._facts = facts
        self._title.setText(facts.title)
        self._line.setText(facts.line)
        theme.mark(self._lamp, lamp=facts.lamp)
        self.state.setText(facts.state)
        self._bar.setRange(0, 0 if facts.done is None else BAR_STEPS)
        self._bar.setValue(round((facts.done or 0.0) * BAR_STEPS))
        self._figures.set_figures(facts.figures)
        self.stop_button.setVisible(facts.can_stop)
        self.remove_button.setVisible(facts.can_remove)
        self.continue_button.setVisible(facts.can_continue)
        self.choose_button.setVisible(facts.can_choose)

    @property
    def figures(self) -> dict[str, str]:
        """The values shown, by caption."""
        return dict(self._facts.figures) if self._facts else {}


class _Figures(QWidget):
    """Captions in one row, values below; nothing moves when a value becomes another."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._captions: tuple[str, ...] = ()
        self._values: list[QLabel] = []

    def set_figures(self, figures: tuple[tuple[str, str], ...]) -> None:
        """Show values under their captions."""
        captions = tuple(caption for caption, _ in figures)
        if captions != self._captions:
            self._begin_anew(captions)
        for label, (_, value) in zip(self._values, figures, strict=True):
            label.setText(value)

    def _begin_anew(self, captions: tuple[str, ...]) -> None:
        while (entry := self._row.takeAt(0)) is not None:
            entry.widget().deleteLater()
        self._captions, self._values = captions, []
        for text in captions:
            cell = QWidget()
            column = QVBoxLayout(cell)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            caption, value = QLabel(text), QLabel()
            caption.setProperty("role", "caption")
            value.setProperty("role", "figure")
            value.setFont(theme.font(tabular=True))
            column.addWidget(caption)
            column.addWidget(value)
            self._values.append(value)
            self._row.addWidget(cell, stretch=1)
