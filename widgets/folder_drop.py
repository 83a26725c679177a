"""GUI thread: a place for a folder of recordings: dropped on it, or chosen by its button."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from resources import theme
from widgets.elided_label import ElidedLabel

HEIGHT_PX = 120
INVITATION = "Drop a folder of recordings here"
FORMATS = "WAV, FLAC, OGG or MP3, with folders in it or not"


class FolderDrop(QFrame):
    """Says which folder is chosen and what is in it."""

    dropped = Signal(object)
    """The `Path` of a folder that was let go over it."""
    asked = Signal()
    """The button was pressed: the folder is to be asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "drop")
        self.setAcceptDrops(True)
        self.setFixedHeight(HEIGHT_PX)
        self._title = ElidedLabel(INVITATION)
        self._title.setProperty("role", "title")
        self._line = ElidedLabel(FORMATS)
        self._line.setProperty("role", "dim")
        self._line.setFont(theme.font(tabular=True))
        for label in (self._title, self._line):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.button = QPushButton(" Choose a folder…")
        theme.set_icon(self.button, "folder-open")
        self.button.setAccessibleName("Choose a folder of recordings")
        self.button.clicked.connect(self.asked)
        texts = QVBoxLayout()
        texts.setSpacing(theme.STEP_PX)
        texts.addStretch()
        texts.addWidget(self._title)
        texts.addWidget(self._line)
        texts.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(5 * theme.STEP_PX, 0, 5 * theme.STEP_PX, 0)
        row.setSpacing(theme.GAP_PX)
        row.addLayout(texts, stretch=1)
        row.addWidget(self.button)

    @property
    def line(self) -> str:
        """What it says of the folder."""
        return self._line.text()

    def show_folder(self, folder: Path, line: str) -> None:
        """Show which folder is chosen, and a line about it."""
        self._title.setText(folder.name or str(folder))
        self._title.setToolTip(str(folder))
        self._line.setText(line)
        theme.mark(self, filled=True)

    def clear(self) -> None:
        """No folder is chosen."""
        self._title.setText(INVITATION)
        self._title.setToolTip("")
        self._line.setText(FORMATS)
        theme.mark(self, filled=False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one folder."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile() and Path(urls[0].toLocalFile()).is_dir():
            event.acceptProposedAction()
            theme.mark(self, over=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went elsewhere."""
        theme.mark(self, over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Choose what was dropped."""
        theme.mark(self, over=False)
        event.acceptProposedAction()
        self.dropped.emit(Path(event.mimeData().urls()[0].toLocalFile()))
