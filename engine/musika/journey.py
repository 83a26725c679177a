"""Any activity: what a take does, as plain values, and the coordinates that this means; numpy only.

A journey has a style and a variation. The style stays, drifts along an endless line of random styles, or morphs into
another; the variation decides whatever moves by itself: the coordinates, the noise, and where a drift leads. All of it
is a function of time alone, so a journey can be entered anywhere, and changed from a moment on without a jump.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import count, islice
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.musika.coordinates import (
    DEPTH,
    Array,
    arc,
    drift_style,
    phrase_anchor,
    phrased,
    random_anchors,
    random_style,
    retruncated,
    walk,
    walk_around,
    with_style,
)

MAX_SEED = 2**32 - 1
TRUNCATIONS = (0.1, 3.9)
"""The tamest and the wildest."""

LONGEST_LOOP_S = 3600.0
LARGEST_STYLE_VALUE = 100.0

STYLES_PER_S = 1 / 40
"""How fast a drift of 1 goes from one random style to the next; one of d goes d² times as fast."""

USUAL_TRUNCATION = 3.0
"""Where nothing else is wished: normal distributions hardly cut, as generators know them from their training."""

TRUNCATION_OVER_S = 2.0
"""How long a change of the truncation takes."""

FRAMES_PER_LATENT = 4096
"""Of every model so far that was trained for the ear."""

Style = int | tuple[float, ...]
"""A seed; or DEPTH values, for a style that came about by drifting or morphing."""

Times = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """From `at_s` on, this value."""

    at_s: float
    value: float


@dataclass(frozen=True)
class Morph:
    """From `at_s` on the style becomes another, which it is `over_s` seconds later."""

    at_s: float
    to: Style
    over_s: float


class _Event(Protocol):
    @property
    def at_s(self) -> float: ...


E = TypeVar("E", bound=_Event)


@dataclass(frozen=True)
class Journey:
    """All that decides what a take does; whatever is made of one raises UsageError where it makes no sense.

    Attributes:
        style: what the take is like all through, or at its beginning.
        variation: seed of all that moves by itself: coordinates, noise, and where a drift leads; 0 to MAX_SEED.
        truncation: where the normal distributions of styles and coordinates are cut: 0.1 is tame, 3.9 is wild.
        drift: 0: the style stays; 1: it wanders, to another style in 1 / STYLES_PER_S seconds.
        morphs: of the style into others, in the order of time.
        drifts: later values of `drift`, in the order of time.
        truncations: later values of `truncation`, in the order of time; the way remains, and becomes tamer or wilder.
        loop_frames: length of the perfect loop that this is, or None. The style of a loop stays.
    """

    style: Style
    variation: int
    truncation: float = USUAL_TRUNCATION
    drift: float = 0.0
    morphs: tuple[Morph, ...] = ()
    drifts: tuple[Change, ...] = ()
    truncations: tuple[Change, ...] = ()
    loop_frames: int | None = None

    def __post_init__(self) -> None:
        """Check everything (UsageError)."""
        _check_style(self.style)
        _check_seed(self.variation)
        for truncation in (self.truncation, *(change.value for change in self.truncations)):
            _check_between("truncation", truncation, *TRUNCATIONS)
        for drift in (self.drift, *(change.value for change in self.drifts)):
            _check_between("drift", drift, 0, 1)
        for morph in self.morphs:
            _check_style(morph.to)
            if not _is_number(morph.over_s) or not 0 < morph.over_s < math.inf:
                raise UsageError(f"A morph over {morph.over_s} s is not possible: choose more than 0 s.")
        for events in (self.morphs, self.drifts, self.truncations):
            _check_times(events)
        if self.loop_frames is not None:
            self._check_loop(self.loop_frames)

    def _check_loop(self, frames: int) -> None:
        if type(frames) is not int or not 1 <= frames <= LONGEST_LOOP_S * SAMPLE_RATE_HZ:
            raise UsageError(f"A loop must have a length of more than 0 and up to {LONGEST_LOOP_S:.0f} s.")
        if self.drift or self.morphs or self.drifts or self.truncations:
            raise UsageError("The style of a loop stays as it is: choose no drift, no morph and one truncation for it.")

    # --- journeys from others --------------------------------------------------------------------------------------

    @classmethod
    def from_seed(cls, seed: int, truncation: float = USUAL_TRUNCATION) -> Journey:
        """What one seed has always meant: style and variation from the same number, and no change."""
        return cls(seed, seed, truncation)

    def morphing(self, at_s: float, to: Style, over_s: float) -> Journey:
        """The same until `at_s`; from then on its style goes over to another, and is that one `over_s` later."""
        return replace(self, morphs=_with(self.morphs, Morph(at_s, to, over_s)))

    def drifting(self, at_s: float, drift: float) -> Journey:
        """The same until `at_s`; from then on its style drifts with another speed, 0 to 1."""
        return replace(self, drifts=_with(self.drifts, Change(at_s, drift)))

    def truncated(self, at_s: float, truncation: float) -> Journey:
        """The same until `at_s`; from then on it becomes as tame or wild as `truncation` says."""
        return replace(self, truncations=_with(self.truncations, Change(at_s, truncation)))

    def more_like_this(self, variation: int, at_s: float = 0.0) -> Journey:
        """New music in the style that this has at `at_s`, with the drift and the truncation that it has then."""
        return Journey(self._kept_style(at_s), variation, self.truncation_at(at_s), self.drift_at(at_s))

    def looping(self, frames: int, at_s: float = 0.0) -> Journey:
        """A loop of `frames` frames in the style that this has at `at_s`."""
        return Journey(self._kept_style(at_s), self.variation, self.truncation_at(at_s), loop_frames=frames)

    # --- what stands when ------------------------------------------------------------------------------------------

    def drift_at(self, at_s: float) -> float:
        """The drift that stands at a time."""
        return next((change.value for change in reversed(self.drifts) if change.at_s <= at_s), self.drift)

    def truncation_at(self, at_s: float) -> float:
        """The truncation that stands at a time, or that it is on the way to then."""
        return next((change.value for change in reversed(self.truncations) if change.at_s <= at_s), self.truncation)

    def style_at(self, at_s: float) -> tuple[float, ...]:
        """The DEPTH values of the style at a time."""
        times_s = np.array([at_s])
        found = _as_truncated(self, times_s, lambda truncation: _styles(self, times_s, truncation))
        return tuple(found[0].tolist())

    def _kept_style(self, at_s: float) -> Style:
        """The style at a time, as a seed where it has not moved yet."""
        moved = _travelled(self, np.array([at_s]))[0] > 0 or any(morph.at_s < at_s for morph in self.morphs)
        return self.style_at(at_s) if moved or self.truncation_at(at_s) != self.truncation else self.style

    # --- as JSON ---------------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON holds it; what is as usual is left out."""
        usual = {field.name: field.default for field in fields(self)}
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    @classmethod
    def from_json(cls, values: object) -> Journey:
        """The journey that `to_json` described.

        Raises:
            UsageError: it describes none.
        """
        try:
            known = dict(values)  # type: ignore[call-overload]
            known |= {
                name: tuple(Change(**change) for change in known.get(name, ())) for name in ("drifts", "truncations")
            }
            known["morphs"] = tuple(Morph(**{**morph, "to": _style(morph["to"])}) for morph in known.get("morphs", ()))
            return cls(**{**known, "style": _style(known["style"])})
        except (KeyError, TypeError, ValueError) as cause:
            raise UsageError("The description of the journey is damaged: choose another take.") from cause


