"""GUI thread: play, pause, stop, and where the music is."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from resources import theme
from widgets.numerals import clock_text


class Transport(QWidget):
    """The play button becomes a pause button while it plays; the time stands in figures of one width."""

    play_pressed = Signal()
    pause_pressed = Signal()
    stop_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playing = False
        self.play_button = QPushButton()
        self.play_button.setProperty("weight", "round")
        self.play_button.setIconSize(QSize(20, 20))
        self.play_button.clicked.connect(self._toggle)
        self.stop_button = QPushButton(theme.icon("square", filled=True), "")
        self.stop_button.setProperty("weight", "square")
        self.stop_button.setAccessibleName("Stop")
        self.stop_button.setToolTip("Stop and go back to the start")
        self.stop_button.clicked.connect(self.stop_pressed)
        for button in (self.play_button, self.stop_button):
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
        for widget in (self.play_button, self.stop_button, self._position, self._length):
            row.addWidget(widget, alignment=Qt.AlignmentFlag.AlignVCenter)
        self.set_playing(False)
        self.set_times(0.0, 0.0)

    def set_playing(self, playing: bool) -> None:
        """Show whether it plays."""
        self._playing = playing
        name = "Pause" if playing else "Play"
        self.play_button.setIcon(theme.icon(name.lower(), theme.COLOURS.ground, filled=True))
        self.play_button.setAccessibleName(name)
        self.play_button.setToolTip(f"{name} (Space)")

    def set_times(self, position_s: float, length_s: float) -> None:
        """Show where it is and how long it is, in seconds."""
        position, length = clock_text(position_s, tenths=True), f"/ {clock_text(length_s, tenths=True)}"
        if position != self._position.text():
            self._position.setText(position)
        if length != self._length.text():
            self._length.setText(length)

    def _toggle(self) -> None:
        (self.pause_pressed if self._playing else self.play_pressed).emit()
