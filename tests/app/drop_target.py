"""Another program, which takes files that are dragged into it: `python -m tests.app.drop_target FILE X Y WIDTH HEIGHT`.

For every file that is dropped a line is appended to FILE, written the moment it is dropped: its path, and how many
frames a decoder finds in it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import soundfile
from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel


class Target(QLabel):
    """Takes any file."""

    def __init__(self, notes: Path) -> None:
        super().__init__("Drop here")
        self._notes = notes
        self.setAcceptDrops(True)
        self.setWindowFlags(Qt.WindowType.FramelessWindowHint)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 (Qt's own name)
        """A DAW looks at the file already now."""
        if event.mimeData().hasUrls():
            self._note("entered", event.mimeData().urls()[0].toLocalFile())
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Take it."""
        event.acceptProposedAction()
        for url in event.mimeData().urls():
            self._note("dropped", url.toLocalFile())

    def _note(self, what: str, path: str) -> None:
        with self._notes.open("a") as file:
            file.write(json.dumps([what, path, soundfile.info(path).frames]) + "\n")


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    target = Target(Path(sys.argv[1]))
    target.setGeometry(*map(int, sys.argv[2:6]))
    target.show()
    Path(sys.argv[1]).touch()
    sys.exit(application.exec())
