"""GUI thread: the window: puts the widgets together and ties them to session, engine and player."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QPushButton

from app import exporting
from app.engine_thread import EngineThread
from app.file_thread import FileThread, stem_paths
from app.making import Making, has_style
from app.playing import Playing
from app.radio import RadioHand
from app.rooms import Rooms
from app.session import Recipe, Session
from app.training.desk import TrainingDesk
from engine.models.catalogue import Catalogue
from engine.playback.player import Player
from engine.playback.settings import MixSettings
from engine.takes.take import Take

NO_MODELS = "There are no models yet: train one, or import one with “python main.py import PATH” and start again."


class Window(QMainWindow):
    """The one window. Its widgets edit the session and show it; long work goes to the two threads."""

    def __init__(self, session: Session, engine: EngineThread, files: FileThread, player: Player) -> None:
        super().__init__()
        self.session, self.engine, self.files = session, engine, files
        self.patience_s: float | None = None
        """How long closing waits for a library that is being imported; None: until it is."""
        self.ended = True
        """Whether closing had not to leave it running."""
        self._readied = ""  # the model that was chosen last, and loaded
        self._make_rooms()
        self.playing = Playing(player, self.transport, self.view, self.mixer, self.header)
        self.radio = RadioHand(session, files, self)
        self.making = Making(session, engine, self.playing, self.radio, self.make_bar, self.view, self.activity)
        self.training = TrainingDesk(self.train_button, self)
        self._connect_hands()
        self._connect_keys()
        self._connect_engine()
        self._connect_files()
        self._show_state()
        self.setAcceptDrops(True)
        self.setMinimumSize(1260, 700)
        self.resize(1440, 900)

    def start(self) -> None:
        """Begin with all that is slow: call it when the window is shown."""
        self.playing.prepare()
        self.engine.start()
        self.files.start()
        self.files.look_for_models()

    def _make_rooms(self) -> None:
        rooms = Rooms()
        self.header, self.picker, self.model_count = rooms.header, rooms.picker, rooms.model_count
        self.open_button, self.train_button = rooms.open_button, rooms.train_button
        self.message, self.make_bar, self.view = rooms.message, rooms.make_bar, rooms.view
        self.transport, self.keep_button, self.export_button = rooms.transport, rooms.keep_button, rooms.export_button
        self.mixer, self.activity = rooms.mixer, rooms.activity
        self.setCentralWidget(rooms)

    # What the hand does

    def _connect_hands(self) -> None:
        change = self.session.change_recipe
        self.picker.chosen.connect(lambda name: change(model=name))
        self.make_bar.length.chosen.connect(lambda length_s: change(length_s=length_s))
        self.make_bar.length.refused.connect(self._refuse)
        self.make_bar.seed.seed_changed.connect(self._change_seed)
        self.make_bar.seed.lock_changed.connect(lambda locked: change(seed_locked=locked))
        self.make_bar.drift.value_changed.connect(lambda drift: change(drift=drift))
        shape = self.make_bar.shape
        shape.variation.seed_changed.connect(self._change_variation)
        shape.variation.lock_changed.connect(lambda locked: change(variation_locked=locked))
        shape.adventure.value_changed.connect(lambda truncation: change(truncation=truncation))
        shape.morph.changed.connect(lambda: change(morph=shape.morph.wanted))
        shape.morph.over.refused.connect(self._refuse)
        shape.loop_changed.connect(lambda loop: change(loop=loop))
        self.mixer.settings_changed.connect(lambda mix: self.session.update(mix=mix))
        self.transport.skip_pressed.connect(self.radio.skip)
        self.keep_button.keep_wanted.connect(self._keep)
        self.open_button.clicked.connect(self._ask_recording)
        self.export_button.mix_wanted.connect(self._ask_mix)
        self.export_button.stems_wanted.connect(self._ask_stems)
        self.playing.failed.connect(self._show_failure)
        self.playing.output_changed.connect(self._show_output_problem)
        self.playing.left.connect(lambda take: self.files.discard(take, remove=self.engine.has_made(take)))
        self.training.model_wanted.connect(lambda name: change(model=name))
        self.training.model_added.connect(self.files.look_for_models)
        self.training.preview_wanted.connect(self._listen)

    def _connect_keys(self) -> None:
        keys: dict[QKeySequence | QKeySequence.StandardKey, Callable[[], object]] = {
            QKeySequence.StandardKey.Open: self._ask_recording,
            QKeySequence("Ctrl+Return"): self._press_generate,
            QKeySequence("Ctrl+E"): partial(_open_menu, self.export_button),
            QKeySequence("Ctrl+K"): partial(_open_menu, self.keep_button),
            QKeySequence("Ctrl+T"): self.training.open,
        }
        for key, act in keys.items():
            QShortcut(key, self).activated.connect(act)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space plays and pauses, L loops, N skips, wherever the focus is but in a control that uses the key itself."""
        acts = {
            Qt.Key.Key_Space: self.playing.toggle,
            Qt.Key.Key_L: self.playing.toggle_loop,
            Qt.Key.Key_N: self.radio.skip,
        }
        act = acts.get(Qt.Key(event.key()))
        if act is None or event.isAutoRepeat() or event.modifiers():
            super().keyPressEvent(event)
        else:
            act()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file, or one take."""
        if not self.making.busy and len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what is dropped."""
        event.acceptProposedAction()
        self.making.open_path(Path(event.mimeData().urls()[0].toLocalFile()))

    def _press_generate(self) -> None:
        if self.make_bar.button.isEnabled() and not self.making.busy:
            self.making.generate()

    def _change_seed(self, seed: int) -> None:
        if seed != self.session.state.recipe.seed:
            self.session.change_recipe(seed=seed)

    def _change_variation(self, variation: int) -> None:
        if variation != self.session.state.recipe.variation_seed:
            self.session.change_recipe(variation=variation)

    def _listen(self, preview: Path, title: str) -> None:
        self.making.open_path(preview, title=title, plays=True)

    def _keep(self, stretch_s: float) -> None:
        self.radio.keep(stretch_s, self.playing.heard_frame)

    def _ask_recording(self) -> None:
        if not self.making.busy:
            exporting.ask_recording(self, self.session.state.folder, self.making.open_path)

    def _ask_mix(self) -> None:
        exporting.ask_file(self, self.session.state.folder, self.session.state.title, self._export_mix)

    def _export_mix(self, path: Path) -> None:
        state = self.session.state
        if state.take is not None:
            self.session.update(folder=path.parent)
            self.files.export_mix(state.take, state.mix, path)

    def _ask_stems(self) -> None:
        take, folder = self.session.state.take, self.session.state.folder
        if take is not None:
            names = [path.name for path in stem_paths(take, folder)]
            exporting.ask_folder(self, folder, names, self._export_stems)

    def _export_stems(self, folder: Path) -> None:
        if self.session.state.take is not None:
            self.session.update(folder=folder)
            self.files.export_stems(self.session.state.take, folder)

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
        bar, shape = self.make_bar, self.make_bar.shape
        self.picker.set_chosen(recipe.model)
        bar.length.choose(recipe.length_s)
        bar.seed.set_seed(recipe.seed)
        bar.seed.set_locked(recipe.seed_locked)
        bar.drift.set_value(recipe.drift)
        bar.drift.setEnabled(not recipe.loops)
        bar.set_ready(bool(recipe.model))
        shape.variation.set_seed(recipe.variation_seed)
        shape.variation.set_locked(recipe.variation_locked)
        shape.adventure.set_value(recipe.truncation)
        shape.morph.show_wanted(recipe.morph)
        shape.loop.setChecked(recipe.loop)
        shape.show_use(loop=not recipe.endless, changes=not recipe.loops)
        self._get_ready(recipe.model)

    def _get_ready(self, model: str) -> None:
        """Load a model that has been chosen, while there is time."""
        if model in self.making.titles and model != self._readied and not self.radio.is_on:
            self._readied = model
            self.engine.warm_up(model)

    # What the engine says

    def _connect_engine(self) -> None:
        self.making.refused.connect(self._refuse)
        self.making.begun.connect(self.message.hide)
        self.making.loaded.connect(self._show_take)
        self.making.grown.connect(self._show_use)
        self.engine.failed.connect(self._show_failure)

    def _show_take(self, take: Take) -> None:
        if take.stem_names != self.mixer.stems:
            self.mixer.set_stems(take.stem_names)
            self.session.update(mix=MixSettings.unity(len(take.stem_names)))
        self.playing.set_mix(self.session.state.mix)
        self.transport.setEnabled(True)
        self._show_use()

    def _show_use(self) -> None:
        """What can be done with the take that is loaded."""
        take = self.session.state.take
        whole = take if take is not None and take.finished else None
        self.export_button.set_available(
            mix=whole is not None and whole.mix_frames > 0, stems=whole is not None and whole.stem_frames > 0
        )
        self.keep_button.setVisible(take is not None and take.kept_frames is not None and not take.finished)
        self.make_bar.set_more_available(has_style(take) and bool(self.making.titles))

    # What the files say

    def _connect_files(self) -> None:
        self.files.models_found.connect(self._show_models)
        self.files.started.connect(self.activity.show_files)
        self.files.started.connect(self.message.hide)
        self.files.progressed.connect(self.activity.show_files_fraction)
        self.files.exported.connect(self._show_exported)
        self.files.kept.connect(self._show_kept)
        self.files.failed.connect(self._show_failure)
        self.files.idle.connect(self.activity.rest_files)
        self.activity.files_cancelled.connect(self.files.cancel)

    def _show_models(self, catalogue: Catalogue) -> None:
        self.engine.use_models(catalogue)
        cards = catalogue.cards("generator")
        self.making.titles = {card.name: card.title for card in cards}
        self.picker.set_cards(cards)
        self.model_count.setText(str(len(cards)))
        if not cards:
            self.message.say(NO_MODELS)
        elif self.session.state.recipe.model not in self.making.titles:
            self.session.change_recipe(model=cards[0].name)
        self.picker.set_chosen(self.session.state.recipe.model)
        self.training.set_models(cards)

    def _show_exported(self, paths: Sequence[Path]) -> None:
        self.message.say(f"Exported {', '.join(path.name for path in paths)} to {paths[0].parent}.")

    def _show_kept(self, folder: Path) -> None:
        self.message.say(
            f"Kept as “{folder.name}” in {folder.parent}.", action=("Open", partial(self.making.open_path, folder))
        )

    # What goes wrong

    def _refuse(self, sentence: str) -> None:
        self.message.say(sentence, "error")

    def _show_failure(self, sentence: str, details: str) -> None:
        self.message.say(sentence, "error", details)

    def _show_output_problem(self, sentence: str) -> None:
        if sentence:
            self.message.say(sentence)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End everything that runs, then go: nothing half-made stays behind."""
        self.hide()
        self.training.close()
        self.playing.close()
        self.files.close()
        self.ended = self.engine.close(self.patience_s)
        # What the threads have told in the meantime must not be shown any more: it would play again.
        QCoreApplication.removePostedEvents(self, QEvent.Type.MetaCall)
        QCoreApplication.removePostedEvents(self.making, QEvent.Type.MetaCall)
        event.accept()


def _open_menu(button: QPushButton) -> None:
    if button.isEnabled() and button.isVisible():
        button.showMenu()