def _style(value: object) -> Any:
    """A style as JSON holds it: a list of values, or a seed."""
    return tuple(value) if isinstance(value, list) else value


def _with(events: tuple[E, ...], new: E) -> tuple[E, ...]:
    """In the order of time; what was to happen at the very moment of the new one is given up."""
    others = [event for event in events if event.at_s != new.at_s]
    return tuple(sorted([*others, new], key=lambda event: event.at_s))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check_seed(seed: object) -> None:
    if type(seed) is not int or not 0 <= seed <= MAX_SEED:
        raise UsageError(f"A seed of {seed} is not possible: choose a whole number from 0 to {MAX_SEED}.")


def _check_style(style: Style) -> None:
    if not isinstance(style, tuple):
        _check_seed(style)
    elif len(style) != DEPTH or not all(_is_number(value) and abs(value) <= LARGEST_STYLE_VALUE for value in style):
        raise UsageError(f"A style must be a seed, or {DEPTH} numbers.")


def _check_between(what: str, value: float, lowest: float, highest: float) -> None:
    if not _is_number(value) or not lowest <= value <= highest:  # not for NaN either
        shown = f"{value:g}" if _is_number(value) else str(value)
        raise UsageError(f"A {what} of {shown} is not possible: choose {lowest:g} to {highest:g}.")


