"""The command line's main thread: what may be typed after `python main.py`."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from app.command_line.parsing import Parser, Verbs, add_verb, number, whole_number
from app.command_line.training.arguments import add_train


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of one verb, in `verb` and the verb's own attributes.

    Raises:
        SystemExit: with status 2 and one line on stderr for bad usage; with 0 after --help.
    """
    parser = Parser(prog="python main.py", description="Music that nobody has played. Without a verb: the window.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add_models(verbs)
    _add_generate(verbs)
    _add_separate(verbs)
    _add_render(verbs)
    _add_import(verbs)
    add_train(verbs)
    return parser.parse_args(arguments)


def _add_models(verbs: Verbs) -> None:
    add_verb(verbs, "models", "list the models")


def _add_generate(verbs: Verbs) -> None:
    parser = add_verb(verbs, "generate", "generate music into a WAV file")
    _add_making(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.wav", help="where the music goes")


def _add_separate(verbs: Verbs) -> None:
    parser = add_verb(verbs, "separate", "take an audio file apart into stems")
    parser.add_argument("input", type=Path, metavar="INPUT", help="a WAV, FLAC, OGG or MP3 file")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for one WAV file a stem")
    parser.add_argument("--model", metavar="NAME", help="separator (default: the first one)")


def _add_render(verbs: Verbs) -> None:
    parser = add_verb(verbs, "render", "generate, separate and mix into a folder")
    _add_making(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for mix, stems and picture")
    parser.add_argument(
        "--gain", nargs="+", action="extend", default=[], type=_gain, metavar="STEM=DB", help="faders, as drums=-6"
    )
    parser.add_argument("--mute", nargs="+", action="extend", default=[], metavar="STEM", help="stems to leave out")


def _add_import(verbs: Verbs) -> None:
    parser = add_verb(verbs, "import", "add a model of your own")
    parser.add_argument("path", type=Path, metavar="PATH", help="a model folder, or a published Musika folder")
    parser.add_argument("--name", metavar="NAME", help="what to call it")


def _add_making(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="NAME", help="generator; see: models")
    parser.add_argument("--length", required=True, type=number, metavar="SECONDS", help="length, exact to the sample")
    parser.add_argument(
        "--seed",
        type=whole_number,
        default=secrets.randbelow(100_000),
        help="whole number; the same one makes the same take",
    )
    parser.add_argument(
        "--truncation", type=number, default=2.0, metavar="T", help="0.1 (tame) to 3.9 (wild), 2 by default"
    )


def _gain(text: str) -> tuple[str, float]:
    stem, _, gain = text.partition("=")
    return stem, number(gain)
