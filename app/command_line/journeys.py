"""The command line's main thread: the options that decide what a take does, and the journey that they mean."""

from __future__ import annotations

import argparse
import json
import secrets
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from app.command_line.parsing import number, whole_number
from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import UsageError
from engine.musika.journey import USUAL_TRUNCATION, Journey
from engine.radio import piece_of

NO_MUSIC = "{path} does not describe generated music: choose the take.json of another take."


def add_journey(parser: argparse.ArgumentParser) -> None:
    """The options of whatever generates."""
    group = parser.add_argument_group("what the music does", "docs/controls.md tells more")
    group.add_argument(
        "--seed",
        type=whole_number,
        default=secrets.randbelow(100_000),
        help="whole number; the same one makes the same take",
    )
    style = group.add_mutually_exclusive_group()
    style.add_argument("--style-seed", type=whole_number, metavar="N", help="the style alone (default: --seed)")
    style.add_argument("--like", type=Path, metavar="TAKE.json", help="the style of a take that render has written")
    group.add_argument("--like-at", type=number, default=0.0, metavar="SECONDS", help="… as it was at this time of it")
    group.add_argument("--variation-seed", type=whole_number, metavar="N", help="all but the style (default: --seed)")
    group.add_argument("--truncation", type=number, metavar="T", help="0.1 (tame) to 3.9 (wild), 3 by default")
    group.add_argument("--drift", type=number, metavar="D", help="0 (the style stays, the default) to 1 (it wanders)")
    group.add_argument(
        "--morph-to", type=whole_number, metavar="SEED", help="let the style become that of another seed"
    )
    group.add_argument("--morph-at", type=number, metavar="SECONDS", help="when that begins (default: at once)")
    group.add_argument("--morph-seconds", type=number, metavar="S", help="how long it takes (default: to the end)")
    group.add_argument("--loop", action="store_true", help="a perfect loop: its end meets its beginning")


def journey_of(options: Namespace) -> Journey:
    """The journey that the options of `add_journey` mean for a take of the length `options.length`, in seconds.

    Raises:
        UsageError: they make no sense, or the take that they name cannot be read.
    """
    journey = _in_its_style(options)
    if options.drift is not None:
        journey = replace(journey, drift=options.drift)
    if options.morph_to is not None:
        journey = _morphing(journey, options)
    elif options.morph_at is not None or options.morph_seconds is not None:
        raise UsageError("Say what the style is to become: --morph-to needs a seed.")
    if not options.loop:
        return journey
    from engine.studio import frames_of

    return replace(journey, loop_frames=frames_of(options.length))


def _in_its_style(options: Namespace) -> Journey:
    variation = options.seed if options.variation_seed is None else options.variation_seed
    if options.like is not None:
        return _like(*read_journey(options.like, options.like_at), variation, options.truncation)
    style = options.seed if options.style_seed is None else options.style_seed
    return Journey(style, variation, USUAL_TRUNCATION if options.truncation is None else options.truncation)


def _like(journey: Journey, at_s: float, variation: int, truncation: float | None) -> Journey:
    """More like a journey; at another truncation the style is kept value by value, as its seed would draw another."""
    alike = journey.more_like_this(variation, at_s)
    if truncation is None or truncation == alike.truncation:
        return alike
    return replace(alike, style=journey.style_at(at_s), truncation=truncation)


def _morphing(journey: Journey, options: Namespace) -> Journey:
    at_s = options.morph_at or 0.0
    over_s = options.length - at_s if options.morph_seconds is None else options.morph_seconds
    return journey.morphing(at_s, options.morph_to, over_s)


def read_journey(path: Path, at_s: float) -> tuple[Journey, float]:
    """The journey that sounds in a take at `at_s`, by its take.json, and the time in the journey then, in seconds.

    Raises:
        UsageError: the file cannot be read, or describes no generated music.
    """
    try:
        recipe = json.loads(path.read_text(encoding="utf8"))
        frame = round(at_s * SAMPLE_RATE_HZ)
        piece = piece_of(recipe, frame)
    except OSError as cause:
        raise UsageError(f"{path} cannot be read: choose the take.json of a rendered take.") from cause
    except (AttributeError, KeyError, TypeError, ValueError) as cause:
        raise UsageError(NO_MUSIC.format(path=path)) from cause
    if piece is None:
        raise UsageError(NO_MUSIC.format(path=path))
    return piece.journey, piece.journey_s(frame)
