"""GUI thread: the hand on exports: the panel, what it remembers, the files, and never one written over unasked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.asking import ask_folder
from app.desktop import show_path
from app.file_thread import FileThread
from app.leaving import NOT_YET, folder_words, names_of, region_of, stems_of, whole_of
from app.session import Session
from app.settings import SettingsStore
from engine.errors import StudioError
from engine.export.choices import ExportChoices
from engine.export.naming import file_paths
from engine.export.writing import Conflict, Export, InTheWayError
from engine.takes.take import Take
from widgets.export_button import ExportButton
from widgets.export_panel import Exportable, ExportPanel
from widgets.message_strip import MessageStrip
from widgets.overlay import Overlay
from widgets.spectrogram_view import SpectrogramView


class Exporting(QObject):
    """Opens the panel over the window, and sends what was chosen there to the file thread."""

    refused = Signal(str)
    """Why something could not be done: a sentence for the user."""

    def __init__(
        self,
        session: Session,
        files: FileThread,
        store: SettingsStore,
        view: SpectrogramView,
        message: MessageStrip,
        button: ExportButton,
        titles: Callable[[], Mapping[str, str]],
        over: QWidget,
    ) -> None:
        """The panel opens over the widget `over`; `titles` tells what the models are called, by name."""
        super().__init__(over)
        self._session, self._files, self._store, self._view, self._message = session, files, store, view, message
        self._button, self._titles = button, titles
        self._awaited: Export | None = None  # until it has been begun
        self._asked: Export | None = None  # the one that the question is about
        self.panel = ExportPanel()
        self.overlay = Overlay("Export", self.panel, over)
        button.clicked.connect(self.open)
        view.region_changed.connect(self.refresh)
        self.panel.wanted.connect(self._export)
        self.panel.folder_asked.connect(self._ask_folder)
        files.progressed.connect(self._show_begun)
        files.in_the_way.connect(self._ask)
        files.exported.connect(self._show_exported)
        files.failed.connect(self._show_failure)

    @property
    def is_possible(self) -> bool:
        """Whether there is anything to export."""
        take = self._session.state.take
        return take is not None and take.mix_frames > take.first_frame

    def refresh(self) -> None:
        """There may be something to export now, or no longer."""
        self._button.setEnabled(self.is_possible)

    def open(self) -> None:
        """Show the panel, with what was chosen last."""
        take = self._session.state.take
        if take is None or not self.is_possible:
            return
        settings = self._store.settings
        self._awaited = self._asked = None
        self.panel.show_subject(self._exportable(take), replace(settings.export, folder=settings.export_folder))
        self.overlay.open()

    def repeat(self) -> None:
        """Export as the last time, without a question: a file that exists stays, and the new one gets a number."""
        take = self._session.state.take
        if take is None or not self.is_possible:
            return
        subject = self._exportable(take)
        if subject.problem:
            self.refused.emit(subject.problem)
            return
        settings = self._store.settings
        choices = replace(settings.export, folder=settings.export_folder, region=subject.region)
        if not subject.stems:
            choices = replace(choices, what="mix")
        parts, names = choices.parts(subject.stems), subject.names[choices.region is not None]
        paths = file_paths(choices.pattern, names, parts, choices.folder, choices.file_format.extension)
        self._order(choices, paths, "beside")

    def _exportable(self, take: Take) -> Exportable:
        whole, region = whole_of(take), region_of(take, self._view.region)
        title = self._session.state.title
        frames = region or whole
        return Exportable(
            stems=stems_of(take, frames),
            frames=whole[1] - whole[0] if whole else 0,
            region=region,
            names=[names_of(take, title, self._titles(), span or (0, 1)) for span in (whole, region)],
            problem="" if frames else NOT_YET,
        )

    def _ask_folder(self) -> None:
        ask_folder(self.overlay, "Where the files go", self.panel.choices.folder, self.panel.set_folder)

    def _export(self, choices: ExportChoices, paths: Mapping[str, Path], conflict: Conflict) -> None:
        """Do what the panel says; after its question, what had been said before it."""
        if conflict == "ask" or self._asked is None:
            self._order(choices, paths, conflict)
        else:
            self._order(self._asked.choices, self._asked.paths, conflict)

    def _order(self, choices: ExportChoices, paths: Mapping[str, Path], conflict: Conflict) -> None:
        state = self._session.state
        if state.take is None:
            return
        try:
            order = Export(state.take, state.mix, choices, paths, title=state.title, conflict=conflict)
        except StudioError as error:
            self._complain(str(error))
            return
        self._store.change(export=replace(choices, region=None), export_folder=choices.folder)
        self._awaited = order
        self._files.export(order)

    def _show_begun(self) -> None:
        """Nothing is in the way of what was asked for."""
        if self._awaited is not None:
            self._awaited = None
            self.overlay.close()

    def _ask(self, order: Export, there: Sequence[Path]) -> None:
        """Perhaps long after the panel has been closed, where other work had to be done first."""
        if order.take is not self._session.state.take:
            self._complain(str(InTheWayError(list(there))))
            return
        self._awaited, self._asked = None, order
        self.overlay.open()
        self.panel.ask(there)

    def _show_failure(self, sentence: str) -> None:
        if self._awaited is not None:
            self._awaited = None
            self._complain(sentence)

    def _complain(self, sentence: str) -> None:
        if self.overlay.isVisible():
            self.panel.show_problem(sentence)
        else:
            self.refused.emit(sentence)

    def _show_exported(self, paths: list[Path]) -> None:
        folder = paths[0].parent
        self._message.say(f"Exported {folder_words(paths)}.", action=("Show", lambda: self._show_folder(folder)))

    def _show_folder(self, folder: Path) -> None:
        if not show_path(folder):
            self.refused.emit(f"Nothing on this desktop shows folders. The files are in {folder}.")
