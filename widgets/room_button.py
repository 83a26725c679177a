"""GUI thread: how much room the takes need on the disk; a press opens what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from resources import theme


class RoomButton(QPushButton):
    """Quiet words with a small menu: the folder, the trash."""

    folder_wanted = Signal()
    """The folder of the takes is to be shown."""
    trash_emptied = Signal()
    """What was thrown away is to be removed for good."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("weight", "words")
        self.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        menu.addAction("Show the folder of the takes").triggered.connect(self.folder_wanted)
        self._empty_action = menu.addAction("")
        self._empty_action.triggered.connect(self.trash_emptied)
        self.setMenu(menu)
        self.show_room("", "")

    def show_room(self, words: str, trash: str) -> None:
        """What it says, and how much lies in the trash: nothing if empty."""
        self.setText(words)
        self.setVisible(bool(words))
        self.setAccessibleName(f"Room on the disk: {words}")
        self.setToolTip(f"{words}. Thrown away: {trash or 'nothing'}. What was thrown away goes when you start again.")
        self._empty_action.setText(f"Empty the trash ({trash})" if trash else "The trash is empty")
        self._empty_action.setEnabled(bool(trash))
