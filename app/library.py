"""GUI thread: ties the list of takes to the library on the disk, to what is being made and to what is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.history import History
from app.library_thread import LibraryThread
from app.making import Making
from app.playing import CROSSFADE_S, Playing
from app.session import Session
from app.wording import bytes_text, take_card
from engine.playback.settings import MixSettings
from engine.takes.library import Entry, Library
from engine.takes.take import Take
from widgets.activity_bar import ActivityBar
from widgets.take_card import TakeCard
from widgets.take_panel import TakePanel

SETTLE_MS = 400
"""Faders are remembered once they have stood still for so long."""

NOTHING_TO_OPEN = "Nothing in there can be opened: drop WAV, FLAC, OGG or MP3 files, or folders with them."


@dataclass(frozen=True)
class Opening:
    """A take of the library that has been asked for.

    Attributes:
        folder: where it lies.
        plays: it is to be heard.
        at_s: where it begins.
        crossfade_s: from what plays, in so many seconds.
    """

    folder: Path
    plays: bool
    at_s: float
    crossfade_s: float


class LibraryHand(QObject):
    """What the list shows, and what a hand does with it. Names, stars and throwing away can be undone."""

    refused = Signal(str)
    """Why a wish cannot be granted, in a sentence for the user."""
    thrown_away = Signal(str)
    """What has gone into the trash, in a sentence for the user."""
    taken_back = Signal()
    """What had gone there has come back."""
    compare_wanted = Signal(object)
    """The `Entry` that is to be compared with what is loaded."""
    changed = Signal(object)
    """An `Entry` has another name, or is gone: then it is not among `entries` any more."""

    def __init__(
        self,
        session: Session,
        thread: LibraryThread,
        making: Making,
        playing: Playing,
        history: History,
        panel: TakePanel,
        activity: ActivityBar,
    ) -> None:
        super().__init__(panel)
        self.entries: dict[Path, Entry] = {}
        """Every take, by its folder, the newest first."""
        self._session, self._thread, self._making, self._playing = session, thread, making, playing
        self._history, self._panel, self._activity = history, panel, activity
        self._cards: dict[Path, tuple[Entry, float | None, date, TakeCard]] = {}
        self._fractions: dict[Path, float] = {}  # of what is being made
        self._doomed: set[Path] = set()  # to be thrown away as soon as nobody makes them any more
        self._names: dict[Path, tuple[str, str]] = {}  # of what is being kept
        self._opening: Opening | None = None
        self._unsaved: tuple[Entry | None, MixSettings] | None = None
        self._settling = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self._note_mix)
        self._midnight = QTimer(self, singleShot=True)
        self._midnight.timeout.connect(self._show_all)
        self._connect_panel()
        self._connect_making()
        self._connect_thread()
        session.changed.connect(self._note)

    def _connect_panel(self) -> None:
        cards = self._panel.list
        cards.play_wanted.connect(lambda key: self.play(Path(key)))
        cards.renamed.connect(lambda key, name: self.rename(Path(key), name))
        cards.stars_given.connect(lambda key, stars: self.rate(Path(key), stars))
        cards.delete_wanted.connect(lambda keys: self.delete([Path(key) for key in keys]))
        cards.compare_wanted.connect(lambda key: self.compare_wanted.emit(self.entries[Path(key)]))
        cards.folder_wanted.connect(lambda key: QDesktopServices.openUrl(QUrl.fromLocalFile(key)))
        self._activity.room_button.folder_wanted.connect(self._show_folder)
        self._activity.room_button.trash_emptied.connect(self._empty_trash)

    def _connect_making(self) -> None:
        self._making.started.connect(self._begin)
        self._making.progressed.connect(self._progress)
        self._making.finished.connect(self._finish)

    def _connect_thread(self) -> None:
        self._thread.found.connect(self._show_found)
        self._thread.changed.connect(self._put)
        self._thread.opened.connect(self._load)
        self._thread.room_found.connect(self._show_room)
        self._thread.recordings_found.connect(self._take_in)

    def start(self) -> None:
        """Look which takes there are."""
        self._thread.look()
        self._thread.tidy()

    def close(self) -> None:
        """Remember what has not been remembered yet; no other call may follow."""
        self._midnight.stop()
        self._save_mix()

    # What the hand wishes

    def play(self, folder: Path) -> None:
        """Let a take be heard, from its beginning."""
        entry = self._session.state.entry
        if entry is not None and entry.folder == folder:
            self._playing.play()
        else:
            self.open(folder, plays=True)

    def open(self, folder: Path, *, plays: bool, at_s: float = 0.0, crossfade_s: float = CROSSFADE_S) -> None:
        """Put a take on the stage, be it one that is being made, one of the library, or one that lies elsewhere."""
        growing = self._making.growing(folder)
        if growing is not None:
            self._opening = None
            self._making.load(growing, self.entries[folder], plays=plays)
        else:
            self._opening = Opening(folder, plays, at_s, crossfade_s)
            self._thread.open_take(folder)

    def is_growing(self, folder: Path) -> bool:
        """Whether a take is still being made."""
        return folder in self._fractions

    def take_in(self, paths: Sequence[Path]) -> None:
        """Take recordings apart, and open a take, that lie among some files and folders."""
        self._thread.look_for_recordings(paths)

    def rename(self, folder: Path, name: str) -> None:
        """Call a take something else."""
        before = self.entries[folder].name
        self._rename(folder, name)
        self._history.push(
            f"renaming “{before}”", partial(self._rename, folder, before), partial(self._rename, folder, name), of=self
        )

    def rate(self, folder: Path, stars: int) -> None:
        """Give a take stars; those given to one take after each other, as by the arrow keys, are one move."""
        entry = self.entries[folder]
        self._rate(folder, stars)
        self._history.push(
            f"stars of “{entry.name}”",
            partial(self._rate, folder, entry.stars),
            partial(self._rate, folder, stars),
            merge=("stars", folder),
            of=self,
        )

    def delete(self, folders: Sequence[Path]) -> None:
        """Throw takes away; the making of them ends, and if one is loaded its neighbour takes its place."""
        entries = [self.entries[folder] for folder in folders if folder in self.entries]
        if not entries:
            return
        self._throw_away(entries)
        what = f"“{entries[0].name}”" if len(entries) == 1 else f"{len(entries)} takes"
        self._history.push(
            f"throwing away {what}", partial(self._restore, entries), partial(self._throw_away, entries), of=self
        )
        self.thrown_away.emit(f"{what[0].upper()}{what[1:]} {'is' if len(entries) == 1 else 'are'} in the trash.")

    def supersede(self, folder: Path, by: Path) -> None:
        """A recording whose taking apart was broken off is taken apart anew: that take takes the place of the other."""
        if folder not in self.entries or by not in self.entries:
            return
        loaded = self._session.state.entry
        if loaded is not None and loaded.folder == folder:
            self.open(by, plays=self._playing.is_playing)
        self._throw_away([self.entries[folder]])

    def use(self, library: Library) -> None:
        """Show the takes of another library; what is loaded, and what is being made, stays."""
        self.entries = {folder: entry for folder, entry in self.entries.items() if folder in self._fractions}
        self._history.forget(self)
        self._thread.use_library(library)

    def place_for_kept(self) -> Path:
        """A new folder for a stretch of what is loaded, called after it and the time."""
        entry, title = self._session.state.entry, self._session.state.title
        name = f"{title}, kept {datetime.now():%H:%M}"
        folder = self._thread.library.new_folder(name)
        self._names[folder] = (name, entry.model if entry else "")
        return folder

    def adopt(self, folder: Path) -> str:
        """A stretch has been kept in a folder; what it is called."""
        name, model = self._names.pop(folder, (folder.name, ""))
        self._thread.adopt(folder, name, model)
        return name

    def _rename(self, folder: Path, name: str) -> None:
        if folder in self.entries:
            self._put(replace(self.entries[folder], name=name))
            self._thread.rename(self.entries[folder], name)

    def _rate(self, folder: Path, stars: int) -> None:
        if folder in self.entries:
            self._put(replace(self.entries[folder], stars=stars))
            self._thread.rate(self.entries[folder], stars)

    def _throw_away(self, entries: Sequence[Entry]) -> None:
        self._settling.stop()
        loaded, order = self._session.state.entry, list(self.entries)
        gone = {entry.folder for entry in entries}
        for entry in entries:
            if self._making.growing(entry.folder) is not None:
                self._doomed.add(entry.folder)
                self._making.cancel(entry.folder)
            else:
                self._thread.delete(entry)
            self.entries.pop(entry.folder, None)
        self._show_all()
        for entry in entries:
            self.changed.emit(entry)
        if loaded is not None and loaded.folder in gone:
            self._session.update(entry=None)
            self._load_neighbour(order, loaded.folder)

    def _load_neighbour(self, order: list[Path], folder: Path) -> None:
        place = order.index(folder)
        following = [*order[place + 1 :], *reversed(order[:place])]
        there = next((path for path in following if path in self.entries), None)
        if there is None:
            self._playing.stop()
        else:
            self.open(there, plays=False)

    def _restore(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.folder in self._doomed:
                self._doomed.discard(entry.folder)
                self._put(entry)
            else:
                self._thread.restore(entry)
        self.taken_back.emit()

    def _show_folder(self) -> None:
        folder = self._thread.library.folder
        if folder.is_dir():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        else:
            self.refused.emit("There are no takes yet: press Generate, or drop a recording here.")

    def _empty_trash(self) -> None:
        self._history.forget(self)
        self._thread.tidy()

    # What is being made

    def _begin(self, entry: Entry) -> None:
        self._fractions[entry.folder] = -1.0 if entry.kind == "radio" else 0.0
        self._put(entry)

    def _progress(self, folder: Path, fraction: float) -> None:
        if folder in self.entries and round(100 * fraction) != round(100 * self._fractions.get(folder, -2.0)):
            self._fractions[folder] = fraction
            self._panel.list.update_card(self._card(self.entries[folder]))

    def _finish(self, folder: Path, exists: bool) -> None:
        self._fractions.pop(folder, None)
        entry = self.entries.get(folder)
        if folder in self._doomed:
            self._doomed.discard(folder)
            if exists:
                self._thread.delete_folder(folder)
        elif exists:
            self._thread.look_at(folder)
            self._thread.find_room()
        elif entry is not None:
            self._drop(entry)

    # What the library says

    def _show_found(self, entries: Sequence[Entry], cards: Sequence[TakeCard], today: date) -> None:
        self._cards = {entry.folder: (entry, None, today, card) for entry, card in zip(entries, cards, strict=True)}
        growing = [entry for folder, entry in self.entries.items() if folder in self._fractions]
        there = {entry.folder: entry for entry in (*growing, *entries)}
        self.entries = dict(sorted(there.items(), key=_newest_first, reverse=True))
        self._show_all()

    def _put(self, entry: Entry) -> None:
        """An entry is new, or as it is now."""
        if entry.folder.parent != self._thread.library.folder or entry.folder in self._doomed:
            return
        is_new = entry.folder not in self.entries
        self.entries[entry.folder] = entry
        if is_new:
            self.entries = dict(sorted(self.entries.items(), key=_newest_first, reverse=True))
            self._show_all()
        else:
            self._panel.list.update_card(self._card(entry))
        loaded = self._session.state.entry
        if loaded is not None and loaded.folder == entry.folder:
            title = entry.name if entry.name != loaded.name else self._session.state.title
            self._session.update(entry=entry, title=title)
        self.changed.emit(entry)

    def _drop(self, entry: Entry) -> None:
        self.entries.pop(entry.folder, None)
        self._show_all()
        self.changed.emit(entry)

    def _load(self, take: Take, entry: Entry) -> None:
        opening, wanted = self._opening, self._opening is not None and self._opening.folder == take.folder
        if not wanted or opening is None:
            self._making.unused.emit(take)
            return
        self._opening = None
        at_s = opening.at_s if opening.at_s < entry.length_s else 0.0
        self._making.load(take, entry, plays=opening.plays, at_s=at_s, crossfade_s=opening.crossfade_s)

    def _take_in(self, recordings: Sequence[Path], takes: Sequence[Path]) -> None:
        if takes:
            self.open(takes[0], plays=False)
        self._making.import_files(recordings)
        if not recordings and not takes:
            self.refused.emit(NOTHING_TO_OPEN)

    def _show_room(self, trash_bytes: int, free_bytes: int) -> None:
        used_bytes = sum(entry.size_bytes for entry in self.entries.values())
        words = f"Takes {bytes_text(used_bytes)} · {bytes_text(free_bytes)} free"
        self._activity.room_button.show_room(words, bytes_text(trash_bytes) if trash_bytes else "")

    # What the session says

    def _note(self, name: str, value: object) -> None:
        if name == "entry":
            self._save_mix()  # that of the take before
            self._settling.start()
            self._panel.list.cards.set_loaded(str(value.folder) if isinstance(value, Entry) else "")
            if isinstance(value, Entry) and value.folder in self.entries:
                self._panel.list.show_card(str(value.folder))
        elif name == "mix" and isinstance(value, MixSettings):
            self._unsaved = self._session.state.entry, value
            self._settling.start()

    def _note_mix(self) -> None:
        self._unsaved = self._session.state.entry, self._session.state.mix
        self._save_mix()

    def _save_mix(self) -> None:
        """Remember where the faders were put, if that is news."""
        self._settling.stop()
        (entry, mix), self._unsaved = self._unsaved or (None, MixSettings()), None
        if entry is None or entry.folder in self._doomed or len(mix.strips) != len(entry.stem_names):
            return
        entry = self.entries.get(entry.folder, entry)
        known = entry.mix if entry.mix is not None else MixSettings.unity(len(entry.stem_names)).to_json()
        if known != mix.to_json():
            self._put(replace(entry, mix=mix.to_json()))
            self._thread.save_mix(entry, mix.to_json())

    # What is shown

    def _show_all(self) -> None:
        now = datetime.now()
        tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time())
        self._midnight.start(int((tomorrow - now).total_seconds() * 1000) + 1000)
        self._panel.set_cards([self._card(entry) for entry in self.entries.values()])

    def _card(self, entry: Entry) -> TakeCard:
        """How an entry is shown; thousands of cards are made once, not whenever one of them changes."""
        fraction, today = self._fractions.get(entry.folder), date.today()
        made = self._cards.get(entry.folder)
        if made is None or made[0] is not entry or made[1:3] != (fraction, today):
            made = self._cards[entry.folder] = entry, fraction, today, take_card(entry, today, fraction)
        return made[3]


def _newest_first(item: tuple[Path, Entry]) -> tuple[datetime, str]:
    return item[1].created_at, item[0].name
