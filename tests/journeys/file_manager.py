"""Another program, out of which a file can be dragged.

`python -m tests.journeys.file_manager FILE X Y WIDTH HEIGHT`.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Item(QLabel):
    """A file."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._path = path
        self.setWindowFlags(Qt.WindowType.FramelessWindowHint)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag it."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(self._path)])
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    item = Item(sys.argv[1])
    item.setGeometry(*map(int, sys.argv[2:6]))
    item.show()
    sys.exit(application.exec())
