"""GUI thread: the second loudest button: what can be taken out of the studio."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from resources import theme


class ExportButton(QPushButton):
    """Off while there is nothing to export."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(" Export…", parent)
        theme.set_icon(self, "download", "accent")
        self.setProperty("weight", "second")
        self.setAccessibleName("Export")
        self.setToolTip("Write the mix, the stems or the region as files (Ctrl+E)")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setEnabled(False)
