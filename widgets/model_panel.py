"""GUI thread: the side with the models: how many, a search, their cards, the way to more; a model's folder drops in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from resources import theme
from widgets.model_door import ModelDoor
from widgets.model_picker import ModelPicker
from widgets.search_field import SearchField

WIDTH_PX = 252


class ModelPanel(QFrame):
    """Everything about models in one column."""

    dropped = Signal(object)
    """The `Path`s of the folders that were let go over it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "side")
        self.setFixedWidth(WIDTH_PX)
        self.setAcceptDrops(True)
        title = QLabel("MODELS")
        self.count = QLabel()
        for label in (title, self.count):
            label.setProperty("role", "heading")
            label.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        self.search = SearchField("Search models and shows")
        self.picker = ModelPicker()
        self.door = ModelDoor()
        self.search.textChanged.connect(self.show_found)
        heading = QHBoxLayout()
        heading.addWidget(title)
        heading.addStretch()
        heading.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(*4 * (theme.GAP_PX,))
        column.setSpacing(theme.GAP_PX)
        column.addLayout(heading)
        column.addWidget(self.search)
        column.addWidget(self.picker, stretch=1)
        column.addWidget(self.door)

    def show_found(self) -> None:
        """Show what the search finds, and how many there are."""
        found, there = self.picker.show_found(self.search.finds), len(self.picker.buttons)
        self.count.setText(f"{there}" if found == there else f"{found} of {there}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders."""
        if folders(event):
            event.acceptProposedAction()
            theme.mark(self, over=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went elsewhere."""
        theme.mark(self, over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell which were let go."""
        theme.mark(self, over=False)
        event.acceptProposedAction()
        self.dropped.emit(folders(event))


def folders(event: QDropEvent) -> list[Path]:
    """The folders that are dragged; none where anything else is among them."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return paths if paths and all(path.is_dir() for path in paths) else []
