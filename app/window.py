"""GUI thread: the window: puts the widgets together and ties them to session, engine and player."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow

from app.arrangement import Arrangement
from app.asking import ask_recordings
from app.comparing import Comparing
from app.dragging import Dragging
from app.dropouts import Dropouts
from app.engine_thread import EngineThread
from app.exporting import Exporting
from app.file_thread import FileThread
from app.helping import Helping
from app.history import History
from app.keys import Keys
from app.library import LibraryHand
from app.library_thread import LibraryThread
from app.logs import log_path
from app.making import Making, has_style
from app.mixing import Mixing
from app.models import Models
from app.playing import Playing
from app.preferences import Preferences
from app.radio import RadioHand
from app.recordings import Recordings
from app.rooms import Rooms
from app.session import Session
from app.settings import SettingsStore
from app.shaping import Shaping
from app.stage import StageHand
from app.tidying import Tidying
from app.training.desk import TrainingDesk
from app.worker import UNEXPECTED
from engine.models.card import ModelCard
from engine.playback.player import Player
from engine.playback.settings import MixSettings
from engine.takes.library import Library
from engine.takes.take import Take
from resources import theme


class Window(QMainWindow):
    """The one window. Its widgets edit the session and show it; long work goes to the two threads."""

    def __init__(
        self,
        session: Session,
        engine: EngineThread,
        files: FileThread,
        takes: LibraryThread,
        player: Player,
        store: SettingsStore,
    ) -> None:
        super().__init__()
        self.session, self.engine, self.files, self.takes, self.store = session, engine, files, takes, store
        self.patience_s: float | None = None
        """How long closing waits for a library that is being imported; None: until it is."""
        self.ended = True
        """Whether closing had not to leave it running."""
        self._make_rooms()
        self.history = History(self)
        self.playing = Playing(player, self.transport, self.view, self.header)
        self.mixing = Mixing(session, player, self.mixer, self.history)
        self.radio = RadioHand(session, files, self)
        self.making = Making(session, engine, self.playing, self.radio, self.make_bar, self.view, self.activity)
        panel = self.rooms.takes
        self.library = LibraryHand(session, takes, self.making, self.playing, self.history, panel, self.activity)
        self.recordings = Recordings(engine, takes, self.making, self.library)
        self.comparing = Comparing(session, takes, self.library, self.playing, panel)
        self.staging = StageHand(session, self.stage)
        self.exporting = Exporting(
            session, files, store, self.view, self.message, self.export_button, lambda: self.making.titles, self.rooms
        )
        self.dragging = Dragging(
            session,
            store,
            self.stage,
            self.mixer,
            self.rooms.drag_button,
            self.library,
            panel.list,
            self.message,
            lambda: self.making.titles,
        )
        self.shaping = Shaping(session, self.make_bar)
        self.models = Models(self.rooms.models, session, engine, files, self.radio, player, store)
        self.training = TrainingDesk(self.door, self)
        self._connect_hands()
        self._make_chrome(player)
        self.dropouts = Dropouts(player, self.store, self.message)
        self.tidying = Tidying(self)
        self.keys = Keys(self)
        self._connect_engine()
        self._connect_files()
        self._show_state()
        self.setAcceptDrops(True)

    def start(self) -> None:
        """Begin with all that is slow: call it when the window is shown."""
        self.tidying.start()
        self.rooms.setFocus()
        self.playing.prepare()
        self.engine.start()
        self.files.start()
        self.takes.start()
        self.library.start()
        self.recordings.start()
        self.staging.start()
        self.models.previewing.start()
        self.dropouts.start()
        self.files.look_for_models()

    def _make_rooms(self) -> None:
        self.rooms = rooms = Rooms()
        self.header, self.picker, self.model_count = rooms.header, rooms.models.picker, rooms.models.count
        self.open_button, self.door = rooms.open_button, rooms.models.door
        self.message, self.make_bar, self.view = rooms.message, rooms.make_bar, rooms.view
        self.stage = rooms.stage
        self.transport, self.keep_button, self.export_button = rooms.transport, rooms.keep_button, rooms.export_button
        self.mixer, self.activity = rooms.mixer, rooms.activity
        self.setCentralWidget(rooms)

    def _make_chrome(self, player: Player) -> None:
        """What is around the work: settings, help, the way the window is laid out."""
        rooms = self.rooms
        self.preferences = Preferences(self.store, player, rooms)
        self.helping = Helping(log_path(), rooms)
        self.arrangement = Arrangement(self.store, rooms, self)
        self.header.settings_wanted.connect(self.preferences.open)
        self.header.help_wanted.connect(self.helping.open)
        self.message.log_wanted.connect(self.helping.open_log)
        for refusing in (self.preferences, self.helping, self.exporting, self.dragging):
            refusing.refused.connect(self._refuse)
        self.store.failed.connect(self._show_failure)
        self.store.changed.connect(self._follow_settings)

    def _follow_settings(self, name: str, value: object) -> None:
        if name == "takes_folder" and isinstance(value, Path):
            library = Library(value)
            self.engine.use_library(library)
            self.library.use(library)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Remember the size."""
        super().resizeEvent(event)
        self.arrangement.note_size()

    # What the hand does

    def _connect_hands(self) -> None:
        self.shaping.refused.connect(self._refuse)
        self.make_bar.surprise_pressed.connect(self.surprise)
        self.mixer.refused.connect(self._refuse)
        self.transport.skip_pressed.connect(self.radio.skip)
        self.keep_button.keep_wanted.connect(self._keep)
        self.open_button.clicked.connect(self.ask_recording)
        self.playing.failed.connect(self._show_failure)
        self.playing.output_changed.connect(self._show_output_problem)
        self.making.unused.connect(self.dragging.let_go)
        self.dragging.released.connect(self.files.discard)
        self.models.recordings_dropped.connect(self.library.take_in)
        self.library.refused.connect(self._refuse)
        self.library.thrown_away.connect(lambda words: self.message.say(words, action=("Undo", self.history.undo)))
        self.library.taken_back.connect(self.message.hide)
        self.comparing.refused.connect(self._refuse)
        self.recordings.told.connect(self.message.say)
        self.training.model_wanted.connect(self.models.choose)
        self.training.model_added.connect(self.files.look_for_models)
        self.training.preview_wanted.connect(lambda preview, _: self.models.previewing.hear(preview))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what the table of keys says, wherever the focus is but in a control that uses the key itself."""
        if not self.keys.press(event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders, but for those that are dragged out of here."""
        if event.source() is None and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            theme.mark(self.rooms.takes, over=True)  # this is where it will be

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It does not come after all."""
        theme.mark(self.rooms.takes, over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take recordings apart, add models, open a take: whatever it is."""
        event.acceptProposedAction()
        theme.mark(self.rooms.takes, over=False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        folders = [path for path in paths if path.is_dir()]
        if folders:
            self.models.drop(folders)  # those that hold no model come back
        if len(folders) < len(paths):
            self.library.take_in([path for path in paths if path not in folders])

    def press_generate(self) -> None:
        """As a press of the button does."""
        if self.make_bar.button.isEnabled() and not self.making.busy:
            self.making.generate()

    def surprise(self) -> None:
        """Something else by chance, heard at once."""
        if self.make_bar.surprise_button.isEnabled() and not self.making.busy:
            self.session.update(recipe=self.session.state.recipe.surprised())
            self.making.generate()

    def more_like_this(self) -> None:
        """As a press of the button does."""
        if self.make_bar.more_button.isEnabled() and not self.making.busy:
            self.making.more_like_this()

    def _keep(self, stretch_s: float) -> None:
        if self.radio.is_on:
            self.radio.keep(stretch_s, self.playing.heard_frame, self.library.place_for_kept())

    def seek_takes(self) -> None:
        """Let a take be searched for; their side is folded out if it is not there."""
        if not self.rooms.takes.isVisible():
            self.arrangement.toggle_takes()
        self.rooms.takes.search.setFocus()
        self.rooms.takes.search.selectAll()

    def ask_recording(self) -> None:
        """Ask for recordings or a take to open."""
        ask_recordings(self, Path.home(), self.library.take_in)

    # What the session says

    def _show_state(self) -> None:
        self.session.changed.connect(self._show_change)
        self._show_change("title", self.session.state.title)

    def _show_change(self, name: str, value: object) -> None:
        match name, value:
            case "title", str():
                self.header.set_title(value)
                self.setWindowTitle(f"{value} – DeepDeadNet" if value else "DeepDeadNet")

    # What the engine says

    def _connect_engine(self) -> None:
        self.making.refused.connect(self._refuse)
        self.making.begun.connect(self.message.hide)
        self.making.loaded.connect(self._show_take)
        self.making.grown.connect(self._show_use)
        for refresh in (self.exporting.refresh, self.dragging.refresh):
            self.engine.progressed.connect(refresh)
        self.engine.failed.connect(self._show_failure)

    def _show_take(self, take: Take) -> None:
        entry = self.session.state.entry
        remembered = entry.mix if entry else None
        if remembered is None and not self.library.is_growing(take.folder):  # a new one keeps what is set
            remembered = MixSettings.unity(len(take.stem_names)).to_json()
        self.mixing.show_take(take, remembered)
        self.transport.setEnabled(True)
        self._show_use()

    def _show_use(self) -> None:
        """What can be done with the take that is loaded."""
        take = self.session.state.take
        self.exporting.refresh()
        self.dragging.refresh()
        is_on_air = take is not None and take.kept_frames is not None and not take.finished
        self.keep_button.setVisible(is_on_air)
        self.transport.set_endless(is_on_air)
        self.make_bar.set_more_available(has_style(take) and bool(self.making.titles))

    # What the files say

    def _connect_files(self) -> None:
        self.models.found.connect(self._note_models)
        self.models.told.connect(self.message.say)
        self.models.refused.connect(self._refuse)
        self.models.previewing.failed.connect(self._show_failure)
        self.files.started.connect(self.activity.show_files)
        self.files.started.connect(self.message.hide)
        self.files.progressed.connect(self.activity.show_files_fraction)
        self.files.kept.connect(self._show_kept)
        self.files.failed.connect(self._show_failure)
        self.takes.failed.connect(self._show_failure)
        self.files.idle.connect(self.activity.rest_files)
        self.activity.files_cancelled.connect(self.files.cancel)

    def _note_models(self, cards: Sequence[ModelCard]) -> None:
        self.making.titles = {card.name: card.title for card in cards}
        self.training.set_models(cards)
        self.rooms.invite(generating=bool(cards))
        self.recordings.take_up()
        self._show_use()

    def _show_kept(self, folder: Path) -> None:
        name = self.library.adopt(folder)
        self.message.say(f"Kept as “{name}”.", action=("Play", partial(self.library.play, folder)))

    # What goes wrong

    def _refuse(self, sentence: str) -> None:
        self.message.say(sentence, "error")

    def _show_failure(self, sentence: str, details: str) -> None:
        self.message.say(sentence, "error", details)

    def show_uncaught(self, details: str) -> None:
        """Something went wrong that nobody had thought of."""
        self._show_failure(UNEXPECTED, details)

    def _show_output_problem(self, sentence: str) -> None:
        if sentence:
            self.message.say(sentence)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End everything that runs, then go: nothing half-made stays behind."""
        self.hide()
        self.engine.cancel()  # at once: to let the device go may take seconds
        self.recordings.close()
        self.training.close()
        self.mixing.close()
        self.playing.close()
        self.models.previewing.close()
        self.staging.close()
        self.library.close()
        self.takes.close()
        self.dragging.close()
        self.files.close()
        self.ended = self.engine.close(self.patience_s)
        self.store.close()
        # What the threads have told in the meantime must not be shown any more: it would play again.
        QCoreApplication.removePostedEvents(self, QEvent.Type.MetaCall)
        for hand in (self.making, self.library):
            QCoreApplication.removePostedEvents(hand, QEvent.Type.MetaCall)
        self.tidying.end()
        event.accept()
