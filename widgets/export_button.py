"""GUI thread: the second loudest button: what can be taken out of the studio."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from resources import theme


class ExportButton(QPushButton):
    """Opens a small menu: the mix as heard, or the stems."""

    mix_wanted = Signal()
    stems_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(theme.icon("download", theme.COLOURS.accent), " Export…", parent)
        self.setProperty("weight", "second")
        self.setAccessibleName("Export")
        self.setToolTip("Write the mix or the stems as WAV files (Ctrl+E)")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        self.mix_action = menu.addAction("Mix, as the faders stand…")
        self.mix_action.triggered.connect(self.mix_wanted)
        self.stems_action = menu.addAction("Stems, as separated…")
        self.stems_action.triggered.connect(self.stems_wanted)
        self.setMenu(menu)
        self.set_available(mix=False, stems=False)

    def set_available(self, mix: bool, stems: bool) -> None:
        """What there is to export; without anything the button is off."""
        self.mix_action.setEnabled(mix)
        self.stems_action.setEnabled(stems)
        self.setEnabled(mix or stems)
