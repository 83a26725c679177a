"""Command line: `python -m tools.audition VERB …`; see the package for what there is."""

from __future__ import annotations

import argparse
import json
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.errors import StudioError, UsageError
from engine.training.recordings import find_recordings
from tools.audition.recordings import load_yardstick
from tools.audition.tables import table

Found = tuple[str, dict[str, Any]]
"""What was found: a table for people, and all of it for programs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0, or 2 after bad input, with one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        text, values = options.verb(options)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    print(text)
    print(json.dumps(values))
    return 0


def takes(options: Namespace) -> Found:
    """Render takes of models."""
    from tools.audition.rendering import render_takes

    paths = []
    for path in render_takes(options.models, options.out, count=options.count, length_s=options.length):
        print(path, file=sys.stderr)
        paths.append(str(path))
    return f"{len(paths)} takes of {options.length:g} s", {"takes": paths}


def excerpts(options: Namespace) -> Found:
    """A stretch of each recording, as loud as trainings hear it."""
    from tools.audition.recordings import write_excerpts

    paths = list(write_excerpts(options.songs, options.out, start_s=options.start, length_s=options.length))
    return f"{len(paths)} excerpts of {options.length:g} s", {"excerpts": [str(path) for path in paths]}


def closeness(options: Namespace) -> Found:
    """How near takes come to songs that no model heard."""
    from tools.audition.likeness import closeness

    found = closeness(load_yardstick(options.yardstick), options.held_out, options.takes)
    groups = {name: group for name, group in found.items() if isinstance(group, dict)}
    columns = ["closeness", "distance", "floor", "ceiling"]
    rows = [[name, *(float(group[column]) for column in columns)] for name, group in groups.items()]
    text = table(["group", *columns], rows)
    return f"{text}\n\ncloseness, the smallest of them: {found['closeness']:.3f}", found


def shows(options: Namespace) -> Found:
    """The distance of each model's takes to each show."""
    from tools.audition.likeness import shows

    found = shows(load_yardstick(options.yardstick), dict(options.held_out), dict(options.takes))
    names = [name for name, _ in options.held_out]
    rows = []
    for model, row in found["takes"].items():
        rows.append([model, *(f"{row[s]:.3f}{'*' if s == found['nearest'][model] else ' '}" for s in names)])
    made = table(["takes of, to", *names], rows)
    real = table(["songs of, to", *names], [[show, *(row[s] for s in names)] for show, row in found["shows"].items()])
    kept = sum(found["nearest"][model] == model for model in found["takes"])
    note = "1 = as far as two different shows lie apart; * the nearest show"
    return f"{made}\n\n{real}\n\n{note}; nearest is its own for {kept} of {len(rows)} models", found


def variety(options: Namespace) -> Found:
    """How far takes of different seeds lie apart."""
    from tools.audition.likeness import variety

    found = variety(load_yardstick(options.yardstick), options.held_out, options.takes)
    rows = [
        ["takes", found["takes"], found["closest takes"]["distance"], _pair(found["closest takes"])],
        ["songs", 1.0, found["closest songs"]["distance"], _pair(found["closest songs"])],
    ]
    return table(["pairs of", "mean distance", "smallest", "of"], rows), found


def _pair(closest: dict[str, Any]) -> str:
    return " and ".join(map(_end, closest["pair"]))


def _end(path: str) -> str:
    return "/".join(Path(path).parts[-2:])


def originality(options: Namespace) -> Found:
    """Whether takes repeat what a model was shown."""
    from tools.audition.originality import PATTERNS, WAVES, originality, summary

    rows, values = [], {}
    for view in (WAVES, PATTERNS):
        for name in ("takes", "beside"):
            folder = getattr(options, name)
            if folder is None:
                continue
            matches = originality(options.training, folder, view, options.every)
            values[f"{name}, {view.name}"] = {**summary(matches), "matches": [asdict(match) for match in matches]}
            top, mean = matches[0], summary(matches)["mean of the highest"]
            where = f"{_end(top.take)} {top.take_s:.1f} s in {_end(top.song)} {top.song_s:.1f} s"
            rows.append([f"{name}, {view.name}", top.correlation, mean, where])
    return table(["", "highest correlation", "mean of the highest", "place"], rows), values


