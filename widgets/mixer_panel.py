"""GUI thread: the mixer: a strip for each stem of the take, and the master."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QWidget

from engine.playback.settings import MixSettings, Strip
from resources import theme
from widgets.channel import NARROW_PX, Channel
from widgets.master_strip import MasterStrip
from widgets.stem_strip import StemStrip

NO_STEMS = "This take has no stems: there is nothing to mix but the whole."


class MixerPanel(QWidget):
    """A view of `MixSettings`: shows them, and tells every change made by hand.

    One strip is the chosen one, on which keys act: that which had the focus last.
    """

    settings_changed = Signal(object)
    """The new `MixSettings`, after a move by hand."""
    undo_pressed = Signal()
    redo_pressed = Signal()
    loudness_reset = Signal()
    """The loudness in all is to begin anew."""
    refused = Signal(str)
    """A sentence for the user: why what was typed is no gain, or no pan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Mixer")
        self.stems: tuple[str, ...] = ()
        self._settings = MixSettings()
        self.strips: list[StemStrip] = []
        self.master = MasterStrip()
        self.master.gain_changed.connect(lambda gain_db: self._change(replace(self._settings, master_gain_db=gain_db)))
        self.master.reset_pressed.connect(self._reset)
        self.master.undo_button.clicked.connect(self.undo_pressed)
        self.master.redo_button.clicked.connect(self.redo_pressed)
        self.master.loudness.reset_pressed.connect(self.loudness_reset)
        self.master.refused.connect(self.refused)
        self._nothing = QLabel(NO_STEMS, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._nothing.setProperty("role", "dim")
        self._nothing.setProperty("panel", "card")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GAP_PX)
        self._row.addWidget(self._nothing, stretch=4)
        self._row.addWidget(self.master, stretch=1)
        QApplication.instance().focusObjectChanged.connect(self._follow_focus)

    def set_stems(self, names: Sequence[str]) -> None:
        """One strip for each of the stems `names`, all as new."""
        for strip in self.strips:
            strip.setParent(None)
            strip.deleteLater()
        self.stems = tuple(names)
        self.strips = [StemStrip(name) for name in names]
        self._nothing.setVisible(not names)
        for index, strip in enumerate(self.strips):
            self._row.insertWidget(index, strip, stretch=1)
            strip.strip_changed.connect(lambda changed, index=index: self._change_strip(index, changed))
            strip.refused.connect(self.refused)
        self._set_spacing()
        self.set_settings(MixSettings.unity(len(self.strips)))

    def set_settings(self, settings: MixSettings) -> None:
        """Move every control to where `settings` say; tells nobody. One strip a stem is expected."""
        self._settings = settings
        for view, strip in zip(self.strips, settings.strips, strict=True):
            view.set_strip(strip)
        self.master.set_gain_db(settings.master_gain_db)
        self._show_silent()

    def show_levels(self, levels: npt.NDArray[np.float32], elapsed_s: float) -> None:
        """Feed the meters: linear peaks and RMS (2, stems + 1, 2) of the last `elapsed_s` seconds, the master last."""
        for channel, peaks, rms in zip(self.channels, *levels, strict=True):
            channel.meter.show_levels(peaks, rms, elapsed_s)

    def show_limiting(self, reduction_db: float, elapsed_s: float) -> None:
        """Light the limiter's lamp: by how many dB it lowered the sum in the last `elapsed_s` seconds."""
        self.master.limiter_lamp.show_reduction(reduction_db, elapsed_s)

    def show_loudness(self, now_lufs: float, whole_lufs: float) -> None:
        """Show how loud it is to the ear, lately and in all; −inf for silence."""
        self.master.loudness.show_loudness(now_lufs, whole_lufs)

    def show_history(self, undo_words: str, redo_words: str) -> None:
        """What can be undone and redone, in words; empty if nothing."""
        self.master.show_history(undo_words, redo_words)

    @property
    def channels(self) -> list[Channel]:
        """The strips of the stems, then the master."""
        return [*self.strips, self.master]

    @property
    def held(self) -> bool:
        """Whether the hand has hold of a fader or a knob."""
        return self.master.held or any(strip.held for strip in self.strips)

    @property
    def chosen(self) -> Channel | None:
        """The strip on which the keys act."""
        return next((channel for channel in self.channels if channel.chosen), None)

    def choose(self, index: int) -> None:
        """Let the keys act on the strip `index`, on the master for −1; nothing where there is no such strip."""
        if -1 <= index < len(self.strips):
            self.channels[index].fader.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def toggle_mute(self) -> None:
        """Mute the chosen strip, or no longer."""
        if isinstance(self.chosen, StemStrip):
            self.chosen.mute_button.toggle()

    def toggle_solo(self) -> None:
        """Solo the chosen strip, or no longer."""
        if isinstance(self.chosen, StemStrip):
            self.chosen.solo_button.toggle()

    def clear_lamps(self) -> None:
        """Put out the lamps of what was too loud."""
        for channel in self.channels:
            channel.meter.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Strips stand closer where there is little room."""
        super().resizeEvent(event)
        self._set_spacing()

    def _set_spacing(self) -> None:
        narrow = self.width() < NARROW_PX * (len(self.strips) + 1)
        self._row.setSpacing(2 * theme.STEP_PX if narrow else theme.GAP_PX)

    def _follow_focus(self, focused: QObject | None) -> None:
        """Choose the strip that has the focus; where it goes elsewhere, the last one stays chosen."""
        owner = next((c for c in self.channels if isinstance(focused, QWidget) and c.isAncestorOf(focused)), None)
        if owner is not None:
            for channel in self.channels:
                channel.set_chosen(channel is owner)

    def _change_strip(self, index: int, strip: Strip) -> None:
        strips = list(self._settings.strips)
        strips[index] = strip
        self._change(replace(self._settings, strips=tuple(strips)))

    def _reset(self) -> None:
        settings = MixSettings.unity(len(self.strips))
        self.set_settings(settings)
        self.settings_changed.emit(settings)

    def _show_silent(self) -> None:
        """Which strips are not heard, be it for another one's solo."""
        soloing = any(strip.soloed for strip in self._settings.strips)
        for view, strip in zip(self.strips, self._settings.strips, strict=True):
            view.set_silent(strip.muted or (soloing and not strip.soloed))

    def _change(self, settings: MixSettings) -> None:
        self._settings = settings
        self._show_silent()
        self.settings_changed.emit(settings)
