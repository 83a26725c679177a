"""GUI thread: makes takes at the hand's wish, loads them, and shows how far they are.

What is made and what is loaded need not be the same: recordings are taken apart in the background, and one may listen
to an older take while a new one is made.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from app.engine_thread import EngineThread
from app.playing import CROSSFADE_S, Playing
from app.radio import RadioHand
from app.session import Recipe, Session, new_seed
from app.waiting import Waiting
from app.wording import doing_text, left_text, radio_text, recordings_text
from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.musika.journey import Journey
from engine.radio import Radio, piece_of
from engine.takes.library import Entry
from engine.takes.roles import Progress
from engine.takes.take import Take
from widgets.activity_bar import ActivityBar
from widgets.make_bar import MakeBar
from widgets.spectrogram_view import SpectrogramView

READYING = "Getting ready…"
PAUSED = "Paused: making goes on when you play"
WAITING = "Playing waits for the music to be made"


@dataclass(frozen=True)
class Coming:
    """A take that has been asked for.

    Attributes:
        title: what it will be called.
        recipe: of it.
    """

    title: str
    recipe: Recipe


@dataclass
class Growing:
    """A take that is being made.

    Attributes:
        entry: of it, as it was when it was begun.
        progress: how far it is.
        clock: how long it has been worked on.
    """

    entry: Entry
    clock: WorkClock
    progress: Progress | None = None


class Making(QObject):
    """Requests to the engine, and what comes of them."""

    refused = Signal(str)
    """Why a wish cannot be granted, in a sentence for the user."""
    begun = Signal()
    """Something new has been asked for."""
    loaded = Signal(object)
    """A `Take` stands in the session, with its entry; it may still be empty."""
    grown = Signal()
    """What the loaded take is, or may be used for, has changed."""
    started = Signal(object)
    """The `Entry` of a take that is being made from now on, loaded or not."""
    progressed = Signal(object, float)
    """The folder of a take that is being made, and the fraction done; −1 where it has no end."""
    finished = Signal(object, bool)
    """The folder of a take that was being made, and whether there is anything in it."""
    unused = Signal(object)
    """A `Take` that nobody plays or makes any more."""

    def __init__(
        self,
        session: Session,
        engine: EngineThread,
        playing: Playing,
        radio: RadioHand,
        bar: MakeBar,
        view: SpectrogramView,
        activity: ActivityBar,
    ) -> None:
        super().__init__(bar)
        self.titles: dict[str, str] = {}
        """What the models are called, by name."""
        self._session, self._engine, self._playing, self._radio = session, engine, playing, radio
        self._bar, self._view, self._activity = bar, view, activity
        self._asked: deque[Coming] = deque()
        self._current: Coming | None = None
        self._growing: dict[Take, Growing] = {}
        self._in_use: set[Take] = set()
        self._awaiting_sound = False
        self._to_show: tuple[str, Take | None] | None = None  # a recording's file, and what was loaded when it came
        self._imports_left = 0
        self._from_last_time = False  # they were asked for before the program was started
        self._readying = False
        self._last_recipe: Recipe | None = None
        self._connect()

    def _connect(self) -> None:
        self._bar.generate_pressed.connect(self.generate)
        self._bar.more_pressed.connect(self.more_like_this)
        self._bar.cancel_pressed.connect(self._engine.cancel)
        self._activity.work_cancelled.connect(self._cancel_shown)
        self._radio.piece_wanted.connect(lambda recipe: self._session.update(title=self._title(recipe)))
        self._playing.paused.connect(self._pause)
        self._playing.waited.connect(self._show_waiting)
        self._playing.left.connect(self._let_go)
        self._engine.readied.connect(self._show_readying)
        self._engine.started.connect(self._show_start)
        self._engine.take_started.connect(self._note_start)
        self._engine.radio_started.connect(self._tune_in)
        self._engine.progressed.connect(self._note_progress)
        self._engine.take_finished.connect(self._note_end)
        self._engine.imports_left.connect(self._show_imports)
        self._engine.idle.connect(self._show_idle)

    @property
    def busy(self) -> bool:
        """Whether something is being made that has an end, or has been asked for; imports do not count."""
        return bool(self._asked) or (self._current is not None and not self._radio.is_on)

    def growing(self, folder: Path) -> Take | None:
        """The take that is being made in a folder, if one is."""
        return next((take for take in self._growing if take.folder == folder), None)

    # What the hand wishes

    def generate(self) -> None:
        """Make the take that the session's recipe describes; pressed again unchanged, with new seeds."""
        if self._session.state.recipe == self._last_recipe:
            self._session.update(recipe=self._session.state.recipe.redrawn())
        recipe = self._last_recipe = self._session.state.recipe
        try:
            journey = recipe.journey()
        except UsageError as error:
            self.refused.emit(str(error))
            return
        if self._radio.is_on and recipe.endless:
            self._radio.go_to(recipe)
        else:
            self._generate(recipe, journey)

    def more_like_this(self) -> None:
        """New music in the style that is heard: by the radio, or as a take of the chosen length."""
        if self._radio.is_on:
            self._radio.more_like_this(self._playing.heard_frame)
            return
        take, frame = self._session.state.take, self._playing.heard_frame
        try:
            piece = piece_of(take.recipe, frame) if take else None
        except UsageError as error:
            self.refused.emit(str(error))
            return
        if piece:
            self._generate_more(piece.model, piece.journey, piece.journey_s(frame))

    def _generate_more(self, model: str, journey: Journey, at_s: float) -> None:
        """Make a take in the style that a journey has at a time, and let the recipe say so as far as it can."""
        recipe = replace(self._session.state.recipe, variation=new_seed())
        journey = journey.more_like_this(recipe.variation_seed, at_s)
        if isinstance(journey.style, int):
            recipe = replace(recipe, seed=journey.style)
        if model in self.titles:
            recipe = replace(recipe, model=model)
        if recipe.loops:
            journey = journey.looping(round(recipe.length_s * SAMPLE_RATE_HZ))
        self._session.update(recipe=recipe)
        self._last_recipe = recipe
        self._generate(recipe, journey)

    def import_files(self, paths: Sequence[Path]) -> None:
        """Take recordings apart, one after the other, in the background; the first one goes on the stage."""
        if paths:
            self.begun.emit()
            self._import([Waiting(path) for path in paths], from_last_time=False)

    def take_up(self, recordings: Sequence[Waiting]) -> None:
        """Go on with recordings that could not be taken apart before the program ended."""
        if recordings:
            self._import(recordings, from_last_time=True)

    def _import(self, recordings: Sequence[Waiting], *, from_last_time: bool) -> None:
        self._to_show = recordings[0].file.name, self._session.state.take
        self._from_last_time = from_last_time
        for recording in recordings:
            self._engine.import_file(recording)

    def load(
        self, take: Take, entry: Entry, *, plays: bool, at_s: float = 0.0, crossfade_s: float = CROSSFADE_S
    ) -> None:
        """Put a take on the stage.

        Args:
            take: one that is being made, or one that has been opened.
            entry: of it, in the library.
            plays: let it be heard, as soon as there is sound.
            at_s: where it begins.
            crossfade_s: from what plays, in so many seconds.
        """
        if self._radio.is_on and self._growing_radio() is not take:
            self._radio.let_go()
            self._engine.cancel()
        if take not in self._growing:
            self._last_recipe = None
        self._in_use.add(take)
        self._awaiting_sound = plays and not take.mix_frames
        self._playing.load(take, go_over=plays, at_s=at_s, crossfade_s=crossfade_s)
        self._view.show_take(_length_s(take))
        self._session.update(take=take, entry=entry, title=entry.name)
        self.loaded.emit(take)
        if plays and take.mix_frames:
            self._playing.play()
        self._show_where(take)

    def cancel(self, folder: Path) -> None:
        """End the making of the take in a folder, if it is being made; what exists of it stays."""
        take = self.growing(folder)
        if take is not None and self._growing[take].entry.kind == "recording":
            self._engine.cancel_import()
        elif take is not None:
            self._engine.cancel()

    def _generate(self, recipe: Recipe, journey: Journey) -> None:
        title = self._title(recipe)
        self._ask(Coming(title, recipe))
        if recipe.endless:
            self._engine.play_radio(recipe.model, journey, title)
        else:
            self._engine.generate(recipe.model, journey, recipe.length_s, title)

    def _ask(self, coming: Coming) -> None:
        if self._radio.is_on:
            self._radio.let_go()
            self._engine.cancel()
        self._asked.append(coming)
        self._bar.set_busy(True)
        self.begun.emit()
        self._show_queue()

    def _title(self, recipe: Recipe) -> str:
        numbers = f"{recipe.seed}" if recipe.variation is None else f"{recipe.seed}/{recipe.variation}"
        return f"{self.titles.get(recipe.model, recipe.model)} {numbers}"

    def _cancel_shown(self) -> None:
        """Cancel what the activity bar tells of."""
        if self._current is not None or self._asked:
            self._engine.cancel()
        else:
            self._engine.cancel_imports()

    def _pause(self, paused: bool) -> None:
        """Let the making of the loaded take stand still while playing does."""
        made = [each for take, each in self._growing.items() if each.entry.kind != "recording"]
        if paused and made and self._session.state.take in self._growing:
            self._engine.pause()
            made[0].clock.pause()
            self._activity.set_notice(PAUSED)
        elif not paused:
            self._engine.go_on()
            for each in made:
                each.clock.go_on()
            self._activity.set_notice("")

    # What the engine says

    def _show_readying(self, readying: bool) -> None:
        self._readying = readying
        self._show_queue()

    def _show_imports(self, left: int) -> None:
        self._imports_left = left
        self._show_queue()

    @property
    def _imports_text(self) -> str:
        return recordings_text(self._imports_left, from_last_time=self._from_last_time)

    def _show_queue(self) -> None:
        """What comes next, while nothing is being made yet."""
        if self._current is not None or self._growing:
            return
        words = [READYING] if self._readying else []
        words += [f"Next: {coming.title}" for coming in self._asked]
        if self._imports_left and not self._asked:
            words.append(self._imports_text)
        if words:
            self._activity.show_work(" ".join(words), None, can_cancel=bool(self._asked or self._imports_left))
        else:
            self._activity.rest("Ready")

    def _show_start(self, text: str) -> None:
        self._current = self._asked.popleft()
        self._bar.set_busy(self.busy)
        self._activity.set_notice("")
        self._activity.show_work(text, None, can_cancel=True)

    def _note_start(self, take: Take, entry: Entry) -> None:
        self._growing[take] = Growing(entry, WorkClock())
        self.started.emit(entry)
        if entry.kind == "recording":
            if self._to_show == (entry.recipe.get("file"), self._session.state.take) and not self._radio.is_on:
                self.load(take, entry, plays=False)
                self._to_show = None
        elif self._current is not None:
            self.load(take, entry, plays=True)

    def _tune_in(self, radio: Radio) -> None:
        if self._current and not self._asked and self._session.state.take is radio.take:
            self._radio.take_over(radio, self._current.recipe)
            self._bar.set_busy(self.busy)

    def _growing_radio(self) -> Take | None:
        return next((take for take in self._growing if take.kept_frames is not None), None)

    def _note_progress(self, take: Take, progress: Progress) -> None:
        if take not in self._growing:
            return
        growing = self._growing[take]
        growing.progress = progress
        self._show_work(take, growing, progress)
        if take is self._session.state.take:
            self._show_where(take)
            if self._awaiting_sound and progress.made_frames:
                self._awaiting_sound = False
                self._playing.play()
        self.progressed.emit(take.folder, progress.fraction if progress.planned_frames else -1.0)

    def _show_work(self, take: Take, growing: Growing, progress: Progress) -> None:
        """Tell in the activity bar of what was asked for last: a request goes before the imports."""
        is_import = growing.entry.kind == "recording"
        if is_import and self._current is not None:
            return
        if take.kept_frames is not None:
            self._activity.rest(radio_text(progress, self._playing.heard_frame))
            return
        left = left_text(progress.fraction, growing.clock.elapsed_s)
        doing = f"{self._imports_text}: {growing.entry.name}" if is_import else doing_text(progress)
        self._activity.show_work(" · ".join(filter(None, (doing, left))), progress.fraction, can_cancel=True)

    def _show_where(self, take: Take) -> None:
        """How long the making of the loaded take goes on, on the picture."""
        growing = self._growing.get(take)
        note = ""
        if growing is not None and growing.progress is not None and take.kept_frames is None:
            note = f"making… {left_text(growing.progress.fraction, growing.clock.elapsed_s)}"
        self._view.set_note(note)

    def _note_end(self, take: Take) -> None:
        growing = self._growing.pop(take, None)
        if take is self._session.state.take:
            self._show_end(take)
        if take not in self._in_use:
            self.unused.emit(take)
        if growing is not None:
            self.finished.emit(take.folder, take.mix_frames > 0)
        self._show_queue()

    def _show_end(self, take: Take) -> None:
        self._radio.let_go()
        self._awaiting_sound = False
        if take.kept_frames is None:
            self._view.set_length_s(take.mix_frames / SAMPLE_RATE_HZ)
        self._show_where(take)
        self.grown.emit()

    def _let_go(self, take: Take) -> None:
        """The player does not need a take any more; who makes it may still."""
        self._in_use.discard(take)
        if take not in self._growing:
            self.unused.emit(take)

    def _show_waiting(self, waiting: bool) -> None:
        is_made = waiting and self._session.state.take in self._growing
        self._activity.set_notice(WAITING if is_made else "")

    def _show_idle(self) -> None:
        self._current = None
        self._bar.set_busy(self.busy)
        self._activity.set_notice("")
        self._show_queue()
        self.grown.emit()


class WorkClock:
    """How long something has been worked on, without the pauses."""

    def __init__(self) -> None:
        self._running = QElapsedTimer()
        self._running.start()
        self._before_ms = 0

    @property
    def elapsed_s(self) -> float:
        """In seconds."""
        return (self._before_ms + (self._running.elapsed() if self._running.isValid() else 0)) / 1000

    def pause(self) -> None:
        """Stand still."""
        if self._running.isValid():
            self._before_ms += self._running.elapsed()
            self._running.invalidate()

    def go_on(self) -> None:
        """Go on, if it stands still."""
        if not self._running.isValid():
            self._running.start()


def _length_s(take: Take) -> float:
    """How long the stage is for a take: infinity for one that goes on for ever, a hair for one of unknown length."""
    if take.kept_frames is not None:
        return float("inf")
    return max(take.planned_frames or take.mix_frames, 1) / SAMPLE_RATE_HZ


def has_style(take: Take | None) -> bool:
    """Whether there could be more in the style of a take."""
    return take is not None and ("journey" in take.recipe or "pieces" in take.recipe)
