"""GUI thread: ties the models there are to their cards: what they say, which is chosen, how others are added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from app.engine_thread import EngineThread
from app.file_thread import FileThread
from app.importing import Added
from app.previewing import Previewing
from app.radio import RadioHand
from app.session import Recipe, Session
from app.settings import SettingsStore
from engine.models.card import ModelCard
from engine.models.catalogue import Catalogue
from engine.models.preview import preview_of
from engine.playback.player import Player
from widgets.model_card import ModelFacts
from widgets.model_panel import ModelPanel

NO_MODELS = "There are no models yet: drop a model’s folder here, or train one from your own recordings."
NO_MODEL = "“{}” is no model: choose a folder with a card.json, or a published Musika folder."
PUBLISHED = "https://github.com/marcoppasini/musika"
SETTLE_MS = 400
"""A model is loaded when it has been the chosen one for so long: whoever goes through the list wants none yet."""


class Models(QObject):
    """Shows the models and lets them be chosen, heard and added."""

    found = Signal(object)
    """The generators there are, as a list of `ModelCard`s."""
    refused = Signal(str)
    """Why a wish cannot be granted, in a sentence."""
    told = Signal(str)
    """Something worth knowing, in a sentence."""
    recordings_dropped = Signal(object)
    """The `Path`s of folders that were let go over the models and hold none."""

    def __init__(
        self,
        panel: ModelPanel,
        session: Session,
        engine: EngineThread,
        files: FileThread,
        radio: RadioHand,
        player: Player,
        store: SettingsStore,
    ) -> None:
        super().__init__(panel)
        self.previewing = Previewing(player, panel.picker, self)
        self._panel, self._session, self._engine, self._files, self._radio = panel, session, engine, files, radio
        self._cards: list[ModelCard] = []
        self._readied = ""  # the model that was loaded last
        self._added: Sequence[Added] = ()
        self._asked: Path | None = None  # the folder that was chosen as a model's last
        self._store = store
        self._awaited = store.settings.model or ""  # the model that is to be chosen when it is there
        self._settling = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self._get_ready)
        panel.picker.chosen.connect(self.choose)
        panel.dropped.connect(self.drop)
        panel.door.import_wanted.connect(self.ask_folder)
        panel.door.published_wanted.connect(partial(QDesktopServices.openUrl, QUrl(PUBLISHED)))
        session.changed.connect(self._note)
        # Libraries and networks come after the pictures, which are there in a moment if nothing else is done meanwhile.
        self.previewing.thread_.looked.connect(self._settling.start)
        files.models_found.connect(self._show)
        files.models_added.connect(self._note_added)
        files.no_models.connect(self._refer)

    @property
    def titles(self) -> dict[str, str]:
        """What the generators are called, by name."""
        return {card.name: card.title for card in self._cards}

    def choose(self, name: str) -> None:
        """Make a model the one that is used next, and after the next start; one that has still to be found is then."""
        self._awaited = "" if name in self.titles else name
        if not self._awaited:
            self._session.change_recipe(model=name)
            self._store.change(model=name)

    def toggle_preview(self) -> None:
        """Let the preview of the chosen model be heard, or no longer."""
        self.previewing.toggle(self.previewing.heard or self._session.state.recipe.model)

    def drop(self, paths: Sequence[Path]) -> None:
        """Add the models in some folders; folders without any are told of, for they may hold recordings."""
        self._files.add_models(paths)

    def ask_folder(self) -> None:
        """Ask for a model's folder, and add it."""
        dialog = QFileDialog(self._panel, "Choose a model’s folder", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        # Where a path was typed, the folder shown is selected besides, and the signal for one alone does not come.
        dialog.filesSelected.connect(lambda paths: self._add_asked(Path(paths[-1])))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _add_asked(self, folder: Path) -> None:
        self._asked = folder
        self._files.add_models([folder])

    def _show(self, catalogue: Catalogue) -> None:
        self._engine.use_models(catalogue)
        self._cards = in_order(catalogue.cards("generator"))
        picker = self._panel.picker
        picker.set_cards([facts_of(card) for card in self._cards])
        self._panel.show_found()
        self.previewing.set_models(self._cards)
        self.found.emit(self._cards)
        if not self._cards:
            self.told.emit(NO_MODELS)
        elif self._awaited in self.titles:
            self.choose(self._awaited)
        elif self._session.state.recipe.model not in self.titles:
            self._awaited = ""  # whoever has been given another keeps it until the next start
            self._session.change_recipe(model=self._cards[0].name)
        picker.set_chosen(self._session.state.recipe.model)
        if self._added:
            self._tell_added(catalogue)

    def _note_added(self, added: Sequence[Added]) -> None:
        self._added = added
        self._files.look_for_models()

    def _tell_added(self, catalogue: Catalogue) -> None:
        """Choose what has been added, if it is something to generate with, and say so."""
        added, self._added = self._added, ()
        generators = [model.name for model in added if model.name in self.titles]
        if generators:
            self.choose(generators[-1])
        title = catalogue.find((generators or [added[-1].name])[-1]).title
        new = sum(model.is_new for model in added)
        if not new:
            self.told.emit(f"“{title}” is among your models already.")
        elif new > 1:
            self.told.emit(f"{new} models have been added.")
        else:
            self.told.emit(f"“{title}” has been added{' and chosen: press Generate' if generators else ''}.")

    def _refer(self, folders: Sequence[Path]) -> None:
        """A folder that was chosen as a model's and is none is refused; one that was dropped may be somebody else's."""
        if folders[0] == self._asked:
            self._asked = None
            self.refused.emit(NO_MODEL.format(folders[0].name))
        else:
            self.recordings_dropped.emit(folders)

    def _note(self, name: str, value: object) -> None:
        if name == "recipe" and isinstance(value, Recipe):
            self._panel.picker.set_chosen(value.model)
            if value.model in self.titles and value.model != self._readied and self._readied:
                self._settling.start()

    def _get_ready(self) -> None:
        """Load the model that is chosen, while there is time."""
        model = self._session.state.recipe.model
        if model in self.titles and model != self._readied and not self._radio.is_on:
            self._readied = model
            self._engine.warm_up(model)


def in_order(cards: Sequence[ModelCard]) -> list[ModelCard]:
    """The models of no particular show first, as they were found; then the shows by date."""
    return sorted(cards, key=lambda card: card.show_date)


def facts_of(card: ModelCard) -> ModelFacts:
    """What a model's card says in the window."""
    show = " · ".join(filter(None, (_day(card.show_date), card.venue)))
    sizes = " · ".join(
        filter(
            None,
            (
                f"{_hours(card.learned_s)} of music" if card.learned_s else "",
                f"{card.context_s:.0f} s context" if card.context_s else "",
            ),
        )
    )
    lines = [card.band, show or ("All nights" if card.band else ""), sizes or card.trained_on, card.description]
    about = (
        card.description,
        f"Learned from: {card.trained_on}" if card.trained_on else "",
        f"Learned for: {card.trained_for}" if card.trained_for else "",
        f"Began with: {card.began_with}" if card.began_with else "",
        f"Invents {card.context_s:.0f} s at a time" if card.context_s else "",
        f"Licence: {card.licence}" if card.licence else "",
    )
    return ModelFacts(
        name=card.name,
        title=card.title,
        lines=tuple(list(filter(None, lines))[:3]),
        about="\n".join(filter(None, about)),
        has_preview=preview_of(card) is not None,
    )


def _hours(seconds: float) -> str:
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 10 * 3600 else f"{seconds / 3600:.0f} h"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _day(show_date: str) -> str:
    """A date as people say it; what is no date in full, as it is written."""
    try:
        day = date.fromisoformat(show_date)
    except ValueError:
        return show_date
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
