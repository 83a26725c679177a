"""GUI thread: the strip of one stem."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.playback.settings import Strip
from widgets.channel import Channel
from widgets.latch import Latch
from widgets.pan_knob import PanKnob


class StemStrip(Channel):
    """Fader, mute, solo and pan of a stem: a view of a `Strip`, told by every move of the hand."""

    strip_changed = Signal(object)
    """The new `Strip`, after a move by hand."""

    def __init__(self, stem: str, parent: QWidget | None = None) -> None:
        title = stem.capitalize()
        super().__init__(title, stem, parent)
        self._strip = Strip()
        self.mute_button = Latch("M", "mute", f"Mute {title}")
        self.solo_button = Latch("S", "solo", f"Solo {title}")
        self.pan_knob = PanKnob(title, stem)
        self.footer.addStretch()
        for control in (self.mute_button, self.solo_button, self.pan_knob):
            self.footer.addWidget(control)
        self.footer.addStretch()
        self.fader.gain_changed.connect(lambda gain_db: self._change(gain_db=gain_db))
        self.mute_button.toggled.connect(lambda pressed: self._change(muted=pressed))
        self.solo_button.toggled.connect(lambda pressed: self._change(soloed=pressed))
        self.pan_knob.pan_changed.connect(lambda pan: self._change(pan=pan))

    @property
    def strip(self) -> Strip:
        """Where its controls stand."""
        return self._strip

    @property
    def held(self) -> bool:
        """Whether the hand has hold of a control."""
        return self.fader.isSliderDown() or self.pan_knob.isSliderDown()

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
