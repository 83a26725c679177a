"""GUI thread: what a training is to be: recordings, a model to begin with, a name, a time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.models.card import ModelCard
from resources import theme
from widgets.choices import Choice, Tick
from widgets.duration_selector import DurationSelector
from widgets.folder_drop import FolderDrop

HEADING = "A model of your own"
INTRODUCTION = (
    "The studio listens to your recordings and learns to play in their manner. It works quietly in the background, "
    "also while the studio is closed. When it is done, the model stands among the others."
)
FROM_SCRATCH = "From scratch: needs many hours of music, and patience"
PATIENCE = "The longer, the better. It can be stopped at any time, and continued later."
LONGEST_NAME = 40
CUT_S = 10
LONGEST_CUT_S = 600
LITTLE_S = 30 * 60.0
"""With less music than this a model mostly repeats what it knows already."""


@dataclass(frozen=True)
class TrainingWish:
    """What is to be trained.

    Attributes:
        recordings: a folder of them.
        title: what the model is to be called in the window.
        name: the same as a name of a model: lower-case letters, digits and dashes.
        base: name of the generator to begin with; empty to begin from scratch.
        minutes: how long to learn.
        varied: whether it also learns from variations of the recordings.
        cut_s: what is left out at either end of each recording, in seconds.
    """

    recordings: Path
    title: str
    name: str
    base: str
    minutes: float
    varied: bool
    cut_s: int


class TrainingForm(QWidget):
    """Everything has a sensible value already, but the folder."""

    folder_asked = Signal()
    folder_chosen = Signal(object)
    """The `Path` of the recordings."""
    refused = Signal(str)
    """A sentence for the user: what is to be put right first."""
    wanted = Signal(object)
    """The `TrainingWish`: start."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._taken: Collection[str] = ()
        self._make_widgets()
        self._lay_out()

    def _make_widgets(self) -> None:
        self.drop = FolderDrop()
        self.drop.asked.connect(self.folder_asked)
        self.drop.dropped.connect(self.set_folder)
        self.base = Choice()
        self.base.setAccessibleName("Start from")
        self.base.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.name = QLineEdit(maxLength=LONGEST_NAME, placeholderText="My band")
        self.name.setAccessibleName("Name of the model")
        self.time = DurationSelector()
        self.time.refused.connect(self.refused)
        self.details_button = QPushButton(" Details")
        self.details_button.setProperty("weight", "fold")
        self.details_button.setCheckable(True)
        self.details_button.toggled.connect(self._fold)
        self.varied = Tick("Learn from variations too: a little faster, slower, noisier, mixed")
        self.varied.setChecked(True)
        self.cut = QLineEdit(str(CUT_S), alignment=Qt.AlignmentFlag.AlignCenter)
        self.cut.setAccessibleName("Seconds to leave out at the beginning and the end of each recording")
        self.cut.setValidator(QIntValidator(0, LONGEST_CUT_S, self))
        self.cut.setFixedWidth(56)
        self.start_button = QPushButton("Start training")
        self.start_button.setProperty("weight", "loud")
        self.start_button.setEnabled(False)
        self.start_button.clicked.connect(self._start)

    def _lay_out(self) -> None:
        heading = QLabel(HEADING)
        heading.setProperty("role", "time")
        introduction = QLabel(INTRODUCTION, wordWrap=True)
        introduction.setProperty("role", "dim")
        fields = QGridLayout()
        fields.setHorizontalSpacing(5 * theme.STEP_PX)
        fields.setVerticalSpacing(theme.STEP_PX)
        fields.setColumnStretch(0, 1)
        fields.setColumnStretch(1, 1)
        for column, (text, control) in enumerate((("Start from", self.base), ("Name of the model", self.name))):
            fields.addWidget(_caption(text), 0, column)
            fields.addWidget(control, 1, column)
        time = QHBoxLayout()
        time.setSpacing(3 * theme.STEP_PX)
        time.addWidget(self.time)
        time.addWidget(_caption(PATIENCE), stretch=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.STEP_PX)
        column.addWidget(heading)
        column.addWidget(introduction)
        column.addSpacing(3 * theme.STEP_PX)
        column.addWidget(self.drop)
        column.addSpacing(3 * theme.STEP_PX)
        column.addLayout(fields)
        column.addSpacing(3 * theme.STEP_PX)
        column.addWidget(_caption("Learn for"))
        column.addLayout(time)
        column.addSpacing(2 * theme.STEP_PX)
        column.addWidget(self.details_button, alignment=Qt.AlignmentFlag.AlignLeft)
        self.details = self._details()
        column.addWidget(self.details)
        column.addStretch()
        column.addWidget(self.start_button, alignment=Qt.AlignmentFlag.AlignRight)
        self._fold(False)

    def _details(self) -> QFrame:
        frame = QFrame()
        frame.setProperty("panel", "card")
        cut = QHBoxLayout()
        cut.setSpacing(2 * theme.STEP_PX)
        cut.addWidget(QLabel("Leave out the first and last"))
        cut.addWidget(self.cut)
        cut.addWidget(QLabel("seconds of each recording: tuning, applause"))
        cut.addStretch()
        column = QVBoxLayout(frame)
        column.setContentsMargins(theme.GAP_PX, theme.GAP_PX, theme.GAP_PX, theme.GAP_PX)
        column.setSpacing(2 * theme.STEP_PX)
        column.addWidget(self.varied)
        column.addLayout(cut)
        return frame

    def _fold(self, shown: bool) -> None:
        self.details.setVisible(shown)
        theme.set_icon(self.details_button, "chevron-down" if shown else "chevron-right", "dim")

    def set_bases(self, cards: Sequence[ModelCard]) -> None:
        """The generators that a training may begin with; the present choice stays if it is among them."""
        present = self.base.currentData()
        self.base.clear()
        for card in cards:
            self.base.addItem(card.title, card.name)
        self.base.addItem(FROM_SCRATCH, "")
        self.base.setCurrentIndex(max(self.base.findData(present), 0))

    def set_taken(self, names: Collection[str]) -> None:
        """Names that models and trainings have already."""
        self._taken = names

    @property
    def folder(self) -> Path | None:
        """The folder of recordings; None while none is chosen."""
        return self._folder

    def set_folder(self, folder: Path) -> None:
        """Choose the folder of recordings; an empty name becomes the folder's."""
        self._folder = folder
        self.start_button.setEnabled(False)
        self.drop.show_folder(folder, "Looking what is in it…")
        if not self.name.text().strip():
            self.name.setText(folder.name[:LONGEST_NAME])
        self.folder_chosen.emit(folder)

    def set_found(self, line: str, ready: bool) -> None:
        """What is in the folder, and whether that can be learned from."""
        if self._folder is not None:
            self.drop.show_folder(self._folder, line)
            self.start_button.setEnabled(ready)

    def clear(self) -> None:
        """Forget folder and name, for the next training."""
        self._folder = None
        self.name.clear()
        self.drop.clear()
        self.start_button.setEnabled(False)

    def _start(self) -> None:
        title = self.name.text().strip()
        name = model_name(title)
        if not name:
            self._refuse("The model needs a name: type one with a letter or a digit in it.")
        elif name in self._taken:
            self._refuse(f"“{title}” is taken: choose another name.")
        elif self._folder is not None:
            theme.mark(self.name, wrong=False)
            cut_s = int(self.cut.text() or 0)
            base = self.base.currentData()
            wish = TrainingWish(self._folder, title, name, base, self.time.value, self.varied.isChecked(), cut_s)
            self.wanted.emit(wish)

    def _refuse(self, sentence: str) -> None:
        theme.mark(self.name, wrong=True)
        self.name.setFocus()
        self.refused.emit(sentence)


def model_name(title: str) -> str:
    """A title as the name of a model: "Café Tapes 2" becomes "cafe-tapes-2"; empty where nothing of it can stay."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _caption(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "caption")
    return label
