"""GUI thread: the way to more models: from a folder, from a training, from others."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from resources import theme

INVITATION = "Get or train more models…"


class ModelDoor(QPushButton):
    """A button with a menu; while a training is under way it says how far that is."""

    import_wanted = Signal()
    """A model's folder is to be chosen."""
    train_wanted = Signal()
    """A model is to be trained, or a training to be looked after."""
    published_wanted = Signal()
    """Models that others have published are to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Get or train more models")
        self.setToolTip("Add a model’s folder (or drop it here), train one of your own, or see what others have made")
        self.setProperty("weight", "door")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_icon(self, "plus", "dim")
        menu = QMenu(self)
        self.import_action = menu.addAction("Add a model’s folder…")
        self.train_action = menu.addAction("Train a model of your own…\tCtrl+T")
        menu.addSeparator()
        self.published_action = menu.addAction("Where published models are…")
        self.import_action.triggered.connect(self.import_wanted)
        self.train_action.triggered.connect(self.train_wanted)
        self.published_action.triggered.connect(self.published_wanted)
        self.setMenu(menu)
        self.show_training("")

    def show_training(self, words: str) -> None:
        """Say how far a training is; nothing where none is under way."""
        theme.set_icon(self, "graduation-cap" if words else "plus", "accent" if words else "dim")
        self.setText(f" {words or INVITATION}")
