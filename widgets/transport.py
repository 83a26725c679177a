"""GUI thread: play, pause, stop, loop, skip, and where the music is."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from resources import theme
from widgets.numerals import clock_text

LOOP_REGION, LOOP_ALL = " Loop region", " Loop"


class Transport(QWidget):
    """The play button becomes a pause button while it plays; the time stands in figures of one width."""

    play_pressed = Signal()
    pause_pressed = Signal()
    stop_pressed = Signal()
    loop_toggled = Signal(bool)
    """Whether the region (or all, without one) is to be played round and round."""
    skip_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playing = False
        self.play_button = QPushButton()
        self.play_button.setProperty("weight", "round")
        self.play_button.setIconSize(QSize(20, 20))
        self.play_button.clicked.connect(self._toggle)
        self.stop_button = QPushButton()
        theme.set_icon(self.stop_button, "square", filled=True)
        self.stop_button.setProperty("weight", "square")
        self.stop_button.setAccessibleName("Stop")
        self.stop_button.setToolTip("Stop and go back to the start")
        self.stop_button.clicked.connect(self.stop_pressed)
        self.loop_button = QPushButton(LOOP_REGION)
        self.loop_button.setCheckable(True)
        self.loop_button.setProperty("weight", "toggle")
        self.loop_button.setToolTip("Play the region round and round, or all; drag over the picture to choose one (L)")
        self.loop_button.toggled.connect(self._show_loop)
        self.loop_button.clicked.connect(self.loop_toggled)
        self.skip_button = QPushButton(" Skip")
        theme.set_icon(self.skip_button, "skip-forward", filled=True)
        self.skip_button.setToolTip("Go over to another piece (N)")
        self.skip_button.clicked.connect(self.skip_pressed)
        for button in (self.play_button, self.stop_button, self.loop_button, self.skip_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._position = QLabel()
        self._position.setProperty("role", "time")
        self._length = QLabel()
        self._length.setProperty("role", "dim")
        for label in (self._position, self._length):
            label.setFont(theme.font(tabular=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_PX)
        buttons = (self.play_button, self.stop_button, self.loop_button, self.skip_button)
        for widget in (*buttons, self._position, self._length):
            row.addWidget(widget, alignment=Qt.AlignmentFlag.AlignVCenter)
        self._show_loop(False)
        self.loop_button.setFixedWidth(self.loop_button.sizeHint().width())  # so that nothing moves when it says less
        self.set_region(False)
        self.set_endless(False)
        self.set_playing(False)
        self.set_times(0.0, 0.0)

    def set_playing(self, playing: bool) -> None:
        """Show whether it plays."""
        name = "Pause" if playing else "Play"
        if name == self.play_button.accessibleName():
            return
        self._playing = playing
        theme.set_icon(self.play_button, name.lower(), "ground", filled=True)
        self.play_button.setAccessibleName(name)
        self.play_button.setToolTip(f"{name} (Space)")

    def set_endless(self, endless: bool) -> None:
        """Show whether what plays goes on for ever, so that one may skip."""
        self.skip_button.setVisible(endless)

    def set_looping(self, looping: bool) -> None:
        """Show whether the region is played round and round; tells nobody."""
        self.loop_button.setChecked(looping)

    def set_region(self, chosen: bool) -> None:
        """Show whether there is a region, which is what a loop then goes round; else it is all of the take."""
        self.loop_button.setText(LOOP_REGION if chosen else LOOP_ALL)

    def set_times(self, position_s: float, length_s: float) -> None:
        """Show where it is and how long it is, in seconds; infinity for what has no end."""
        length = "∞" if math.isinf(length_s) else clock_text(length_s, tenths=True)
        position, length = clock_text(position_s, tenths=True), f"/ {length}"
        if position != self._position.text():
            self._position.setText(position)
        if length != self._length.text():
            self._length.setText(length)

    def _show_loop(self, looping: bool) -> None:
        theme.set_icon(self.loop_button, "repeat", "accent" if looping else "text")

    def _toggle(self) -> None:
        (self.pause_pressed if self._playing else self.play_pressed).emit()
