"""GUI thread: the settings at work: what is chosen in their panel applies at once, and is remembered."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.asking import ask_folder
from app.desktop import show_path
from app.settings import BUFFERS_MS, SettingsStore
from engine import cores
from engine.playback.player import Player
from resources import theme
from widgets.overlay import Overlay
from widgets.settings_panel import SettingsPanel

LOOK_MS = 250
"""So often an open panel asks the player which outputs there are."""
FOLDERS = {"takes": "takes_folder", "exports": "export_folder"}
"""Names of the settings by what the panel calls the folders."""


class Preferences(QObject):
    """Ties the settings' panel to the settings, and the settings to those who live by them.

    Where takes and exports go is asked of the settings by those who write them.
    """

    refused = Signal(str)
    """Why something could not be done: a sentence for the user."""

    def __init__(self, store: SettingsStore, player: Player, over: QWidget) -> None:
        """The panel opens over the widget `over`."""
        super().__init__(over)
        self._store, self._player = store, player
        self.panel = SettingsPanel(BUFFERS_MS, cores.available(), cores.AT_ONCE)
        self.overlay = Overlay("Settings", self.panel, over)
        self._shown: object = None
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self._show_output)
        self.overlay.closed.connect(self._looking.stop)
        self._connect_panel()
        store.changed.connect(self._apply)

    def open(self) -> None:
        """Show the panel."""
        self._show_settings()
        self._show_output()
        self._looking.start()
        self.overlay.open()

    def _connect_panel(self) -> None:
        change = self._store.change
        self.panel.device_chosen.connect(lambda name: change(device=name))
        self.panel.devices_sought.connect(self._look_again)
        self.panel.buffer_chosen.connect(lambda buffer_ms: change(buffer_ms=buffer_ms))
        self.panel.threads_chosen.connect(lambda threads: change(threads=threads))
        self.panel.theme_chosen.connect(lambda scheme: change(theme=scheme))
        self.panel.folder_asked.connect(self._ask_folder)
        self.panel.folder_shown.connect(self._show_folder)

    # What the settings say

    def _apply(self, name: str, value: object) -> None:
        settings = self._store.settings
        match name:
            case "device":
                self._player.set_device(settings.device)
            case "buffer_ms":
                self._player.set_buffer(settings.buffer_ms)
            case "threads":
                cores.use(settings.threads)
            case "theme":
                application = QApplication.instance()
                assert isinstance(application, QApplication)
                theme.apply(application, settings.theme)
        if self.overlay.isVisible():
            self._show_settings()
            self._show_output()

    def _show_settings(self) -> None:
        settings = self._store.settings
        self.panel.set_buffer_ms(settings.buffer_ms)
        self.panel.set_threads(settings.threads)
        self.panel.set_theme(settings.theme)
        for name, setting in FOLDERS.items():
            self.panel.set_folder(name, getattr(settings, setting))

    # What the player says

    def _show_output(self) -> None:
        names, chosen = tuple(device.name for device in self._player.devices), self._store.settings.device
        if (names, chosen) != self._shown:  # not under the hand that is about to choose
            self._shown = names, chosen
            self.panel.set_devices(names, chosen)
        self.panel.set_output(self._output_text())

    def _output_text(self) -> str:
        if self._player.output_problem:
            return self._player.output_problem
        if not self._player.output_name:
            return "It opens with the first sound."
        rate_khz, latency_ms = self._player.output_rate_hz / 1000, 1000 * self._player.latency_s
        return f"Sounds on {self._player.output_name} · {rate_khz:g} kHz · {latency_ms:.0f} ms to the ear"

    def _look_again(self) -> None:
        self._player.set_device(self._store.settings.device)

    # Folders

    def _ask_folder(self, name: str) -> None:
        setting = FOLDERS[name]
        folder: Path = getattr(self._store.settings, setting)
        ask_folder(self.overlay, f"Where {name} go", folder, lambda chosen: self._store.change(**{setting: chosen}))

    def _show_folder(self, name: str) -> None:
        folder: Path = getattr(self._store.settings, FOLDERS[name])
        if not show_path(folder):
            self.refused.emit(f"Nothing on this desktop shows folders. It is {folder}.")
