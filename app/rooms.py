"""GUI thread: where the widgets of the window are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.session import STEMS
from app.training.desk import INVITATION as TRAINING_INVITATION
from engine.audio.spectrogram import CEILING_DB, FLOOR_DB, HIGHEST_HZ, LOWEST_HZ
from resources import theme
from widgets.activity_bar import ActivityBar
from widgets.export_button import ExportButton
from widgets.header_bar import HeaderBar
from widgets.keep_button import KeepButton
from widgets.level_scale import LevelScale
from widgets.make_bar import MakeBar
from widgets.message_strip import MessageStrip
from widgets.mixer_panel import MixerPanel
from widgets.model_picker import ModelPicker
from widgets.spectrogram_view import SpectrogramView
from widgets.transport import Transport

SIDE_WIDTH_PX = 252
MIXER_HEIGHTS_PX = (204, 260)
HINT = "Space plays · Ctrl+O opens · Ctrl+E exports · Ctrl+T trains"
INVITATION = "Choose a model and press Generate, or drop a recording here"


class Rooms(QWidget):
    """All widgets of the window in their places: models on the left, the take and its mixer beside them."""

    def __init__(self) -> None:
        super().__init__()
        self._make_widgets()
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._side())
        middle.addLayout(self._centre(), stretch=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(middle, stretch=1)
        column.addWidget(self.activity)

    def _make_widgets(self) -> None:
        self.header = HeaderBar()
        self.picker = ModelPicker()
        self.model_count = QLabel()
        self.open_button = _door("folder-open", "Open a recording…", "Open a recording")
        self.open_button.setToolTip(
            "Take a WAV, FLAC, OGG or MP3 file apart, or open a take that was kept (Ctrl+O), or drop one on the window"
        )
        self.train_button = _door("graduation-cap", TRAINING_INVITATION, "Train a model")
        self.train_button.setToolTip("Make a model of your own from a folder of recordings (Ctrl+T)")
        self.message = MessageStrip()
        self.make_bar = MakeBar()
        self.view = SpectrogramView(LOWEST_HZ, HIGHEST_HZ)
        self.view.set_invitation(INVITATION)
        self.transport = Transport()
        self.transport.setEnabled(False)
        self.keep_button = KeepButton()
        self.keep_button.hide()
        self.export_button = ExportButton()
        self.mixer = MixerPanel()
        self.mixer.set_stems(STEMS)
        self.mixer.setMinimumHeight(MIXER_HEIGHTS_PX[0])
        self.mixer.setMaximumHeight(MIXER_HEIGHTS_PX[1])
        self.activity = ActivityBar()
        self.activity.set_hint(HINT)

    def _side(self) -> QFrame:
        side = QFrame()
        side.setProperty("panel", "side")
        side.setFixedWidth(SIDE_WIDTH_PX)
        heading = QHBoxLayout()
        title = QLabel("MODELS")
        for label in (title, self.model_count):
            label.setProperty("role", "heading")
        heading.addWidget(title)
        heading.addStretch()
        heading.addWidget(self.model_count)
        column = QVBoxLayout(side)
        column.setContentsMargins(theme.GAP_PX, theme.GAP_PX, theme.GAP_PX, theme.GAP_PX)
        column.setSpacing(theme.GAP_PX)
        column.addLayout(heading)
        column.addWidget(self.picker, stretch=1)
        column.addWidget(self.train_button)
        column.addWidget(self.open_button)
        return side

    def _centre(self) -> QVBoxLayout:
        below = QHBoxLayout()
        below.setSpacing(theme.GAP_PX)
        below.addWidget(self.transport)
        below.addStretch()
        below.addWidget(self.keep_button)
        below.addWidget(self.export_button)
        column = QVBoxLayout()
        column.setContentsMargins(theme.GAP_PX, theme.GAP_PX, theme.GAP_PX, theme.GAP_PX)
        column.setSpacing(theme.GAP_PX)
        column.addWidget(self.make_bar)
        column.addWidget(self._stage(), stretch=3)
        column.addLayout(below)
        column.addWidget(self.mixer, stretch=2)
        return column

    def _stage(self) -> QFrame:
        stage = QFrame()
        stage.setProperty("panel", "card")
        heading = QHBoxLayout()
        heading.setContentsMargins(theme.GAP_PX, 0, 0, 0)
        title = QLabel("Mix")
        title.setProperty("role", "title")
        heading.addWidget(title)
        heading.addStretch()
        heading.addWidget(LevelScale(FLOOR_DB, CEILING_DB))
        column = QVBoxLayout(stage)
        column.setContentsMargins(1, theme.STEP_PX, 1, theme.STEP_PX)
        column.setSpacing(theme.STEP_PX)
        notice = QHBoxLayout()  # here, so that no control moves from under the hand when a message comes
        notice.setContentsMargins(2 * theme.STEP_PX, 0, 2 * theme.STEP_PX, theme.STEP_PX)
        notice.addWidget(self.message)
        column.addLayout(heading)
        column.addLayout(notice)
        column.addWidget(self.view, stretch=1)
        return stage


def _door(icon: str, text: str, name: str) -> QPushButton:
    button = QPushButton(theme.icon(icon, theme.COLOURS.dim), f" {text}")
    button.setAccessibleName(name)
    button.setProperty("weight", "door")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
