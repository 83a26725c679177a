"""GUI thread: the strip of one stem."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from engine.playback.settings import Strip
from resources import theme
from widgets.channel import Channel
from widgets.pan_knob import PanKnob


class StemStrip(Channel):
    """Fader, mute, solo and pan of a stem: a view of a `Strip`, told by every move of the hand."""

    strip_changed = Signal(object)
    """The new `Strip`, after a move by hand."""

    def __init__(self, stem: str, parent: QWidget | None = None) -> None:
        title = stem.capitalize()
        super().__init__(title, theme.stem_colour(stem), parent)
        self._strip = Strip()
        self.mute_button = self._latch("M", "mute", f"Mute {title}")
        self.solo_button = self._latch("S", "solo", f"Solo {title}")
        self.pan_knob = PanKnob(title, theme.stem_colour(stem))
        self.footer.addStretch()
        for control in (self.mute_button, self.solo_button, self.pan_knob):
            self.footer.addWidget(control)
        self.footer.addStretch()
        self.fader.gain_changed.connect(lambda gain_db: self._change(gain_db=gain_db))
        self.mute_button.toggled.connect(lambda pressed: self._change(muted=pressed))
        self.solo_button.toggled.connect(lambda pressed: self._change(soloed=pressed))
        self.pan_knob.pan_changed.connect(lambda pan: self._change(pan=pan))

    def _latch(self, letter: str, kind: str, name: str) -> QPushButton:
        button = QPushButton(letter)
        button.setCheckable(True)
        button.setProperty("weight", "latch")
        button.setProperty("kind", kind)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @property
    def strip(self) -> Strip:
        """Where its controls stand."""
        return self._strip

    def set_strip(self, strip: Strip) -> None:
        """Move the controls to where `strip` says; tells nobody."""
        self._strip = strip
        self.fader.set_gain_db(strip.gain_db)
        self.mute_button.setChecked(strip.muted)
        self.solo_button.setChecked(strip.soloed)
        self.pan_knob.set_pan(strip.pan)

    def _change(self, **changes: Any) -> None:
        changed = replace(self._strip, **changes)
        if changed != self._strip:
            self._strip = changed
            self.strip_changed.emit(changed)
