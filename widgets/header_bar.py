"""GUI thread: the top of the window: whose it is, which take is loaded, where it sounds, and the doors to the rest."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from resources import theme
from widgets.elided_label import ElidedLabel

HEIGHT_PX = 46
WORDMARK_PX = 16

OutputState = Literal["closed", "open", "lost"]
LAMPS: dict[OutputState, str] = {"closed": "faint", "open": "good", "lost": "mute"}
"""Roles of the lamp's colours."""


class HeaderBar(QFrame):
    """Name of the program, title of the take, and the output with a lamp: lit while it plays, red where it is lost.

    On the right: fold the sides away or out, help, settings.
    """

    models_toggled = Signal(bool)
    """Whether the side with the models is to be there."""
    takes_toggled = Signal(bool)
    """Whether the side with the takes is to be there."""
    help_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "top")
        self.setFixedHeight(HEIGHT_PX)
        self._wordmark = QLabel()
        self._wordmark.setFont(theme.font(WORDMARK_PX, QFont.Weight.DemiBold))
        self._colour_wordmark()
        theme.SIGNALS.changed.connect(self._colour_wordmark)
        self._title = ElidedLabel()
        self._lamp = QLabel("●")
        self._output = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._output.setProperty("role", "dim")
        self._output.setFont(theme.font(tabular=True))
        self.models_button = _button("panel-left", "Models", "Show or hide the models (Ctrl+1)", checkable=True)
        self.models_button.clicked.connect(self.models_toggled)
        self.takes_button = _button("panel-right", "Takes", "Show or hide the takes (Ctrl+2)", checkable=True)
        self.takes_button.clicked.connect(self.takes_toggled)
        self.help_button = _button("circle-question-mark", "Help", "Keys, log, version, credits (?)")
        self.help_button.clicked.connect(self.help_wanted)
        self.settings_button = _button("settings", "Settings", "Output, folders, theme (Ctrl+,)")
        self.settings_button.clicked.connect(self.settings_wanted)
        self._lay_out()
        self.set_sides(models=True, takes=True)
        self.set_output("No output open yet", "closed")

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * theme.STEP_PX, 0, 3 * theme.STEP_PX, 0)
        row.setSpacing(2 * theme.STEP_PX)
        row.addWidget(self._wordmark)
        row.addSpacing(2 * theme.STEP_PX)
        row.addWidget(self._title, stretch=3)
        row.addStretch(1)
        row.addWidget(self._lamp)
        row.addWidget(self._output, stretch=2)
        row.addSpacing(2 * theme.STEP_PX)
        for button in (self.models_button, self.takes_button, self.help_button, self.settings_button):
            row.addWidget(button)

    def _colour_wordmark(self) -> None:
        self._wordmark.setText(f'Deep<span style="color:{theme.COLOURS.accent}">Dead</span>Net')

    def set_title(self, title: str) -> None:
        """What the loaded take is called."""
        self._title.setText(title)

    @property
    def output_text(self) -> str:
        """What it says of the output."""
        return self._output.text()

    def set_output(self, text: str, state: OutputState, tip: str = "") -> None:
        """Which output there is, and whether it plays; `tip` says more."""
        if text != self._output.text():
            self._output.setText(text)
        self._output.set_tip(tip)
        if self._lamp.property("lamp") != LAMPS[state]:
            theme.mark(self._lamp, lamp=LAMPS[state])

    def set_sides(self, *, models: bool, takes: bool) -> None:
        """Which sides are there; tells nobody."""
        for button, shown in ((self.models_button, models), (self.takes_button, takes)):
            button.setChecked(shown)


def _button(icon: str, name: str, tip: str, *, checkable: bool = False) -> QPushButton:
    button = QPushButton()
    theme.set_icon(button, icon, "dim")
    button.setProperty("weight", "header")
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return button
