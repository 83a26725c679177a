"""GUI thread: the help over the window: keys, log, version, credits."""

from __future__ import annotations

import platform
from functools import cached_property
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
        self._log, self._over = log, over

    @cached_property
    def panel(self) -> HelpPanel:
        """What is shown; made when it is first wanted, as it has many parts and the start of the program is short."""
        version = f"{NAME} {VERSION} · Python {platform.python_version()} · Qt {qVersion()}"
        panel = HelpPanel(shown_keys(), CREDITS, version)
        panel.log_wanted.connect(self.open_log)
        return panel

    @cached_property
    def overlay(self) -> Overlay:
        """What it is shown in."""
        return Overlay("Help", self.panel, self._over, (Qt.Key.Key_Question, Qt.Key.Key_F1))

    def open(self) -> None:
        """Show the keys."""
        self.panel.show_keys()
        self.overlay.open()

    def open_log(self) -> None:
        """Show the log with what the desktop has for texts."""
        if not show_path(self._log):
            self.refused.emit(f"Nothing on this desktop opens texts. The log is {self._log}.")