def pulsing(options: Namespace) -> Found:
    """Whether levels follow the generator's windows."""
    from tools.audition.pulsing import pulsing

    folders = {"takes": options.takes, "songs": options.held_out}
    found = {name: pulsing(folder, options.context, options.frames_per_latent) for name, folder in folders.items()}
    columns = ["latent_db", "window_db", "border"]
    text = table(["", *columns], [[name, *(row[column] for column in columns)] for name, row in found.items()])
    note = "levels: highest less lowest over a latent and over a window, dB; jumps of the level at borders over others"
    return f"{text}\n\n{note}", dict(found)


def separation(options: Namespace) -> Found:
    """The stems that separators find against the true ones."""
    from tools.audition.separation import score, separate_songs

    yardstick = load_yardstick(options.yardstick)
    rows, values = [], {}
    for model in options.models:
        for songs in options.songs:
            out = options.out / model / songs.name
            for path in separate_songs(model, songs, out):
                print(path, file=sys.stderr)
            found = values[f"{model}, {songs}"] = score(yardstick, model, songs, out)
            stems = [f"{each['sdr_db']:.2f} ({each['improvement_db']:+.2f})" for each in found["stems"].values()]
            rows.append([f"{model}, {songs.name}", *stems, f"{found['mean_sdr_db']:.2f}"])
    header = ["SDR (improvement), dB, median", *found["stems"], "mean"]
    return table(header, rows), values


def picture(options: Namespace) -> Found:
    """Spectrograms of takes beside those of real songs."""
    from tools.audition.picture import draw

    rows = [("take", find_recordings(options.takes)[:2]), ("song", find_recordings(options.held_out)[:2])]
    if any(len(recordings) < 2 for _, recordings in rows):
        raise UsageError("A picture shows two takes and two songs: give folders that hold as many.")
    draw(rows, options.out, options.length)
    return str(options.out), {"picture": str(options.out)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.audition", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    verb = _add(verbs, takes)
    verb.add_argument("--models", nargs="+", required=True, metavar="MODEL", help="names of generators")
    verb.add_argument("--count", type=int, default=20, help="takes of each")
    verb.add_argument("--length", type=float, default=60.0, metavar="S", help="seconds of each take")
    verb.add_argument("--out", type=Path, required=True)

    verb = _add(verbs, excerpts, "songs")
    verb.add_argument("--start", type=float, default=60.0, metavar="S", help="where they begin")
    verb.add_argument("--length", type=float, default=60.0, metavar="S", help="seconds of each")
    verb.add_argument("--out", type=Path, required=True)

    for measure in (closeness, variety):
        verb = _add(verbs, measure, "held_out", "takes")
        _add_yardstick(verb)

    verb = _add(verbs, shows)
    what = "songs of a show that no training heard", "takes of the model that learned it"
    for name, text in zip(("--held-out", "--takes"), what, strict=True):
        verb.add_argument(name, nargs="+", required=True, type=_named_folder, metavar="SHOW=DIR", help=text)
    _add_yardstick(verb)

    verb = _add(verbs, originality, "training", "takes")
    verb.add_argument("--beside", type=Path, metavar="HELD_OUT", help="real songs that say what is chance")
    verb.add_argument("--every", type=float, metavar="S", help="seconds between excerpts (default: end to end)")

    verb = _add(verbs, pulsing, "held_out", "takes")
    verb.add_argument("--context", type=int, required=True, help="latents in a window of the generator")
    verb.add_argument("--frames-per-latent", type=int, default=4096)

    verb = _add(verbs, separation)
    verb.add_argument("songs", nargs="+", type=Path, help="folders of songs in stems")
    verb.add_argument("--models", nargs="+", required=True, metavar="MODEL", help="names of separators")
    verb.add_argument("--out", type=Path, required=True, help="folder for the stems that are found")
    _add_yardstick(verb)

    verb = _add(verbs, picture, "held_out", "takes")
    verb.add_argument("--length", type=float, default=20.0, metavar="S", help="seconds of each that are shown")
    verb.add_argument("--out", type=Path, required=True, help="the WebP picture")
    return parser


def _add(verbs: Any, verb: Callable[[Namespace], Found], *folders: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(verb.__name__, help=verb.__doc__, description=verb.__doc__)
    parser.set_defaults(verb=verb)
    for folder in folders:
        parser.add_argument(folder, type=Path, metavar=folder.upper())
    return parser


def _add_yardstick(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yardstick", type=Path, required=True, metavar="FILE", help="the project's score.py")


def _named_folder(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if not (name and equals and folder):
        raise argparse.ArgumentTypeError(f"“{text}” names no folder, write for instance barn-77=DIR")
    return name, Path(folder)


if __name__ == "__main__":
    raise SystemExit(main())
