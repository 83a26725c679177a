"""GUI thread: the settings: where it sounds, how much of the machine it takes, where things lie, how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from resources import theme
from widgets.choices import Choice
from widgets.elided_label import ElidedLabel
from widgets.segments import Segments

SYSTEM_DEFAULT = "System default"
ALL_CORES = "All"
BUFFER_TIP = "A short one answers the hand sooner, a long one survives a busier machine."
CORES_TIP = "What making and taking apart may use. A training uses what others leave."
CORES_TIP_LATER = "Taking apart follows at once, making with the next start."
FOLDERS = {
    "takes": ("Takes", "New takes are kept here; those that are there already stay where they are."),
    "exports": ("Exports", "What the next export suggests."),
}
THEMES = {"dark": "Dark", "light": "Light", "system": "As the system"}
WIDTH_PX = 580


class SettingsPanel(QWidget):
    """Every control applies at once, there is nothing to confirm. The `set_…` methods tell nobody."""

    device_chosen = Signal(object)
    """The name of an output; None for the system's default."""
    devices_sought = Signal()
    """Look again which outputs there are."""
    buffer_chosen = Signal(int)
    """In milliseconds."""
    threads_chosen = Signal(object)
    """How many cores the networks may take; None for all."""
    folder_asked = Signal(str)
    """"takes" or "exports": another folder is wanted."""
    folder_shown = Signal(str)
    """"takes" or "exports": show what is in it."""
    theme_chosen = Signal(str)
    """"dark", "light" or "system"."""

    def __init__(
        self, buffers_ms: Sequence[int], cores: int, cores_at_once: bool = True, parent: QWidget | None = None
    ) -> None:
        """Between which buffers one can choose, how many cores there are, and whether all follows a choice of them."""
        super().__init__(parent)
        self._buffers_ms = tuple(buffers_ms)
        self._make_sound_controls()
        self._make_core_control(cores)
        self._cores_tip = CORES_TIP if cores_at_once else CORES_TIP_LATER
        self._themes = Segments(list(THEMES.values()), "Theme")
        self._themes.pressed.connect(self._choose_theme)
        self._folders = {name: ElidedLabel(mode=Qt.TextElideMode.ElideMiddle) for name in FOLDERS}
        for label in self._folders.values():
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._grid = QGridLayout(self)
        self._lay_out()

    def _make_sound_controls(self) -> None:
        self.device = Choice()
        self.device.setAccessibleName("Output")
        self.device.activated.connect(lambda index: self.device_chosen.emit(self.device.itemData(index)))
        self.again_button = QPushButton()
        theme.set_icon(self.again_button, "refresh-cw", "dim")
        self.again_button.setProperty("weight", "square")
        self.again_button.setAccessibleName("Look for outputs again")
        self.again_button.setToolTip("Look again which outputs there are")
        self.again_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.again_button.clicked.connect(self.devices_sought)
        self.buffers = Segments([f"{buffer_ms} ms" for buffer_ms in self._buffers_ms], "Buffer")
        self.buffers.pressed.connect(self._choose_buffer)
        self._output = _note("")

    def _make_core_control(self, cores: int) -> None:
        self.cores = Choice()
        self.cores.setAccessibleName("Cores")
        self.cores.setMinimumWidth(96)
        self.cores.addItem(f"{ALL_CORES} ({cores})", None)
        for count in range(1, cores):
            self.cores.addItem(str(count), count)
        self.cores.activated.connect(lambda index: self.threads_chosen.emit(self.cores.itemData(index)))

    def _lay_out(self) -> None:
        self.setFixedWidth(WIDTH_PX)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4 * theme.STEP_PX)
        self._grid.setVerticalSpacing(theme.STEP_PX)
        self._grid.setColumnMinimumWidth(0, 96)
        self._grid.setColumnStretch(1, 1)
        self._add_heading("Sound")
        self._add_row("Output", self.device, self.again_button, stretched=True)
        self._add_note(self._output)
        self._add_row("Buffer", self.buffers)
        self._add_note(_note(BUFFER_TIP))
        self._add_heading("Computing")
        self._add_row("Cores", self.cores)
        self._add_note(_note(self._cores_tip))
        self._add_heading("Folders")
        for name, (title, tip) in FOLDERS.items():
            self._add_folder(name, title, tip)
        self._add_heading("Look")
        self._add_row("Theme", self._themes)

    def _add_heading(self, text: str) -> None:
        row = self._grid.rowCount()
        if row > 1:
            self._grid.setRowMinimumHeight(row, 2 * theme.STEP_PX)
        heading = QLabel(text.upper())
        heading.setProperty("role", "heading")
        self._grid.addWidget(heading, row + 1, 0, 1, 2)

    def _add_row(self, name: str, *controls: QWidget, stretched: bool = False) -> None:
        row = self._grid.rowCount()
        line = QHBoxLayout()
        line.setSpacing(2 * theme.STEP_PX)
        for index, control in enumerate(controls):
            control.setFixedHeight(theme.CONTROL_HEIGHT_PX)
            line.addWidget(control, stretch=int(stretched and not index))
        if not stretched:
            line.addStretch()
        self._grid.addWidget(QLabel(name), row, 0)
        self._grid.addLayout(line, row, 1)

    def _add_note(self, note: QLabel) -> None:
        self._grid.addWidget(note, self._grid.rowCount(), 1)

    def _add_folder(self, name: str, title: str, tip: str) -> None:
        change, show = QPushButton("Change…"), QPushButton("Show")
        for button, said in ((change, f"Change the folder for {name}"), (show, f"Show the folder for {name}")):
            button.setAccessibleName(said)
            button.setToolTip(tip if button is change else "Open it in the file browser")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        change.clicked.connect(lambda: self.folder_asked.emit(name))
        show.clicked.connect(lambda: self.folder_shown.emit(name))
        self._add_row(title, self._folders[name], change, show, stretched=True)
        self._add_note(_note(tip))

    def set_devices(self, names: Sequence[str], chosen: str | None) -> None:
        """Which outputs there are, the system's default first; one that was chosen stays, even where it is away."""
        with QSignalBlocker(self.device):
            self.device.clear()
            self.device.addItem(f"{SYSTEM_DEFAULT} ({names[0]})" if names else SYSTEM_DEFAULT, None)
            for name in dict.fromkeys(names):
                self.device.addItem(name, name)
            if chosen is not None and chosen not in names:
                self.device.addItem(f"{chosen} (not there now)", chosen)
            self.device.setCurrentIndex(self.device.findData(chosen))

    def set_output(self, text: str) -> None:
        """What the output is like now."""
        self._output.setText(text)

    def set_buffer_ms(self, buffer_ms: int) -> None:
        """Which buffer is chosen."""
        self.buffers.mark(self._buffers_ms.index(buffer_ms) if buffer_ms in self._buffers_ms else None)

    def set_threads(self, threads: int | None) -> None:
        """How many cores are chosen; more than there are, are all."""
        self.cores.setCurrentIndex(max(self.cores.findData(threads), 0))

    def set_folder(self, name: str, folder: Path) -> None:
        """Where "takes" or "exports" lie."""
        self._folders[name].setText(str(folder))

    def set_theme(self, name: str) -> None:
        """Which theme is chosen."""
        self._themes.mark(list(THEMES).index(name))

    def _choose_buffer(self, index: int) -> None:
        self.buffer_chosen.emit(self._buffers_ms[index])

    def _choose_theme(self, index: int) -> None:
        self.theme_chosen.emit(list(THEMES)[index])


def _note(text: str) -> QLabel:
    note = QLabel(text)
    note.setProperty("role", "caption")
    note.setContentsMargins(0, 0, 0, theme.STEP_PX)
    return note
