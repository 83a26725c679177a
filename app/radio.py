"""GUI thread: the hand on the radio that plays: skip, more like this, drift, another model, keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.file_thread import FileThread
from app.session import Recipe, Session, new_seed
from engine.audio.format import SAMPLE_RATE_HZ
from engine.musika.journey import Journey
from engine.radio import Radio

SETTLE_MS = 200
"""A slider that is dragged is followed once it has stood still for so long: what it asks for is made anew each time."""

Change = Callable[[Journey, float], Journey]


class RadioHand(QObject):
    """Lets a radio follow the session's recipe. Without one, it does nothing."""

    piece_wanted = Signal(object)
    """The `Recipe` of the piece that the radio goes over to."""

    def __init__(self, session: Session, files: FileThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._files = files
        self._radio: Radio | None = None
        self._followed = Recipe()
        self._settling = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settling.timeout.connect(self._follow)
        session.changed.connect(self._note)

    @property
    def is_on(self) -> bool:
        """Whether there is a radio."""
        return self._radio is not None

    def take_over(self, radio: Radio, recipe: Recipe) -> None:
        """Steer `radio`, which began with `recipe`."""
        self._radio, self._followed = radio, recipe

    def let_go(self) -> None:
        """There is no radio any more."""
        self._radio = None

    def go_to(self, recipe: Recipe) -> None:
        """Go over to the piece that a recipe describes, as soon as that sounds."""
        if self._radio is None:
            return
        self._followed, before = recipe, self._followed
        if recipe.model != before.model:
            self._radio.change_model(recipe.model)
        self._radio.skip(recipe.journey())
        self.piece_wanted.emit(recipe)

    def skip(self) -> None:
        """Go over to another piece."""
        if self._radio is not None:
            recipe = self._session.state.recipe.redrawn()
            self.go_to(recipe)
            self._session.update(recipe=recipe)

    def more_like_this(self, heard_frame: int) -> None:
        """Go over to a new piece in the style that sounds now."""
        if self._radio is None:
            return
        piece = self._radio.piece_at(heard_frame)
        variation = new_seed()
        self._radio.skip(piece.journey.more_like_this(variation, piece.journey_s(heard_frame)))
        self._followed = replace(self._session.state.recipe, variation=variation)
        self._session.update(recipe=self._followed)
        self.piece_wanted.emit(self._followed)

    def keep(self, stretch_s: float, heard_frame: int, folder: Path) -> None:
        """Save the last seconds before a frame (infinity: all that is still there) as a take in a new folder."""
        if self._radio is None:
            return
        take = self._radio.take
        start = max(take.first_frame, int(max(0.0, heard_frame - stretch_s * SAMPLE_RATE_HZ)))
        self._files.keep(take, start, heard_frame, folder)

    def _note(self, name: str, _: object) -> None:
        if self.is_on and name == "recipe":
            self._settling.start()

    def _follow(self) -> None:
        """Let the radio do what has been changed in the recipe since; seeds count from the next piece on."""
        if self._radio is None:
            return
        before, self._followed = self._followed, self._session.state.recipe
        if self._followed.model != before.model:
            self._radio.change_model(self._followed.model)
            self.piece_wanted.emit(self._followed)
        for change in changes(before, self._followed):
            self._radio.steer(change)


def changes(before: Recipe, after: Recipe) -> list[Change]:
    """What has to be done to a journey that plays when its recipe has become another."""
    found: list[Change] = []
    if after.drift != before.drift:
        found.append(lambda journey, at_s: journey.drifting(at_s, after.drift))
    if after.truncation != before.truncation:
        found.append(lambda journey, at_s: journey.truncated(at_s, after.truncation))
    if after.morph and after.morph != before.morph:
        to, over_s = after.morph
        found.append(lambda journey, at_s: journey.morphing(at_s, to, over_s))
    return found
