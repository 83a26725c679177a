"""GUI thread: the help over the window: keys, log, version, credits."""

from __future__ import annotations

import platform
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtWidgets import QWidget

from app.credits import CREDITS
from app.desktop import show_path
from app.keys import shown_keys
from engine.version import NAME, VERSION
from widgets.help_panel import HelpPanel
from widgets.overlay import Overlay


class Helping(QObject):
    """Opens it, and shows the log."""

    refused = Signal(str)
    """Why something could not be done: a sentence for the user."""

    def __init__(self, log: Path, over: QWidget) -> None:
        """The panel opens over the widget `over`; the log lies at `log`."""
        super().__init__(over)
        self._log = log
        version = f"{NAME} {VERSION} · Python {platform.python_version()} · Qt {qVersion()}"
        self.panel = HelpPanel(shown_keys(), CREDITS, version)
        self.overlay = Overlay("Help", self.panel, over, (Qt.Key.Key_Question, Qt.Key.Key_F1))
        self.panel.log_wanted.connect(self.open_log)

    def open(self) -> None:
        """Show the keys."""
        self.panel.show_keys()
        self.overlay.open()

    def open_log(self) -> None:
        """Show the log with what the desktop has for texts."""
        if not show_path(self._log):
            self.refused.emit(f"Nothing on this desktop opens texts. The log is {self._log}.")
