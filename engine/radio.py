"""Engine thread computes, any thread steers: an endless take of generated music, and the hand on it."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import OutputError, StudioError, UsageError
from engine.gate import OPEN, Cancelled, Passage
from engine.musika.journey import MAX_SEED, Journey
from engine.takes.making import HEAD_START_FRAMES, Production
from engine.takes.roles import NOBODY, Listener, Progress, Separates
from engine.takes.seam import FADE_FRAMES
from engine.takes.take import Take

LEAD_S = 20.0
"""The mix is made so far ahead of the listener."""

KEPT_S = 600.0
"""The last ten minutes can be sought in and kept: 0.56 GB with four stems."""


class Plays(Protocol):
    """Whatever makes music of journeys."""

    def stream(self, journey: Journey, frames: int | None = None, start_frame: int = 0) -> Iterator[Wave]:
        """The music of a journey from a frame on, without end."""


@dataclass(frozen=True)
class Piece:
    """What sounds from a frame of the take on.

    Attributes:
        model: name of the generator.
        journey: what it does.
        from_frame: where in the take it begins.
        journey_frame: where in the journey that is.
    """

    model: str
    journey: Journey
    from_frame: int = 0
    journey_frame: int = 0

    def journey_s(self, frame: int) -> float:
        """The time in the journey, in seconds, at a frame of the take."""
        return (self.journey_frame + frame - self.from_frame) / SAMPLE_RATE_HZ

    def going_on(self, frame: int, journey: Journey) -> Piece:
        """The same time in a journey, from a frame of the take on."""
        return Piece(self.model, journey, frame, self.journey_frame + frame - self.from_frame)

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON holds it."""
        return {
            "model": self.model,
            "journey": self.journey.to_json(),
            "from_frame": self.from_frame,
            "journey_frame": self.journey_frame,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Piece:
        """The piece that `to_json` described; raises KeyError, TypeError or UsageError where it did not."""
        journey = Journey.from_json(values["journey"])
        return cls(values["model"], journey, values["from_frame"], values["journey_frame"])


def sounding(pieces: Sequence[Piece], frame: int) -> Piece:
    """Of pieces in their order, the one that sounds at a frame of the take; the oldest for any before."""
    return next((piece for piece in reversed(pieces) if piece.from_frame <= frame), pieces[0])


def piece_of(recipe: Mapping[str, Any], frame: int) -> Piece | None:
    """The piece that sounds at a frame of a take, by the take's recipe; None for a recording.

    Raises:
        UsageError: the journey is none.
        KeyError, TypeError: it is not a take's recipe.
    """
    if pieces := recipe.get("pieces"):
        return sounding([Piece.from_json(piece) for piece in pieces], frame)
    if "seed" in recipe:  # as takes were described before there were journeys
        return Piece(recipe["model"], Journey.from_seed(recipe["seed"], recipe["truncation"]))
    return Piece(recipe["model"], Journey.from_json(recipe["journey"])) if "journey" in recipe else None


Wish = Callable[[Piece, int], Piece]
"""From the piece that sounds at a frame of the take, what is to sound from there on."""


class Radio:
    """Music without end, in a take that keeps its last minutes.

    `skip`, `steer` and `change_model` may be called from any thread and return at once. Whoever runs `work` sees to it
    within a tenth of a second of computing, and what lies further ahead than the listener has read is made anew.
    """

    def __init__(
        self,
        take: Take,
        piece: Piece,
        load: Callable[[str], Plays],
        separator: Separates | None,
        listener: Listener = NOBODY,
        gate: Passage = OPEN,
        *,
        piece_s: float | None = None,
        lead_s: float = LEAD_S,
    ) -> None:
        """Begin; nothing is computed yet. `Studio.radio` does this with loaded models.

        Args:
            take: an empty endless take with the separator's stems.
            piece: the first.
            load: gives the generator of a name, loaded at first use, in the thread of `work`.
            separator: None for a radio without stems.
            listener: who hears it.
            gate: passed through at least ten times a second.
            piece_s: after so many seconds a piece makes way for a new one by itself; None: never.
            lead_s: how far ahead of the listener the mix is made.

        Raises:
            UsageError: the journey is a loop.
        """
        self.take = take
        self.piece_s = piece_s
        self._load = load
        self._listener = listener
        self._gate = gate
        self._wishes: deque[Wish] = deque()
        self._granting = False
        self._pieces: tuple[Piece, ...] = ()
        self._problem: StudioError | None = None
        check_endless(piece.journey)
        self._set_pieces((piece,))
        self._production = Production(
            take, self._blocks(piece), separator, listener, self, lead_frames=round(lead_s * SAMPLE_RATE_HZ)
        )

    def skip(self, journey: Journey | None = None) -> None:
        """Go over to a new piece: a given journey, from its beginning; or else music in a style drawn at random.

        Raises:
            UsageError: the journey is a loop.
        """
        if journey is None:
            self._wishes.append(_something_else)
        else:
            check_endless(journey)
            self._wishes.append(lambda piece, frame: Piece(piece.model, journey, frame))

    def steer(self, change: Callable[[Journey, float], Journey]) -> None:
        """Let the journey go on differently.

        Args:
            change: from the journey and the time in it, in seconds, the changed journey: its music goes on at the same
                time, with a crossfade. `lambda journey, at_s: journey.drifting(at_s, 0.5)`.
        """
        self._wishes.append(lambda piece, frame: piece.going_on(frame, change(piece.journey, piece.journey_s(frame))))

    def more_like_this(self) -> None:
        """Go over to a new piece in the style that sounds."""
        self._wishes.append(_more_like_this)

    def change_model(self, name: str) -> None:
        """Let another generator go on with the journey; loaded first, if it is not."""
        self._wishes.append(lambda piece, frame: replace(piece.going_on(frame, piece.journey), model=name))

    def piece_at(self, frame: int) -> Piece:
        """The piece that sounds, or will, at a frame of the take; the oldest that is known for any before."""
        return sounding(self._pieces, frame)

    def work(self) -> Iterator[Progress]:
        """Make it, for ever; yield after each step. Close the iterator or the gate to end; the take stays unfinished.

        A network that fails, and a wish that cannot be granted, are told in `Progress.problem`; what exists goes on,
        and the next wish may get over it.

        Raises:
            OutputError: the take cannot be written.
            Cancelled: through the gate.
        """
        while True:
            if self._wishes:
                self._grant()
            elif self._piece_is_over():
                self._go_over_by_itself()
            try:
                progress = self._production.step()
            except _WishCame:
                continue
            yield replace(progress, problem=progress.problem or self._problem)

    def go_through(self) -> None:
        """The production's gate: ours, and a wish breaks off what it makes needless."""
        self._gate.go_through()
        if self._wishes and not self._granting:
            raise _WishCame

    # --- wishes ------------------------------------------------------------------------------------------------------

    def _grant(self) -> None:
        """Grant all wishes made so far at once: who drags a slider makes many."""
        wishes = [self._wishes.popleft() for _ in range(len(self._wishes))]
        try:
            self._splice(wishes)
        except OutputError:
            raise
        except StudioError as problem:
            self._problem = problem

    def _splice(self, wishes: Iterable[Wish], at_frame: int = 0) -> None:
        begun: list[Piece] = []

        def begin(frame: int) -> Iterator[Wave]:
            begun.append(self._wished(wishes, frame))
            return self._blocks(begun[0])

        self._granting = True
        try:
            self._load(self._wished(wishes, self._listener.read_frame).model)  # takes seconds perhaps, so not in begin
            seam = self._production.splice(begin, at_frame=at_frame)
        finally:
            self._granting = False
        self._problem = None
        before = (piece for piece in self._pieces if piece.from_frame < seam)
        self._set_pieces((*before, begun[0].going_on(seam, begun[0].journey)))

    def _wished(self, wishes: Iterable[Wish], frame: int) -> Piece:
        """What is to sound from a frame of the take on, one wish after the other."""
        piece = self.piece_at(frame)
        for wish in wishes:
            piece = wish(piece, frame)
        check_endless(piece.journey)
        return piece

    def _blocks(self, piece: Piece) -> Iterator[Wave]:
        return self._load(piece.model).stream(piece.journey, start_frame=piece.journey_frame)

    # --- pieces ------------------------------------------------------------------------------------------------------

    def _set_pieces(self, pieces: tuple[Piece, ...]) -> None:
        gone = sum(following.from_frame <= self.take.first_frame for following in pieces[1:])
        self._pieces = pieces[gone:]
        self.take.recipe = {**self.take.recipe, "pieces": [piece.to_json() for piece in self._pieces]}

    def _end_of_piece(self) -> int:
        """Where the last piece is to end by itself, counted from where its journey began."""
        piece = self._pieces[-1]
        return piece.from_frame - piece.journey_frame + round((self.piece_s or 0) * SAMPLE_RATE_HZ)

    def _piece_is_over(self) -> bool:
        """Whether mix and stems reach through the crossfade into the next piece, or cannot be waited for."""
        if not self.piece_s:
            return False
        end = self._end_of_piece() + FADE_FRAMES
        is_apart = not self._production.has_stems_to_come or self.take.stem_frames >= end
        return self.take.mix_frames >= end and (is_apart or self._listener.read_frame + HEAD_START_FRAMES >= end)

    def _go_over_by_itself(self) -> None:
        try:
            self._splice([_something_else], at_frame=self._end_of_piece())
        except OutputError:
            raise
        except StudioError as problem:
            self._problem, self.piece_s = problem, None  # or it would be tried again and again


class _WishCame(Cancelled):
    """What is being computed is not wanted any more, but something else is."""


def _something_else(piece: Piece, frame: int) -> Piece:
    """A new style, as tame or wild and as steady as the piece is now."""
    at_s, seed = piece.journey_s(frame), _new_seed()
    journey = Journey(seed, seed, piece.journey.truncation_at(at_s), piece.journey.drift_at(at_s))
    return Piece(piece.model, journey, frame)


def _more_like_this(piece: Piece, frame: int) -> Piece:
    """The same style, otherwise."""
    return Piece(piece.model, piece.journey.more_like_this(_new_seed(), piece.journey_s(frame)), frame)


def _new_seed() -> int:
    return secrets.randbelow(MAX_SEED + 1)


def check_endless(journey: Journey) -> None:
    """Check that a journey is no loop (UsageError)."""
    if journey.loop_frames is not None:
        raise UsageError("A loop cannot go on for ever on the radio: generate it as a take of its own.")
