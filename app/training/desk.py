"""GUI thread: ties the trainings to the window: its door to them, the dialog, the models that they add."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.training import wording
from app.training.dialog import TrainingDialog
from app.training.process import Training, Trainings
from app.training.watch import TrainingWatch
from engine.models.card import ModelCard
from widgets.model_door import ModelDoor


class TrainingDesk(QObject):
    """Watches the trainings as long as the window is open; the dialog is made when it is first asked for."""

    model_added = Signal()
    """A training has ended: there may be a model more."""
    model_wanted = Signal(str)
    """The name of the model that is to be chosen."""
    preview_wanted = Signal(object, str)
    """The `Path` of a sound to play, and what it is called."""

    def __init__(self, door: ModelDoor, window: QWidget) -> None:
        super().__init__(window)
        self._door = door
        self._window = window
        self._trainings = Trainings()
        self.watch = TrainingWatch(self._trainings, self)
        self.watch.looked.connect(self._show)
        self.dialog: TrainingDialog | None = None
        self._cards: Sequence[ModelCard] = ()
        self._found: Sequence[Training] = ()
        door.train_wanted.connect(self.open)

    def set_models(self, cards: Sequence[ModelCard]) -> None:
        """The generators there are; the first call begins the watch."""
        self._cards = cards
        if self.dialog is not None:
            self.dialog.set_models(cards)
        if not self.watch.isRunning():
            self.watch.start()

    def open(self) -> None:
        """Show the dialog."""
        if self.dialog is None:
            self.dialog = TrainingDialog(self._trainings, self.watch, self._window)
            self.dialog.model_wanted.connect(self.model_wanted)
            self.dialog.preview_wanted.connect(self.preview_wanted)
            self.dialog.set_models(self._cards)
            self.dialog.set_trainings(self._found)
        self.dialog.open()

    def close(self) -> None:
        """Look no more; the trainings go on."""
        if self.dialog is not None:
            self.dialog.end_counting()
            self.dialog.close()
        self.watch.close()

    def _show(self, found: Sequence[Training]) -> None:
        before = {training.name: training.state for training in self._found}
        self._found = found
        self._door.show_training(training_text(found))
        if self.dialog is not None:
            self.dialog.set_trainings(found)
        ended = [training for training in found if training.state in ("stopped", "finished")]
        if any(before.get(training.name, training.state) != training.state for training in ended):
            self.model_added.emit()


def training_text(found: Sequence[Training]) -> str:
    """What the window says of a training that is under way: how far it is; empty where none is."""
    under_way = [training for training in found if training.is_under_way]
    if not under_way:
        return ""
    left = wording.left_text(under_way[0])
    return f"Training · {left}" if left else "Training…"
