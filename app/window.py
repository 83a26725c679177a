"""GUI thread: the window: puts the widgets together and ties them to session, engine and player."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMainWindow, QPushButton, QVBoxLayout, QWidget

from app import exporting
from app.engine_thread import EngineThread, stem_paths
from app.playing import Playing
from app.session import STEMS, Recipe, Session, new_seed
from app.training.desk import INVITATION as TRAINING_INVITATION
from app.training.desk import TrainingDesk
from app.wording import doing_text, left_text
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.spectrogram import CEILING_DB, FLOOR_DB, HIGHEST_HZ, LOWEST_HZ
from engine.models.card import ModelCard
from engine.playback.player import Player
from engine.playback.settings import MixSettings
from engine.takes.making import Progress
from engine.takes.take import Take
from resources import theme
from widgets.activity_bar import ActivityBar
from widgets.export_button import ExportButton
from widgets.header_bar import HeaderBar
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
NO_MODELS = "There are no models yet: train one, or import one with “python main.py import PATH” and start again."
BUSY = "Another take is being made: listen when it is done, or press Cancel."


class Window(QMainWindow):
    """The one window. Its widgets edit the session and show it; long work goes to the engine thread."""

    def __init__(self, session: Session, engine: EngineThread, player: Player) -> None:
        super().__init__()
        self.session = session
        self.engine = engine
        self._cards: dict[str, ModelCard] = {}
        self._busy = False
        self._awaiting_sound = False
        self._coming_title = ""
        self._last_recipe: Recipe | None = None
        self._working = QElapsedTimer()
        self._make_widgets()
        self._lay_out()
        self.playing = Playing(player, self.transport, self.view, self.mixer, self.header)
        self.training = TrainingDesk(self.train_button, self)
        self._connect_hands()
        self._connect_engine()
        self._show_state()
        self.setAcceptDrops(True)
        self.setMinimumSize(1240, 680)
        self.resize(1440, 900)

    def _make_widgets(self) -> None:
        self.header = HeaderBar()
        self.picker = ModelPicker()
        self.model_count = QLabel()
        self.open_button = QPushButton(theme.icon("folder-open", theme.COLOURS.dim), " Open a recording…")
        self.open_button.setAccessibleName("Open a recording")
        self.open_button.setToolTip("Take a WAV, FLAC, OGG or MP3 file apart (Ctrl+O), or drop one on the window")
        self.train_button = QPushButton(theme.icon("graduation-cap", theme.COLOURS.dim), f" {TRAINING_INVITATION}")
        self.train_button.setAccessibleName("Train a model")
        self.train_button.setToolTip("Make a model of your own from a folder of recordings (Ctrl+T)")
        for door in (self.open_button, self.train_button):
            door.setProperty("weight", "door")
            door.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.message = MessageStrip()
        self.make_bar = MakeBar()
        self.view = SpectrogramView(LOWEST_HZ, HIGHEST_HZ)
        self.view.set_invitation(INVITATION)
        self.level_scale = LevelScale(FLOOR_DB, CEILING_DB)
        self.transport = Transport()
        self.transport.setEnabled(False)
        self.export_button = ExportButton()
        self.mixer = MixerPanel()
        self.mixer.set_stems(STEMS)
        self.mixer.setMinimumHeight(MIXER_HEIGHTS_PX[0])
        self.mixer.setMaximumHeight(MIXER_HEIGHTS_PX[1])
        self.activity = ActivityBar()
        self.activity.set_hint(HINT)

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._side())
        middle.addLayout(self._centre(), stretch=1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(middle, stretch=1)
        column.addWidget(self.activity)
        self.setCentralWidget(whole)

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
        below.addWidget(self.transport)
        below.addStretch()
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
        heading.addWidget(self.level_scale)
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

    # What the hand does

    def _connect_hands(self) -> None:
        change = self.session.change_recipe
        self.picker.chosen.connect(lambda name: change(model=name))
        self.make_bar.length.chosen.connect(lambda length_s: change(length_s=length_s))
        self.make_bar.length.refused.connect(lambda sentence: self.message.say(sentence, "error"))
        self.make_bar.seed.seed_changed.connect(lambda seed: change(seed=seed))
        self.make_bar.generate_pressed.connect(self.generate)
        self.make_bar.cancel_pressed.connect(self.engine.cancel)
        self.mixer.settings_changed.connect(lambda mix: self.session.update(mix=mix))
        self.open_button.clicked.connect(self._ask_recording)
        self.export_button.mix_wanted.connect(self._ask_mix)
        self.export_button.stems_wanted.connect(self._ask_stems)
        self.playing.failed.connect(self._show_failure)
        QShortcut(QKeySequence.StandardKey.Open, self).activated.connect(self._ask_recording)
        QShortcut(QKeySequence("Ctrl+E"), self).activated.connect(self._open_export_menu)
        QShortcut(QKeySequence("Ctrl+T"), self).activated.connect(self.training.open)
        self.training.model_wanted.connect(lambda name: change(model=name))
        self.training.model_added.connect(self.engine.look_for_models)
        self.training.preview_wanted.connect(self._listen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space plays and pauses, wherever the focus is but in a control that uses the key itself."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.playing.toggle()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file."""
        if not self._busy and len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what is dropped."""
        event.acceptProposedAction()
        self.open_recording(Path(event.mimeData().urls()[0].toLocalFile()))

    def generate(self) -> None:
        """Make the take that the session's recipe describes; pressed again unchanged, with a new seed."""
        if self.session.state.recipe == self._last_recipe:
            self.session.change_recipe(seed=new_seed())
        recipe = self._last_recipe = self.session.state.recipe
        self._awaiting_sound = True
        title = self._cards[recipe.model].title
        self._coming_title = f"{title} {recipe.seed}"
        self.engine.generate(recipe, title)

    def open_recording(self, path: Path) -> None:
        """Take an audio file apart."""
        self._awaiting_sound = False
        self._coming_title = path.stem
        self._last_recipe = None
        self.engine.open_file(path)

    def _listen(self, preview: Path, title: str) -> None:
        if self._busy:
            self.message.say(BUSY)
        else:
            self.open_recording(preview)
            self._coming_title = title
            self._awaiting_sound = True

    def _ask_recording(self) -> None:
        if not self._busy:
            exporting.ask_recording(self, self.session.state.folder, self.open_recording)

    def _open_export_menu(self) -> None:
        if self.export_button.isEnabled():
            self.export_button.showMenu()

    def _ask_mix(self) -> None:
        exporting.ask_file(self, self.session.state.folder, self.session.state.title, self._export_mix)

    def _export_mix(self, path: Path) -> None:
        state = self.session.state
        if state.take is not None:
            self.session.update(folder=path.parent)
            self.engine.export_mix(state.take, state.mix, path)

    def _ask_stems(self) -> None:
        take, folder = self.session.state.take, self.session.state.folder
        if take is not None:
            names = [path.name for path in stem_paths(take, folder)]
            exporting.ask_folder(self, folder, names, self._export_stems)

    def _export_stems(self, folder: Path) -> None:
        if self.session.state.take is not None:
            self.session.update(folder=folder)
            self.engine.export_stems(self.session.state.take, folder)

    # What the session says

    def _show_state(self) -> None:
        self.session.changed.connect(self._show_change)
        for name in ("recipe", "mix", "title"):
            self._show_change(name, getattr(self.session.state, name))

    def _show_change(self, name: str, value: object) -> None:
        match name, value:
            case "recipe", Recipe():
                self._show_recipe(value)
            case "mix", MixSettings():
                self.mixer.set_settings(value)
                self.playing.set_mix(value)
            case "title", str():
                self.header.set_title(value)
                self.setWindowTitle(f"{value} – DeepDeadNet" if value else "DeepDeadNet")

    def _show_recipe(self, recipe: Recipe) -> None:
        self.picker.set_chosen(recipe.model)
        self.make_bar.length.choose(recipe.length_s)
        self.make_bar.seed.set_seed(recipe.seed)
        self.make_bar.set_ready(bool(recipe.model))

    # What the engine says

    def _connect_engine(self) -> None:
        self.engine.models_ready.connect(self._show_models)
        self.engine.started.connect(self._show_start)
        self.engine.take_started.connect(self._load)
        self.engine.progressed.connect(self._show_progress)
        self.engine.spectrogram_grew.connect(self.view.set_levels)
        self.engine.take_finished.connect(self._show_end)
        self.engine.export_progressed.connect(self._show_export)
        self.engine.exported.connect(self._show_exported)
        self.engine.failed.connect(self._show_failure)
        self.engine.idle.connect(self._show_idle)

    def _show_models(self, cards: Sequence[ModelCard]) -> None:
        self._cards = {card.name: card for card in cards}
        self.picker.set_cards(cards)
        self.model_count.setText(str(len(cards)))
        if not cards:
            self.message.say(NO_MODELS)
        elif self.session.state.recipe.model not in self._cards:
            self.session.change_recipe(model=cards[0].name)
        self.picker.set_chosen(self.session.state.recipe.model)
        self.training.set_models(cards)

    def _show_start(self, text: str) -> None:
        self._set_busy(True)
        self._working.start()
        self.message.hide()
        self.activity.show_work(text, None)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        take = self.session.state.take
        self.make_bar.set_busy(busy)
        self.open_button.setEnabled(not busy)
        idle_take = None if busy else take
        self.export_button.set_available(
            mix=idle_take is not None and idle_take.mix_frames > 0,
            stems=idle_take is not None and idle_take.stem_frames > 0,
        )

    def _load(self, take: Take) -> None:
        previous = self.session.state.take
        self.playing.load(take)
        if take.stem_names != self.mixer.stems:
            self.mixer.set_stems(take.stem_names)
            self.session.update(mix=MixSettings.unity(len(take.stem_names)))
        self.playing.set_mix(self.session.state.mix)
        self.transport.setEnabled(True)
        self.view.show_take((take.planned_frames or 0) / SAMPLE_RATE_HZ)
        self.session.update(take=take, title=self._coming_title)
        if previous is not None:
            self.engine.discard(previous)

    def _show_progress(self, progress: Progress) -> None:
        left = left_text(progress.fraction, self._working.elapsed() / 1000)
        stems_s = progress.separated_frames / SAMPLE_RATE_HZ if self.mixer.stems else None
        self.view.set_progress(progress.made_frames / SAMPLE_RATE_HZ, stems_s, f"making… {left}")
        self.activity.show_work(" · ".join(filter(None, (doing_text(progress), left))), progress.fraction)
        if self._awaiting_sound:
            self._awaiting_sound = False
            self.playing.play()

    def _show_end(self, take: Take) -> None:
        made_s = take.mix_frames / SAMPLE_RATE_HZ
        self.view.set_length_s(made_s)
        self.view.set_progress(made_s, take.stem_frames / SAMPLE_RATE_HZ if take.stem_names else None)

    def _show_export(self, fraction: float) -> None:
        self.activity.show_work("Exporting", fraction)

    def _show_exported(self, paths: Sequence[Path]) -> None:
        self.message.say(f"Exported {', '.join(path.name for path in paths)} to {paths[0].parent}.")

    def _show_failure(self, sentence: str, details: str) -> None:
        self.message.say(sentence, "error", details)

    def _show_idle(self) -> None:
        self._set_busy(False)
        self.activity.rest("Ready")

    def closeEvent(self, event: QCloseEvent) -> None:
        """End everything that runs, then go: nothing half-made stays behind."""
        self.hide()
        self.training.close()
        self.playing.close()
        self.engine.close()
        # What the engine has told in the meantime must not be shown any more: it would play again.
        QCoreApplication.removePostedEvents(self, QEvent.Type.MetaCall)
        event.accept()
