"""GUI thread: the mixer: a strip for each stem of the take, and the master."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.playback.settings import MixSettings, Strip
from resources import theme
from widgets.master_strip import MasterStrip
from widgets.stem_strip import StemStrip


class MixerPanel(QWidget):
    """A view of `MixSettings`: shows them, and tells every change made by hand."""

    settings_changed = Signal(object)
    """The new `MixSettings`, after a move by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Mixer")
        self.stems: tuple[str, ...] = ()
        self._settings = MixSettings()
        self.strips: list[StemStrip] = []
        self.master = MasterStrip()
        self.master.gain_changed.connect(lambda gain_db: self._change(replace(self._settings, master_gain_db=gain_db)))
        self.master.reset_pressed.connect(self._reset)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GAP_PX)
        self._row.addWidget(self.master)

    def set_stems(self, names: Sequence[str]) -> None:
        """One strip for each of the stems `names`, all as new."""
        for strip in self.strips:
            strip.setParent(None)
            strip.deleteLater()
        self.stems = tuple(names)
        self.strips = [StemStrip(name) for name in names]
        for index, strip in enumerate(self.strips):
            self._row.insertWidget(index, strip)
            strip.strip_changed.connect(lambda changed, index=index: self._change_strip(index, changed))
        self.set_settings(MixSettings.unity(len(self.strips)))

    def set_settings(self, settings: MixSettings) -> None:
        """Move every control to where `settings` say; tells nobody. One strip a stem is expected."""
        self._settings = settings
        for view, strip in zip(self.strips, settings.strips, strict=True):
            view.set_strip(strip)
        self.master.set_gain_db(settings.master_gain_db)

    def show_levels(self, peaks: npt.NDArray[np.float32], elapsed_s: float) -> None:
        """Feed the meters: linear peaks (stems + 1, 2) of the last `elapsed_s` seconds, the master last."""
        meters = [*(strip.meter for strip in self.strips), self.master.meter]
        for meter, pair in zip(meters, peaks, strict=True):
            meter.show_peaks(pair, elapsed_s)

    def show_limiting(self, reduction_db: float, elapsed_s: float) -> None:
        """Light the limiter's lamp: by how many dB it lowered the sum in the last `elapsed_s` seconds."""
        self.master.limiter_lamp.show_reduction(reduction_db, elapsed_s)

    def _change_strip(self, index: int, strip: Strip) -> None:
        strips = list(self._settings.strips)
        strips[index] = strip
        self._change(replace(self._settings, strips=tuple(strips)))

    def _reset(self) -> None:
        settings = MixSettings.unity(len(self.strips))
        self.set_settings(settings)
        self.settings_changed.emit(settings)

    def _change(self, settings: MixSettings) -> None:
        self._settings = settings
        self.settings_changed.emit(settings)
