"""GUI thread: the hand that drags the mix, a stem, the region or a take out of the window, into another program.

The drag begins when the file is whole, so that whoever takes it finds all of it and nothing has to wait. The file is
begun when the mouse is pressed; for a take of the library when it is pulled, for a press on that plays it. A hand that
is quicker sees how far the file is, and the drag begins in its fingers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QObject, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QCursor, QDrag, QGuiApplication
from PySide6.QtWidgets import QToolTip, QWidget

from app.drag_thread import DragThread, Form, Order, StoredMix
from app.leaving import NOT_YET, Frames, region_of, stems_of, whole_of
from app.library import LibraryHand
from app.session import Session
from app.settings import SettingsStore
from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import StudioError
from engine.export.choices import MIX, ExportChoices
from engine.takes.take import Take
from widgets.drag_button import DragButton
from widgets.drag_picture import drag_picture
from widgets.drag_source import DragSource
from widgets.message_strip import MessageStrip
from widgets.mixer_panel import MixerPanel
from widgets.numerals import clock_text
from widgets.stage import Stage
from widgets.take_list import TakeList

FOLDER = "Dragged"
"""In the folder for exports: programs play what was dragged into them from where it lies."""
NO_STEMS = "Wait until the stems are there, or drag the mix."
NOT_MADE = "“{}” is still being made: wait for its end, or cancel it, and drag it then."
GETTING_READY = "Getting the file ready: hold on"
READY = "The file is ready now: drag it again."
STRIP_TIP = "Drag the {} into a folder or another program: the region, or all of it"


@dataclass(frozen=True)
class Wish:
    """A file that is to be dragged, or copied.

    Attributes:
        part: "mix" or a stem.
        length_s: how long it is.
        order: what writes it.
    """

    part: str
    length_s: float
    order: Order


Preparing = Callable[[bool], bool]
"""Has the file of something written, unless it is already, and says whether there is such a thing; with True, quietly:
nobody is told why there is not."""


class Dragging(QObject):
    """One file at a time."""

    refused = Signal(str)
    """Why something could not be done: a sentence for the user."""
    released = Signal(object)
    """A `Take` that is not read here any more."""

    def __init__(
        self,
        session: Session,
        store: SettingsStore,
        stage: Stage,
        mixer: MixerPanel,
        button: DragButton,
        library: LibraryHand,
        takes: TakeList,
        message: MessageStrip,
        titles: Callable[[], Mapping[str, str]],
    ) -> None:
        """`titles` tells what the models are called, by name."""
        super().__init__(button)
        self._session, self._store, self._stage, self._mixer = session, store, stage, mixer
        self._button, self._library, self._takes = button, library, takes
        self._message, self._titles = message, titles
        self._wish: Wish | None = None
        self._path: Path | None = None  # of the wish's file, when it is whole
        self._source: DragSource | None = None  # from which the hand pulls
        self._was_pulled = False  # there was a hand that pulled
        self._copies = False  # the file is to be copied when it is whole
        self._hangs = False  # on the mouse
        self._taken: set[Path] = set()  # somebody uses them
        self._watched: list[QWidget] = []
        self._thread = DragThread()
        self._thread.progressed.connect(self._show_progress)
        self._thread.prepared.connect(self._take_up)
        self._thread.failed.connect(self._give_up)
        self._thread.released.connect(self.released)
        self._watch(button.source, lambda quietly: self._prepare(self._shown_part, quietly))
        button.clicked.connect(self.copy)
        takes.source.pulled.connect(lambda: self._pull(takes.source, self._prepare_gripped))
        takes.source.released.connect(self._release)
        takes.copy_wanted.connect(lambda key: self._copy(self._prepare_stored(Path(key))))
        stage.view.region_changed.connect(self.refresh)

    @property
    def _shown_part(self) -> str:
        """What the stage shows."""
        track = self._stage.tabs.track
        return self._stage.tabs.stems[track - 1] if track else MIX

    def refresh(self) -> None:
        """There may be something to drag now, or something else."""
        take = self._session.state.take
        self._button.setEnabled(take is not None and self._frames(take) is not None)
        self._button.set_target(region=self._stage.view.region is not None)
        if self._watched != [*self._mixer.strips, self._mixer.master]:
            self._watch_strips()

    def _watch_strips(self) -> None:
        """Let the strips that the mixer has now be dragged by their names."""
        strips: dict[str, QWidget] = dict(zip(self._mixer.stems, self._mixer.strips, strict=True))
        strips[MIX] = self._mixer.master
        for part, strip in strips.items():
            if strip not in self._watched:
                source = DragSource(strip, partial(_is_heading, strip), STRIP_TIP.format(part))
                self._watch(source, partial(self._prepare, part))
        self._watched = list(strips.values())

    def copy(self) -> None:
        """Put what the stage shows on the clipboard, as a file: the region, or all of it."""
        self._copy(self._prepare(self._shown_part))

    def _copy(self, is_prepared: bool) -> None:
        if is_prepared:
            self._copies = True
            self._use()

    def let_go(self, take: Take) -> None:
        """Read a take no more; `released` follows."""
        if self._wish is not None and not isinstance(self._wish.order, StoredMix) and self._wish.order.take is take:
            self._forget()
        self._thread.let_go(take)

    def close(self) -> None:
        """End; no other call may follow."""
        if self._hangs:
            QDrag.cancel()  # or the program would not end before it is dropped
        self._forget()
        self._thread.close()

    def _watch(self, source: DragSource, prepare: Preparing) -> None:
        source.pressed.connect(lambda: prepare(True))
        source.pulled.connect(lambda: self._pull(source, prepare))
        source.released.connect(self._release)

    # The file

    def _prepare(self, part: str, quietly: bool = False) -> bool:
        """Have the file of a part of what is loaded written, unless it is already; whether there is such a thing."""
        state, take = self._session.state, self._session.state.take
        frames = self._frames(take) if take is not None else None
        if take is None or frames is None:
            return self._refuse(NOT_YET, quietly)
        if part != MIX and part not in stems_of(take, frames):
            return self._refuse(NO_STEMS, quietly)
        is_region = self._stage.view.region is not None
        try:
            order = self._form.order(take, state.mix, state.title, part, frames, is_region=is_region)
        except StudioError as error:
            return self._refuse(str(error), quietly)
        return self._wish_for(Wish(part, (frames[1] - frames[0]) / SAMPLE_RATE_HZ, order))

    def _prepare_gripped(self, quietly: bool) -> bool:
        """The same of the mix of the take on which the mouse has been pressed."""
        card = self._takes.gripped
        return card is not None and self._prepare_stored(Path(card.key), quietly=quietly)

    def _prepare_stored(self, folder: Path, *, quietly: bool = False) -> bool:
        """The same of the mix of a take of the library, be it loaded or not."""
        entry, loaded = self._library.entries.get(folder), self._session.state.entry
        if entry is None:
            return False
        if self._library.is_growing(folder):
            return self._refuse(NOT_MADE.format(entry.name), quietly)
        is_loaded = loaded is not None and loaded.folder == folder
        mix = self._session.state.mix.to_json() if is_loaded else entry.mix
        return self._wish_for(Wish(MIX, entry.length_s, StoredMix(folder, entry.name, mix, self._form)))

    def _wish_for(self, wish: Wish) -> bool:
        if wish != self._wish:
            self._forget()
            self._wish = wish
            self._thread.prepare(wish.order)
        return True

    def _refuse(self, sentence: str, quietly: bool) -> bool:
        if not quietly:
            self.refused.emit(sentence)
        return False

    def _frames(self, take: Take) -> Frames | None:
        return region_of(take, self._stage.view.region) or whole_of(take)

    @property
    def _form(self) -> Form:
        """That of the last export, but as loud as it is heard."""
        settings = self._store.settings
        choices = ExportChoices(
            format=settings.export.format,
            rate_hz=settings.export.rate_hz,
            pattern=settings.export.pattern,
            folder=settings.export_folder / FOLDER,
        )
        return Form(choices, dict(self._titles()))

    def _take_up(self, order: Order, path: Path) -> None:
        """A file is whole."""
        if self._wish is None or order != self._wish.order:
            self._remove(path)
            return
        self._path = path
        if not self._copies and self._source is None and self._was_pulled:
            self._message.say(READY)
        self._use()

    def _use(self) -> None:
        """Do what the file is for, if it is whole."""
        if self._wish is None or self._path is None:
            return
        if self._copies:
            self._copies = False
            self._put_on_clipboard(self._path)
        elif self._source is not None:
            self._drag(self._source, self._wish, self._path)

    def _give_up(self, sentence: str) -> None:
        self._wish = self._path = self._source = None
        self._copies = False
        self.refused.emit(sentence)

    def _forget(self) -> None:
        """What was prepared is not wanted any more."""
        if self._path is not None:
            self._remove(self._path)
        elif self._wish is not None:
            self._thread.cancel()
        self._wish = self._path = None
        self._copies = self._was_pulled = False

    def _remove(self, path: Path) -> None:
        if path not in self._taken:
            self._thread.remove(path)

    # The drag

    def _pull(self, source: DragSource, prepare: Preparing) -> None:
        if not prepare(False):
            return
        self._source, self._was_pulled = source, True
        if self._path is None and self._wish is not None:
            self._show_progress(self._wish.order, 0.0)
        self._use()

    def _show_progress(self, order: Order, fraction: float) -> None:
        if self._source is not None and self._wish is not None and order == self._wish.order:
            QToolTip.showText(QCursor.pos() + QPoint(16, 8), f"{GETTING_READY}… {fraction:.0%}")

    def _release(self) -> None:
        """The hand let go before there was a drag: a click, or it was too quick."""
        self._source = None
        QToolTip.hideText()
        if not self._was_pulled and not self._copies:
            self._forget()

    def _drag(self, source: DragSource, wish: Wish, path: Path) -> None:
        """Let the file hang on the mouse until it is dropped; meanwhile everything goes on."""
        self._source = None
        QToolTip.hideText()
        widget = source.parent()
        assert isinstance(widget, QWidget)
        drag = QDrag(widget)
        drag.setMimeData(_file(path))
        length = clock_text(wish.length_s, tenths=True)
        picture = drag_picture(wish.part, path.stem, length, widget.devicePixelRatioF())
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(-8, -8))
        self._hangs = True
        if drag.exec(Qt.DropAction.CopyAction) != Qt.DropAction.IgnoreAction:
            self._taken.add(path)
        self._hangs = False
        source.end()
        self._forget()

    def _put_on_clipboard(self, path: Path) -> None:
        self._taken.add(path)
        self._forget()
        QGuiApplication.clipboard().setMimeData(_file(path))
        self._message.say(f"Copied {path.name}: paste it into a folder or another program.")


def _file(path: Path) -> QMimeData:
    data = QMimeData()
    url = QUrl.fromLocalFile(str(path))
    data.setUrls([url])
    # What file managers of GNOME and its relatives ask for when a file is pasted.
    data.setData("x-special/gnome-copied-files", QByteArray(b"copy\n" + bytes(url.toEncoded().data())))
    return data


def _is_heading(strip: QWidget, place: QPoint) -> bool:
    """Whether a place lies on the name of a strip, above its fader."""
    fader = getattr(strip, "fader", None)
    return fader is None or place.y() < fader.mapTo(strip, QPoint(0, 0)).y()
