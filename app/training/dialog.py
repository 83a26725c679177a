"""GUI thread: the dialog in which models are trained: the trainings there are, one of them, a form for a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.training import wording
from app.training.folder_count import FolderCount, Found
from app.training.process import Training, Trainings
from app.training.watch import Preview, TrainingWatch
from engine.errors import StudioError
from engine.models.card import ModelCard
from engine.training import logbook
from resources import theme
from widgets.message_strip import MessageStrip
from widgets.training_form import TrainingForm, TrainingWish
from widgets.training_list import TrainingList
from widgets.training_panel import TrainingPanel

SIDE_WIDTH_PX = 232
SIZE_PX = (1000, 640)
SMALLEST_PX = (860, 600)
CURVES = ("generator", "critic")
"""The losses that are shown: the others are for those who look into `losses.csv`."""


class TrainingDialog(QDialog):
    """Beside the window, not in its way. It may be closed at any time: trainings are processes of their own."""

    model_wanted = Signal(str)
    """The name of the model that is to be chosen in the window."""
    preview_wanted = Signal(object, str)
    """The `Path` of a sound to play, and what it is called."""

    def __init__(self, trainings: Trainings, watch: TrainingWatch, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Train a model")
        self._trainings = trainings
        self._watch = watch
        self._found: dict[str, Training] = {}
        self._models: dict[str, str] = {}
        self._shown = ""
        self._notice: object = None
        self._count: FolderCount | None = None
        self.form = TrainingForm()
        self.panel = TrainingPanel()
        self.message = MessageStrip()
        self._lay_out()
        self._connect()
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # else Return in a field would press one
        self.setMinimumSize(*SMALLEST_PX)
        self.resize(*SIZE_PX)

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        for page in (self.form, self.panel):
            self.pages.addWidget(page)
        main = QVBoxLayout()
        main.setContentsMargins(*4 * (5 * theme.STEP_PX,))
        main.setSpacing(theme.GAP_PX)
        main.addWidget(self.message)
        main.addWidget(self.pages, stretch=1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._side())
        row.addLayout(main, stretch=1)

    def _side(self) -> QFrame:
        self.side = QFrame()
        self.side.setProperty("panel", "side")
        self.side.setFixedWidth(SIDE_WIDTH_PX)
        title = QLabel("TRAININGS")
        title.setProperty("role", "heading")
        self.list = TrainingList()
        self.new_button = QPushButton(" New training")
        theme.set_icon(self.new_button, "plus", "dim")
        self.new_button.setProperty("weight", "door")
        column = QVBoxLayout(self.side)
        column.setContentsMargins(*4 * (theme.GAP_PX,))
        column.setSpacing(theme.GAP_PX)
        column.addWidget(title)
        column.addWidget(self.list, stretch=1)
        column.addWidget(self.new_button)
        return self.side

    def _connect(self) -> None:
        self.list.chosen.connect(self.show_training)
        self.new_button.clicked.connect(self.show_form)
        self.form.folder_asked.connect(self._ask_folder)
        self.form.folder_chosen.connect(self._begin_to_count)
        self.form.refused.connect(lambda sentence: self.message.say(sentence, "error"))
        self.form.wanted.connect(self._start)
        self.panel.stop_pressed.connect(lambda: self._carry_out(self._trainings.stop))
        self.panel.remove_pressed.connect(self._ask_whether_to_remove)
        self.panel.continue_pressed.connect(lambda: self._carry_out(self._trainings.go_on))
        self.panel.choose_pressed.connect(lambda: self.model_wanted.emit(self._shown))
        self.panel.preview.listened.connect(self._listen)
        self._watch.losses_read.connect(self._show_losses)
        self._watch.preview_found.connect(self._show_preview)

    # What there is

    def set_models(self, cards: Sequence[ModelCard]) -> None:
        """The generators there are."""
        self._models = {card.name: card.title for card in cards}
        self.form.set_bases(cards)
        self._show_found()

    def set_trainings(self, found: Sequence[Training]) -> None:
        """The trainings there are, as they are now."""
        self._found = {training.name: training for training in found}
        self._show_found()

    def _show_found(self) -> None:
        self.side.setVisible(bool(self._found))
        self.list.set_entries([wording.entry(training) for training in self._found.values()])
        self.form.set_taken({*self._models, *self._found})
        if training := self._found.get(self._shown):
            self.panel.show_facts(wording.facts(training, self._models))
            self._notify(training)

    def _notify(self, training: Training) -> None:
        """Say what deserves it once, so that a message that was closed stays away."""
        notice = wording.notice(training, self._models)
        if notice == self._notice:
            return
        self._notice = notice
        if notice is None:
            self.message.hide()
        else:
            self.message.say(*notice)

    # Where one is

    def open(self) -> None:
        """Come forward: with the training that runs, or with the form."""
        if not self.isVisible():
            self._arrive()
        self.show()
        self.raise_()
        self.activateWindow()
        self.setFocus()

    def _arrive(self) -> None:
        under_way = [training.name for training in self._found.values() if training.is_under_way]
        if under_way and self._shown not in under_way:
            self.show_training(under_way[0])
        elif self._shown not in self._found:
            self.show_form()
        else:
            self._watch.follow(self._shown)

    def show_form(self) -> None:
        """Show the form of a new training."""
        self._turn_to("")
        self.pages.setCurrentWidget(self.form)

    def show_training(self, name: str) -> None:
        """Show one of the trainings."""
        if name != self._shown:
            self.panel.plot.clear()
            self.panel.preview.clear()
        self._turn_to(name)
        self.pages.setCurrentWidget(self.panel)
        self._show_found()

    def _turn_to(self, name: str) -> None:
        self._shown, self._notice = name, None
        self.message.hide()
        self.list.set_chosen(name)
        self._watch.follow(name)

    def done(self, result: int) -> None:
        """Go, closed or by Escape; trainings go on."""
        self._watch.follow("")
        super().done(result)

    # What the hand does

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, "Choose a folder of recordings", str(self.form.folder or Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        # Where a path was typed, the folder shown is selected besides, and the signal for one alone does not come.
        dialog.filesSelected.connect(lambda paths: self.form.set_folder(Path(paths[-1])))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _begin_to_count(self, folder: Path) -> None:
        self.end_counting()
        self._count = FolderCount(folder, self)
        self._count.counted.connect(self._show_count)
        self._count.start()

    def end_counting(self) -> None:
        """Count no more, and wait for the thread that does."""
        if self._count is not None:
            self._count.close()
            self._count.deleteLater()
            self._count = None

    def _show_count(self, folder: Path, found: Found, all_of_it: bool) -> None:
        if folder == self.form.folder:  # of another one something may still be under way
            self.form.set_found(wording.found_text(found, all_of_it), ready=all_of_it and found.recordings > 0)

    def _start(self, wish: TrainingWish) -> None:
        try:
            self._trainings.start(wish)
        except StudioError as error:
            self.message.say(str(error), "error")
            return
        self.form.clear()
        self.show_training(wish.name)

    def _ask_whether_to_remove(self) -> None:
        training = self._found[self._shown]
        question = QMessageBox(self)
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(f"Remove the training “{training.title}”?")
        question.setInformativeText(
            "It cannot be continued then. A model that came of it stays, and so do the recordings."
        )
        remove = question.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        question.setDefaultButton(question.addButton(QMessageBox.StandardButton.Cancel))
        question.buttonClicked.connect(lambda button: self._remove(training) if button is remove else None)
        question.finished.connect(question.deleteLater)
        question.open()

    def _remove(self, training: Training) -> None:
        self.show_form()
        try:
            self._trainings.remove(training)
        except StudioError as error:
            self.message.say(str(error), "error")
        self._watch.look_now()

    def _listen(self, sound: Path, caption: str) -> None:
        self.preview_wanted.emit(sound, f"{self._found[self._shown].title} {caption}")

    def _carry_out(self, deed: Callable[[Training], None]) -> None:
        try:
            deed(self._found[self._shown])
        except StudioError as error:
            self.message.say(str(error), "error")
        self._watch.look_now()

    # What the watch sees

    def _show_losses(self, name: str, columns: dict[str, logbook.Column]) -> None:
        if name != self._shown or not columns:
            return
        steps = columns[logbook.STEP]
        not_yet = np.full(len(steps), np.nan)  # a new critic learns alone for a while
        self.panel.plot.set_losses(steps, {column: columns.get(column, not_yet) for column in CURVES})

    def _show_preview(self, name: str, preview: Preview) -> None:
        if name == self._shown:
            caption = f"after {wording.steps_text(preview.step)}"
            self.panel.preview.set_preview(preview.sound, preview.picture, QRectF(*preview.part), caption)
