"""GUI thread: two takes, heard in turn at the same place and at the same loudness."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.library import LibraryHand
from app.library_thread import LibraryThread
from app.playing import Playing
from app.session import Session
from engine.audio.format import SAMPLE_RATE_HZ
from engine.playback.settings import MixSettings
from engine.takes.library import Entry
from widgets.take_comparison import LETTERS, TakeComparison
from widgets.take_panel import TakePanel

CROSSFADE_S = 0.06
"""From one to the other: as short as it may be without a click."""

SETTLE_MS = 800
"""After faders have stood still for so long the loudness is measured anew."""

MOST_DB = 24.0
"""A take that is louder than the other by more is compared with silence: nothing is to be matched."""

NOTHING_LOADED = "There is nothing on the stage to compare with: play another take first."
ITSELF = "A take cannot be compared with itself: choose another one."
STILL_MADE = "A take that is still being made cannot be compared: wait until it is done."


class Comparing(QObject):
    """A is what was loaded when comparing began, B what it is compared with; the louder one is turned down."""

    refused = Signal(str)
    """Why the two cannot be compared, in a sentence for the user."""

    def __init__(
        self, session: Session, thread: LibraryThread, library: LibraryHand, playing: Playing, panel: TakePanel
    ) -> None:
        super().__init__(panel)
        self._session, self._thread, self._library, self._playing = session, thread, library, playing
        self._strip: TakeComparison = panel.comparison
        self._cards = panel.list.cards
        self._folders: tuple[Path, ...] = ()
        self._loudness_lufs: dict[Path, float] = {}
        self._settling = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self._measure_heard)
        library.compare_wanted.connect(self.begin)
        library.changed.connect(self._note_entry)
        self._strip.chosen.connect(self.hear)
        self._strip.closed.connect(self.end)
        thread.measured.connect(self._note_loudness)
        session.changed.connect(self._note)

    @property
    def is_on(self) -> bool:
        """Whether two takes are being compared."""
        return bool(self._folders)

    def begin(self, entry: Entry) -> None:
        """Compare what is loaded with another take, heard at once; of two that are compared, hear the other."""
        loaded = self._session.state.entry
        if entry.folder in self._folders:
            self.toggle()
        elif loaded is None:
            self.refused.emit(NOTHING_LOADED)
        elif loaded.folder == entry.folder:
            self.refused.emit(ITSELF)
        elif self._library.is_growing(entry.folder) or self._library.is_growing(loaded.folder):
            self.refused.emit(STILL_MADE)
        else:
            self._begin(loaded, entry)

    def _begin(self, a: Entry, b: Entry) -> None:
        self._folders = (a.folder, b.folder)
        self._loudness_lufs.clear()
        self._strip.show_names(a.name, b.name)
        self._strip.show_heard(0)
        self._strip.say("Finding out how loud they are…")
        self._strip.show()
        self._cards.set_letters(dict(zip(map(str, self._folders), LETTERS, strict=True)))
        for entry in (a, b):
            self._thread.measure(entry.folder, self._mix_of(entry))
        self.hear(1)

    def hear(self, which: int) -> None:
        """Go over to A (0) or B (1), at the place where the other one is."""
        loaded = self._session.state.entry
        if not self._folders or (loaded is not None and loaded.folder == self._folders[which]):
            return
        self._strip.show_heard(which)
        at_s = self._playing.heard_frame / SAMPLE_RATE_HZ
        self._library.open(self._folders[which], plays=self._playing.is_playing, at_s=at_s, crossfade_s=CROSSFADE_S)

    def toggle(self) -> None:
        """Go from the one that is heard to the other, if two are compared."""
        loaded = self._session.state.entry
        if self._folders and loaded is not None:
            self.hear(0 if loaded.folder == self._folders[1] else 1)

    def end(self) -> None:
        """What is loaded stays, as loud as it is by itself."""
        self._folders = ()
        self._settling.stop()
        self._strip.hide()
        self._cards.set_letters({})
        self._session.update(matched_db=0.0)

    def _mix_of(self, entry: Entry) -> MixSettings:
        loaded = self._session.state.entry
        if loaded is not None and loaded.folder == entry.folder:
            return self._session.state.mix
        try:
            mix = MixSettings.from_json(entry.mix)
        except ValueError:
            return MixSettings.unity(len(entry.stem_names))
        return mix if len(mix.strips) == len(entry.stem_names) else MixSettings.unity(len(entry.stem_names))

    def _measure_heard(self) -> None:
        loaded = self._session.state.entry
        if loaded is not None and loaded.folder in self._folders:
            self._thread.measure(loaded.folder, self._session.state.mix)

    def _note(self, name: str, value: object) -> None:
        if not self._folders:
            return
        if name == "entry":
            if isinstance(value, Entry) and value.folder in self._folders:
                self._strip.show_heard(self._folders.index(value.folder))
                self._match()
            else:
                self.end()
        elif name == "mix":
            self._settling.start()

    def _note_entry(self, entry: Entry) -> None:
        """One of the two has another name, or has been thrown away."""
        if entry.folder not in self._folders:
            return
        entries = [self._library.entries.get(folder) for folder in self._folders]
        if entries[0] is None or entries[1] is None:
            self.end()
        else:
            self._strip.show_names(entries[0].name, entries[1].name)

    def _note_loudness(self, folder: Path, loudness_lufs: float) -> None:
        if folder in self._folders:
            self._loudness_lufs[folder] = loudness_lufs
            self._match()

    def _match(self) -> None:
        """Turn the louder one down, if it is the one that is heard."""
        loaded = self._session.state.entry
        if len(self._loudness_lufs) < 2 or loaded is None:
            return
        a, b = (self._loudness_lufs[folder] for folder in self._folders)
        difference_db = a - b if math.isfinite(a) and math.isfinite(b) else math.inf
        if abs(difference_db) > MOST_DB:
            self._strip.say("One of them is silent, or nearly: each is as loud as it is.")
            self._session.update(matched_db=0.0)
            return
        louder = 0 if difference_db > 0 else 1
        if round(abs(difference_db), 1) == 0:
            self._strip.say("They are equally loud.")
        else:
            self._strip.say(f"Equally loud: {LETTERS[louder]} is turned down by {abs(difference_db):.1f} dB.")
        is_heard = loaded.folder == self._folders[louder]
        self._session.update(matched_db=-abs(difference_db) if is_heard else 0.0)
