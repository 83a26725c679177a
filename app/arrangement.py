"""GUI thread: how the window is laid out: its size, its sides, the mixer's edge; found again at the next start."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import QMainWindow

from app.rooms import MIXER_PX, MIXER_SHARE, Rooms
from app.settings import SettingsStore


class Arrangement(QObject):
    """Ties sides, edge and size to the layout in the settings."""

    def __init__(self, store: SettingsStore, rooms: Rooms, window: QMainWindow) -> None:
        super().__init__(window)
        self._store, self._rooms, self._window = store, rooms, window
        layout = store.settings.layout
        window.resize(self._on_screen(QSize(*layout.size_px)))
        if layout.maximised:
            window.setWindowState(Qt.WindowState.WindowMaximized)
        rooms.header.models_toggled.connect(lambda shown: store.change_layout(models_shown=shown))
        rooms.header.takes_toggled.connect(lambda shown: store.change_layout(takes_shown=shown))
        rooms.make_bar.opened.connect(lambda is_open: store.change_layout(making_open=is_open))
        rooms.make_bar.set_open(layout.making_open)
        rooms.splitter.lower_moved.connect(lambda height_px: store.change_layout(mixer_height_px=height_px))
        store.changed.connect(self._follow)
        self._show_sides()
        self.place_mixer()

    def toggle_models(self) -> None:
        """Fold the side with the models away, or out."""
        self._store.change_layout(models_shown=not self._store.settings.layout.models_shown)

    def toggle_takes(self) -> None:
        """Fold the side with the takes away, or out."""
        self._store.change_layout(takes_shown=not self._store.settings.layout.takes_shown)

    def note_size(self) -> None:
        """The window has another size."""
        self.place_mixer()
        if not self._window.isVisible():
            return
        maximised = self._window.isMaximized() or self._window.isFullScreen()
        size = self._window.normalGeometry().size() if maximised else self._window.size()
        self._store.change_layout(size_px=(size.width(), size.height()), maximised=maximised)

    def place_mixer(self) -> None:
        """Give the mixer the height that a hand has chosen, or a share of what there is."""
        chosen_px = self._store.settings.layout.mixer_height_px
        lowest_px, highest_px = MIXER_PX
        usual_px = min(max(round(MIXER_SHARE * self._window.height()), lowest_px), highest_px)
        self._rooms.splitter.set_lower_px(chosen_px or usual_px)

    def _follow(self, name: str, value: object) -> None:
        if name == "layout":
            self._show_sides()

    def _show_sides(self) -> None:
        layout = self._store.settings.layout
        self._rooms.models_side.setVisible(layout.models_shown)
        self._rooms.takes_side.setVisible(layout.takes_shown)
        self._rooms.header.set_sides(models=layout.models_shown, takes=layout.takes_shown)

    def _on_screen(self, size: QSize) -> QSize:
        """No larger than the screen: it may have become another since."""
        screen = self._window.screen()
        return size.boundedTo(screen.availableSize()) if screen else size
