"""GUI thread: the strip that all others run into."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from resources import theme
from widgets.channel import Channel
from widgets.limiter_lamp import LimiterLamp
from widgets.loudness_readout import LoudnessReadout


class MasterStrip(Channel):
    """The master fader and meter, limiter and loudness, and a button that sets the whole mixer back."""

    gain_changed = Signal(float)
    """The master gain in dB, after a move by hand."""
    reset_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Master", "master", clips=False, parent=parent)
        self.undo_button, self.redo_button = _button(icon="undo-2"), _button(icon="redo-2")
        self.show_history("", "")
        self.reset_button = _button("Reset")
        self.reset_button.setToolTip("All faders to 0 dB, all pans to the middle, no mutes, no solos")
        self.reset_button.setAccessibleName("Reset the mixer")
        self.reset_button.clicked.connect(self.reset_pressed)
        self.limiter_lamp = LimiterLamp()
        self.loudness = LoudnessReadout()
        readouts = QVBoxLayout()
        readouts.setSpacing(theme.STEP_PX)
        readouts.setContentsMargins(2, 0, 0, 0)
        readouts.addStretch()
        readouts.addWidget(self.limiter_lamp)
        readouts.addWidget(self.loudness)
        readouts.addStretch()
        self.middle.insertLayout(self.middle.count() - 1, readouts)
        self.footer.addStretch()
        for button in (self.undo_button, self.redo_button, self.reset_button):
            self.footer.addWidget(button, alignment=Qt.AlignmentFlag.AlignTop)
        self.footer.addStretch()
        self._gain_db = self.fader.gain_db
        self.fader.gain_changed.connect(self._change)

    @property
    def held(self) -> bool:
        """Whether the hand has hold of a control."""
        return self.fader.isSliderDown()

    def set_gain_db(self, gain_db: float) -> None:
        """Move the fader; tells nobody."""
        self._gain_db = gain_db
        self.fader.set_gain_db(gain_db)

    def show_history(self, undo_words: str, redo_words: str) -> None:
        """What the buttons would undo and redo, in words; empty if nothing."""
        for button, name, words, keys in (
            (self.undo_button, "Undo", undo_words, "Ctrl+Z"),
            (self.redo_button, "Redo", redo_words, "Ctrl+Shift+Z"),
        ):
            button.setEnabled(bool(words))
            button.setAccessibleName(f"{name} {words}".strip())
            button.setToolTip(f"{name} {words} ({keys})" if words else f"{name} ({keys})")

    def _change(self, gain_db: float) -> None:
        if gain_db != self._gain_db:
            self._gain_db = gain_db
            self.gain_changed.emit(gain_db)


def _button(text: str = "", icon: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setProperty("weight", "small" if text else "quiet")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if icon:
        theme.set_icon(button, icon, "dim")
    return button
