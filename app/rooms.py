"""GUI thread: where the widgets of the window are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.session import STEMS
from engine.audio.spectrogram import CEILING_DB, FLOOR_DB, HIGHEST_HZ, LOWEST_HZ
from resources import theme
from widgets.activity_bar import ActivityBar
from widgets.drag_button import DragButton
from widgets.export_button import ExportButton
from widgets.header_bar import HeaderBar
from widgets.keep_button import KeepButton
from widgets.make_bar import MakeBar
from widgets.message_strip import MessageStrip
from widgets.mixer_panel import MixerPanel
from widgets.model_panel import ModelPanel
from widgets.room_splitter import RoomSplitter
from widgets.spectrogram_axes import FREQUENCY_AXIS_PX
from widgets.stage import Stage
from widgets.take_panel import TakePanel
from widgets.transport import Transport

SIDE_WIDTH_PX = 252
LEAST_MIXER_PX = 204
MIXER_PX, MIXER_SHARE = (204, 260), 0.29
"""How high the mixer is until a hand moves its edge: between these, and about so much of the window's height."""
HINT = "Press ? for keys"
INVITATION = "Press Generate: in a moment you hear music that nobody has played."
DROP_INVITATION = "drop a recording here, and take it apart."
"""What an empty stage says; the first is left out where there is no model."""


class Rooms(QWidget):
    """All widgets of the window in their places: models on the left, the take and its mixer beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click between the controls leaves a field that was typed in
        self._make_widgets()
        middle = QHBoxLayout()
        middle.setSpacing(0)
        self.models_side = self.models
        self.models_side.layout().addWidget(self.open_button)
        middle.addWidget(self.models_side)
        middle.addWidget(self._centre(), stretch=1)
        middle.addWidget(self.takes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        # Tab goes through them in the order in which they come here: from the models on; the header is last.
        column.addLayout(middle, stretch=1)
        column.addWidget(self.activity)
        column.insertWidget(0, self.header)

    def _make_widgets(self) -> None:
        self.header = HeaderBar()
        self.models = ModelPanel()
        self.open_button = _door("folder-open", "Open a recording…", "Open a recording")
        self.open_button.setToolTip(
            "Take a WAV, FLAC, OGG or MP3 file apart, or open a take that was kept (Ctrl+O), or drop one on the window"
        )
        self.message = MessageStrip()
        self.make_bar = MakeBar()
        self.stage = Stage((LOWEST_HZ, HIGHEST_HZ), (FLOOR_DB, CEILING_DB))
        self.message.lie_over(self.stage.view, FREQUENCY_AXIS_PX)
        self.view = self.stage.view
        self.invite(generating=True)
        self.transport = Transport()
        self.transport.setEnabled(False)
        self.keep_button = KeepButton()
        self.keep_button.hide()
        self.drag_button = DragButton()
        self.export_button = ExportButton()
        self.mixer = MixerPanel()
        self.mixer.set_stems(STEMS)
        self.mixer.setMinimumHeight(LEAST_MIXER_PX)
        self.takes = self.takes_side = TakePanel()
        self.activity = ActivityBar()
        self.activity.set_hint(HINT)

    def invite(self, *, generating: bool) -> None:
        """Let an empty stage say what to do first; `generating`: whether there is a model to generate with."""
        words = f"{INVITATION}\nOr {DROP_INVITATION}" if generating else DROP_INVITATION.capitalize()
        self.view.set_invitation(words)

    def _centre(self) -> QWidget:
        below = QHBoxLayout()
        below.setSpacing(theme.GAP_PX)
        below.addWidget(self.transport)
        below.addStretch()
        below.addWidget(self.keep_button)
        below.addWidget(self.drag_button)
        below.addWidget(self.export_button)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_PX)
        column.addWidget(self.make_bar)
        column.addWidget(self.stage, stretch=1)
        column.addLayout(below)
        self.splitter = RoomSplitter(upper, self.mixer, "Edge between picture and mixer")
        centre = QWidget()
        around = QVBoxLayout(centre)
        around.setContentsMargins(theme.GAP_PX, theme.GAP_PX, theme.GAP_PX, theme.GAP_PX)
        around.addWidget(self.splitter)
        return centre


def _door(icon: str, text: str, name: str) -> QPushButton:
    button = QPushButton(f" {text}")
    theme.set_icon(button, icon, "dim")
    button.setAccessibleName(name)
    button.setProperty("weight", "door")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
