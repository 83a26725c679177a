"""GUI thread: the hand that drags the mix, a stem, the region or takes out of the window, into another program.

The drag begins when the file is whole, so that whoever takes it finds all of it and nothing has to wait. The file is
begun when the mouse is pressed; for takes of the library when they are pulled, for a press on one plays it. A hand that
is quicker sees how far the file is, and the drag begins in its fingers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from engine.takes.library import Entry
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
GETTING_READY = "Getting ready: hold on"
READY = "The file is ready now: drag it again."
ALL_READY = "The files are ready now: drag them again."
STRIP_TIP = "Drag the {} into a folder or another program: the region, or all of it"


@dataclass(frozen=True)
class Wish:
    """What is to be dragged, or copied: a file, or some together.

    Attributes:
        part: "mix" or a stem.
        length_s: how long they are.
        orders: what writes them.
    """

    part: str
    length_s: float
    orders: tuple[Order, ...]


Preparing = Callable[[bool], bool]
"""Has the files of something written, unless they are already, and says whether there is such a thing; with True,
quietly: nobody is told why there is not."""


class Dragging(QObject):
    """One drag at a time."""

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
        self._paths: Sequence[Path] = ()  # of the wish's files, when they are whole
        self._source: DragSource | None = None  # from which the hand pulls
        self._was_pulled = False  # there was a hand that pulled
        self._copies = False  # the files are to be copied when they are whole
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
        takes.copy_wanted.connect(lambda keys: self._copy(self._prepare_stored(keys)))
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
        orders = self._wish.orders if self._wish else ()
        if any(not isinstance(order, StoredMix) and order.take is take for order in orders):
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
        return self._wish_for(Wish(part, (frames[1] - frames[0]) / SAMPLE_RATE_HZ, (order,)))

    def _prepare_gripped(self, quietly: bool) -> bool:
        """The same of the mixes of the takes of which the hand has hold."""
        return self._prepare_stored([card.key for card in self._takes.gripped], quietly=quietly)

    def _prepare_stored(self, keys: Sequence[str], *, quietly: bool = False) -> bool:
        """The same of the mixes of takes of the library, be they loaded or not."""
        entries = [entry for key in keys if (entry := self._library.entries.get(Path(key)))]
        for entry in entries:
            if self._library.is_growing(entry.folder):
                return self._refuse(NOT_MADE.format(entry.name), quietly)
        orders = tuple(StoredMix(entry.folder, entry.name, self._faders_of(entry), self._form) for entry in entries)
        return bool(orders) and self._wish_for(Wish(MIX, sum(entry.length_s for entry in entries), orders))

    def _faders_of(self, entry: Entry) -> object:
        """Where a take's faders stand: on the stage as they are now, else as they were left."""
        state = self._session.state
        is_loaded = state.entry is not None and state.entry.folder == entry.folder
        return state.mix.to_json() if is_loaded else entry.mix

    def _wish_for(self, wish: Wish) -> bool:
        if wish != self._wish:
            self._forget()
            self._wish = wish
            self._thread.prepare(wish.orders)
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

    def _take_up(self, orders: Sequence[Order], paths: Sequence[Path]) -> None:
        """Files are whole."""
        if self._wish is None or orders != self._wish.orders:
            self._remove(paths)
            return
        self._paths = paths
        if not self._copies and self._source is None and self._was_pulled:
            self._message.say(READY if len(paths) == 1 else ALL_READY)
        self._use()

    def _use(self) -> None:
        """Do what the files are for, if they are whole."""
        if self._wish is None or not self._paths:
            return
        if self._copies:
            self._copies = False
            self._put_on_clipboard(self._paths)
        elif self._source is not None:
            self._drag(self._source, self._wish, self._paths)

    def _give_up(self, sentence: str) -> None:
        self._wish = self._source = None
        self._paths, self._copies = (), False
        self.refused.emit(sentence)

    def _forget(self) -> None:
        """What was prepared is not wanted any more."""
        if self._paths:
            self._remove(self._paths)
        elif self._wish is not None:
            self._thread.cancel()
        self._wish, self._paths = None, ()
        self._copies = self._was_pulled = False

    def _remove(self, paths: Sequence[Path]) -> None:
        if left := [path for path in paths if path not in self._taken]:
            self._thread.remove(left)

    # The drag

    def _pull(self, source: DragSource, prepare: Preparing) -> None:
        if not prepare(False):
            return
        self._source, self._was_pulled = source, True
        if not self._paths and self._wish is not None:
            self._show_progress(self._wish.orders, 0.0)
        self._use()

    def _show_progress(self, orders: Sequence[Order], fraction: float) -> None:
        if self._source is not None and self._wish is not None and orders == self._wish.orders:
            QToolTip.showText(QCursor.pos() + QPoint(16, 8), f"{GETTING_READY}… {fraction:.0%}")

    def _release(self) -> None:
        """The hand let go before there was a drag: a click, or it was too quick."""
        self._source = None
        QToolTip.hideText()
        if not self._was_pulled and not self._copies:
            self._forget()

    def _drag(self, source: DragSource, wish: Wish, paths: Sequence[Path]) -> None:
        """Let the files hang on the mouse until they are dropped; meanwhile everything goes on."""
        self._source = None
        QToolTip.hideText()
        widget = source.parent()
        assert isinstance(widget, QWidget)
        drag = QDrag(widget)
        drag.setMimeData(_files(paths))
        name = paths[0].stem if len(paths) == 1 else f"{len(paths)} takes"
        length = clock_text(wish.length_s, tenths=True)
        picture = drag_picture(wish.part, name, length, widget.devicePixelRatioF())
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(-8, -8))
        self._hangs = True
        if drag.exec(Qt.DropAction.CopyAction) != Qt.DropAction.IgnoreAction:
            self._taken.update(paths)
        self._hangs = False
        source.end()
        self._forget()

    def _put_on_clipboard(self, paths: Sequence[Path]) -> None:
        self._taken.update(paths)
        self._forget()
        QGuiApplication.clipboard().setMimeData(_files(paths))
        (what, them) = (paths[0].name, "it") if len(paths) == 1 else (f"{len(paths)} files", "them")
        self._message.say(f"Copied {what}: paste {them} into a folder or another program.")


def _files(paths: Sequence[Path]) -> QMimeData:
    data = QMimeData()
    urls = [QUrl.fromLocalFile(str(path)) for path in paths]
    data.setUrls(urls)
    # What file managers of GNOME and its relatives ask for when files are pasted.
    lines = [b"copy", *(bytes(url.toEncoded().data()) for url in urls)]
    data.setData("x-special/gnome-copied-files", QByteArray(b"\n".join(lines)))
    return data


def _is_heading(strip: QWidget, place: QPoint) -> bool:
    """Whether a place lies on the name of a strip, above its fader."""
    fader = getattr(strip, "fader", None)
    return fader is None or place.y() < fader.mapTo(strip, QPoint(0, 0)).y()