def _check_times(events: Sequence[_Event]) -> None:
    times_s = [event.at_s for event in events]
    if not all(_is_number(at_s) and 0 <= at_s < math.inf for at_s in times_s):
        raise UsageError("A journey cannot change before its beginning: choose a time from 0 s.")
    if times_s != sorted(times_s):
        raise UsageError("The changes of a journey must stand in the order of time.")


# --- the coordinates -----------------------------------------------------------------------------------------------


def windows(
    journey: Journey,
    context: int,
    start_latent: int = 0,
    *,
    frames_per_latent: int = FRAMES_PER_LATENT,
    phrase_latents: int | None = None,
) -> Iterator[Array]:
    """The coordinates of a journey, window after window without end; memory does not grow.

    Args:
        journey: what the take does.
        context: positions a window, C. Lines of sections have 3 C / 2 positions, and the way begins at C / 4.
        start_latent: the first position of the first window; before 0 only for a loop, which has no beginning.
        frames_per_latent: frames of sound a position, which the journey's seconds and its loop are measured with.
        phrase_latents: positions of a line of phrases; None: sections only, as published.

    Returns:
        An iterator of (context, 2 · DEPTH), each window going on where the one before ended.
    """
    if journey.loop_frames is not None:
        return _turning(journey, context, start_latent, journey.loop_frames / frames_per_latent, phrase_latents)
    return _travelling(journey, context, start_latent, frames_per_latent / SAMPLE_RATE_HZ, phrase_latents)


class _Stretch(NamedTuple):
    """A part of a way of straight lines: the next window begins `position` after the first of the anchors."""

    anchors: Array
    position: int
    line_steps: int


def _travelling(
    journey: Journey, context: int, start: int, step_s: float, phrase_latents: int | None
) -> Iterator[Array]:
    ways = [_sections(journey, context, start)]
    if phrase_latents is not None:
        ways.append(_phrases(journey, context, start, phrase_latents))
    for first, *stretches in zip(count(start, context), *ways, strict=False):
        times_s = np.arange(first, first + context, dtype=np.float64) * step_s
        yield _window(journey, stretches, times_s)


