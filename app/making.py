"""GUI thread: makes takes at the hand's wish, and shows how far they are."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from app.engine_thread import EngineThread
from app.playing import Playing
from app.radio import RadioHand
from app.session import Recipe, Session, new_seed
from app.wording import doing_text, left_text, radio_text
from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.musika.journey import Journey
from engine.radio import Radio, piece_of
from engine.takes.roles import Progress
from engine.takes.take import Take
from widgets.activity_bar import ActivityBar
from widgets.make_bar import MakeBar
from widgets.spectrogram_view import SpectrogramView

READYING = "Getting ready…"
PAUSED = "Paused: making goes on when you play"
WAITING = "Playing waits for the music to be made"
BUSY = "Another take is being made: try again when it is done, or press Cancel."


@dataclass(frozen=True)
class Coming:
    """A take that has been asked for.

    Attributes:
        title: what it will be called.
        plays: it is to be heard as soon as there is sound.
        recipe: of a generated one.
    """

    title: str
    plays: bool = False
    recipe: Recipe | None = None


class Making(QObject):
    """Requests to the engine, and what comes of them."""

    refused = Signal(str)
    """Why a wish cannot be granted, in a sentence for the user."""
    begun = Signal()
    """Something new has been asked for."""
    loaded = Signal(object)
    """A `Take` is there, still empty, and stands in the session."""
    grown = Signal()
    """What the take is, or may be used for, has changed."""

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
        self._awaiting_sound = False
        self._readying = False
        self._last_recipe: Recipe | None = None
        self._working = QElapsedTimer()
        self._worked_ms = 0  # before the last pause
        self._connect()

    def _connect(self) -> None:
        self._bar.generate_pressed.connect(self.generate)
        self._bar.more_pressed.connect(self.more_like_this)
        self._bar.cancel_pressed.connect(self._engine.cancel)
        self._radio.piece_wanted.connect(lambda recipe: self._session.update(title=self._title(recipe)))
        self._playing.paused.connect(self._pause)
        self._playing.waited.connect(self._show_waiting)
        self._engine.readied.connect(self._show_readying)
        self._engine.started.connect(self._show_start)
        self._engine.take_started.connect(self._load)
        self._engine.radio_started.connect(self._tune_in)
        self._engine.progressed.connect(self._show_progress)
        self._engine.spectrogram_grew.connect(self._view.set_levels)
        self._engine.take_finished.connect(self._show_end)
        self._engine.idle.connect(self._show_idle)

    @property
    def busy(self) -> bool:
        """Whether something is being made that has an end, or has been asked for."""
        return bool(self._asked) or (self._current is not None and not self._radio.is_on)

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

    def open_path(self, path: Path, *, title: str = "", plays: bool = False) -> None:
        """Take an audio file apart; or open a take that was kept, which is a folder."""
        if self.busy:
            self.refused.emit(BUSY)
            return
        folder = path.parent if path.name == "take.json" else path
        self._last_recipe = None
        if (folder / "take.json").is_file():
            self._ask(Coming(title or folder.name, plays))
            self._engine.open_take(folder)
        else:
            self._ask(Coming(title or path.stem, plays))
            self._engine.open_file(path)

    def _generate(self, recipe: Recipe, journey: Journey) -> None:
        title = self._title(recipe)
        self._ask(Coming(title, plays=True, recipe=recipe))
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

    def _pause(self, paused: bool) -> None:
        """Let the computing stand still while playing does."""
        if paused and self._current is not None:
            self._engine.pause()
            self._worked_ms += self._working.elapsed()
            self._activity.set_notice(PAUSED)
        elif not paused:
            self._engine.go_on()
            self._working.restart()
            self._activity.set_notice("")

    # What the engine says

    def _show_readying(self, readying: bool) -> None:
        self._readying = readying
        self._show_queue()

    def _show_queue(self) -> None:
        """What comes next, while nothing is being made yet."""
        if self._current is not None:
            return
        words = [READYING] if self._readying else []
        words += [f"Next: {coming.title}" for coming in self._asked]
        if words:
            self._activity.show_work(" ".join(words), None)
        else:
            self._activity.rest("Ready")

    def _show_start(self, text: str) -> None:
        self._current = self._asked.popleft()
        self._worked_ms = 0
        self._working.start()
        self._bar.set_busy(self.busy)
        self._activity.set_notice("")
        self._activity.show_work(text, None)

    def _load(self, take: Take) -> None:
        if self._current is None:
            return
        self._awaiting_sound = self._current.plays
        self._playing.load(take, go_over=self._current.plays)
        self._view.show_take(_length_s(take))
        self._session.update(take=take, title=self._current.title)
        self.loaded.emit(take)

    def _tune_in(self, radio: Radio) -> None:
        if self._current and self._current.recipe and not self._asked:
            self._radio.take_over(radio, self._current.recipe)
            self._bar.set_busy(self.busy)

    def _show_progress(self, progress: Progress) -> None:
        take = self._session.state.take
        if take is None:
            return
        self._show_marks(take, progress)
        if self._awaiting_sound and progress.made_frames:
            self._awaiting_sound = False
            self._playing.play()

    def _show_marks(self, take: Take, progress: Progress) -> None:
        made_s, stems_s = (n / SAMPLE_RATE_HZ for n in (progress.made_frames, progress.separated_frames))
        left = "" if self._radio.is_on else left_text(progress.fraction, self._elapsed_s())
        note = "" if self._radio.is_on else f"making… {left}"
        first_s = take.first_frame / SAMPLE_RATE_HZ
        self._view.set_progress(made_s, stems_s if take.stem_names else None, note, first_s)
        if self._radio.is_on:
            self._activity.rest(radio_text(progress, self._playing.heard_frame))
        else:
            self._activity.show_work(" · ".join(filter(None, (doing_text(progress), left))), progress.fraction)

    def _elapsed_s(self) -> float:
        return (self._worked_ms + self._working.elapsed()) / 1000

    def _show_end(self, take: Take) -> None:
        if take is not self._session.state.take:
            return
        self._radio.let_go()
        made_s, first_s = take.mix_frames / SAMPLE_RATE_HZ, take.first_frame / SAMPLE_RATE_HZ
        if take.kept_frames is None:
            self._view.set_length_s(made_s)
        self._view.set_progress(made_s, take.stem_frames / SAMPLE_RATE_HZ if take.stem_names else None, "", first_s)
        if self._awaiting_sound and take.mix_frames:  # one that was there already
            self._awaiting_sound = False
            self._playing.play()
        self.grown.emit()

    def _show_waiting(self, waiting: bool) -> None:
        self._activity.set_notice(WAITING if waiting and self._current is not None else "")

    def _show_idle(self) -> None:
        self._current = None
        self._bar.set_busy(self.busy)
        self._activity.set_notice("")
        self._show_queue()
        self.grown.emit()


def _length_s(take: Take) -> float:
    """How long the stage is for a take: infinity for one that goes on for ever, a hair for one of unknown length."""
    if take.kept_frames is not None:
        return float("inf")
    return max(take.planned_frames or take.mix_frames, 1) / SAMPLE_RATE_HZ


def has_style(take: Take | None) -> bool:
    """Whether there could be more in the style of a take."""
    return take is not None and ("journey" in take.recipe or "pieces" in take.recipe)
