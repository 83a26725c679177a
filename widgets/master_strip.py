"""GUI thread: the strip that all others run into."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from resources import theme
from widgets.channel import Channel
from widgets.limiter_lamp import LimiterLamp


class MasterStrip(Channel):
    """The master fader and meter, the limiter's lamp, and a button that sets the whole mixer back."""

    gain_changed = Signal(float)
    """The master gain in dB, after a move by hand."""
    reset_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Master", theme.COLOURS.text, parent)
        self.reset_button = QPushButton("Reset")
        self.reset_button.setProperty("weight", "small")
        self.reset_button.setToolTip("All faders to 0 dB, all pans to the middle, no mutes, no solos")
        self.reset_button.setAccessibleName("Reset the mixer")
        self.reset_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reset_button.clicked.connect(self.reset_pressed)
        self.limiter_lamp = LimiterLamp()
        self.footer.addStretch()
        self.footer.addWidget(self.limiter_lamp)
        self.footer.addWidget(self.reset_button)
        self.footer.addStretch()
        self._gain_db = self.fader.gain_db
        self.fader.gain_changed.connect(self._change)

    def set_gain_db(self, gain_db: float) -> None:
        """Move the fader; tells nobody."""
        self._gain_db = gain_db
        self.fader.set_gain_db(gain_db)

    def _change(self, gain_db: float) -> None:
        if gain_db != self._gain_db:
            self._gain_db = gain_db
            self.gain_changed.emit(gain_db)
