"""GUI thread: the strip of one stem."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.playback.settings import Strip
from widgets.channel import Channel
from widgets.latch import Latch
from widgets.pan_field import PanField
from widgets.pan_knob import PanKnob


class StemStrip(Channel):
    """Fader, mute, solo and pan of a stem: a view of a `Strip`, told by every move of the hand."""

    strip_changed = Signal(object)
    """The new `Strip`, after a move by hand."""

    def __init__(self, stem: str, parent: QWidget | None = None) -> None:
        title = stem.capitalize()
        super().__init__(title, stem, parent=parent)
        self._strip = Strip()
        self.mute_button = Latch("M", "mute", f"Mute {title}")
        self.solo_button = Latch("S", "solo", f"Solo {title}")
        self.pan_knob, self.pan_figure = PanKnob(title, stem), PanField(title)
        pan = QVBoxLayout()
        pan.setSpacing(0)
        for control in (self.pan_knob, self.pan_figure):
            pan.addWidget(control, alignment=Qt.AlignmentFlag.AlignHCenter)
        self.footer.addStretch()
        for button in (self.mute_button, self.solo_button):
            self.footer.addWidget(button, alignment=Qt.AlignmentFlag.AlignTop)
        self.footer.addLayout(pan)
        self.footer.addStretch()
        self.fader.gain_changed.connect(lambda gain_db: self._change(gain_db=gain_db))
        self.mute_button.toggled.connect(lambda pressed: self._change(muted=pressed))
        self.solo_button.toggled.connect(lambda pressed: self._change(soloed=pressed))
        self.pan_knob.pan_changed.connect(lambda pan: self._change(pan=pan))
        self.pan_knob.pan_changed.connect(self.pan_figure.show_value)
        self.pan_knob.typing_wanted.connect(self.pan_figure.setFocus)
        self.pan_figure.typed.connect(self.pan_knob.set_pan)
        self.pan_figure.left.connect(self.pan_knob.setFocus)
        self.pan_figure.refused.connect(self.refused)

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