def _sections(journey: Journey, context: int, start: int) -> Iterator[_Stretch]:
    line_steps = 3 * context // 2
    line, position = divmod(context // 4 + start, line_steps)
    following = islice(random_anchors(journey.variation, journey.truncation), line, None)
    anchors = np.stack([next(following) for _ in range(3)])  # a window touches two lines at most
    while True:
        if position >= line_steps:
            anchors = np.concatenate([anchors[1:], next(following)[None]])
            position -= line_steps
        yield _Stretch(anchors, position, line_steps)
        position += context


def _phrases(journey: Journey, context: int, start: int, line_steps: int) -> Iterator[_Stretch]:
    for first in count(start, context):
        line, position = divmod(first, line_steps)
        touched = range(line, line + 2 + (position + context) // line_steps)
        anchors = [phrase_anchor(journey.variation, index, journey.truncation) for index in touched]
        yield _Stretch(np.stack(anchors), position, line_steps)


def _window(journey: Journey, stretches: Sequence[_Stretch], times_s: Times) -> Array:
    """The coordinates at these times, along the sections and perhaps the phrases."""

    def walked(truncation: float) -> Array:
        ways = [
            walk(retruncated(anchors, journey.truncation, truncation), position, len(times_s), line_steps)
            for anchors, position, line_steps in stretches
        ]
        return with_style(_together(ways), _styles(journey, times_s, truncation))

    return _as_truncated(journey, times_s, walked)


def _together(ways: Sequence[Array]) -> Array:
    return ways[0] if len(ways) == 1 else phrased(*ways)


def _turning(journey: Journey, context: int, start: int, period: float, phrase_latents: int | None) -> Iterator[Array]:
    """A loop: closed ways at about the pace of open ones."""
    anchors = random_anchors(journey.variation, journey.truncation)
    ways = [_closed(anchors, period, 3 * context / 2)]
    if phrase_latents is not None:
        phrases = (phrase_anchor(journey.variation, index, journey.truncation) for index in count())
        ways.append(_closed(phrases, period, phrase_latents))
    style = _styles(journey, np.zeros(1), journey.truncation)
    for first in count(start, context):
        yield with_style(_together([walk_around(way, first, context, period) for way in ways]), style)


def _closed(anchors: Iterator[Array], period: float, line_steps: float) -> Array:
    """The corners of a closed way, (n, DEPTH); a short loop goes a short way."""
    lines = max(3, round(period / line_steps))
    corners = np.stack(list(islice(anchors, lines)))
    closed: Array = corners[0] + np.float32(min(1.0, period / (lines * line_steps))) * (corners - corners[0])
    return closed


def _as_truncated(journey: Journey, times_s: Times, at: Callable[[float], Array]) -> Array:
    """What there is `at` the truncations that stand, (len(times_s), …), going evenly from one over to the next."""
    changes = [(change.at_s, TRUNCATION_OVER_S, lambda t=change.value: at(t)) for change in journey.truncations]
    return _passing(lambda: at(journey.truncation), changes, times_s, lambda a, b, f: a + (b - a) * f)


def _styles(journey: Journey, times_s: Times, truncation: float) -> Array:
    """The styles at these times at one truncation, (len(times_s), DEPTH)."""
    travelled = _travelled(journey, times_s)

    def leg(index: int, at_s: float, style: Style) -> Callable[[], Array]:
        return lambda: _drifted(journey, index, style, travelled - _travelled(journey, np.array([at_s])), truncation)

    legs = [(m.at_s, m.over_s, leg(i, m.at_s, m.to)) for i, m in enumerate(journey.morphs, start=1)]
    return _passing(leg(0, 0.0, journey.style), legs, times_s, arc)


def _passing(
    first: Callable[[], Array],
    following: Sequence[tuple[float, float, Callable[[], Array]]],
    times_s: Times,
    between: Callable[[Array, Array, Array], Array],
) -> Array:
    """`first`, going over to each of `following` (at_s, over_s, values) in turn; what has passed is not computed."""
    over = [i for i, (at_s, over_s, _) in enumerate(following) if at_s + over_s <= times_s[0]]
    here, coming = (following[over[-1]][2], following[over[-1] + 1 :]) if over else (first, following)
    values = here()
    for at_s, over_s, later in coming:
        fraction = np.clip((times_s - at_s) / over_s, 0, 1).astype(np.float32)[:, None]
        if fraction.any():
            values = between(values, later(), fraction)
    return values


def _travelled(journey: Journey, times_s: Times) -> Times:
    """How many lines from style to style a drift has gone by these times: the integral of its speed."""
    changes = [Change(0.0, journey.drift), *journey.drifts]
    ends_s = [*(change.at_s for change in changes[1:]), math.inf]
    parts = [
        STYLES_PER_S * change.value**2 * np.clip(times_s - change.at_s, 0, end_s - change.at_s)
        for change, end_s in zip(changes, ends_s, strict=True)
    ]
    travelled: Times = np.sum(parts, axis=0)
    return travelled


def _drifted(journey: Journey, leg: int, style: Style, travelled: Times, truncation: float) -> Array:
    """Where a drift that began in `style` has come to, (n, DEPTH), having `travelled` so many lines (n,)."""
    travelled = np.maximum(travelled, 0)  # a morph's target drifts from its beginning on
    line = np.floor(travelled).astype(int)
    lowest, highest = int(line[0]), int(line[-1])

    def stop(index: int) -> Array:
        if index:
            drawn = drift_style(journey.variation, leg, index, journey.truncation)
        else:
            drawn = random_style(style, journey.truncation) if isinstance(style, int) else np.array(style, np.float32)
        return retruncated(drawn, journey.truncation, truncation)

    if not travelled.any():
        return np.tile(stop(0), (len(travelled), 1))
    stops = np.stack([stop(index) for index in range(lowest, highest + 2)])
    fraction = (travelled - line).astype(np.float32)[:, None]
    return arc(stops[line - lowest], stops[line - lowest + 1], fraction)
